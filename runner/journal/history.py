"""From the lines of a journal to what is known of each command (rules R26 and R27)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from runner.errors import JournalError
from runner.execute.past import Past
from runner.execute.results import Attempt, CommandResult, Outcome
from runner.execute.settling import Doubt
from runner.journal.reader import RULE
from runner.problems import Problem
from runner.secrets.secret import HIDDEN
from runner.states import State
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.journal.reader import Journal
    from runner.plan.command import Command

_SENT = "sent"
_NO_ANSWER = "the runner was stopped before its answer came"
_DOUBTS = {"lost": Doubt.LOST, "server_error": Doubt.SERVER_ERROR}


class Record(Struct):
    """What the lines so far say of one command; `Past` says what most of it means.

    Attributes:
        unanswered: whether the last thing known of it is that a request went out.
        refused: what the API said where it refused it; None where it did not.
        result: its last result line, where nothing was done for it since.
    """

    attempts: list[Attempt] = field(default_factory=list)
    accepted: bool = False
    in_flight_since: datetime | None = None
    unanswered: bool = False
    doubt: Doubt = Doubt.LOST
    in_doubt: bool = False
    refused: str | None = None
    before: State | None = None
    since: list[State] = field(default_factory=list)
    url: str | None = None
    settled: str | None = None
    result: Mapping[str, Any] | None = None

    def take(self, line: Mapping[str, Any]) -> None:
        """Take in one line."""
        getattr(self, f"_{line['type']}")(line)

    def end_part(self) -> None:
        """Take in that the run stopped here."""
        if self.unanswered:
            assert self.in_flight_since is not None  # noqa: S101 - something was sent
            self.attempts.append(Attempt(self.in_flight_since, 0.0, None, _NO_ANSWER, None))
            self.unanswered = False

    def settle(self, word: str) -> None:
        """Take a person's word for it."""
        self.settled, self.result = word, None
        self.in_flight_since, self.in_doubt, self.refused = None, False, None
        self.accepted = word == _SENT

    def retry(self) -> None:
        """Forget that it failed; what was accepted is only waited for anew."""
        self.result, self.refused, self.in_flight_since = None, None, None

    @property
    def outcome(self) -> str | None:
        """The outcome of its last result; None where it has none."""
        return None if self.result is None else str(self.result["outcome"])

    @property
    def needs_word(self) -> bool:
        """Whether a person may know what became of it, and the journal does not."""
        if self.result is None:
            return self.in_flight_since is not None or (self.in_doubt and self.refused is not None)
        return self.outcome == Outcome.UNKNOWN.value and not self.accepted

    @property
    def has_failed(self) -> bool:
        """Whether it failed for certain, be it that only the answer was written down."""
        if self.result is None:
            return self.refused is not None and not self.in_doubt
        return self.outcome == Outcome.FAILED.value

    def _sending(self, line: Mapping[str, Any]) -> None:
        self.end_part()
        # One that was not settled is sent again only where its effect was not seen.
        self.in_doubt = self.in_doubt or self.in_flight_since is not None
        self.in_flight_since, self.doubt = datetime.fromisoformat(_offset(line["at"])), Doubt.LOST
        self.unanswered = True
        self.result, self.refused, self.accepted = None, None, False
        self.before = _state(line["state_before"])
        self.url = line["url"]

    def _answer(self, line: Mapping[str, Any]) -> None:
        at = datetime.fromisoformat(_offset(line["at"]))
        told = (line["status"], line["error"], line["request_id"])
        self.attempts.append(Attempt(at, line["duration_s"], *told))
        self.unanswered = False
        verdict = line["verdict"]
        self.accepted = verdict == "succeeded"
        self.refused = line["error"] or "" if verdict == "failed" else None
        if verdict in _DOUBTS:
            self.doubt = _DOUBTS[verdict]
        else:
            self.in_flight_since = None

    def _state(self, line: Mapping[str, Any]) -> None:
        self.since.append(State(line["state"]))

    def _result(self, line: Mapping[str, Any]) -> None:
        self.result = line


class History(Value, frozen=True):
    """What a journal says of the commands of its plan.

    Attributes:
        records: by place, from 1, of the commands of which there are lines.
        seams: the line of each part but the first, and
        next_places: the place of the command that each went on with, from 1; 0 for none.
        last_begun: the place of the last command for which anything was done.
    """

    records: Mapping[int, Record]
    seams: tuple[Mapping[str, Any], ...]
    next_places: tuple[int, ...]
    last_begun: int


def read_history(journal: Journal, ids: Sequence[str]) -> History:
    """Go through the lines of a journal.

    Args:
        journal: as it was read.
        ids: of the plan's commands, in order.

    Raises:
        JournalError: if a line tells of a command that the plan does not have.
    """
    records: dict[int, Record] = {}
    seams: list[Mapping[str, Any]] = []
    following: list[int] = []
    last = 0
    for number, line in enumerate(journal.lines, 2):
        if line["type"] == "resumed":
            seams.append(line)
            following.append(0)
            _resume(records, line, ids)
        elif "n" in line:
            n = int(line["n"])  # 1.0 is a whole number to JSON
            is_hidden = HIDDEN in line["id"]  # an id that holds a secret
            if n > len(ids) or (ids[n - 1] != line["id"] and not is_hidden):
                message = "this line tells of a command that the plan does not have"
                hint = "a journal is to be left as it was written"
                raise JournalError([Problem(RULE, journal.name, number, 1, "", message, hint)])
            records.setdefault(n, Record()).take(line)
            last = max(last, n)
            if following and not following[-1]:
                following[-1] = n
    for record in records.values():
        record.end_part()
    return History(records, tuple(seams), tuple(following), last)


def _resume(records: Mapping[int, Record], line: Mapping[str, Any], ids: Sequence[str]) -> None:
    places = {identity: n for n, identity in enumerate(ids, 1)}
    for record in records.values():
        record.end_part()
        if line["retry_failed"] and record.has_failed:
            record.retry()
    for word in line["settled"]:
        known = records.get(places.get(word["id"], 0))
        if known is not None:
            known.settle(word["word"])


def pasts(history: History, commands: Sequence[Command]) -> dict[int, Past]:
    """Give what is known of each command, by its place in the plan, from 0.

    Args:
        history: of the journal.
        commands: of its plan, made again.
    """
    steps: dict[str, int] = {}
    for place, command in enumerate(commands):
        steps[command.step] = place  # the last one of each
    return {
        n - 1: _past(record, commands[n - 1], went_on=history.last_begun - 1 > last)
        for n, record in sorted(history.records.items())
        for last in (steps[commands[n - 1].step],)
    }


def _past(record: Record, command: Command, *, went_on: bool) -> Past:
    """Give what is known of one command; `went_on` is whether a later step was begun."""
    past = Past(
        attempts=tuple(record.attempts),
        accepted=record.accepted,
        in_flight_since=record.in_flight_since,
        doubt=record.doubt,
        in_doubt=record.in_doubt,
        before=record.before,
        since=tuple(record.since),
        url=record.url,
        settled=record.settled,
    )
    line = record.result
    if line is not None and (went_on or not line["open"]):
        result = CommandResult(
            command,
            Outcome(line["outcome"]),
            past.attempts,
            line["message"],
            line["url"],
            state_before=_state(line["state_before"]),
            state_after=_state(line["state_after"]),
            waited=line["waited_s"],
            of_service=line["of_service"],
            settled=record.settled,
        )
        return Past(result=result)
    if record.refused is not None:
        message = f"the API refused the command. It says: {record.refused}"
        outcome = Outcome.UNKNOWN if record.in_doubt else Outcome.FAILED
        result = CommandResult(command, outcome, past.attempts, message, settled=record.settled)
        return Past(result=result)
    return past


def _state(word: str | None) -> State | None:
    return None if word is None else State(word)


def _offset(text: str) -> str:
    """Python before 3.11 does not read the `Z` of RFC 3339."""
    return text.replace("Z", "+00:00")
