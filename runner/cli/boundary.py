"""Parses one command line; what is wrong with it becomes words on stderr and an exit code."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import typer

from runner.errors import ExitCode, RunnerError
from runner.printable import printable

if TYPE_CHECKING:
    from typer import Typer

# typer gives out this class only as the base of one that it does.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]


def guarded(app: Typer, arguments: list[str]) -> int:
    """Run a command line and give its exit code.

    A command's own errors have become an exit code already, in `runner.cli.process`.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a name that the terminal's encoding lacks must not end a run
            reconfigure(errors="backslashreplace")
    if sys.stderr is None:  # the caller has closed it
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for good
    try:
        return int(app(arguments, prog_name="campaign-runner", standalone_mode=False) or 0)
    except _UsageError as error:
        _show_usage_error(error)
        return ExitCode.USAGE
    except RunnerError as error:  # an option that typer cannot judge
        print(f"error: {printable(str(error))}", file=sys.stderr)  # noqa: T201 - no Output yet
        return error.exit_code


def _show_usage_error(error: Any) -> None:
    """Say what is wrong in the words of the command line's library, with the usage."""
    error.show()
