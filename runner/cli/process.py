"""Runs one command in the process it was called in: its streams, its signals, its errors."""

from __future__ import annotations

import errno
import io
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from runner.errors import ExitCode, RunnerError
from runner.printable import printable
from runner.render.output import DEBUG, NORMAL, QUIET, Output, OutputSettings
from runner.secrets.scrub import Scrubber
from runner.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.cli.options import LogFormat
    from runner.commands.surroundings import Surroundings

_WAITING = b"Interrupted: the command under way still gets its answer. Once more to stop at once.\n"


def perform(
    command: Callable[[Surroundings], ExitCode],
    log_format: LogFormat,
    verbose: int,
    quiet: bool,
    no_color: bool,
    *,
    asking: bool = False,
) -> int:
    """Run a command with its common options, and give its exit code whatever is raised inside.

    `asking` is whether a question may be put to a person on the terminal.
    """
    settings = OutputSettings(
        json_logs=log_format.value == "json",
        verbosity=verbose or (QUIET if quiet else NORMAL),
        color=not no_color and not os.environ.get("NO_COLOR"),
    )
    around = _surroundings(settings, asking=asking)
    try:
        return command(around)
    except RunnerError as error:
        around.output.error("\n".join(printable(line) for line in str(error).split("\n")))
        return error.exit_code
    except KeyboardInterrupt:
        around.output.error("interrupted")
        return ExitCode.UNSETTLED
    except BrokenPipeError:  # whoever read our output has had enough, as in `plan ... | head`
        return ExitCode.BROKEN
    except OSError as error:
        around.output.error(printable(str(error)))
        return ExitCode.BROKEN
    except Exception as error:  # noqa: BLE001 - a bug is not to look like a command that failed
        around.output.fault(error)
        return ExitCode.BROKEN


def _surroundings(settings: OutputSettings, *, asking: bool) -> Surroundings:
    from runner.commands.surroundings import Surroundings  # not for a mere --help

    quietly = settings.json_logs or settings.verbosity < NORMAL
    world = World()
    scrubber = Scrubber()
    stdout, stderr = sys.stdout or _Closed(), sys.stderr
    output = Output(stdout, stderr, scrubber=scrubber, settings=settings, now=world.now)
    if settings.verbosity >= DEBUG:
        logging.basicConfig(level=logging.DEBUG, handlers=[_LibraryLog(output)])
    interactive = asking and sys.stdin is not None and sys.stdin.isatty() and stderr.isatty()
    return Surroundings(
        cwd=Path.cwd(),
        environ=os.environ,
        stdin=_ClosedInput() if sys.stdin is None else sys.stdin.buffer,
        output=output,
        scrubber=scrubber,
        world=world,
        ask=_ask if interactive else None,
        on_wish=None if quietly else _tell_to_wait,
    )


def _tell_to_wait() -> None:
    # Straight to the descriptor: a handler that came in the middle of a print may not print.
    try:
        os.write(2, _WAITING)
    except OSError:
        return


class _Closed(io.StringIO):
    """Stands for a standard output that the caller has closed."""

    def write(self, _text: str) -> int:
        raise OSError(errno.EBADF, "standard output is closed")


class _ClosedInput(io.BytesIO):
    """Stands for a standard input that the caller has closed."""

    def read(self, _size: int | None = -1) -> bytes:
        raise OSError(errno.EBADF, "standard input is closed")


class _LibraryLog(logging.Handler):
    """Passes on what libraries log, cleaned like everything else."""

    def __init__(self, output: Output) -> None:
        super().__init__()
        self._output = output

    def emit(self, record: logging.LogRecord) -> None:
        self._output.debug(f"{record.name}: {record.getMessage()}", event="library")


def _ask(question: str) -> bool:
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
