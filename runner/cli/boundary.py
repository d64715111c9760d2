"""The one place where errors become a line on stderr and an exit code."""

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
    """Run the command line and give its exit code, whatever is raised inside."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a name that the terminal's encoding lacks must not end a run
            reconfigure(errors="backslashreplace")
    try:
        return int(app(arguments, prog_name="campaign-runner", standalone_mode=False) or 0)
    except _UsageError as error:
        _show_usage_error(error)
        return ExitCode.USAGE
    except RunnerError as error:
        _say("error: " + "\n".join(printable(line) for line in str(error).split("\n")))
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        _say("error: interrupted")
        return ExitCode.UNSETTLED
    except BrokenPipeError:  # whoever read our output has had enough, as in `plan ... | head`
        _silence_stdout()
        return ExitCode.BROKEN
    except OSError as error:
        _say(f"error: {printable(str(error))}")
        return ExitCode.BROKEN


def _show_usage_error(error: Any) -> None:
    """Say what is wrong in the words of the command line's library, with the usage."""
    error.show()


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - there is no Output here any more


def _silence_stdout() -> None:
    """Python would complain when it flushes stdout on its way out."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
