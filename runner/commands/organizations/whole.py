"""From what came of each organization to what came of the run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from runner.commands.next_steps import with_hint
from runner.commands.organizations.distant import Distant, WorkerCrew
from runner.commands.organizations.parts import begin_parts
from runner.commands.organizations.threads import Numbered, Threads
from runner.commands.remembering import untouched
from runner.commands.resuming import moment
from runner.commands.sending import Ended, fault_message, watched
from runner.errors import ExitCode, InterruptedRunError, JournalError, LostPartError, RunnerError
from runner.execute.apart import side_by_side
from runner.execute.conclusion import together
from runner.execute.results import CommandResult, Outcome
from runner.execute.run import PartOfRun
from runner.journal.reader import read_journal
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.commands.connect import Connection
    from runner.commands.journalling import Beginning
    from runner.commands.organizations.parts import Crew, Part
    from runner.commands.preparing import Preparation
    from runner.commands.run_options import RunOptions
    from runner.commands.surroundings import Surroundings
    from runner.plan.plan import Plan


class WholeEnded(Value, frozen=True):
    """What came of all organizations together; `results` are in the order of the plan."""

    result: str
    exit_code: ExitCode
    message: str
    results: tuple[CommandResult, ...]
    parts: tuple[PartOfRun, ...]


def send_apart(
    preparation: Preparation,
    plan: Plan,
    beginning: Beginning,
    connection: Connection,
    options: RunOptions,
    around: Surroundings,
) -> WholeEnded:
    """Send what a plan says to several organizations at a time, to each in order.

    Args:
        preparation: that the plan and the connection come from.
        plan: with its desired states decided.
        beginning: what the header of each journal says.
        connection: over which it is sent.
        options: of the run.
        around: the process around.

    Raises:
        BrokenError: if a journal cannot be begun; nothing was sent then.
    """
    offline, guard = preparation.offline, preparation.guard
    assert offline is not None  # noqa: S101 - it is made before any other plan
    assert guard is not None  # noqa: S101 - there is one before there is a connection
    assert options.apart is not None  # noqa: S101 - or it would not be done side by side
    history, folder = preparation.history, options.state_dir
    parts = begin_parts(offline, plan, history, beginning, folder, around)
    most, budget = min(options.apart.most or len(parts), len(parts)), preparation.budget
    with watched(plan, around) as show:
        listener = Numbered(plan, show)
        if isinstance(connection, Distant):
            most = min(most, connection.cluster.threads)
            workers = WorkerCrew(connection, guard, budget, listener, around)
            return _carry_out(parts, plan, workers, most, options, around)
        with Threads(most, connection, guard, budget, listener, around) as threads:
            return _carry_out(parts, plan, threads, most, options, around)


def _carry_out(
    parts: Sequence[Part],
    plan: Plan,
    crew: Crew,
    most: int,
    options: RunOptions,
    around: Surroundings,
) -> WholeEnded:
    came = side_by_side(
        parts,
        crew.submit,
        most,
        around.world.interruption,
        on_wish=crew.ask_to_stop,
        by_force=crew.end,
        on_look=crew.look,
    )
    heard = [_heard(crew, part, it) for part, it in zip(parts, came, strict=True)]
    ends = [
        it if isinstance(it, Ended) else _lost(part, it, around)
        for part, it in zip(parts, heard, strict=True)
    ]
    results = {
        result.command.id: with_hint(result, options, part.begun.name)
        for part, end in zip(parts, ends, strict=True)
        for result in end.results
    }
    told = [(part, end) for part, end in zip(parts, ends, strict=True) if end.message]
    return WholeEnded(
        *together((it.result, it.exit_code) for it in ends),
        "\n".join(f"{part.organization}: {end.message}" for part, end in told),
        tuple(results[it.id] for it in plan.commands),
        tuple(_part(part, end) for part, end in zip(parts, ends, strict=True)),
    )


def _heard(crew: Crew, part: Part, came: Any) -> Ended | BaseException:
    try:
        return crew.heard(part, came)
    except Exception as error:  # noqa: BLE001 - what was sent must be reported, whatever broke
        return error


def _part(part: Part, end: Ended) -> PartOfRun:
    return PartOfRun(
        part.organization,
        part.run_id,
        part.plan,
        end.result,
        end.exit_code,
        part.begun.name,
        end.message,
        end.is_over,
    )


def _lost(part: Part, error: BaseException, around: Surroundings) -> Ended:
    """Give what is known of a part whose end nobody told: what its journal says."""
    if isinstance(error, RunnerError):
        message = str(error)
    else:
        around.output.fault(error)
        message = fault_message(error)
    try:
        journal = read_journal(Path(around.cwd, part.begun.name), part.begun.name)
        results = untouched(journal, part.plan, message)
        end = journal.end
        if end is not None and isinstance(error, LostPartError):  # only nobody told
            code, at = ExitCode(end["exit_code"]), moment(end["at"])
            return Ended(end["result"], code, end["message"], results, at, is_over=True)
    except JournalError:
        why = f"{message}, and its journal cannot be read. Look at the workflow in Campaign"
        results = tuple(
            CommandResult(it, Outcome.UNKNOWN, (), why, is_open=True) for it in part.plan.commands
        )
    if isinstance(error, LostPartError) and error.is_under_way:
        results = tuple(_not_seen(it) for it in results)
    exit_code = error.exit_code if isinstance(error, RunnerError) else ExitCode.BROKEN
    if isinstance(error, InterruptedRunError) or getattr(error, "interrupted", False):
        result = "interrupted"
    elif isinstance(error, LostPartError) or any(it.outcome is Outcome.UNKNOWN for it in results):
        result = "unknown"
    else:
        result = "failed"
    return Ended(result, exit_code, message, results, around.world.now(), is_over=False)


def _not_seen(result: CommandResult) -> CommandResult:
    """Give the result of a command that somebody may still send."""
    if result.outcome is not Outcome.NOT_SENT:
        return result
    message = f"{result.message}. Look at the workflow in Campaign"
    return replace(result, outcome=Outcome.UNKNOWN, message=message, is_open=True)
