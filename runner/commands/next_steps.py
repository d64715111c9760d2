"""What a person does after a run that did not come to its end: commands, ready to paste."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from msgspec.structs import replace

from runner.commands.run_options import DEFAULT_REPORT
from runner.execute.results import Outcome
from runner.load.sources import STDIN
from runner.plural import counted
from runner.printable import printable

_MOST_STEPS = 10  # organizations for which it is said how to go on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.commands.run_options import RunOptions
    from runner.execute.results import CommandResult
    from runner.execute.run import Run
    from runner.plan.command import Command


def resume_command(options: RunOptions, journal: str) -> str:
    """Give the command that goes on with a run, ready to paste into a shell."""
    words = ["campaign-runner", "run", "--resume", journal]
    rules, inputs = options.rules, options.asked.inputs
    given = [
        *(("--allow-host", it) for it in options.access.allowed_hosts),
        *(("--allow-env", it) for it in sorted(inputs.allowed.variables)),
        *(("--allow-secret-file", it) for it in inputs.allowed.files),
        *([("--policy", rules.policy)] if rules.policy is not None else []),
        *(("--override", it.name) for it in rules.overrides),
        *([("--reason", rules.overrides[0].reason)] if rules.overrides else []),
        *([("--report", options.report)] if options.report not in (DEFAULT_REPORT, None) else []),
    ]
    return shlex.join([*words, *(word for pair in given for word in pair)])


def settle_command(options: RunOptions, journal: str, identity: str, word: str) -> str:
    """Give the command that takes a person's word for a command, ready to paste."""
    return f"{resume_command(options, journal)} --settle {shlex.quote(f'{identity}={word}')}"


def with_hint(result: CommandResult, options: RunOptions, journal: str) -> CommandResult:
    """Say how a person settles a command whose outcome is unknown."""
    if result.outcome is not Outcome.UNKNOWN or result.is_open:
        return result
    how = settle_command(options, journal, result.command.id, "sent")
    remedy = f"look at the workflow in Campaign, then: {how} (or =not-sent)"
    return replace(result, remedy=remedy)


def next_step(run: Run, options: RunOptions) -> str:
    """Say how to go on after a run that did not come to its end; empty where it did."""
    return _of_parts(run, options) if run.parts else _of_run(run, options)


def _of_run(run: Run, options: RunOptions) -> str:
    if run.journal is None or run.result == "succeeded":
        return ""
    how = resume_command(options, run.journal)
    if STDIN in options.asked.inputs.paths:
        return _with_from(run, options)
    if not run.is_over:
        return f"To go on: {how}"
    unknown = [it.command for it in run.results if it.outcome is Outcome.UNKNOWN]
    if unknown:
        return _to_settle(unknown, run.journal, options)
    if run.plan is not None and run.plan.blockers:
        return "See to the desired state that is refused, and then begin a new run."
    after = _with_from(run, options)
    step = f"To try again what failed, and go on: {how} --retry-failed"
    return f"{step}. {after}" if after else step


def _of_parts(run: Run, options: RunOptions) -> str:
    """Say how to go on with each organization that did not come to its end, up to a few."""
    results = {it.command.id: it for it in run.results}
    steps = []
    for part in run.parts:
        own = replace(
            run,
            parts=(),
            result=part.result,
            plan=part.plan,
            journal=part.journal,
            results=tuple(results[it.id] for it in part.plan.commands),
            is_over=part.is_over,
        )
        step = _of_run(own, options)
        if step:
            steps.append(f"{printable(part.organization)}: {step}")
    more = len(steps) - _MOST_STEPS
    if more > 0:
        names = "the report names their journals"
        steps[_MOST_STEPS:] = [f"{counted(more, 'organization')} more to go on with; {names}"]
    return "\n".join(steps)


def _to_settle(unknown: Sequence[Command], journal: str, options: RunOptions) -> str:
    """Say how a person settles the first command of which nobody knows what became of it."""
    first = unknown[0]
    identity = first.id
    more = f" ({len(unknown) - 1} more after it; --settle may be repeated)" if unknown[1:] else ""
    workflow = printable(first.workflow or "")
    return "\n".join(
        [
            f"Nobody knows whether {identity} took effect{more}. Look at {workflow} in Campaign.",
            "If it did:",
            f"  {settle_command(options, journal, identity, 'sent')}",
            "If it did not:",
            f"  {settle_command(options, journal, identity, 'not-sent')}",
        ]
    )


def _with_from(run: Run, options: RunOptions) -> str:
    """Say how to send what was not reached where the files have changed, or are gone."""
    for result in run.results:
        if result.outcome is Outcome.NOT_SENT:
            identity = shlex.quote(result.command.selected_by)
            asked = options.asked
            if asked.reviewed is None and asked.pinned is None and options.resume is None:
                return f"Where a file has to change first: the same command with --from {identity}"
            return (
                f"Where a file has to change first: plan again with --from {identity}, have that"
                " reviewed, and run it"
            )
    return ""
