"""Narrows the commands down to those of `--only` and from `--from` on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.errors import UsageError
from runner.printable import quoted
from runner.validate.suggest import closest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.plan.plan import Command, Selection


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
    near = closest(identity, known)
    hint = f"did you mean {quoted(near, 200)}?" if near else "`campaign-runner plan` shows the ids"
    return f"{option}: there is no command {quoted(identity, 200)}; {hint}"
