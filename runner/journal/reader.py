"""Reads a journal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from runner.errors import JournalError
from runner.printable import printable
from runner.problems import Problem, file_problem
from runner.schemas import schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RULE = "journal"
_LARGEST = 1024 * 1024 * 1024  # bytes; that of 100,000 commands has some 150 MB
_ANEW = "nothing was sent by it; begin a new run"
_NOT_OURS = "name the journal of a run, as it was written; each is in .campaign-runner/"


@dataclass(frozen=True, slots=True)
class Journal:
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
        raise _refused(name, "this is not a file", "name a journal, as in .campaign-runner/")
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise _refused(name, f"the journal cannot be read: {reason}", "check the path") from error
    if len(data) > _LARGEST:
        raise _refused(name, f"the journal is larger than {_LARGEST:,} bytes", _NOT_OURS)
    whole = data.rfind(b"\n") + 1
    if not whole:
        raise _refused(name, "there is no whole line in it, so that nothing was sent", _ANEW)
    lines = list(_values(data[:whole], name))
    header = lines[0]
    if header["type"] != "header":
        raise _refused(name, "its first line is no header", _NOT_OURS)
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
        _check_version(value, name)
        if not validator.is_valid(value):
            raise _odd(name, number, "this is no line of a journal")
        yield value


def _check_version(value: Any, name: str) -> None:
    is_header = isinstance(value, dict) and value.get("type") == "header"
    version = value.get("schema_version") if is_header else None
    if isinstance(version, int) and version != 1:
        number = printable(str(version), 40)
        message = f"version {number} of the journal's format is not known to this campaign-runner"
        raise _refused(name, message, "use the campaign-runner that wrote it")


def _odd(name: str, number: int, message: str) -> JournalError:
    return JournalError([Problem(RULE, name, number, 1, "", message, _NOT_OURS)])


def _refused(name: str, message: str, hint: str) -> JournalError:
    return JournalError([file_problem(RULE, name, message, hint)])
