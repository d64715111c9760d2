"""Runs `campaign-runner` again and again, each time in a fork that may kill itself at some point.

To start a process for each of hundreds of kills would take minutes; a fork of one that has loaded
everything takes milliseconds. So this one has no threads, and never runs anything itself. It reads
one JSON value a line from standard input and answers each with one on standard output.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import threading
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import runner.commands.sandbox
import runner.validate.wording  # noqa: F401 - loaded here once, for all forks
from runner.__main__ import main
from runner.campaign.transport import Transport
from runner.journal.writer import JournalWriter

if TYPE_CHECKING:
    from collections.abc import Callable

COUNT = "points.txt"  # where a run that came to its end leaves the number of points


class Points:
    """Counts the points that a run passes, and kills it at one of them."""

    def __init__(self, kill_at: int) -> None:
        """Begin; `kill_at` counts from 1, 0 kills at none."""
        self.passed = 0
        self._kill_at = kill_at
        self._counting = threading.Lock()

    def pass_one(self) -> None:
        with self._counting:  # several commands may be under way at a time
            self.passed += 1
            if self.passed == self._kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    def before(self, holder: Any, name: str) -> None:
        """Make a point before each call of a method, which is also one after the call before it."""
        inner: Callable[..., Any] = getattr(holder, name)

        def outer(*args: Any, **kwargs: Any) -> Any:
            self.pass_one()
            return inner(*args, **kwargs)

        setattr(holder, name, outer)


def run(arguments: list[str], kill_at: int) -> int:
    """Run the program in this process."""
    points = Points(kill_at)
    create = JournalWriter.create.__func__  # type: ignore[attr-defined]

    def creating(*args: Any, **kwargs: Any) -> Any:
        points.pass_one()
        made = create(*args, **kwargs)
        points.pass_one()
        return made

    JournalWriter.create = classmethod(creating)  # type: ignore[assignment]
    points.before(JournalWriter, "append")
    points.before(JournalWriter, "sync")
    points.before(Transport, "send")
    points.before(JournalWriter, "close")
    sys.argv = ["campaign-runner", *arguments]
    code = main()
    Path(COUNT).write_text(str(points.passed), encoding="ascii")
    return code


def serve() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            os.chdir(order["cwd"])
            os.environ.update(order["env"])
            told = io.StringIO()
            with redirect_stdout(told), redirect_stderr(told):
                code = run(order["arguments"], order["kill_at"])
            Path("told.txt").write_text(told.getvalue(), encoding="utf-8")
            os._exit(code)
        _, status = os.waitpid(child, 0)
        print(json.dumps(os.waitstatus_to_exitcode(status)), flush=True)  # noqa: T201


if __name__ == "__main__":
    serve()
