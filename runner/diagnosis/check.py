"""One finding of `doctor`."""

from __future__ import annotations

from enum import Enum

from runner.value import Value


class Result(str, Enum):
    """Whether something is in order."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"

    def __str__(self) -> str:
        """Give the plain word, on every Python version."""
        return str(self.value)


class Check(Value, frozen=True):
    """What was looked at, and what was found.

    Attributes:
        area: the heading it stands under, such as `Secrets`.
        subject: what was looked at, such as a reference or a workflow.
        message: what was found.
        remedy: what to do; empty where nothing is to be done.
        who: who can do it: you, your Adobe administrator, Adobe; empty where nothing is to be done.
        yaml: lines to write into the file; empty where there are none.
    """

    area: str
    subject: str
    result: Result
    message: str
    remedy: str = ""
    who: str = ""
    yaml: tuple[str, ...] = ()
