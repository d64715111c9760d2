"""The one place where errors become words on stderr and an exit code."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import TYPE_CHECKING, Any

from runner.errors import ExitCode, GuardrailError, InvalidConfigError, RunnerError
from runner.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.commands.surroundings import Surroundings

_TYPER_INTERRUPTED = 130  # what typer makes of a Ctrl-C while it still reads the command line


def guarded(line: Callable[[], Any]) -> int:
    """Run one command line, and give its exit code; nothing is raised.

    Args:
        line: reads it and runs what it says.
    """
    _prepare_streams()
    try:
        return _code(line())
    except KeyboardInterrupt:  # while the line was read
        return _code(_TYPER_INTERRUPTED)
    except RunnerError as error:  # an option that typer cannot judge
        _say(str(error))
        return error.exit_code
    except OSError as error:  # help or a schema that nobody can read
        _silence_stdout()
        if not isinstance(error, BrokenPipeError):
            _say(f"standard output cannot be written: {error.strerror}")
    except SystemExit as ended:
        if not ended.code:  # how completion for shells ends
            return ExitCode.DONE
        _silence_stdout()  # what typer makes of a reader that has gone away
    return ExitCode.BROKEN


def _prepare_streams() -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a name that the terminal's encoding lacks must not end a run
            reconfigure(errors="backslashreplace")
    if sys.stderr is None:  # the caller has closed it
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for good
    if sys.stdout is None:
        sys.stdout = _Closed()


def _silence_stdout() -> None:
    from runner.render.output import silence

    silence(sys.stdout)


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


def _say(text: str) -> None:
    print(f"error: {printable(text)}", file=sys.stderr)  # noqa: T201 - there is no Output yet
