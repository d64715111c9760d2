"""The one place where errors become words on stderr and an exit code."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import TYPE_CHECKING, Any

import typer

from runner.errors import ExitCode, GuardrailError, InvalidConfigError, RunnerError
from runner.printable import printable
from runner.render.output import silence

if TYPE_CHECKING:
    from collections.abc import Callable

    from typer import Typer

    from runner.commands.surroundings import Surroundings

# typer gives out this class only as the base of one that it does.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]

_TYPER_INTERRUPTED = 130  # what typer makes of a Ctrl-C while it still reads the command line


def guarded(app: Typer, arguments: list[str]) -> int:
    """Parse a command line, run what it says, and give the exit code."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a name that the terminal's encoding lacks must not end a run
            reconfigure(errors="backslashreplace")
    if sys.stderr is None:  # the caller has closed it
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for good
    if sys.stdout is None:
        sys.stdout = _Closed()
    try:
        return _code(app(arguments, prog_name="campaign-runner", standalone_mode=False))
    except _UsageError as error:
        _show_usage_error(error)
        return ExitCode.USAGE
    except RunnerError as error:  # an option that typer cannot judge
        _say(str(error))
        return error.exit_code
    except OSError as error:  # help or a schema that nobody can read
        silence(sys.stdout)
        _say(f"standard output cannot be written: {error.strerror}")
        return ExitCode.BROKEN
    except SystemExit as ended:
        if not ended.code:  # how completion for shells ends
            return ExitCode.DONE
        silence(sys.stdout)  # what typer makes of a reader that has gone away
        return ExitCode.BROKEN


def _code(given: Any) -> int:
    if given == _TYPER_INTERRUPTED:
        _say("interrupted")
        return ExitCode.UNSETTLED
    return int(given or 0)


def carry_out(command: Callable[[Surroundings], ExitCode], around: Surroundings) -> int:
    """Run one command, and give its exit code whatever is raised inside."""
    output = around.output
    try:
        return command(around)
    except RunnerError as error:
        if isinstance(error, (InvalidConfigError, GuardrailError)):
            output.problems(error.problems)
        output.error("\n".join(printable(line) for line in str(error).split("\n")))
        return error.exit_code
    except KeyboardInterrupt:
        output.error("interrupted")
        return ExitCode.UNSETTLED
    except BrokenPipeError:  # whoever read our output has had enough, as in `plan ... | head`
        return ExitCode.BROKEN
    except OSError as error:
        output.error(printable(str(error)))
        return ExitCode.BROKEN
    except Exception as error:  # noqa: BLE001 - a bug is not to look like a command that failed
        output.fault(error)
        return ExitCode.BROKEN


class _Closed(io.StringIO):
    """Stands for a standard output that the caller has closed."""

    def write(self, _text: str) -> int:
        raise OSError(errno.EBADF, "standard output is closed")


def _show_usage_error(error: Any) -> None:
    """Say what is wrong in the words of the command line's library, with the usage."""
    error.show()


def _say(text: str) -> None:
    print(f"error: {printable(text)}", file=sys.stderr)  # noqa: T201 - there is no Output yet
