"""Writes the journal of a run: where it is, what its header says, and each event as a line."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.errors import BrokenError, ExitCode
from runner.execute.events import AttemptEnded, AttemptStarting, CommandEnded, StateSeen
from runner.execute.results import Outcome
from runner.execute.verdicts import Verdict
from runner.journal.lines import (
    SCHEMA_VERSION,
    SUFFIX,
    answer_line,
    end_line,
    precise,
    result_line,
    sending_line,
    state_line,
)
from runner.journal.reader import read_journal
from runner.journal.writer import JournalWriter
from runner.printable import quoted
from runner.render.plan_json import plan_value
from runner.render.problems import problem_value
from runner.render.report_json import cleaned, override_value, source_control_value
from runner.render.values import tool_value
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from runner.ci.source_control import SourceControl
    from runner.commands.surroundings import Surroundings
    from runner.execute.events import Event
    from runner.execute.past import Past
    from runner.execute.run import Header
    from runner.guardrails.overrides import Applied
    from runner.journal.reader import Journal
    from runner.plan.plan import Plan
    from runner.problems import Problem


class Beginning(Value, frozen=True):
    """What stands in the header of a journal besides the plan.

    Attributes:
        offline_digest: of the plan that the files alone make.
        plan_digest: by which a reviewer knows the plan.
    """

    header: Header
    offline_digest: str
    plan_digest: str
    warnings: tuple[Problem, ...]
    overrides: tuple[Applied, ...]


class RunJournal:
    """The journal of a run that goes on."""

    def __init__(self, writer: JournalWriter, plan: Plan, name: str) -> None:
        self._writer = writer
        self._places = {command.id: n for n, command in enumerate(plan.commands, 1)}
        self.name = name

    def __call__(self, event: Event) -> None:
        """Write an event down; what makes a request brings it to disk with `sync` before that.

        Raises:
            BrokenError: if it cannot be written.
        """
        if isinstance(event, AttemptStarting):
            n = self._places[event.command.id]
            self._writer.append(sending_line(n, event.command, event.at, event.before, event.url))
        elif isinstance(event, AttemptEnded):
            n = self._places[event.command.id]
            self._writer.append(answer_line(n, event.command, event.attempt, event.verdict))
            if event.verdict is Verdict.REJECTED:  # then a new token is asked for (rule R25)
                self._writer.sync()
        elif isinstance(event, StateSeen) and event.news:
            n = self._places[event.command.id]
            self._writer.append(state_line(n, event.command, event.state))
        elif isinstance(event, CommandEnded):
            result = event.result
            if result.outcome is not Outcome.NOT_SENT:  # which leaves nothing behind
                self._writer.append(result_line(self._places[result.command.id], result))

    def pass_over(self, history: Mapping[int, Past]) -> None:
        """Write down what was done by an earlier run, so that no resume does it again.

        Raises:
            BrokenError: if it cannot be written.
        """
        for place, past in history.items():
            if past.result is not None:
                self._writer.append(result_line(place + 1, past.result))

    def sync(self) -> None:
        """Bring all lines to disk, as before each request; from any thread.

        Raises:
            BrokenError: if that fails.
        """
        self._writer.sync()

    def end(
        self, at: datetime, result: str, exit_code: ExitCode, message: str, *, is_over: bool
    ) -> None:
        """Write the last line of this part of the run, which ended `at` that moment.

        Raises:
            BrokenError: if it cannot be written.
        """
        self._writer.append(end_line(at, result, exit_code, message, is_over=is_over))
        self._writer.sync()

    def close(self) -> None:
        """Close the file."""
        self._writer.close()


def begin_journal(
    folder: str, beginning: Beginning, plan: Plan, around: Surroundings
) -> RunJournal:
    """Create the journal of a new run.

    Args:
        folder: the state directory.
        beginning: what its header says.
        plan: that is carried out.
        around: the process around.

    Raises:
        BrokenError: if it cannot be created.
    """
    name = f"{Path(folder, beginning.header.run_id).as_posix()}{SUFFIX}"
    header = _header(beginning, plan)
    writer = JournalWriter.create(Path(around.cwd, name), header, _cleaner(around))
    return RunJournal(writer, plan, name)


class GoneOnWithError(BrokenError):
    """A journal is longer than it was left: what is in its plan is somebody else's to send."""


class Begun(Value, frozen=True):
    """A journal that was begun, and is closed until somebody carries its plan out.

    Attributes:
        name: what people call it.
        size: bytes of it. Whoever finds more than that is not the first, and must not begin.
    """

    name: str
    size: int


def set_aside(journal: RunJournal, path: Path) -> Begun:
    """Close a journal in which nothing was sent yet; its lines are on disk then.

    Raises:
        BrokenError: if they cannot be brought there.
    """
    with closing(journal):
        journal.sync()
        return Begun(journal.name, path.stat().st_size)


def take_up(begun: Begun, path: Path, plan: Plan, around: Surroundings) -> RunJournal:
    """Open a journal that was set aside, to carry out its plan.

    Args:
        begun: as `set_aside` gave it.
        path: where it is.
        plan: of which it is the journal.
        around: the process around.

    Raises:
        BrokenError: if it cannot be opened.
        GoneOnWithError: if somebody has gone on with it meanwhile.
    """
    # Of the open file: what a network file system says of a closed one may be some time old.
    writer = JournalWriter(path, _cleaner(around))
    if writer.size != begun.size:
        writer.close()
        name = quoted(begun.name, 200)
        raise GoneOnWithError(f"the journal {name} was gone on with meanwhile")
    return RunJournal(writer, plan, begun.name)


def seal(name: str, path: Path, around: Surroundings, message: str) -> None:
    """Write down that a part of a run has ended untold, so that nobody begins with it late.

    Args:
        name: of its journal, as people know it.
        path: of its journal, to which nobody writes any more.
        around: the process around.
        message: why, for people.

    Raises:
        BrokenError: if it cannot be written.
        JournalError: if the journal cannot be read.
    """
    journal = read_journal(path, name)
    if journal.end is not None:
        return
    with JournalWriter.continue_at(path, journal.whole, _cleaner(around)) as writer:
        now = around.world.now()
        writer.append(end_line(now, "unknown", ExitCode.UNSETTLED, message, is_over=False))
        writer.sync()


def continue_journal(
    journal: Journal,
    plan: Plan,
    around: Surroundings,
    source: SourceControl,
    words: Mapping[str, str],
    *,
    retry_failed: bool,
) -> RunJournal:
    """Open the journal of a run that is resumed, and say in it that it is.

    Args:
        journal: as it was read.
        plan: made again.
        around: the process around.
        source: which commit and CI run this is.
        words: what a person says of commands, by their ids.
        retry_failed: whether commands that had failed are sent again.

    Raises:
        BrokenError: if it cannot be written.
    """
    writer = JournalWriter.continue_at(journal.path, journal.whole, _cleaner(around))
    writer.append(
        {
            "type": "resumed",
            "at": precise(around.world.now()),
            "tool": tool_value(),
            "source_control": source_control_value(source),
            "settled": [{"id": identity, "word": word} for identity, word in words.items()],
            "retry_failed": retry_failed,
        }
    )
    writer.sync()
    return RunJournal(writer, plan, journal.name)


def _header(beginning: Beginning, plan: Plan) -> dict[str, Any]:
    header = beginning.header
    target = header.target
    return {
        "type": "header",
        "schema_version": SCHEMA_VERSION,
        "tool": tool_value(),
        "run_id": header.run_id,
        "started_at": precise(header.started_at),
        "environment": header.environment,
        "target": {
            "base_url": target.base_url,
            "token_url": target.token_url,
            "sandbox": target.sandbox,
        },
        "offline_digest": beginning.offline_digest,
        "plan_digest": beginning.plan_digest,
        "source_control": source_control_value(header.source_control),
        "warnings": [problem_value(it) for it in beginning.warnings],
        "overrides": [override_value(it) for it in beginning.overrides],
        "plan": plan_value(plan),
    }


def _cleaner(around: Surroundings) -> Any:
    return lambda value: cleaned(value, around.scrubber.scrub)
