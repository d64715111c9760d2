"""No byte of a secret leaves where the program crashes or is killed, however that is shown."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from tests.secrecy.canaries import BRIEF, LEVELS, assert_nothing_leaked, files_left, leaks
from tests.secrecy.test_wire import loudly, pointing_to
from tests.support.campaign import ONE, SECRETS
from tests.support.program import Ended, write
from tests.support.scripted import ScriptedServer, http, read, silence, tell

if TYPE_CHECKING:
    from tests.support.scripted import Peer

# A fault deep inside, below whose frames the whole request stands in plain text; and a report of
# faults that shows what every variable holds.
CRASH = """
import traceback, urllib3.connectionpool
def fail(self, method, url, body=None, headers=None, *more, **others):
    shown = dict(headers)
    raise ZeroDivisionError(f"it was {shown['Authorization']}")
urllib3.connectionpool.HTTPConnectionPool.urlopen = fail
def with_locals(error):
    made = traceback.TracebackException.from_exception(error, capture_locals=True)
    return list(made.format())
traceback.format_exception = with_locals
"""
LONG = """
import urllib3.connectionpool
def fail(self, method, url, body=None, headers=None, *more, **others):
    raise ZeroDivisionError("x" * 255 + headers["Authorization"])
urllib3.connectionpool.HTTPConnectionPool.urlopen = fail
"""
IN_A_THREAD = """
import os
import runner.campaign.watchdog as watchdog
def fail(self):
    raise ZeroDivisionError("it was " + os.environ["CAMPAIGN_STANDARD_ACCESS_TOKEN"])
watchdog.Watchdog._run = fail
"""


def answer(peer: Peer) -> None:
    read(peer)
    peer.socket.sendall(http(204))


@pytest.mark.parametrize("level", LEVELS, ids=" ".join)
def test_a_crash_that_shows_every_variable(level: list[str]) -> None:
    write("a.yaml", ONE + BRIEF)
    with ScriptedServer([answer]) as server:
        ended = loudly("run", "a.yaml", *level, env=pointing_to(server, SECRETS), code=CRASH)
    assert ended.exit_code == 7
    assert "ZeroDivisionError('it was Bearer ***')" in ended.stderr
    assert ("shown = {" in ended.stderr) == ("-vv" in level)
    assert_nothing_leaked(ended)


def test_a_crash_whose_words_are_cut_in_the_middle_of_a_secret() -> None:
    write("a.yaml", ONE + BRIEF)
    with ScriptedServer([answer]) as server:
        ended = loudly("run", "a.yaml", env=pointing_to(server, SECRETS), code=LONG)
    assert ended.exit_code == 7
    assert_nothing_leaked(ended)


@pytest.mark.parametrize("level", LEVELS, ids=" ".join)
def test_a_crash_in_a_thread(level: list[str]) -> None:
    write("a.yaml", ONE + BRIEF)
    with ScriptedServer([answer]) as server:
        ended = loudly("run", "a.yaml", *level, env=pointing_to(server, SECRETS), code=IN_A_THREAD)
    assert "ZeroDivisionError('it was ***')" in ended.stderr
    assert_nothing_leaked(ended)


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals of POSIX")
@pytest.mark.parametrize("name", ["SIGABRT", "SIGKILL"])
def test_a_run_that_is_killed(name: str) -> None:
    write("a.yaml", ONE + BRIEF)
    asked = threading.Event()
    with (
        ScriptedServer([read, tell(asked), silence]) as server,
        subprocess.Popen(
            [sys.executable, "-X", "faulthandler", "-m", "runner", "run", "a.yaml", "-vv"],
            env={**os.environ, **pointing_to(server, SECRETS)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        ) as running,
    ):
        came = asked.wait(20)
        running.send_signal(getattr(signal, name))
        stdout, stderr = running.communicate(timeout=20)
        assert came, stderr
        assert leaks(server.requests[0].decode())
    assert running.returncode == -getattr(signal, name)
    assert ("Fatal Python error" in stderr) == (name == "SIGABRT")
    assert_nothing_leaked(Ended(running.returncode, stdout, stderr))
    assert "a.yaml" in files_left()
