"""What a command gets from outside where no person calls it: no terminal, no signals, no CI."""

from __future__ import annotations

import io
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from runner.ci.systems import NONE
from runner.commands.surroundings import Surroundings
from runner.render.output import NORMAL, QUIET, Output, OutputSettings
from runner.secrets.scrub import Scrubber
from runner.world import Interruption, World

if TYPE_CHECKING:
    from collections.abc import Mapping

_LEVELS = {"error": logging.ERROR, "warning": logging.WARNING}


def surroundings(
    environ: Mapping[str, str] | None,
    cwd: str | os.PathLike[str] | None,
    log: TextIO | logging.Logger | None,
    interruption: Interruption | None = None,
) -> Surroundings:
    """Give the surroundings of a call.

    Args:
        environ: the variables with secrets, organization and proxies; None for the process's own.
        cwd: the folder that relative paths start from; None for the working folder.
        log: gets what the command line would say on stderr; None for nobody.
        interruption: how a wish to stop arrives; without one, none does.
    """
    world, scrubber = World(interruption or Interruption()), Scrubber()
    stream = _Nowhere() if log is None else _stream(log)
    output = Output(
        _Nowhere(),
        stream,
        scrubber=scrubber,
        settings=OutputSettings(verbosity=QUIET if log is None else NORMAL, color=False),
        now=world.now,
    )
    return Surroundings(
        cwd=Path.cwd() if cwd is None else Path(cwd).absolute(),
        environ=os.environ if environ is None else environ,
        stdin=io.BytesIO(),  # nobody can name it here
        output=output,
        scrubber=scrubber,
        world=world,
        ci=NONE,
    )


def _stream(log: TextIO | logging.Logger) -> TextIO:
    return _Lines(log) if isinstance(log, logging.Logger) else log


class _Nowhere(io.StringIO):
    """Takes all text, and keeps none."""

    def write(self, text: str) -> int:
        return len(text)


class _Lines(_Nowhere):
    """Gives each line to a logger, at the level that it says it has."""

    def __init__(self, logger: logging.Logger) -> None:
        super().__init__()
        self._logger = logger

    def write(self, text: str) -> int:
        for line in text.splitlines():
            words = (it.strip() for it in line.split(":")[:5])  # after the place in a file
            level = next((_LEVELS[it] for it in words if it in _LEVELS), logging.INFO)
            if line.strip():
                self._logger.log(level, "%s", line)
        return len(text)
