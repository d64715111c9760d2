"""Gives a command what it needs of the process: streams, environment, clock, a way to ask."""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
import threading
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from runner.cli.boundary import carry_out
from runner.render.output import DEBUG, NORMAL, QUIET, Output, OutputSettings
from runner.secrets.scrub import Scrubber
from runner.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runner.cli.options import LogFormat
    from runner.commands.surroundings import Surroundings
    from runner.errors import ExitCode

_SELDOM = 50_000  # objects that are new before the garbage collector looks at them
_TERMINAL = "CONIN$" if os.name == "nt" else "/dev/tty"
_WAITING = b"Interrupted: a command under way still gets its answer. Once more to stop at once.\n"


def perform(
    command: Callable[[Surroundings], ExitCode],
    log_format: LogFormat,
    verbose: int,
    quiet: bool,
    no_color: bool,
    *,
    ci: str = "none",
    stdin_is_read: bool = False,
) -> int:
    """Run a command with its common options, and give its exit code whatever is raised inside.

    `ci` is what `--ci` says; `stdin_is_read` is whether files come from there, and no answer can.
    """
    settings = OutputSettings(
        json_logs=log_format.value == "json",
        verbosity=verbose or (QUIET if quiet else NORMAL),
        color=not no_color and not os.environ.get("NO_COLOR"),
    )
    # 100,000 commands live until the end; to look at them again and again frees nothing.
    gc.set_threshold(_SELDOM, *gc.get_threshold()[1:])
    around = _surroundings(settings, ci, stdin_is_read=stdin_is_read)
    with _faults_cleaned(around.output):
        return carry_out(command, around)


def _surroundings(settings: OutputSettings, ci: str, *, stdin_is_read: bool) -> Surroundings:
    from runner.ci.systems import detect  # neither is for a mere --help
    from runner.commands.surroundings import Surroundings

    quietly = settings.json_logs or settings.verbosity < NORMAL
    world = World()
    scrubber = Scrubber()
    output = Output(sys.stdout, sys.stderr, scrubber=scrubber, settings=settings, now=world.now)
    if settings.verbosity >= DEBUG:
        from runner.cli.library_log import hear_libraries

        hear_libraries(output, scrubber)
    return Surroundings(
        cwd=Path.cwd(),
        environ=os.environ,
        stdin=_ClosedInput() if sys.stdin is None else sys.stdin.buffer,
        output=output,
        scrubber=scrubber,
        world=world,
        ask=_asker(stdin_is_read=stdin_is_read),
        on_wish=None if quietly else _tell_to_wait,
        ci=detect(os.environ, ci),
    )


@contextmanager
def _faults_cleaned(output: Output) -> Iterator[None]:
    """Show what fails in a thread like every other fault.

    Python by itself would write it to stderr as it is, with whatever secret its words hold.
    """

    def tell(fault: threading.ExceptHookArgs) -> None:
        if fault.exc_value is not None:
            output.fault(fault.exc_value)

    before = threading.excepthook
    threading.excepthook = tell
    try:
        yield
    finally:
        threading.excepthook = before


def _tell_to_wait() -> None:
    # Straight to the descriptor: a handler that came in the middle of a print may not print.
    try:
        os.write(2, _WAITING)
    except OSError:
        return


class _ClosedInput(io.BytesIO):
    """Stands for a standard input that the caller has closed."""

    def read(self, _size: int | None = -1) -> bytes:
        raise OSError(errno.EBADF, "standard input is closed")


def _asker(*, stdin_is_read: bool) -> Callable[[str], bool] | None:
    """Give a way to ask the person at the terminal, or None where nobody is there."""
    if not sys.stderr.isatty():
        return None
    if not stdin_is_read:
        return _ask if sys.stdin is not None and sys.stdin.isatty() else None
    try:
        terminal = open(_TERMINAL, encoding="utf-8")  # noqa: PTH123, SIM115 - no file
    except OSError:
        return None
    return partial(_ask, answers=terminal)


def _ask(question: str, answers: TextIO | None = None) -> bool:
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    with answers or nullcontext(sys.stdin) as lines:
        return lines.readline().strip().lower() in ("y", "yes")
