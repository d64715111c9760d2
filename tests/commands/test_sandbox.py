"""`sandbox` as a process of its own, for any client."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.support.campaign import ONE
from tests.support.program import process, report, write

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the sandbox; give its process and the first line that it prints."""
    command = [sys.executable, "-m", "runner", "sandbox", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as served:
        try:
            assert served.stdout is not None
            yield served, served.stdout.readline()
        finally:
            served.kill()


def headers(values: dict[str, Any]) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {values['access_token']}",
        "X-Api-Key": values["api_key"],
        "Content-Type": "application/json",
    }


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_a_signal_and_ends_well(number: signal.Signals) -> None:
    with serving("--format", "json", "--workflow", "WKF1", "--workflow", "WKF2=paused") as (
        served,
        line,
    ):
        values = json.loads(line)
        assert set(values) == {
            *("base_url", "token_url", "organization", "api_key", "access_token")
        }
        url = f"{values['base_url']}/{values['organization']}/campaign/workflow/execution"
        with requests.Session() as session:
            session.trust_env = False
            session.headers.update(headers(values))
            found = {
                workflow: session.get(f"{url}/{workflow}", timeout=5).json()
                for workflow in ("WKF1", "WKF2")
            }
            assert found["WKF1"]["state"] == "editing"
            assert found["WKF2"]["state"] == "paused"
            href = found["WKF1"]["activities"]["activity"]["signal1"]["trigger"]["href"]
            assert href.startswith(values["base_url"])
            answer = session.post(href, json={"source": "test", "parameters": {}}, timeout=5)
            assert answer.ok
            answer = session.post(f"{url}/WKF2/commands", json={"method": "resume"}, timeout=5)
            assert answer.ok
            assert session.get(f"{url}/WKF2", timeout=5).json()["state"] == "started"
        served.send_signal(number)
        stdout, stderr = served.communicate(timeout=20)
        assert (served.returncode, stdout) == (0, "")
        assert stderr == "The sandbox has stopped.\n"


def test_the_program_itself_can_be_pointed_at_it() -> None:
    write("a.yaml", ONE)
    with serving("--format", "json", "--organization", "acme", "--workflow", "WKF1") as (_, line):
        values = json.loads(line)
        env = {
            "CAMPAIGN_STANDARD_API_KEY": values["api_key"],
            "CAMPAIGN_STANDARD_ACCESS_TOKEN": values["access_token"],
            "CAMPAIGN_RUNNER_BASE_URL": values["base_url"],
        }
        ended = process("run", "a.yaml", env=env)
    assert ended.exit_code == 0, ended.output
    assert report()["target"]["base_url"] == values["base_url"]


def test_a_delayed_effect_shows_later() -> None:
    arguments = ("--format", "json", "--workflow", "WKF1", "--effect-delay", "1h")
    with serving(*arguments) as (_, line):
        values = json.loads(line)
        url = f"{values['base_url']}/sandbox/campaign/workflow/execution/WKF1"
        answer = requests.post(
            f"{url}/commands", json={"method": "start"}, headers=headers(values), timeout=5
        )
        assert answer.ok
        state = requests.get(url, headers=headers(values), timeout=5).json()["state"]
        assert state == "editing"


def test_people_are_told_what_to_use() -> None:
    with serving("--workflow", "WKF9=failed") as (served, line):
        assert line == "The sandbox is listening. Point any client at it:\n"
        assert served.stdout is not None
        shown = "".join(iter(served.stdout.readline, "Stop it with Ctrl-C.\n"))
    for text in ("base URL:", "token URL:", "API key:", "access token:", "WKF9: failed"):
        assert text in shown


def test_a_port_that_is_taken_is_said_plainly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = process("sandbox", "--port", port)
    assert ended.exit_code == 7
    assert f"error: port {port} cannot be used: address already in use" in ended.stderr
    assert "Traceback" not in ended.stderr
