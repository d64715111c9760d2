"""Narrows the commands down to those of `--only` and from `--from` on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runner.errors import UsageError
from runner.printable import quoted
from runner.validate.suggest import closest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.plan.command import Command
    from runner.plan.plan import Selection


_MOST_NUMBERS = 12
_PART_OF_DESIRED = re.compile(r"(#desired\.[0-9]+)\.[0-9]+\Z")


def select(commands: Sequence[Command], selection: Selection) -> tuple[Command, ...]:
    """Give the selected commands, in the order of the files whatever order they are named in.

    Raises:
        UsageError: if an id is named that no command has. (A typing error that made a run send
            nothing, and end with 0, would look like success.)
    """
    positions = {command.id: n for n, command in enumerate(commands)}
    only = {_entry(identity) for identity in selection.only}
    start = None if selection.start is None else _entry(selection.start)
    for option, ids in (("--only", sorted(only)), ("--from", [start])):
        for identity in ids:
            if identity is not None and identity not in positions:
                raise UsageError(_unknown(option, identity, list(positions)))
    chosen = commands[0 if start is None else positions[start] :]
    if only:
        chosen = [command for command in chosen if command.id in only]
    return tuple(chosen)


def _entry(identity: str) -> str:
    """Give the id of the entry that a command was made for: a desired state is one (rule R8)."""
    return _PART_OF_DESIRED.sub(r"\1", identity)


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
    if not known:
        return "no command is left to select from"
    ends = [it for it in known if it.endswith(f"#{number}")]
    meant = closest(identity, ends) or (ends[0] if len(ends) == 1 else None)
    if meant is not None:
        return f"did you mean {quoted(meant, 200)}?"
    return f"an id is a path and a number, such as {quoted(known[0], 200)}"
