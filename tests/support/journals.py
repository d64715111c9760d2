"""Runs with a journal, and what stands in it."""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from runner.schemas import schema
from tests.support.campaign import pointing_at
from tests.support.program import report

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pytest

    from runner.sandbox import Sandbox
    from tests.support.program import Ended, Program

HEAD = "version: 1\norganization: acme\n"
QUICK = f"{HEAD}defaults: {{settle: 500ms, wait: {{poll: 100ms, timeout: 20s}}}}\n"
THREE = f"{QUICK}actions: [{{stop: WKF1}}, {{stop: WKF2}}, {{stop: WKF3}}]\n"
STARTED = dict.fromkeys(["WKF1", "WKF2", "WKF3", "WKF4", "WKF5"], "started")
FOLDER = ".campaign-runner"
_VALIDATOR = jsonschema_rs.Draft202012Validator(schema("journal"), validate_formats=True)


def journals(folder: str = FOLDER) -> list[Path]:
    """Give the journals of a state directory, the oldest first."""
    return sorted(Path(folder).glob("*.jsonl"), key=lambda it: it.stat().st_mtime_ns)


def the_journal(folder: str = FOLDER) -> Path:
    """Give the only journal that there is."""
    (journal,) = journals(folder)
    return journal


def lines_of(journal: Path) -> list[dict[str, Any]]:
    """Give the lines of a journal, each of which is valid."""
    values = [json.loads(it) for it in journal.read_text(encoding="utf-8").splitlines()]
    for value in values:
        _VALIDATOR.validate(value)
    return values


def kinds(journal: Path) -> list[str]:
    """Give what the lines of a journal are: their types, and of whom they are."""
    return [" ".join([it["type"], str(it.get("n", ""))]).strip() for it in lines_of(journal)]


def keep(journal: Path, *lines: Mapping[str, Any]) -> None:
    """Make a journal that holds these lines, as though the run had been killed after them."""
    text = "".join(json.dumps(it, separators=(",", ":")) + "\n" for it in lines)
    journal.write_text(text, encoding="utf-8")


def cut_after(journal: Path, kind: str) -> None:
    """Make a journal end with the first line of a kind, as `kinds` names them."""
    lines = lines_of(journal)
    keep(journal, *lines[: kinds(journal).index(kind) + 1])


def outcomes() -> list[str]:
    """Give the outcome of each command in the report."""
    return [it["outcome"] for it in report()["commands"]]


def resume_line(stderr: str) -> list[str]:
    """Give the words of the command that a run says to go on with."""
    shown = re.search(r"To go on: campaign-runner (.*)", stderr)
    assert shown is not None, stderr
    return shlex.split(shown[1])


class Stage:
    """Runs, and goes on with runs, against one sandbox."""

    def __init__(self, program: Program, sandbox: Sandbox) -> None:
        self.program = program
        self.sandbox = sandbox
        self.env = pointing_at(sandbox)

    def run(self, *arguments: str | Path) -> Ended:
        """Run `a.yaml`, unless other files are named."""
        named = any(str(it).endswith(".yaml") for it in arguments[:1])
        return self.program("run", *([] if named else ["a.yaml"]), *arguments, env=self.env)

    def resume(self, *more: str | Path, journal: Path | None = None) -> Ended:
        return self.program("run", "--resume", journal or the_journal(), *more, env=self.env)

    @property
    def sent(self) -> list[str]:
        """The workflows to which a command was sent, in order; whatever became of it."""
        urls = [it.path for it in self.sandbox.requests() if it.method == "POST"]
        return [it.rpartition("/commands")[0].rpartition("/")[2] for it in urls]


class Disk:
    """Lets the n-th write or sync of a journal fail, counted from when it is made."""

    def __init__(self, kind: str, at: int, code: int) -> None:
        self.kind = kind
        self.at = at
        self.code = code
        self.count = 0

    def tick(self, kind: str) -> None:
        if kind == self.kind:
            self.count += 1
            if self.count >= self.at:
                raise OSError(self.code, os.strerror(self.code))


@contextmanager
def failing_disk(
    patch: pytest.MonkeyPatch, kind: str, at: int, code: int = errno.ENOSPC
) -> Iterator[Disk]:
    """Let the n-th `write` or `fsync` and all after it fail; `write` leaves half of its line."""
    disk = Disk(kind, at, code)
    write, fsync = os.write, os.fsync

    def writing(descriptor: int, data: bytes) -> int:
        if _is_journal(descriptor):
            try:
                disk.tick("write")
            except OSError:
                if disk.count == disk.at:
                    write(descriptor, bytes(data)[: len(data) // 2])
                raise
        return write(descriptor, data)

    def syncing(descriptor: int) -> None:
        if _is_journal(descriptor):
            disk.tick("fsync")
        fsync(descriptor)

    with patch.context() as inner:
        inner.setattr(os, "write", writing)
        inner.setattr(os, "fsync", syncing)
        yield disk


def _is_journal(descriptor: int) -> bool:
    opened = {it.stat().st_ino for it in Path(FOLDER).glob("*.jsonl")}
    return os.fstat(descriptor).st_ino in opened


def header(*ids: str, **others: Any) -> dict[str, Any]:
    """Give the header of a run of `start` commands, as it stands in a journal."""
    return {
        "type": "header",
        "schema_version": 1,
        "tool": {"name": "campaign-runner", "version": "0"},
        "run_id": "run-1",
        "started_at": "2026-03-01T12:00:00.000000Z",
        "environment": None,
        "target": {"base_url": "http://127.0.0.1:9", "token_url": "", "sandbox": False},
        "offline_digest": "0" * 64,
        "plan_digest": "0" * 64,
        "source_control": {"commit": None, "ref": None, "run_url": None},
        "warnings": [],
        "overrides": [],
        "plan": {
            "digest": "0" * 64,
            "environment": None,
            "config": {"files": [{"path": "a.yaml", "sha256": "1" * 64}]},
            "selection": {"only": [], "from": None},
            "live": None,
            "commands": [
                {
                    "id": it,
                    "action": "start",
                    "organization": "acme",
                    "source": {"file": it.partition("#")[0]},
                }
                for it in ids
            ],
        },
        **others,
    }


def sending(n: int = 1, identity: str = "a.yaml#1.1", **others: Any) -> dict[str, Any]:
    at = "2026-03-01T12:00:01.000000Z"
    line = {"type": "sending", "n": n, "id": identity, "at": at, "state_before": None, "url": None}
    return {**line, **others}


def answer(
    verdict: str = "succeeded", n: int = 1, identity: str = "a.yaml#1.1", **others: Any
) -> dict[str, Any]:
    line = {"type": "answer", "n": n, "id": identity, "verdict": verdict, "duration_s": 0.5}
    told = {"at": "2026-03-01T12:00:01.000000Z", "status": 204, "error": None, "request_id": None}
    return {**line, **told, **others}


def seen(state: str, n: int = 1, identity: str = "a.yaml#1.1") -> dict[str, Any]:
    return {"type": "state", "n": n, "id": identity, "state": state}


def result(
    outcome: str = "succeeded", n: int = 1, identity: str = "a.yaml#1.1", **others: Any
) -> dict[str, Any]:
    line = {"type": "result", "n": n, "id": identity, "outcome": outcome, "open": False}
    told = {"message": "", "url": None, "state_before": None, "state_after": None}
    return {**line, **told, "waited_s": None, "of_service": False, **others}


def resumed(*settled: tuple[str, str], retry_failed: bool = False) -> dict[str, Any]:
    return {
        "type": "resumed",
        "at": "2026-03-01T13:00:00.000000Z",
        "tool": {"name": "campaign-runner", "version": "0"},
        "source_control": {"commit": None, "ref": None, "run_url": None},
        "settled": [{"id": identity, "word": word} for identity, word in settled],
        "retry_failed": retry_failed,
    }


def finished(kind: str = "finished") -> dict[str, Any]:
    at = "2026-03-01T14:00:00.000000Z"
    return {"type": kind, "at": at, "result": "succeeded", "exit_code": 0, "message": ""}
