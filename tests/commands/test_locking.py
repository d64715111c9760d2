"""Two runs for one organization: one at a time, and no lock outlives its process."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.campaign import SECRETS, sandbox_of
from tests.support.holding import HeldServer, running
from tests.support.journals import (
    FOLDER,
    STARTED,
    THREE,
    Stage,
    journals,
    outcomes,
    resume_line,
    the_journal,
)
from tests.support.program import report, write

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from tests.support.program import Program

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
HOLDER = Path(FOLDER, "acme.holder.json")


@pytest.fixture
def server() -> Iterator[HeldServer]:
    held = HeldServer()
    yield held
    held.close()


@pytest.fixture
def first(server: HeldServer) -> Iterator[subprocess.Popen[str]]:
    """A run of another process, in the middle of its first command."""
    write("a.yaml", THREE)
    with running(server, "run", "a.yaml", "--report", "first.json") as started:
        server.read()
        yield started


@pytest.fixture
def stage(program: Program) -> Iterator[Stage]:
    with sandbox_of(STARTED) as sandbox:
        yield Stage(program, sandbox)


def test_the_second_is_refused_and_sends_nothing(
    first: subprocess.Popen[str], stage: Stage
) -> None:
    ended = stage.run()
    assert ended.exit_code == 7
    told = json.loads(HOLDER.read_text(encoding="utf-8"))
    who = f"run {told['run_id']}, process {first.pid} on `{told['host']}`"
    assert f"another run for acme is going on: {who}" in ended.stderr
    assert stage.sandbox.requests() == ()
    assert outcomes() == ["not_sent"] * 3
    assert report()["exit_code"] == 7
    assert told["run_id"] in journals()[0].name
    assert len(journals()) == 1


def test_so_is_a_resume_of_the_run_that_goes_on(first: subprocess.Popen[str], stage: Stage) -> None:
    assert first.poll() is None
    before = the_journal().read_bytes()
    del stage.env["CAMPAIGN_RUNNER_BASE_URL"], stage.env["CAMPAIGN_RUNNER_TOKEN_URL"]
    ended = stage.resume()
    assert ended.exit_code == 7, ended.output
    assert the_journal().read_bytes() == before
    # It may have arrived: what the other run knows of it, its journal does not tell yet.
    assert outcomes() == ["unknown", "not_sent", "not_sent"]


def test_and_one_that_passes_over_what_is_done(first: subprocess.Popen[str], stage: Stage) -> None:
    assert first.poll() is None
    ended = stage.run("--once")
    assert ended.exit_code == 7
    assert "another run for acme" in ended.stderr


def test_one_that_waits_gets_its_turn(
    first: subprocess.Popen[str], server: HeldServer, stage: Stage
) -> None:
    timer = threading.Timer(0.3, first.kill)
    timer.start()
    ended = stage.run("--lock-timeout", "20s")
    assert "Waiting for another run to end: run " in ended.stderr
    timer.join()
    assert ended.exit_code == 0, ended.output
    assert len(stage.sent) == 3


def test_one_that_waits_in_vain_is_refused(first: subprocess.Popen[str], stage: Stage) -> None:
    assert first.poll() is None
    ended = stage.run("--lock-timeout", "100ms")
    assert ended.exit_code == 7
    assert "after waiting for 0.1 s" in ended.stderr
    assert stage.sandbox.requests() == ()


def test_the_lock_of_a_killed_run_is_taken_over_and_the_run_gone_on_with(
    first: subprocess.Popen[str], stage: Stage
) -> None:
    first.send_signal(signal.SIGKILL)
    first.wait(timeout=20)
    assert HOLDER.exists()
    killed = the_journal()
    assert stage.run().exit_code == 0
    assert not HOLDER.exists()
    assert len(stage.sent) == 3
    assert killed in journals()


@pytest.mark.parametrize("other", ["organization", "state directory", "sandbox"])
def test_others_do_not_hinder(
    first: subprocess.Popen[str], stage: Stage, program: Program, other: str
) -> None:
    assert first.poll() is None
    if other == "organization":
        write("b.yaml", THREE.replace("acme", "another"))
        ended = stage.run("b.yaml")
        assert "another run for" not in ended.stderr
        assert stage.sandbox.requests() != ()  # which knows no such organization
    elif other == "state directory":
        assert stage.run("--state-dir", "elsewhere").exit_code == 0
    else:
        assert program("run", "a.yaml", "--sandbox", env={}).exit_code == 0


def test_a_run_against_the_embedded_sandbox_takes_no_lock(program: Program) -> None:
    write("a.yaml", THREE)
    assert program("run", "a.yaml", "--sandbox").exit_code == 0
    assert [it.suffix for it in Path(FOLDER).iterdir()] == [".jsonl"]


def test_a_refused_run_leaves_no_lock_behind(program: Program) -> None:
    write("a.yaml", THREE)
    assert program("run", "a.yaml", env={"CAMPAIGN_STANDARD_API_KEY": "x"}).exit_code == 4
    assert not HOLDER.exists()
    env = {**SECRETS, "CAMPAIGN_RUNNER_BASE_URL": "http://127.0.0.1:9"}
    program("run", "a.yaml", "--dry-run", env=env)
    assert not HOLDER.exists()


class TestInterruption:
    """Once: the command under way gets its answer. Twice: at once. The journal is true."""

    def go_on(self, line: list[str], server: HeldServer) -> list[str]:
        """Go on with a run against the very server, and give what is sent to it."""
        asked: list[str] = []
        with running(server, *line) as started:
            while "POST WKF3" not in asked:
                method, url, _ = server.read().decode().split(" ", 2)
                asked.append(f"{method} {url.partition('/execution/')[2].partition('/')[0]}")
                if method == "POST":
                    server.answer()
                else:
                    server.tell("started")
            started.communicate(timeout=20)
            assert started.returncode == 0
        return asked

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_once(self, server: HeldServer, number: signal.Signals) -> None:
        write("a.yaml", THREE)
        with running(server, "run", "a.yaml") as started:
            server.read()
            started.send_signal(number)
            server.answer()
            _, stderr = started.communicate(timeout=20)
        assert started.returncode == 6
        assert outcomes() == ["succeeded", "not_sent", "not_sent"]
        line = resume_line(stderr)
        assert line == ["run", "--resume", the_journal().as_posix()]
        assert self.go_on(line, server) == ["POST WKF2", "POST WKF3"]
        assert outcomes() == ["succeeded"] * 3
        assert report()["resumed"][0]["next"] == "a.yaml#2.1"

    def test_twice(self, server: HeldServer) -> None:
        write("a.yaml", THREE)
        with running(server, "run", "a.yaml") as started:
            server.read()
            started.send_signal(signal.SIGINT)
            started.send_signal(signal.SIGTERM)
            _, stderr = started.communicate(timeout=20)
        assert started.returncode == 6
        assert outcomes() == ["unknown", "not_sent", "not_sent"]
        # A stop may be sent again, once its effect was not seen in time.
        asked = self.go_on(resume_line(stderr), server)
        assert asked[0] == "GET WKF1"
        assert [it for it in asked if it.startswith("POST")] == [
            "POST WKF1",
            "POST WKF2",
            "POST WKF3",
        ]

    def test_in_a_wait_which_then_starts_anew(self, server: HeldServer) -> None:
        write("a.yaml", THREE.replace("stop: WKF1", "stop: WKF1, wait: {until: stopped}"))
        with running(server, "run", "a.yaml") as started:
            server.read()
            server.answer()
            assert server.read().startswith(b"GET")
            started.send_signal(signal.SIGTERM)
            _, stderr = started.communicate(timeout=20)
        assert started.returncode == 6
        assert outcomes() == ["unknown", "not_sent", "not_sent"]
        with running(server, *resume_line(stderr)) as again:
            assert server.read().startswith(b"GET")
            server.tell("stopped")
            for _ in range(2):
                assert server.read().startswith(b"POST")
                server.answer()
            again.communicate(timeout=20)
        assert again.returncode == 0
        assert outcomes() == ["succeeded"] * 3

    def test_in_a_pause(self, server: HeldServer) -> None:
        write("a.yaml", THREE.replace("{stop: WKF2}", "{wait: 60s}, {stop: WKF2}"))
        with running(server, "run", "a.yaml") as started:
            server.read()
            server.answer()
            assert started.stderr is not None
            while " ..." not in (line := started.stderr.readline()):
                assert line, "it has ended"
            started.send_signal(signal.SIGINT)
            _, stderr = started.communicate(timeout=20)
        assert started.returncode == 6
        assert outcomes() == ["succeeded", *["not_sent"] * 3]
        assert resume_line(stderr)[:2] == ["run", "--resume"]
