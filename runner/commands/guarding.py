"""Holds a plan against the guardrails of its files and of whoever runs it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from runner.errors import GuardrailError, UsageError
from runner.guardrails.check import check, check_organizations
from runner.guardrails.demands import WINDOWS, merge
from runner.load import load
from runner.load.sources import STDIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.commands.house_rules import HouseRules
    from runner.commands.surroundings import Surroundings
    from runner.guardrails.demands import DemandsByOrganization
    from runner.guardrails.overrides import Applied
    from runner.load import Loaded
    from runner.plan.plan import Plan
    from runner.problems import Problem
    from runner.validate.config import Config
    from runner.validate.guardrails import Policy


class Guard:
    """The guardrails that hold for one command.

    Attributes:
        warnings: what they have warned about so far.
    """

    def __init__(self, config: Config, rules: HouseRules, around: Surroundings) -> None:
        """Read the policy, and put all guardrails together.

        Raises:
            InvalidConfigError: if the policy is none.
        """
        self._overrides = rules.overrides
        self._around = around
        self._demands = merge(config.documents, _policy(rules, around))
        self._judging = threading.RLock()  # organizations side by side ask, too
        self._organizations: tuple[str | None, ...] = ()
        self._lifted: dict[Problem, None] = {}
        self.warnings: tuple[Problem, ...] = ()

    @property
    def demands(self) -> DemandsByOrganization:
        """What is demanded of each organization."""
        return self._demands

    @property
    def applied(self) -> tuple[Applied, ...]:
        """Every override, with what it has lifted so far."""
        if not self._overrides:
            return ()
        from runner.guardrails.overrides import Applied

        return tuple(
            Applied(override, tuple(it for it in self._lifted if it.rule == override.name))
            for override in self._overrides
        )

    def check_organizations(self, plan: Plan) -> None:
        """Make sure that the policy knows the organizations, before anything is read of them.

        Raises:
            GuardrailError: if it does not.
        """
        self._judge(check_organizations(plan, self._demands))

    def check_beforehand(self, plan: Plan) -> None:
        """Make sure of all that a run has to know before it reads states: also the time (R32).

        Raises:
            GuardrailError: if a guardrail refuses.
        """
        self._judge([*check_organizations(plan, self._demands), *self._closed_windows(plan)])

    def check(self, plan: Plan, *, now: bool = False) -> None:
        """Make sure that no guardrail refuses a plan, and tell the warnings.

        Args:
            plan: with what was observed, where that was needed.
            now: whether it is about to be carried out, so that a window must be open (R32).

        Raises:
            GuardrailError: with everything that is refused.
        """
        windows = self._closed_windows(plan) if now else ()
        self._judge([*check(plan, self._demands), *windows])
        for it in self.applied:
            if it.lifted:
                more = f" and {len(it.lifted) - 1} more" if len(it.lifted) > 1 else ""
                text = f"--override {it.override.name} lifts: {it.lifted[0].message}{more}"
                self._around.output.warning(text)
            # That one is judged by the clock, and may still be needed in the course of a run.
            if it.warning and it.override.name != WINDOWS:
                self._around.output.warning(it.warning)

    def closed(self, organizations: tuple[str | None, ...] | None = None) -> str:
        """Say why nothing may begin now; empty where it may (rule R32).

        Args:
            organizations: for which something is to begin; None for all of the plan.
        """
        from runner.guardrails.closing import closed_windows, why_closed

        concerned = self._organizations if organizations is None else organizations
        now = self._around.world.now()
        if not any(it.name == WINDOWS for it in self._overrides):
            return why_closed(self._demands, concerned, now)
        with self._judging:
            if not any(it.rule == WINDOWS for it in self._lifted):  # taken down once is enough
                self._judge(closed_windows(self._demands, concerned, now))
        return ""

    def windows_of(self, organization: str) -> DemandsByOrganization | None:
        """Give what is demanded of one organization, to judge it elsewhere by the clock.

        None where windows are lifted, so that nothing is closed.
        """
        if any(it.name == WINDOWS for it in self._overrides):
            return None
        return {organization: self._demands[organization]}

    def _closed_windows(self, plan: Plan) -> tuple[Problem, ...]:
        from runner.guardrails.closing import closed_windows

        self._organizations = plan.organizations
        now = self._around.world.now()
        return closed_windows(self._demands, self._organizations, now)

    def _judge(self, problems: Sequence[Problem]) -> None:
        left = tuple(problems)
        if self._overrides:
            from runner.guardrails.overrides import lift

            left, applied = lift(problems, self._overrides)
            self._lifted.update(dict.fromkeys(problem for it in applied for problem in it.lifted))
        refused = tuple(problem for problem in left if problem.is_error)
        if refused:
            raise GuardrailError(refused)
        self.warnings += left
        self._around.output.problems(left)


def _policy(rules: HouseRules, around: Surroundings) -> Policy | None:
    if rules.policy is None:
        return None
    from runner.validate.policy import read_policy

    return read_policy(load_policy(rules.policy, around))


def load_policy(path: str, around: Surroundings) -> Loaded:
    """Read the file that is to be the policy.

    Raises:
        UsageError: if it is a folder, whose files could be anything.
    """
    if Path(around.cwd, path).is_dir():
        raise UsageError("--policy takes one file, and this is a folder")
    if path == STDIN:
        raise UsageError("--policy takes a file, and no standard input")
    return load([path], cwd=around.cwd, stdin=around.stdin)
