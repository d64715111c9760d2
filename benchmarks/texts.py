"""The files that are measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_COMMANDS = ("start", "pause", "resume", "stop")
_HEAD = "version: 1\norganization: acme\n"
_LIMITS = "guardrails: {max_commands: 200000, max_active: 200000}\n"

TEN_LINES = f"""{_HEAD}actions:
  - name: Drain the old journey
    stop: [WKF101, WKF102]
  - start: WKF201
  - pause: WKF7
    on_failure: continue
  - resume: [WKF8, WKF9]
guardrails: {{max_commands: 100}}
"""


def actions(number: int, first: int = 0) -> str:
    """Give a valid file with this many actions of one command each."""
    listed = (
        f"  - name: Step {n}\n    {_COMMANDS[n % 4]}: WKF{n}\n"
        for n in range(first, first + number)
    )
    return f"{_HEAD}{_LIMITS}actions:\n{''.join(listed)}"


def with_errors(number: int, errors: int) -> str:
    """Give a file with this many actions, of which some have a key that does not exist."""
    every = number // errors
    listed = (
        f"  - name: Step {n}\n    {'strat' if n % every == 0 else 'start'}: WKF{n}\n"
        for n in range(number)
    )
    return f"{_HEAD}{_LIMITS}actions:\n{''.join(listed)}"


def folder(path: Path, files: int, each: int) -> Path:
    """Write a folder of valid files."""
    path.mkdir()
    for n in range(files):
        text = actions(each, n * each)
        (path / f"{n:04}.yaml").write_text(text, encoding="utf-8")
    return path
