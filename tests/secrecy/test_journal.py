"""No byte of a secret stands in a journal, whatever became of the run, nor leaves a resumed one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import responses

from tests.secrecy.canaries import BRIEF, LEVELS, assert_nothing_leaked, leaks
from tests.secrecy.echo import echo
from tests.secrecy.test_wire import pointing_to
from tests.support.campaign import ONE, SECRETS, TOKEN, command_url
from tests.support.program import Ended, report, write
from tests.support.scripted import ScriptedServer, read, silence, tell

if TYPE_CHECKING:
    from tests.support.program import Program


def journal() -> Path:
    (found,) = Path(".campaign-runner").glob("*.jsonl")
    return found


@pytest.mark.parametrize("level", LEVELS, ids=" ".join)
@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_a_resumed_run_whose_server_echoes(program: Program, level: list[str], status: int) -> None:
    write("a.yaml", ONE + BRIEF)

    def answer(request: object) -> tuple[int, dict[str, str], str]:
        _, headers, body = echo(request)
        return status, {**headers, "Retry-After": "0", "X-Request-Id": TOKEN}, body

    with responses.RequestsMock(assert_all_requests_are_fired=False) as api:
        api.add_callback(responses.POST, command_url("WKF1"), answer)
        api.add_callback(responses.GET, command_url("WKF1").removesuffix("/commands"), answer)
        program("run", "a.yaml", *level, env=SECRETS)
        text = journal().read_text(encoding="utf-8")
        assert "***" in text
        ended = program("run", "--resume", str(journal()), "--retry-failed", *level, env=SECRETS)
    assert ended.exit_code in (1, 4, 6)
    assert report()["resumed"]
    assert_nothing_leaked(ended)


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals of POSIX")
@pytest.mark.parametrize("level", LEVELS, ids=" ".join)
def test_one_that_was_killed_and_is_resumed(level: list[str]) -> None:
    write("a.yaml", ONE + BRIEF.replace("{", "{timeout: 2s, "))
    asked = threading.Event()
    with ScriptedServer([read, tell(asked), silence]) as server:
        env = {**os.environ, **pointing_to(server, SECRETS)}
        command = [sys.executable, "-m", "runner", "run"]
        running = subprocess.Popen([*command, "a.yaml"], env=env, stderr=subprocess.DEVNULL)
        assert asked.wait(20)
        running.send_signal(signal.SIGKILL)
        running.wait(20)
        assert leaks(server.requests[0].decode())
        resumed = subprocess.run(
            [*command, "--resume", str(journal()), *level],
            env=env,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
    assert resumed.returncode == 6
    assert_nothing_leaked(Ended(resumed.returncode, resumed.stdout, resumed.stderr))
