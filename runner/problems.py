"""What is wrong in a file: where, what, and what to write instead."""

from __future__ import annotations

from enum import Enum

from runner.value import Value


class Severity(str, Enum):
    """Whether a problem refuses the file or only warns."""

    ERROR = "error"
    WARNING = "warning"


class Problem(Value, frozen=True):
    """One finding in one file.

    Attributes:
        rule: the short name of the broken rule, stable across versions.
        file: the path as commands show it.
        line: 1 for the first line; 1 also where the whole file is meant.
        column: 1 for the first character.
        pointer: the place in the document, such as `actions[0].start`; empty for the whole.
        message: what is wrong, without a full stop.
        hint: what to write instead; empty where nothing can be said.
    """

    rule: str
    file: str
    line: int
    column: int
    pointer: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR

    @property
    def is_error(self) -> bool:
        """Whether the file is refused for this."""
        return self.severity is Severity.ERROR


def file_problem(rule: str, file: str, message: str, hint: str = "") -> Problem:
    """Give a problem of a file as a whole, placed at its first character."""
    return Problem(rule, file, 1, 1, "", message, hint)


def file_warning(rule: str, file: str, message: str, hint: str = "") -> Problem:
    """Give a warning about a file as a whole, placed at its first character."""
    return Problem(rule, file, 1, 1, "", message, hint, Severity.WARNING)
