"""From the files to the plan, as `plan` and `run` share it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from runner.commands.changing import Changing
from runner.commands.surroundings import TENANT_VARIABLE, configure, load_inputs
from runner.errors import InvalidConfigError, ReviewedPlanError, UsageError
from runner.plan.build import build_plan
from runner.plan.plan import EVERYTHING, Selection
from runner.printable import quoted
from runner.problems import file_problem
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runner.commands.changing import Since
    from runner.commands.connect import Connection
    from runner.commands.surroundings import Inputs, Surroundings
    from runner.load import Loaded
    from runner.plan.changes import Changes
    from runner.plan.plan import Plan
    from runner.plan.shard import Division
    from runner.problems import Problem
    from runner.review.reviewed import ReviewedPlan
    from runner.validate.config import Config, DocumentConfig


_DIGEST = re.compile(r"[0-9A-Fa-f]{64}")


class Asked(Value, frozen=True):
    """Which plan is meant.

    Attributes:
        inputs: the files; without any, those that the reviewed plan names.
        reviewed: the path of a reviewed plan, or None.
        pinned: the digest that was reviewed, or None.
        assume_unknown: whether to send to workflows whose state is unknown.
        since: after which commit a file must be new for its actions to count, or None.
        changes: what had changed when the run began that is gone on with.
        shard: which part of the organizations is meant; None for all.
        config: the files as they were read and validated before; None where they are to be.
        kept: a reviewed plan that is at hand, instead of its path.
    """

    inputs: Inputs
    selection: Selection = EVERYTHING
    reviewed: str | None = None
    pinned: str | None = None
    assume_unknown: bool = False
    since: Since | None = None
    changes: Changes | None = None
    shard: Division | None = None
    config: Config | None = None
    kept: ReviewedPlan | None = None


class Planning:
    """Makes one plan: from the files first, then, where it takes states, with what was seen."""

    def __init__(self, asked: Asked, around: Surroundings) -> None:
        """Read the reviewed plan, where there is one.

        Raises:
            ReviewedPlanError: if it is no plan.
            UsageError: if the options contradict it, or name no files at all.
        """
        self._asked = asked
        self._around = around
        self._given = _given(asked, around)
        self.inputs = _inputs(asked, self._given)
        known = asked.changes
        if self._given is not None:
            from runner.review.changes import changes_of

            known = changes_of(self._given.value)
        self._changing = Changing(asked.since, known)

    @property
    def is_live(self) -> bool:
        """Whether the reviewed plan was made with states, so that they must be read again."""
        return self._given is not None and self._given.is_live

    @property
    def environment(self) -> str | None:
        """The environment that counts."""
        return self.inputs.environment

    @property
    def shard(self) -> Division | None:
        """The part that counts: the one asked for, or that of the reviewed plan."""
        return self._asked.shard if self._given is None else self._given.shard

    def load(self) -> Loaded:
        """Read the files, make sure that they are still those reviewed, and see which are new.

        Raises:
            ReviewedPlanError: naming every file that has changed since.
            UsageError: if there is no such commit or repository, or a file is not in it.
            BrokenError: if git cannot be asked.
        """
        loaded = load_inputs(self.inputs, self._around)
        if self._given is not None:
            from runner.review.compare import file_differences

            _refuse(file_differences(self._given, loaded.files))
        self._changing.look(loaded, self.inputs.paths, self._around)
        return loaded

    def read(self) -> Config:
        """Read and validate the files, unless that was done before."""
        return self._asked.config or self.configure(self.load())

    def configure(self, loaded: Loaded, organization: str | None = None) -> Config:
        """Validate the files; see `surroundings.configure`."""
        return configure(loaded, self.inputs, self._around, organization)

    def offline(self, config: Config, *, is_final: bool = False) -> Plan:
        """Give the plan that the files alone make.

        Args:
            config: from `configure`.
            is_final: whether no states are read for it later, even where it lacks some.

        Raises:
            ReviewedPlanError: if it is not the reviewed one.
            ModifiedFilesError: if actions of modified files would run, and may not.
            UsageError: if the selection names a command that there is not.
            InvalidConfigError: if a part is asked for, and an organization is not named.
        """
        plan = self._build(config)
        if self._given is not None:
            from runner.render.plan_json import plan_value
            from runner.review.compare import command_differences, plan_differences

            made = plan_value(plan)
            _refuse(plan_differences(self._given, made))
            if not self._given.is_live:
                _refuse(command_differences(self._given, made))
        if is_final or not (plan.undecided or self.is_live):
            self._check_digest(plan)
        return plan

    def live(self, plan: Plan, connection: Connection, *, everything: bool = False) -> Plan:
        """Read states and give the plan that they make of `plan`.

        Args:
            plan: from `offline`.
            connection: over which to read.
            everything: whether all workflows are looked at, or only those of desired states.

        Raises:
            ReviewedPlanError: if a reviewed live plan would not be the same any more.
            CredentialsError: if the credentials are rejected.
        """
        from runner.plan.resolve import resolve

        wanted = plan.commands if everything or self.is_live else plan.undecided
        assume_unknown = self._asked.assume_unknown
        if self._given is not None and self._given.is_live:
            assume_unknown = self._given.assume_unknown
        made = resolve(plan, connection.look(wanted), assume_unknown=assume_unknown)
        if self._given is not None and self._given.is_live:
            from runner.render.plan_json import plan_value

            self._compare(self._given, plan_value(made))
        self._check_digest(made, plan.digest)
        return made

    def reviewed_digest(self, offline: Plan, made: Plan) -> str:
        """Give the digest by which a reviewer knows this plan: that of the files' own plan.

        Only a reviewed live plan is known by that of its commands.
        """
        return made.digest if self.is_live else offline.digest

    def _build(self, config: Config) -> Plan:
        selection = self._asked.selection if self._given is None else self._given.selection
        try:
            narrowed, changes = self._changing.narrow(config, selection, self._around)
            whole = build_plan(narrowed, selection, changes)
        except UsageError as error:
            if self._given is None:
                raise
            from runner.review.reviewed import RULE

            # Nobody asked for this but the plan itself.
            hint = "make the plan again, and have it reviewed"
            raise ReviewedPlanError(
                [file_problem(RULE, self._given.path, f"its selection: {error}", hint)]
            ) from error
        if self.shard is None:
            return whole
        require_organization(config)
        from runner.plan.shard import part_of

        return part_of(whole, self.shard)

    def _compare(self, given: ReviewedPlan, made: Mapping[str, Any]) -> None:
        """Hold a live plan against the reviewed one, and tell which states have moved since."""
        from runner.review.compare import command_differences, moved_states

        problems = command_differences(given, made)
        for line in moved_states(given, made, same_commands=not problems):
            self._around.output.info(line)
        _refuse(problems)

    def _check_digest(self, plan: Plan, *others: str) -> None:
        if self._asked.pinned is not None:
            from runner.review.reviewed import check_digest

            name = self._asked.reviewed or plan.files[0].path
            whole = () if plan.sharded is None else (plan.sharded.whole_digest,)
            check_digest(self._asked.pinned, (*whole, *others, plan.digest), name)


def documents_of(config: Config, plan: Plan) -> list[DocumentConfig]:
    """Give the documents that a plan's commands stand in."""
    used = {command.document for command in plan.commands if command.workflow is not None}
    return [document for document in config.documents if document.name in used]


def require_organization(config: Config) -> None:
    """Refuse a configuration in which a document has no organization.

    Raises:
        InvalidConfigError: with a problem for every such document.
    """
    problems = tuple(_missing_organizations(config))
    if problems:
        raise InvalidConfigError((*config.warnings, *problems))


def _missing_organizations(config: Config) -> Iterator[Problem]:
    for document in config.documents:
        if document.organization is None:
            hint = f"add organization: acme-mkt-stage, or set {TENANT_VARIABLE}"
            yield file_problem("organization", document.file, "no organization is named", hint)


def _given(asked: Asked, around: Surroundings) -> ReviewedPlan | None:
    if asked.pinned is not None and _DIGEST.fullmatch(asked.pinned) is None:
        raise UsageError("--plan-digest takes the 64 hexadecimal digits that the plan shows")
    if asked.reviewed is None and asked.kept is None:
        if not asked.inputs.paths:
            raise UsageError("name the files or folders to read, or a reviewed plan with --plan")
        return None
    if asked.inputs.paths:
        raise UsageError("--plan reads the files that the plan names; leave out PATH")
    if asked.selection != EVERYTHING:
        raise UsageError("--plan runs exactly what was reviewed; leave out --only and --from")
    if asked.shard is not None:
        raise UsageError("--plan runs the shard that the plan is of; leave out --shard")
    if asked.since is not None:
        raise UsageError(
            "--plan keeps to the files that were new for it; leave out --changed-since"
        )
    given = asked.kept or _read(asked.reviewed or "", around)
    environment = asked.inputs.environment
    if environment is not None and environment != given.environment:
        whose = (
            "the base, without --env"
            if given.environment is None
            else quoted(given.environment, 100)
        )
        raise UsageError(
            f"--env or CAMPAIGN_RUNNER_ENV is {quoted(environment, 100)}, and the plan is for"
            f" {whose}; leave it out"
        )
    if given.is_live and asked.assume_unknown != given.assume_unknown:
        # A file may not grant this by itself: no digest covers it.
        how = "with" if given.assume_unknown else "without"
        raise UsageError(f"the plan was made {how} --assume-unknown send; do the same here")
    return given


def _read(name: str, around: Surroundings) -> ReviewedPlan:
    from runner.review.reviewed import read_plan

    return read_plan(Path(around.cwd, name), name)


def _inputs(asked: Asked, given: ReviewedPlan | None) -> Inputs:
    if given is None:
        return asked.inputs
    return replace(asked.inputs, paths=given.files, environment=given.environment)


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise ReviewedPlanError(problems)
