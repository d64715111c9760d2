"""Where text goes: what programs read to stdout, all else to stderr, and no secret to either."""

from __future__ import annotations

import io
import json
import os
import threading
import traceback
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

from runner.errors import BrokenError
from runner.printable import harmless_json
from runner.render.problems import problem_lines, problem_value
from runner.render.values import timestamp
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from rich.console import RenderableType

    from runner.problems import Problem
    from runner.secrets.scrub import Scrubber

QUIET, NORMAL, VERBOSE, DEBUG = -1, 0, 1, 2


class OutputSettings(Value, frozen=True):
    """How much is said, and in which form.

    Attributes:
        json_logs: whether stderr gets one JSON object a line instead of text.
        verbosity: `QUIET`, `NORMAL`, `VERBOSE` or `DEBUG`.
        color: whether colours may be used where there is a terminal.
    """

    json_logs: bool = False
    verbosity: int = NORMAL
    color: bool = True


class Output:
    """Both streams of one command, cleaned of secrets."""

    def __init__(
        self,
        stdout: TextIO,
        stderr: TextIO,
        *,
        scrubber: Scrubber,
        settings: OutputSettings,
        now: Callable[[], datetime],
    ) -> None:
        self.settings = settings
        self.stderr = stderr
        self._stdout = stdout
        self._scrubber = scrubber
        self._now = now
        # Libraries log from threads that read. Reentrant, since a handler may come in between.
        self._telling = threading.RLock()
        self._heading = ""  # of a group in which nothing has been said yet

    @property
    def draws(self) -> bool:
        """Whether a progress bar makes sense: a terminal, and nobody asked for more or less."""
        plain = self.settings.json_logs or self.settings.verbosity != NORMAL
        return not plain and self.stderr.isatty()

    @property
    def shows_debug(self) -> bool:
        """Whether `debug` says anything."""
        return self.settings.verbosity >= VERBOSE

    @property
    def shows_tables(self) -> bool:
        """Whether tables for people are shown at all: neither among JSON logs nor with `-q`."""
        return not self.settings.json_logs and self.settings.verbosity >= NORMAL

    def product(self, text: str, *, clean: bool = False) -> None:
        """Write what the command was asked for to stdout.

        Args:
            text: the whole of it.
            clean: whether it has been cleaned of secrets already.

        Raises:
            BrokenPipeError: if whoever read it has gone away.
            BrokenError: if it cannot be written for another reason.
        """
        try:
            _write_whole(self._stdout, text if clean else self._scrubber.scrub(text))
        except OSError as error:
            silence(self._stdout)
            if isinstance(error, BrokenPipeError):
                raise
            reason = (error.strerror or "unknown reason").lower()
            raise BrokenError(f"standard output cannot be written: {reason}") from error

    def debug(self, message: str, **fields: object) -> None:
        """Say what only `-v` shows."""
        self._log("debug", VERBOSE, message, fields)

    def info(self, message: str, **fields: object) -> None:
        """Say what is good to know; `-q` hides it."""
        self._log("info", NORMAL, message, fields)

    def warning(self, message: str, **fields: object) -> None:
        """Say what should be looked at."""
        self._log("warning", QUIET, message, fields)

    def error(self, message: str, **fields: object) -> None:
        """Say what went wrong."""
        self._log("error", QUIET, message, fields)

    def say(self, message: str, *, important: bool) -> None:
        """Say what is good to know; `-q` does not hide it where it is important."""
        self._write("info", QUIET if important else NORMAL, message, message, {})

    def fault(self, error: BaseException) -> None:
        """Say that the runner itself has a bug; where in the code, only `-v` shows."""
        self.error(f"a fault in campaign-runner itself: {self._scrubber.remote_text(repr(error))}")
        if self.settings.verbosity < VERBOSE:
            self.error("run it again with -v to see where, and please report it")
            return
        for line in traceback.format_exception(error):
            for part in line.rstrip("\n").split("\n"):
                self.debug(part.rstrip())

    def problems(self, problems: Sequence[Problem]) -> None:
        """Show problems with their places, also where only little is to be said."""
        if self.settings.json_logs:
            for problem in problems:
                self._log(problem.severity.value, QUIET, problem.message, problem_value(problem))
            return
        self._tell("".join(f"{line}\n" for line in problem_lines(problems)))

    def commands(self, lines: Iterable[str]) -> None:
        """Write lines that a CI system obeys to stderr; JSON logs have none."""
        if not self.settings.json_logs:
            self._tell("".join(f"{line}\n" for line in lines))

    @contextmanager
    def grouped(self, heading: str, ending: str) -> Iterator[None]:
        """Write one line before all that is said in the block, and another one after it.

        Neither where nothing is said, where only little is to be said, or among JSON logs.
        """
        if not self.shows_tables:
            yield
            return
        self._heading = f"{heading}\n"
        try:
            yield
        finally:
            begun, self._heading = not self._heading, ""
            if begun:
                self._tell(f"{ending}\n")

    def table(self, table: RenderableType) -> None:
        """Show a table to people; JSON logs carry the same in their own way."""
        if self.shows_tables:
            self._tell(_drawn(table, self.stderr, color=self.settings.color))

    def drawn(self, table: RenderableType, *, plain: bool = False) -> str:
        """Give a table as text that is meant for stdout, its lines ended.

        Args:
            table: what is drawn.
            plain: whether it goes to a file in the end, and not to a terminal.
        """
        if plain:
            return _drawn(table, io.StringIO(), color=False, terminal=False)
        return _drawn(table, self._stdout, color=self.settings.color)

    def _log(self, level: str, least: int, message: str, fields: dict[str, object]) -> None:
        text = f"{level}: {message}" if level in ("warning", "error") else message
        self._write(level, least, message, text, fields)

    def _write(
        self, level: str, least: int, message: str, text: str, fields: dict[str, object]
    ) -> None:
        if self.settings.verbosity < least:
            return
        if self.settings.json_logs:
            at = timestamp(self._now())
            record = {**fields, "at": at, "level": level, "message": message}
            text = harmless_json(json.dumps(record, ensure_ascii=False))
        self._tell(f"{text}\n")

    def _tell(self, text: str) -> None:
        """Write to stderr. That nobody listens any more must never end a run half-way."""
        try:
            with self._telling:
                heading = ""
                if text:
                    heading, self._heading = self._heading, ""
                self.stderr.write(self._scrubber.scrub(heading + text))
                self.stderr.flush()
        except OSError:
            silence(self.stderr)


def _drawn(
    table: RenderableType, stream: TextIO, *, color: bool, terminal: bool | None = None
) -> str:
    """Draw a table as it suits a stream; `terminal` says whether it is one, else rich finds out."""
    from rich.console import Console

    width = None if stream.isatty() else 160
    console = Console(
        file=stream, no_color=not color, width=width, highlight=False, force_terminal=terminal
    )
    with console.capture() as captured:
        console.print(table)
    lines = (line.rstrip() for line in captured.get().splitlines())
    return "\n".join(lines) + "\n"


def _write_whole(stream: TextIO, text: str) -> None:
    """Write all of `text`; an unbuffered stream (PYTHONUNBUFFERED) may take a part at a time."""
    buffer = getattr(stream, "buffer", None)
    if buffer is None:
        stream.write(text)
    else:
        stream.flush()
        left = memoryview(text.encode(stream.encoding, stream.errors or "strict"))
        while left:
            left = left[buffer.write(left) or 0 :]
    stream.flush()


def silence(stream: TextIO) -> None:
    """Send what still goes to `stream` nowhere; Python would complain about it at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
