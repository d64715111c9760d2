"""Reads workflow commands as GitHub's runner does (`src/Runner.Common/ActionCommand.cs`)."""

from __future__ import annotations

from dataclasses import dataclass

_DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
_PROPERTIES = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))


@dataclass(frozen=True)
class Command:
    """One command that the runner would obey."""

    name: str
    properties: dict[str, str]
    message: str


def obeyed(line: str) -> Command | None:
    """Give the command that a line is; None for a line that only is logged."""
    line = line.lstrip()
    if not line.startswith("::"):
        return None
    end = line.find("::", 2)
    if end < 0:
        return None
    name, _, given = line[2:end].partition(" ")
    pairs = [it.split("=", 1) for it in given.strip().split(",") if it]
    properties = {it[0]: _unescaped(it[1], _PROPERTIES) for it in pairs if len(it) == 2}
    return Command(name, properties, _unescaped(line[end + 2 :], _DATA))


def _unescaped(text: str, escapes: tuple[tuple[str, str], ...]) -> str:
    for escaped, plain in escapes:
        text = text.replace(escaped, plain)
    return text
