"""The order of a plan as a picture: steps from top to bottom, one lane for each organization."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from runner.durations import format_duration
from runner.plural import counted
from runner.printable import printable
from runner.render.titles import subject
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runner.plan.command import Command
    from runner.plan.plan import Plan

MOST_STAGES = 40
_MOST_LANES = 4
_MOST_CHIP_ROWS = 3
_ONE_WIDE, _LANE_WIDE, _LANE_GAP = 640, 330, 26
_HEAD, _NAME, _CHIP, _PAD, _GAP = 30, 18, 26, 10, 30
_PILL = 24
_LETTER = 7.3  # of the widest letters that chips are written in
_MOST_LETTERS = 34


class Chip(Value, frozen=True):
    """One workflow of a step."""

    x: float
    y: float
    width: float
    text: str
    tells: str


class Stage(Value, frozen=True):
    """One step.

    Attributes:
        kind: the action; for what is desired, `ensure`.
        more: how many workflows have no chip.
        barrier: what is waited for after it; empty where nothing is.
        come: the line that leads here from the step before, as points; empty for the first one.
    """

    number: int
    kind: str
    title: str
    name: str
    x: float
    y: float
    width: float
    height: float
    chips: tuple[Chip, ...]
    more: str
    barrier: str
    pill: float
    come: str


class Diagram(Value, frozen=True):
    """All that the picture shows, in its own coordinates."""

    width: int
    height: float
    lanes: tuple[tuple[float, float, str], ...]
    stages: tuple[Stage, ...]
    describes: str
    left_out: int


def diagram(plan: Plan) -> Diagram | None:
    """Give the picture of a plan's order; None where there is nothing in it."""
    steps = [
        (kind, list(group))
        for (_, kind), group in groupby(plan.commands, lambda it: (it.step, it.action))
    ]
    if not steps:
        return None
    shown = steps[:MOST_STAGES]
    lanes = _lanes(shown)
    wide = _ONE_WIDE if len(lanes) == 1 else _LANE_WIDE
    top = 34.0 if len(lanes) > 1 else 6.0
    stages: list[Stage] = []
    for number, (kind, commands) in enumerate(shown, 1):
        lane = lanes.index(_lane_of(commands[0], lanes))
        x = lane * (wide + _LANE_GAP) + 1.0
        before = stages[-1] if stages else None
        stage = _stage(number, kind, commands, (x, top, wide), before)
        stages.append(stage)
        top = stage.y + stage.height + (_PILL + 8 if stage.barrier else 0) + _GAP
    places = ((n * (wide + _LANE_GAP) + 1.0, float(wide), name) for n, name in enumerate(lanes))
    return Diagram(
        width=len(lanes) * (wide + _LANE_GAP) - _LANE_GAP + 2,
        height=top - _GAP + 4,
        lanes=tuple(places) if len(lanes) > 1 else (),
        stages=tuple(stages),
        describes=_words(stages, len(steps)),
        left_out=len(steps) - len(shown),
    )


_OTHERS = "other organizations"


def _lanes(steps: Sequence[tuple[str, list[Command]]]) -> list[str]:
    """Give the organizations in order of appearance; of many, the last lane holds the others."""
    names = list(dict.fromkeys(_organization(commands[0]) for _, commands in steps))
    return names if len(names) <= _MOST_LANES else [*names[: _MOST_LANES - 1], _OTHERS]


def _organization(command: Command) -> str:
    return _short(command.organization or "no organization")


def _lane_of(command: Command, lanes: Sequence[str]) -> str:
    name = _organization(command)
    return name if name in lanes else _OTHERS


def _stage(
    number: int,
    kind: str,
    commands: list[Command],
    place: tuple[float, float, float],
    before: Stage | None,
) -> Stage:
    x, y, wide = place
    first = commands[0]
    name = _short(first.name or "", int(wide / 7))
    begin = y + _HEAD + (_NAME if name else 0)
    chips = list(_chips(commands, x, begin, wide)) if first.workflow is not None else []
    end = chips[-1].y + _CHIP if chips else begin
    return Stage(
        number=number,
        kind=kind,
        title=_title(kind, commands),
        name=name,
        x=x,
        y=y,
        width=wide,
        height=end - y + _PAD - (0 if chips else 4),
        chips=tuple(chips),
        more=f"and {len(commands) - len(chips):,} more" if len(commands) > len(chips) > 0 else "",
        barrier=_barrier(commands),
        pill=end + _PAD + (6 if chips else 2),
        come="" if before is None else _line(before, x, y, wide),
    )


def _chips(commands: Sequence[Command], x: float, y: float, wide: float) -> Iterator[Chip]:
    """Give as many workflows as there is room for, one beside the other."""
    left, row = x + 12, 0
    for command in commands:
        whole = printable(subject(command))
        text = _short(whole, _MOST_LETTERS)
        width = round(len(text) * _LETTER + 16, 1)
        if left + width > x + wide - 12 and left > x + 12:
            left, row = x + 12, row + 1
        if row == _MOST_CHIP_ROWS:
            return
        # The last row keeps room for the words that say how many are left out.
        if row == _MOST_CHIP_ROWS - 1 and left + width > x + wide - 110 and command != commands[-1]:
            return
        yield Chip(round(left, 1), round(y + row * _CHIP, 1), width, text, whole)
        left += width + 7


def _title(kind: str, commands: Sequence[Command]) -> str:
    first = commands[0]
    if first.pause is not None:
        return f"pause for {format_duration(first.pause)}"
    if kind == "ensure":
        undecided = any(it.decided is None for it in commands)
        return f"{'look at' if undecided else 'leave'} {counted(len(commands), 'workflow')}"
    return f"{kind} {counted(len(commands), 'workflow')}"


def _barrier(commands: Sequence[Command]) -> str:
    waits = list(dict.fromkeys(it.wait for it in commands if it.wait is not None))
    if not waits:
        return ""
    states = " or ".join(dict.fromkeys(str(it.until) for it in waits))
    most = format_duration(max(it.timeout for it in waits))
    return f"wait until {states}, at most {most}"


def _line(before: Stage, x: float, y: float, wide: float) -> str:
    begin_x = before.x + before.width / 2
    begin_y = before.pill + _PILL if before.barrier else before.y + before.height
    end_x = x + wide / 2
    middle = y - _GAP / 2
    points = [(begin_x, begin_y), (begin_x, middle), (end_x, middle), (end_x, y - 5)]
    return " ".join(f"{a:g},{b:g}" for a, b in dict.fromkeys(points))


def _short(text: str, most: int = _MOST_LETTERS) -> str:
    shown = printable(text)
    return shown if len(shown) <= most else shown[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _words(stages: Sequence[Stage], total: int) -> str:
    told = []
    for stage in stages[:12]:
        names = ", ".join(chip.text for chip in stage.chips)
        parts = [stage.title, f": {names}" if names else ""]
        parts += [f" {stage.more}" if stage.more else ""]
        parts += [f", then {stage.barrier}" if stage.barrier else ""]
        told.append(f"{stage.number}. {''.join(parts)}.")
    if total > len(told):
        told.append(f"{counted(total - len(told), 'more step')} in the table of commands.")
    return " ".join(told)
