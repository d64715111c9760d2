"""Makes the surroundings of a command out of the process it runs in."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from runner.render.output import DEBUG, NORMAL, QUIET, Output, OutputSettings
from runner.secrets.scrub import Scrubber
from runner.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.cli.options import LogFormat
    from runner.commands.surroundings import Surroundings


@contextmanager
def surroundings(
    log_format: LogFormat, verbose: int, quiet: bool, no_color: bool, *, asking: bool = False
) -> Iterator[Surroundings]:
    """Give what a command gets from outside, by its common options.

    `asking` is whether a question may be put to a person on the terminal.
    """
    from runner.commands.surroundings import Surroundings  # not for a mere --help

    world = World()
    scrubber = Scrubber()
    settings = OutputSettings(
        json_logs=log_format.value == "json",
        verbosity=verbose or (QUIET if quiet else NORMAL),
        color=not no_color and not os.environ.get("NO_COLOR"),
    )
    output = Output(sys.stdout, sys.stderr, scrubber=scrubber, settings=settings, now=world.now)
    if settings.verbosity >= DEBUG:
        logging.basicConfig(level=logging.DEBUG, handlers=[_LibraryLog(output)])
    interactive = asking and sys.stdin.isatty() and sys.stderr.isatty()
    yield Surroundings(
        cwd=Path.cwd(),
        environ=os.environ,
        stdin=sys.stdin.buffer,
        output=output,
        scrubber=scrubber,
        world=world,
        ask=_ask if interactive else None,
    )


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
