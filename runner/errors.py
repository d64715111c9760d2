"""The exit codes, and the one family of errors that end a command with one of them."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from runner.plural import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from runner.problems import Problem


class ExitCode(IntEnum):
    """How a command ended, for the shell and for pipelines."""

    DONE = 0
    FAILED = 1
    CHANGES = 2
    INVALID = 3
    CREDENTIALS = 4
    GUARDRAIL = 5
    UNSETTLED = 6
    BROKEN = 7
    USAGE = 64


EXIT_CODE_MEANINGS = {
    ExitCode.DONE: "done",
    ExitCode.FAILED: (
        "a command failed, or the deadline, the service or a closed window ended the run;"
        " of status and doctor: something was found"
    ),
    ExitCode.CHANGES: "--detailed-exitcode only: there is something to do",
    ExitCode.INVALID: "invalid configuration or plan, nothing sent",
    ExitCode.CREDENTIALS: "credentials missing or rejected",
    ExitCode.GUARDRAIL: "a guardrail refused, nothing sent",
    ExitCode.UNSETTLED: "interrupted, or an outcome is unknown",
    ExitCode.BROKEN: "the runner itself could not go on",
    ExitCode.USAGE: "wrong usage",
}


class RunnerError(Exception):
    """An expected end of a command: one message for a person and an exit code."""

    exit_code = ExitCode.BROKEN


class UsageError(RunnerError):
    """The command line itself is wrong."""

    exit_code = ExitCode.USAGE


class InvalidConfigError(RunnerError):
    """The files do not make a valid configuration; `problems` says where and why."""

    exit_code = ExitCode.INVALID

    def __init__(self, problems: Sequence[Problem]) -> None:
        count = sum(problem.is_error for problem in problems)
        super().__init__(f"{counted(count, 'problem')} in the configuration")
        self.problems = tuple(problems)


class ModifiedFilesError(InvalidConfigError):
    """Files were modified whose actions run only where they are new; `problems` says which."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.args = (f"{counted(len(problems), 'modified file')} with actions",)


class ReviewedPlanError(InvalidConfigError):
    """The reviewed plan is none, or not what would run now; `problems` says why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        count = sum(problem.is_error for problem in problems)
        self.args = (f"{counted(count, 'problem')} with the reviewed plan",)


class ReportError(InvalidConfigError):
    """What is to be shown is no report that is understood; `problems` says why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        count = sum(problem.is_error for problem in problems)
        self.args = (f"{counted(count, 'problem')} with the report",)


class JournalError(InvalidConfigError):
    """The journal cannot be gone on with; `problems` says why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        count = sum(problem.is_error for problem in problems)
        self.args = (f"{counted(count, 'problem')} with the journal",)


class GuardrailError(RunnerError):
    """Guardrails refuse a whole plan; `problems` says where and why."""

    exit_code = ExitCode.GUARDRAIL

    def __init__(self, problems: Sequence[Problem]) -> None:
        count = len({problem.rule for problem in problems if problem.is_error})
        verb = "refuses" if count == 1 else "refuse"
        super().__init__(f"{counted(count, 'guardrail')} {verb} this plan")
        self.problems = tuple(problems)


class CredentialsError(RunnerError):
    """A secret is missing, unusable, or was rejected by Adobe."""

    exit_code = ExitCode.CREDENTIALS


class BrokenError(RunnerError):
    """The runner cannot go on for a reason of its own: a full disk, a file it may not write."""

    exit_code = ExitCode.BROKEN


class LostPartError(RunnerError):
    """Nobody told what became of a part of the run; what its journal says counts.

    Attributes:
        is_under_way: whether somebody may still be sending what its journal does not show.
        interrupted: whether it was given up since somebody asked to stop.
    """

    exit_code = ExitCode.UNSETTLED

    def __init__(
        self, message: str, *, is_under_way: bool = False, interrupted: bool = False
    ) -> None:
        super().__init__(message)
        self.is_under_way = is_under_way
        self.interrupted = interrupted


class RunFailedError(RunnerError):
    """A run that a program asked for did not come to a good end.

    Attributes:
        exit_code: that of the run.
        report: what came of it, as `schema/report.schema.json` describes it.
    """

    def __init__(self, message: str, exit_code: ExitCode, report: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.report = report


class InterruptedRunError(RunnerError):
    """A person or the system asked the command to stop."""

    exit_code = ExitCode.UNSETTLED
