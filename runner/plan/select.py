"""Narrows the commands down to those of `--only` and from `--from` on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.errors import UsageError
from runner.printable import quoted
from runner.validate.suggest import closest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.plan.command import Command
    from runner.plan.plan import Selection


_MOST_NUMBERS = 12


def select(commands: Sequence[Command], selection: Selection) -> tuple[Command, ...]:
    """Give the selected commands, in the order of the files whatever order they are named in.

    Raises:
        UsageError: if an id is named that no command has. (A typing error that made a run send
            nothing, and end with 0, would look like success.)
    """
    positions = {command.id: n for n, command in enumerate(commands)}
    for option, ids in (("--only", selection.only), ("--from", [selection.start])):
        for identity in ids:
            if identity is not None and identity not in positions:
                raise UsageError(_unknown(option, identity, list(positions)))
    first = 0 if selection.start is None else positions[selection.start]
    chosen = commands[first:]
    if selection.only:
        chosen = [command for command in chosen if command.id in selection.only]
    return tuple(chosen)


def _unknown(option: str, identity: str, known: list[str]) -> str:
    hint = _hint(identity, known)
    return f"{option}: there is no command {quoted(identity, 200)}; {hint}"


def _hint(identity: str, known: list[str]) -> str:
    """Point to what was meant, but never to another command of the same file."""
    document, _, number = identity.rpartition("#")
    numbers = [it.rpartition("#")[2] for it in known if it.rpartition("#")[0] == document]
    if numbers:
        more = ", ..." if len(numbers) > _MOST_NUMBERS else ""
        return f"{quoted(document, 200)} has {', '.join(numbers[:_MOST_NUMBERS])}{more}"
    ends = [it for it in known if it.endswith(f"#{number}")]
    meant = closest(identity, ends) or (ends[0] if len(ends) == 1 else None)
    if meant is not None:
        return f"did you mean {quoted(meant, 200)}?"
    return f"an id is a path and a number, such as {quoted(known[0], 200)}"
