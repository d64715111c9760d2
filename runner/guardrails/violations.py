"""What breaks a guardrail, and the problem that people are shown for it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from runner.plural import counted
from runner.printable import printable
from runner.problems import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from runner.plan.command import Command
    from runner.validate.guardrails import Spot

MOST = 50  # problems for one guardrail
MOST_EACH = 3  # of them for one workflow
_MOST_SPOTS = 3


class Violation(NamedTuple):
    """One command that a guardrail refuses.

    Attributes:
        guardrail: its name.
        command: that breaks it, or goes beyond it.
        spots: where the guardrail is set.
        message: what is wrong.
        instead: what the author of the command can do, as the first words of a hint.
    """

    guardrail: str
    command: Command
    spots: Sequence[Spot]
    message: str
    instead: str

    def problem(self) -> Problem:
        """Give the problem at the command."""
        hint = remedy(self.guardrail, self.spots, self.instead)
        return at_command(self.command, self.guardrail, self.message, hint, Severity.ERROR)


def at_command(
    command: Command, guardrail: str, message: str, hint: str, severity: Severity
) -> Problem:
    """Give a problem where a command stands."""
    pointer = f"desired.{command.workflow}" if command.desired is not None else ""
    place = (command.file, command.line, command.column)
    return Problem(guardrail, *place, pointer, message, hint, severity)


def remedy(guardrail: str, spots: Iterable[Spot], instead: str) -> str:
    """Say what to do about a refusal: something else, a reviewed change, or an override."""
    places = list(dict.fromkeys(f"{printable(it.file)}:{it.line}" for it in spots))
    more = f" and {len(places) - _MOST_SPOTS} more" if len(places) > _MOST_SPOTS else ""
    where = ", ".join(places[:_MOST_SPOTS]) + more
    return (
        f"{instead}, change `{guardrail}` at {where} in a reviewed change, or run with"
        f" --override {guardrail} --reason TEXT"
    )


def problems(violations: Iterable[Violation]) -> Iterator[Problem]:
    """Give the problems of one guardrail: the first few of each workflow, and how many more."""
    shown = 0
    of_workflow: Counter[object] = Counter()
    left: list[Violation] = []
    for it in violations:
        of_workflow[it.command.key] += 1
        if shown < MOST and of_workflow[it.command.key] <= MOST_EACH:
            shown += 1
            yield it.problem()
        else:
            left.append(it)
    if left:
        first = left[0]
        count = counted(len(left), "more command")
        verb = "is" if len(left) == 1 else "are"
        message = f"{count} {verb} refused by `{first.guardrail}`, from here on"
        yield first._replace(message=message).problem()
