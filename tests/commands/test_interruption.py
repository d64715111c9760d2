"""Ctrl-C and SIGTERM: the command under way gets its answer, and the report is there."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.campaign import FOUR, SECRETS
from tests.support.program import report, write

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
ACCEPTED = b"HTTP/1.1 204 No Content\r\n\r\n"
BUSY = b"HTTP/1.1 503 Busy\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n"


class HoldingServer:
    """Reads requests on one connection, and answers each only when it is told to."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._connection: socket.socket | None = None

    def read(self) -> bytes:
        if self._connection is None:
            self._listener.settimeout(20)
            self._connection, _ = self._listener.accept()
            self._connection.settimeout(20)
        data = b""
        while b"}" not in data:
            data += self._connection.recv(65536)
        return data

    def answer(self, data: bytes) -> None:
        assert self._connection is not None
        self._connection.sendall(data)

    def close(self) -> None:
        self._listener.close()
        if self._connection is not None:
            self._connection.close()


@pytest.fixture
def server() -> Iterator[HoldingServer]:
    held = HoldingServer()
    yield held
    held.close()


@pytest.fixture
def running(server: HoldingServer) -> Iterator[subprocess.Popen[str]]:
    write("a.yaml", FOUR)
    started = subprocess.Popen(
        [sys.executable, "-m", "runner", "run", "a.yaml"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, **SECRETS, "CAMPAIGN_RUNNER_BASE_URL": server.url},
    )
    with started:
        yield started
        started.kill()


def lines_until(running: subprocess.Popen[str], text: str) -> None:
    """Wait until stderr says `text`."""
    assert running.stderr is not None
    while text not in running.stderr.readline():
        assert running.poll() is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_under_way_gets_its_answer_and_the_rest_is_not_sent(
    server: HoldingServer, running: subprocess.Popen[str], number: signal.Signals
) -> None:
    server.read()
    server.answer(ACCEPTED)
    server.read()
    running.send_signal(number)
    server.answer(ACCEPTED)  # the signal is pending already, so it counts before the next command
    _, stderr = running.communicate(timeout=20)
    assert running.returncode == 6
    value = report()
    assert value["result"] == "interrupted"
    outcomes = [it["outcome"] for it in value["commands"]]
    assert outcomes == ["succeeded", "succeeded", "not_sent", "not_sent", "not_sent"]
    assert value["commands"][2]["message"] == "the run was interrupted before"
    assert "Traceback" not in stderr


def test_a_second_signal_ends_at_once_and_what_is_under_way_is_unknown(
    server: HoldingServer, running: subprocess.Popen[str]
) -> None:
    server.read()
    running.send_signal(signal.SIGINT)
    running.send_signal(signal.SIGTERM)
    _, stderr = running.communicate(timeout=20)
    assert running.returncode == 6
    value = report()
    assert value["result"] == "interrupted"
    assert [it["outcome"] for it in value["commands"]] == ["unknown"] + ["not_sent"] * 4
    assert "stopped by force" in value["commands"][0]["message"]
    assert "Traceback" not in stderr


def test_a_wait_before_another_attempt_ends_at_once(
    server: HoldingServer, running: subprocess.Popen[str]
) -> None:
    server.read()
    server.answer(BUSY)
    lines_until(running, "trying again in 60.0 s")
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=20)
    assert running.returncode == 6
    first = report()["commands"][0]
    assert first["outcome"] == "not_sent"
    assert "interrupted before another attempt" in first["message"]
    assert [attempt["status"] for attempt in first["attempts"]] == [503]


class TestAfterTheLastAnswer:
    """Nothing that was sent may be told as not sent, however often somebody presses Ctrl-C."""

    @pytest.mark.parametrize("signals", [2, 3, 8])
    def test_the_report_is_there_and_true(
        self, server: HoldingServer, running: subprocess.Popen[str], signals: int
    ) -> None:
        for _ in range(4):
            server.read()
            server.answer(ACCEPTED)
        server.read()
        running.send_signal(signal.SIGINT)
        server.answer(ACCEPTED)
        for number in range(signals - 1):
            running.send_signal((signal.SIGTERM, signal.SIGINT)[number % 2])
        _, stderr = running.communicate(timeout=20)
        value = report()
        outcomes = [it["outcome"] for it in value["commands"]]
        # The last answer may or may not have been taken down before the second signal.
        assert outcomes[:4] == ["succeeded"] * 4
        assert outcomes[4] in ("succeeded", "unknown")
        assert running.returncode == value["exit_code"] == (0 if "unknown" not in outcomes else 6)
        assert "Traceback" not in stderr

    @pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="POSIX")
    def test_a_terminal_that_goes_away_leaves_a_report(
        self, server: HoldingServer, running: subprocess.Popen[str]
    ) -> None:
        server.read()
        running.send_signal(signal.SIGHUP)
        server.answer(ACCEPTED)
        running.communicate(timeout=20)
        assert running.returncode == 6
        assert report()["result"] == "interrupted"


class TestWhileStatesAreRead:
    """Nothing is at stake yet, so the first signal ends it, however many reads are under way."""

    DESIRED = "version: 1\norganization: acme\ndesired: {WKF1: started, WKF2: stopped}\n"

    @pytest.mark.parametrize("parallel", ["1", "8"])
    @pytest.mark.parametrize(
        "arguments", [["run"], ["plan", "--live"], ["status"], ["doctor"]], ids=" ".join
    )
    def test_it_ends_at_once(self, arguments: list[str], parallel: str) -> None:
        write("a.yaml", self.DESIRED)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            silent.settimeout(20)
            url = f"http://127.0.0.1:{silent.getsockname()[1]}"
            more = ["--parallel-reads", parallel, "--base-url", url]
            started = subprocess.Popen(
                [sys.executable, "-m", "runner", *arguments, "a.yaml", *more],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                env={**os.environ, **SECRETS},
            )
            with started:
                connection, _ = silent.accept()
                with connection:
                    assert connection.recv(10)
                    started.send_signal(signal.SIGINT)
                    stdout, stderr = started.communicate(timeout=20)
        assert started.returncode == 6
        assert stdout == ""
        assert "interrupted" in stderr
        assert "Traceback" not in stderr
        if arguments == ["run"]:
            value = report()
            assert value["result"] == "interrupted"
            assert {it["outcome"] for it in value["commands"]} == {"not_sent"}
