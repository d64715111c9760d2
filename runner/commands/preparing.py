"""All that can go wrong before the first command of a run: nothing is sent here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from runner.campaign.hosts import Target, check_target
from runner.commands.access import DEFAULT_ACCESS, Access
from runner.commands.connect import Remote, connect
from runner.commands.guarding import NO_RULES, Guard, HouseRules
from runner.commands.plan import warn_about
from runner.commands.planning import Asked, Planning, documents_of, require_organization
from runner.commands.reporting import check_report_path
from runner.commands.surroundings import TENANT_VARIABLE
from runner.errors import InterruptedRunError, UsageError
from runner.plural import counted
from runner.printable import printable
from runner.render.plan import environment_text, plan_lines

if TYPE_CHECKING:
    from contextlib import ExitStack

    from runner.commands.connect import Connection
    from runner.commands.surroundings import Surroundings
    from runner.load import SourceFile
    from runner.plan.plan import Plan
    from runner.sandbox import Sandbox
    from runner.validate.config import Config

SANDBOX_ORGANIZATION = "sandbox"
_BEFORE_SANDBOX = Target("http://127.0.0.1", "http://127.0.0.1/ims/token/v3", sandbox=True)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options of `run`.

    Attributes:
        report: where the report goes; `-` is stdout.
        sandbox: whether to send to the embedded sandbox, wherever the two URLs lead.
        assume_yes: whether a person on a terminal is not asked.
    """

    asked: Asked
    report: str = "report.json"
    dry_run: bool = False
    sandbox: bool = False
    assume_yes: bool = False
    access: Access = DEFAULT_ACCESS
    rules: HouseRules = NO_RULES

    def target(self) -> Target:
        """Give both addresses, checked; those of a sandbox are known once it has started.

        Raises:
            UsageError: if one may not be talked to.
        """
        return _BEFORE_SANDBOX if self.sandbox else self.access.target()


class Preparation:
    """Goes from the options to a plan that may be sent, and a connection to send it over.

    However far that comes, what is known so far stands in the attributes, for the report.

    Attributes:
        plan: None before there is one.
        digest: of the plan as a reviewer knows it.
        guard: None before there is one.
    """

    def __init__(
        self, options: RunOptions, around: Surroundings, target: Target, closing: ExitStack
    ) -> None:
        self.target = target
        self.environment = options.asked.inputs.environment
        self.files: tuple[SourceFile, ...] = ()
        self.plan: Plan | None = None
        self.digest: str | None = None
        self.guard: Guard | None = None
        self.sandbox: Sandbox | None = None
        self._options = options
        self._around = around
        self._closing = closing

    def plan_only(self) -> None:
        """Make the plan and hold it against the guardrails, all but the time (rule R32).

        Raises:
            RunnerError: if anything is refused.
        """
        _, _, offline, guard = self._make_plan()
        warn_about(offline, self._around)
        guard.check(offline)
        environment = environment_text(offline.environment)
        self._around.output.info(f"Dry run, nothing is sent: environment {environment}")
        if None in offline.organizations:
            self._around.output.warning(f"a run is refused until {TENANT_VARIABLE} is set")

    def get_ready(self) -> Connection | None:
        """Do all that comes before sending, and give the connection; None without any command.

        First what needs neither secret nor network, then secrets, states, the question, a token.

        Raises:
            RunnerError: if anything is refused.
        """
        planning, config, plan, guard = self._make_plan()
        reads = planning.is_live or bool(plan.undecided)
        if reads:
            guard.check_beforehand(plan)
        else:
            warn_about(plan, self._around)
            guard.check(plan, now=True)
        if not plan.commands:
            return None
        connection = self._connect(config, plan)
        if reads:
            self.plan = made = planning.live(plan, connection)
            self.digest = planning.reviewed_digest(plan, made)
            plan = made
            warn_about(plan, self._around)
            guard.check(plan)
        if plan.to_send and not plan.blockers:
            self._announce(plan)
            connection.prepare()
        return connection

    def _make_plan(self) -> tuple[Planning, Config, Plan, Guard]:
        planning = Planning(self._options.asked, self._around)
        if self._options.dry_run and planning.is_live:
            raise UsageError("--dry-run reads nothing, and this plan was made with states")
        self.environment = planning.environment
        self._check_report(planning)
        loaded = planning.load()
        self.files = loaded.files
        fallback = SANDBOX_ORGANIZATION if self._options.sandbox else None
        config = planning.configure(loaded, fallback)
        if not self._options.dry_run:
            require_organization(config)
        guard = self.guard = Guard(config, self._options.rules, self._around)
        plan = self.plan = planning.offline(config, is_final=self._options.dry_run)
        self.digest = plan.digest
        return planning, config, plan, guard

    def _check_report(self, planning: Planning) -> None:
        """Make sure that the report replaces none of the files that a reviewed plan names."""
        asked = replace(self._options.asked, inputs=planning.inputs)
        check_report_path(self._options.report, asked, self._around, self._options.rules.policy)

    def _connect(self, config: Config, plan: Plan) -> Connection:
        options = self._options
        if options.sandbox:
            from runner.commands.sandbox import sandbox_for

            sandbox = self.sandbox = self._closing.enter_context(sandbox_for(plan))
            self.target = check_target(sandbox.base_url, sandbox.token_url, sandbox=True)
        remote = Remote(
            self.target, options.asked.inputs.allowed, options.access.parallel_reads, self.sandbox
        )
        connecting = connect(documents_of(config, plan), remote, self._around)
        return self._closing.enter_context(connecting)

    def _announce(self, plan: Plan) -> None:
        """Show what is about to happen where, and ask where somebody can answer (rule R24)."""
        target, output = self.target, self._around.output
        asking = not (target.is_loopback or self._options.assume_yes or self._around.ask is None)
        if asking:
            output.info("\n".join([*plan_lines(plan), ""]))
        organizations = ", ".join(printable(it or "") for it in plan.organizations)
        where = f"the sandbox at {target.host}" if target.sandbox else target.host
        output.say(
            f"Sending {counted(plan.to_send, 'command')} to {where}: organization"
            f" {organizations}, environment {environment_text(plan.environment)}",
            important=not target.is_loopback,
        )
        if asking and self._around.ask is not None and not self._around.ask("Send them?"):
            raise InterruptedRunError("called off at the question; nothing was sent")
