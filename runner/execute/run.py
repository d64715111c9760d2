"""A whole run, or the refusal of one: everything that a report says, as one frozen value."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from runner.execute.past import NO_PAST
from runner.execute.results import CommandResult, Outcome
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from runner.campaign.hosts import Target
    from runner.ci.source_control import SourceControl
    from runner.errors import ExitCode
    from runner.execute.past import Past
    from runner.guardrails.overrides import Applied
    from runner.load import SourceFile
    from runner.plan.plan import Plan
    from runner.plan.shard import Division
    from runner.problems import Problem


class Header(Value, frozen=True):
    """What is known of a run before it begins.

    Attributes:
        run_id: unlike that of any other run.
        mode: `run` or `dry-run`.
        environment: the name given with `--env`, or None for the base.
        shard: which part of the organizations was meant; None for all of them.
    """

    run_id: str
    mode: str
    environment: str | None
    target: Target
    source_control: SourceControl
    started_at: datetime
    shard: Division | None = None


class Seam(Value, frozen=True):
    """Where a resumed run went on.

    Attributes:
        at: when, in UTC.
        following: the id of the command that it went on with; None where nothing was left.
        settled: what a person said of commands, by their ids: `sent` or `not-sent`.
        retry_failed: whether commands that had failed were sent again.
    """

    at: datetime
    following: str | None
    settled: tuple[tuple[str, str], ...]
    retry_failed: bool
    source_control: SourceControl


class PartOfRun(Value, frozen=True):
    """What came of one organization, where several are sent to side by side.

    Attributes:
        run_id: the name of its journal.
        plan: its part of the plan.
        journal: the path of its journal, as people name it.
        message: why it ended on its way; empty where it did not.
        is_over: whether a resumed run would do nothing more by itself.
    """

    organization: str
    run_id: str
    plan: Plan
    result: str
    exit_code: ExitCode
    journal: str
    message: str
    is_over: bool


class Run(Value, frozen=True):
    """What came of a run.

    Attributes:
        result: `planned`, `succeeded`, `failed`, `unknown`, `interrupted` or `refused` (R21).
        plan: None where the configuration is invalid.
        results: one for every command of the plan, in order.
        problems: why the configuration was refused; empty otherwise.
        message: why the run was refused or broken off, for people; empty otherwise.
        digest: of the plan that was reviewed; None where there was no plan.
        overrides: the guardrails that were lifted on purpose.
        journal: the path of its journal, as people name it; None where there is none.
        seams: of a resumed run, one for each part but the first.
        is_over: whether a resumed run would do nothing more by itself.
        parts: of a run that sent to several organizations side by side, one for each.
    """

    header: Header
    result: str
    exit_code: ExitCode
    files: tuple[SourceFile, ...]
    plan: Plan | None
    results: tuple[CommandResult, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    message: str
    finished_at: datetime
    digest: str | None = None
    overrides: tuple[Applied, ...] = ()
    journal: str | None = None
    seams: tuple[Seam, ...] = ()
    is_over: bool = True
    parts: tuple[PartOfRun, ...] = ()

    @property
    def duration(self) -> float:
        """Seconds from beginning to end, never below zero though a clock may be set back."""
        return max(0.0, (self.finished_at - self.header.started_at).total_seconds())


def planned(
    plan: Plan, history: Mapping[int, Past] = MappingProxyType({})
) -> tuple[CommandResult, ...]:
    """Give the results of a dry run; `history` is what is done already, by place."""
    return tuple(
        history.get(place, NO_PAST).result or CommandResult(command, Outcome.PLANNED)
        for place, command in enumerate(plan.commands)
    )


def not_sent(plan: Plan, why: str) -> tuple[CommandResult, ...]:
    """Give the results of a run that was refused or called off before anything was sent."""
    return tuple(CommandResult(command, Outcome.NOT_SENT, (), why) for command in plan.commands)
