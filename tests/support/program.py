"""Runs the whole program: inside of the test's process, or as a process of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, FormatChecker

from runner.__main__ import main
from runner.schemas import schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest


_REPORT = Draft202012Validator(schema("report"), format_checker=FormatChecker())


@dataclass(frozen=True)
class Ended:
    """What a call of the program left behind."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        return self.stdout + self.stderr

    def json(self) -> Any:
        return json.loads(self.stdout)


class _Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


class Program:
    """Calls `campaign-runner` in this process, so that coverage sees it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def __call__(
        self,
        *arguments: str | Path,
        stdin: str | bytes = "",
        env: Mapping[str, str] | None = None,
        terminal: bool = False,
    ) -> Ended:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        kind = _Terminal if terminal else io.TextIOWrapper
        streams = {
            "stdin": kind(io.BytesIO(data), encoding="utf-8"),
            "stdout": io.TextIOWrapper(io.BytesIO(), encoding="utf-8"),
            "stderr": kind(io.BytesIO(), encoding="utf-8"),
        }
        with self._monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["campaign-runner", *map(str, arguments)])
            for name, stream in streams.items():
                patch.setattr(sys, name, stream)
            for name, value in (env or {}).items():
                patch.setenv(name, value)
            exit_code = main()
        ended = Ended(exit_code, _written(streams["stdout"]), _written(streams["stderr"]))
        if "run" in map(str, arguments[:1]) and Path("report.json").exists():
            report()  # every report that a test makes is checked, whatever the test is about
        return ended


def process(*arguments: str | Path, stdin: str = "", env: Mapping[str, str] | None = None) -> Ended:
    """Run `campaign-runner` as a process of its own, in the working folder."""
    ended = subprocess.run(
        [sys.executable, "-m", "runner", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **(env or {})},
        timeout=60,
        check=False,
    )
    if "run" in map(str, arguments[:1]) and Path("report.json").exists():
        report()
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def write(path: str, text: str | bytes) -> Path:
    """Write a file below the working folder, with its folders."""
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def report(path: str = "report.json") -> Any:
    """Read a report from the working folder, and check it as `checked_report` does."""
    return checked_report(Path(path).read_text(encoding="utf-8"))


def checked_report(text: str) -> Any:
    """Give a report that is valid by its schema and whose totals add up."""
    value = json.loads(text)
    _REPORT.validate(value)
    totals = dict(value["totals"])
    counted = [it for it in value["commands"] if it["action"] != "wait"]  # R8: a pause is not
    assert totals.pop("commands") == len(counted) == sum(totals.values())
    return value


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode("utf-8")
