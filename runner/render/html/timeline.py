"""The timeline of a run: when each command was sent, tried again and waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.durations import format_duration
from runner.plural import counted
from runner.printable import printable
from runner.render.html.rows import subject
from runner.render.html.scale import Scale
from runner.render.html.words import OUTCOMES, Look, clock, moment, outcome_look, span
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

MOST_LANES = 40
COLUMNS = 100
WIDTH, LEFT, RIGHT = 1000, 210, 90
_LANE, _TOP, _COLUMN_HEIGHT = 24, 26, 90
_LEAST_WIDTH = 3.0
_LABEL = 28


class Bar(Value, frozen=True):
    """A stretch of time in a lane.

    Attributes:
        kind: `sent`, `missed` (an attempt that brought no success), `wait` or `again` (between two
            attempts).
        tells: what it is, for who points at it.
    """

    kind: str
    x: float
    width: float
    tells: str


class Lane(Value, frozen=True):
    """One command."""

    y: int
    label: str
    look: Look
    bars: tuple[Bar, ...]


class Stack(Value, frozen=True):
    """A part of a column: how many commands of one outcome began in a stretch of time."""

    look: Look
    x: float
    y: float
    width: float
    height: float
    tells: str


class Timeline(Value, frozen=True):
    """All that the picture shows, in its own coordinates.

    Attributes:
        ticks, cuts: places with their labels.
        seams: where a resumed run went on.
        describes: the picture in words.
        left_out: what the lanes do not show; empty where they show everything.
    """

    width: int
    height: int
    top: int
    left: int
    lanes: tuple[Lane, ...]
    stacks: tuple[Stack, ...]
    most: int
    ticks: tuple[tuple[float, str], ...]
    cuts: tuple[tuple[float, float, str], ...]
    seams: tuple[float, ...]
    describes: str
    left_out: str


class _Times(Value, frozen=True):
    """When something happened to one command, in seconds from the start."""

    command: Mapping[str, Any]
    parts: tuple[tuple[str, float, float, str], ...]

    @property
    def begin(self) -> float:
        return self.parts[0][1]

    @property
    def length(self) -> float:
        return max(it[2] for it in self.parts) - self.begin

    @property
    def outcome(self) -> str:
        return str(self.command.get("outcome", ""))


def timeline(report: Mapping[str, Any]) -> Timeline | None:
    """Give the timeline of a run; None where nothing was sent."""
    started = moment(report.get("started_at"))
    commands = report.get("commands") or ()
    if started is None:
        return None
    known = list(_times(commands, started))
    if not known:
        return None
    end = max(max(part[2] for part in it.parts) for it in known)
    finished = moment(report.get("finished_at"))
    if finished is not None:
        end = max(end, (finished - started).total_seconds())
    busy = [(part[1], part[2]) for it in known for part in it.parts]
    scale = Scale(busy, end, WIDTH - LEFT - RIGHT)
    many = len(known) > MOST_LANES
    top = _TOP + (_COLUMN_HEIGHT + 20 if many else 0)
    shown = _chosen(known) if many else known
    stacks, most = _stacks(known, scale) if many else ((), 0)
    return Timeline(
        width=WIDTH,
        height=top + _LANE * len(shown) + 8,
        top=_TOP,
        left=LEFT,
        lanes=tuple(_lane(place, it, scale, top) for place, it in enumerate(shown)),
        stacks=stacks,
        most=most,
        ticks=tuple((LEFT + scale.place(it), _tick(it)) for it in scale.ticks()),
        cuts=tuple(
            (LEFT + it.left, LEFT + it.right, span(it.end - it.begin))
            for it in scale.pieces
            if it.is_cut
        ),
        seams=tuple(LEFT + scale.place(it) for it in _seams(report, started)),
        describes=_words(report, known, end),
        left_out=_left_out(len(known), len(shown)) if many else "",
    )


def _times(commands: Sequence[Mapping[str, Any]], started: datetime) -> Iterator[_Times]:
    ends: dict[str, float] = {}  # when the last command of an action was answered
    for command in commands:
        for attempt in command.get("attempts") or ():
            at = moment(attempt.get("at"))
            if at is not None:
                end = (at - started).total_seconds() + (attempt.get("duration_s") or 0)
                key = _step(command)
                ends[key] = max(ends.get(key, 0.0), end)
    reached = 0.0
    for command in commands:
        parts = tuple(_parts(command, started, ends.get(_step(command), reached), reached))
        if parts:
            yield _Times(command, parts)
            reached = max(reached, *(it[2] for it in parts))


def _step(command: Mapping[str, Any]) -> str:
    """Give what a command is waited for with: its action, or its round of desired states (R8)."""
    document, _, number = str(command.get("id", "")).rpartition("#")
    parts = number.split(".")
    if parts[0] == "desired":
        return f"{document}#desired:{parts[2] if len(parts) > 2 else 1}"
    return f"{document}#{parts[0]}"


def _parts(
    command: Mapping[str, Any], started: datetime, answered: float, reached: float
) -> Iterator[tuple[str, float, float, str]]:
    before: float | None = None
    for attempt in command.get("attempts") or ():
        at = moment(attempt.get("at"))
        if at is None:
            continue
        begin = max(0.0, (at - started).total_seconds())
        if before is not None and begin > before:
            yield "again", before, begin, f"{span(begin - before)} until it was sent again"
        before = begin + (attempt.get("duration_s") or 0)
        error = attempt.get("error")
        status = attempt.get("status") or "no answer"
        told = f"{clock(attempt.get('at'))}: {status} after {span(before - begin)}"
        yield ("missed" if error else "sent"), begin, before, f"{told}. {error}" if error else told
    waited = command.get("waited_s")
    if waited:
        begin = reached if command.get("pause_s") is not None else max(answered, before or 0.0)
        verb = "paused" if command.get("pause_s") is not None else "waited"
        yield "wait", begin, begin + waited, f"{verb} {span(waited)}"


def _lane(place: int, it: _Times, scale: Scale, top: int) -> Lane:
    bars = []
    for kind, begin, end, tells in it.parts:
        x = scale.place(begin)
        width = max(scale.place(end) - x, _LEAST_WIDTH)
        x = min(x, WIDTH - LEFT - RIGHT - width)
        bars.append(Bar(kind, round(LEFT + x, 1), round(width, 1), tells))
    label = _label(it.command)
    return Lane(top + _LANE * place, label, outcome_look(it.outcome), tuple(bars))


def _label(command: Mapping[str, Any]) -> str:
    """Give a command in a few characters; what is cut stands in the table."""
    text = printable(f"{command.get('action', '')} {subject(command)}")
    return text if len(text) <= _LABEL else text[: _LABEL - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _chosen(known: Sequence[_Times]) -> list[_Times]:
    """Give those that have a lane: what a person should look at first, then what took longest."""

    def interest(numbered: tuple[int, _Times]) -> tuple[bool, bool, float]:
        it = numbered[1]
        calm = it.outcome not in ("failed", "unknown")
        return calm, all(part[0] != "missed" for part in it.parts), -it.length

    first = sorted(enumerate(known), key=interest)[:MOST_LANES]
    return [it for _, it in sorted(first, key=lambda numbered: numbered[0])]


def _stacks(known: Sequence[_Times], scale: Scale) -> tuple[tuple[Stack, ...], int]:
    """Give the columns: how many commands began when, and what came of them."""
    wide = (WIDTH - LEFT - RIGHT) / COLUMNS
    counts: dict[int, dict[str, int]] = {}
    for it in known:
        column = min(int(scale.place(it.begin) / wide), COLUMNS - 1)
        outcomes = counts.setdefault(column, {})
        outcomes[it.outcome] = outcomes.get(it.outcome, 0) + 1
    most = max(sum(outcomes.values()) for outcomes in counts.values())
    order = list(OUTCOMES)
    made = []
    for column, outcomes in sorted(counts.items()):
        y = float(_TOP + _COLUMN_HEIGHT)
        for outcome in sorted(outcomes, key=lambda it: order.index(it) if it in order else -1):
            look, number = outcome_look(outcome), outcomes[outcome]
            height = round(max(_COLUMN_HEIGHT * number / most, 1.0), 1)
            y = round(y - height, 1)
            x = round(LEFT + column * wide, 1)
            tells = f"{counted(number, 'command')}: {look.word}"
            made.append(Stack(look, x, y, round(wide - 1, 1), height, tells))
    return tuple(made), most


def _seams(report: Mapping[str, Any], started: datetime) -> Iterator[float]:
    for seam in report.get("resumed") or ():
        at = moment(seam.get("at"))
        if at is not None:
            yield max(0.0, (at - started).total_seconds())


def _tick(second: float) -> str:
    return f"+{format_duration(second)}" if second else "start"


def _words(report: Mapping[str, Any], known: Sequence[_Times], end: float) -> str:
    attempts = sum(len(it.command.get("attempts") or ()) for it in known)
    longest = max(known, key=lambda it: it.length)
    return (
        f"From {clock(report.get('started_at'))} UTC on, in {span(end)}: "
        f"{counted(len(known), 'step')} with {counted(attempts, 'attempt')}. "
        f"{_label(longest.command)} took longest, {span(longest.length)}. "
        "The table of commands holds the same figures."
    )


def _left_out(known: int, shown: int) -> str:
    return (
        f"The columns count all {known:,} steps by when they began. {shown} of them have a line of "
        "their own: those that failed or are unknown, then those that were tried again, then those "
        "that took longest. The others are in the table."
    )
