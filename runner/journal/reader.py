"""Reads a journal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from runner.errors import JournalError
from runner.problems import Problem
from runner.schemas import schema
from runner.value import Value
from runner.written import Kind, check_version, read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RULE = "journal"
_ANEW = "nothing was sent by it; begin a new run"
_NOT_OURS = "name the journal of a run, as it was written; each is in .campaign-runner/"
_JOURNAL = Kind(
    name="journal",
    rule=RULE,
    error=JournalError,
    largest=1024 * 1024 * 1024,  # that of 100,000 commands has some 150 MB
    remedy=_NOT_OURS,
    other_version="use the campaign-runner that wrote it",
)


class Journal(Value, frozen=True):
    """A journal as it stands on disk.

    Attributes:
        name: what people call it.
        header: the first line.
        lines: all others, valid by `schema/journal.schema.json`.
        whole: bytes of the whole lines; a torn one after them counts as never written.
    """

    path: Path
    name: str
    header: dict[str, Any]
    lines: tuple[dict[str, Any], ...]
    whole: int

    @property
    def end(self) -> dict[str, Any] | None:
        """The last line, where the run has come to its end; None where a resume goes on."""
        last = self.lines[-1] if self.lines else None
        return last if last is not None and last["type"] == "finished" else None

    @property
    def is_of_sandbox(self) -> bool:
        """Whether the run was one against the embedded sandbox."""
        return bool(self.header["target"]["sandbox"])


def read_journal(path: Path, name: str) -> Journal:
    """Read a journal.

    Args:
        path: where it is.
        name: what people call it.

    Raises:
        JournalError: if it cannot be read, is none of this version, or has no whole header.
    """
    if path.exists() and not path.is_file():
        raise _JOURNAL.refuse(name, "this is not a file", "name a journal, as in .campaign-runner/")
    data = read_bytes(_JOURNAL, path, name)
    whole = data.rfind(b"\n") + 1
    if not whole:
        raise _JOURNAL.refuse(name, "there is no whole line in it, so that nothing was sent", _ANEW)
    lines = list(_values(data[:whole], name))
    header = lines[0]
    if header["type"] != "header":
        raise _JOURNAL.refuse(name, "its first line is no header")
    for number, line in enumerate(lines[1:], 2):
        if line["type"] == "header":
            raise _odd(name, number, "here begins the journal of another run")
    return Journal(path, name, header, tuple(lines[1:]), whole)


def _values(data: bytes, name: str) -> Iterator[dict[str, Any]]:
    validator = jsonschema_rs.Draft202012Validator(schema("journal"), validate_formats=True)
    for number, text in enumerate(data.splitlines(), 1):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            raise _odd(name, number, "this is no line of JSON") from None
        if isinstance(value, dict) and value.get("type") == "header":
            check_version(_JOURNAL, value.get("schema_version"), 1, name)
        if not validator.is_valid(value):
            raise _odd(name, number, "this is no line of a journal")
        yield value


def _odd(name: str, number: int, message: str) -> JournalError:
    return JournalError([Problem(RULE, name, number, 1, "", message, _NOT_OURS)])
