"""`sandbox` as a process of its own, for any client."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests
from msgspec.structs import replace

from runner.commands.sandbox import sandbox_for
from runner.sandbox import WorkflowState
from runner.states import State
from runner.validate.config import Desired, Signal, Wait, WorkflowMention
from tests.support.campaign import ONE
from tests.support.plans import command, plan_of
from tests.support.program import process, report, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.plan.command import Command
    from runner.sandbox import SandboxSettings
    from tests.support.program import Program

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
            href = found["WKF2"]["activities"]["activity"]["signal1"]["trigger"]["href"]
            assert href.startswith(values["base_url"])
            answer = session.post(f"{url}/WKF2/commands", json={"method": "resume"}, timeout=5)
            assert answer.ok
            answer = session.post(href, json={"source": "test", "parameters": {}}, timeout=5)
            assert answer.status_code == 204
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


def test_signal_activities_and_the_field_of_the_state_can_be_declared() -> None:
    arguments = (
        *("--format", "json", "--workflow", "WKF1=started", "--state-field", "status"),
        *("--signal", "WKF1/import=file:string,size:number", "--signal", "WKF1/any"),
    )
    with serving(*arguments) as (_, line):
        values = json.loads(line)
        url = f"{values['base_url']}/sandbox/campaign/workflow/execution/WKF1"
        read = requests.get(url, headers=headers(values), timeout=5).json()
        assert read["status"] == "started"
        activities = read["activities"]["activity"]
        assert set(activities) == {"import", "any"}
        assert activities["import"]["parameters"] == {"file": "string", "size": "number"}
        statuses = [
            requests.post(
                activities[name]["trigger"]["href"],
                json={"source": "test", "parameters": {"size": size}},
                headers=headers(values),
                timeout=5,
            ).status_code
            for name, size in (("import", "7"), ("import", 7), ("any", "7"))
        ]
    assert statuses == [500, 204, 204]


def test_people_are_told_what_to_use() -> None:
    signals = ("WKF9/import=file:string,at:date-time", "WKF9/any", "WKF9/none=")
    options = [part for signal in signals for part in ("--signal", signal)]
    with serving("--workflow", "WKF9=failed", *options) as (served, line):
        assert line == "The sandbox is listening. Point any client at it:\n"
        assert served.stdout is not None
        shown = "".join(iter(served.stdout.readline, "Stop it with Ctrl-C.\n"))
    for text in ("base URL:", "token URL:", "API key:", "access token:", "WKF9: failed"):
        assert text in shown
    assert "  WKF9/import: file (string), at (date-time)\n" in shown
    assert "  WKF9/any: any parameters\n" in shown
    assert "  WKF9/none: no parameters\n" in shown


FAULTS = """\
version: 1
seed: 7
rules:
  - {action: start, nth: 2, fault: error, status: 502, applied: true}
  - {action: read, fault: clock-skew, clock_skew: 86400}
"""


def test_faults_come_by_a_script() -> None:
    write("faults.yaml", FAULTS)
    with serving("--format", "json", "--workflow", "WKF1", "--faults", "faults.yaml") as (_, line):
        values = json.loads(line)
        url = f"{values['base_url']}/sandbox/campaign/workflow/execution/WKF1"
        with requests.Session() as session:
            session.trust_env = False
            session.headers.update(headers(values))
            statuses = [
                session.post(f"{url}/commands", json={"method": method}, timeout=5).status_code
                for method in ("start", "pause", "start", "start")
            ]
            assert statuses == [204, 204, 502, 204]
            answer = session.get(url, timeout=5)
            assert answer.json()["state"] == "started"
            asked = {"X-Sandbox-Fault": "error; status=504"}
            assert session.get(url, headers=asked, timeout=5).status_code == 504
    date = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    assert date - time.time() == pytest.approx(86400, abs=60)


def test_people_are_told_of_the_faults() -> None:
    write("faults.yaml", FAULTS)
    with serving("--faults", "faults.yaml") as (served, _):
        assert served.stdout is not None
        shown = "".join(iter(served.stdout.readline, "Stop it with Ctrl-C.\n"))
    assert "Faults: 2 rules of faults.yaml, with seed 7\n" in shown


@pytest.mark.parametrize("fault", ["refuse; duration=1h", "drip; interval=1h", "latency; delay=1h"])
def test_it_ends_at_once_in_the_midst_of_a_fault(fault: str) -> None:
    with serving("--format", "json") as (served, line):
        port = int(json.loads(line)["base_url"].rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(f"GET / HTTP/1.1\r\nX-Sandbox-Fault: {fault}\r\n\r\n".encode())
            served.send_signal(signal.SIGTERM)
            _, stderr = served.communicate(timeout=20)
    assert (served.returncode, stderr) == (0, "The sandbox has stopped.\n")


def test_a_port_that_is_taken_is_said_plainly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = process("sandbox", "--port", port)
    assert ended.exit_code == 7
    assert f"error: port {port} cannot be used: address already in use" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("option", "hint"),
    [
        ("--signal=WKF1", "write WORKFLOW/ACTIVITY"),
        ("--signal=WKF1/", "write WORKFLOW/ACTIVITY"),
        ("--signal=WKF1/a/b", "write WORKFLOW/ACTIVITY"),
        ("--signal=WKF8/signal1", "no such workflow here; did you mean `WKF1`?"),
        ("--signal=WKF1/signal1=file", "write NAME:TYPE"),
        ("--signal=WKF1/signal1=file:string,", "write NAME:TYPE"),
        ("--signal=WKF1/signal1=:string", "write NAME:TYPE"),
        ("--signal=WKF1/signal1=file:text", "unknown type of file; "),
        ("--signal=WKF1/signal1=a:number,a:string", "a stands there twice"),
        ("--state-field=", "write a name such as status"),
        ("--state-field=ID", "write a name such as status"),
        ("--state-field=activities.state", "write a name such as status"),
        ("--state-field=a..b", "write a name such as status"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_hint(
    program: Program, option: str, hint: str
) -> None:
    ended = program("sandbox", "--workflow", "WKF1", option)
    assert (ended.exit_code, ended.stdout) == (64, "")
    assert ended.stderr.startswith(f"error: {option.partition('=')[0]} ")
    assert hint in ended.stderr


def test_an_activity_is_declared_once(program: Program) -> None:
    signals = ("--signal", "WKF1/signal1", "--signal", "WKF1/signal1=file:string")
    ended = program("sandbox", "--workflow", "WKF1", *signals)
    assert ended.exit_code == 64
    assert "this activity was named before" in ended.stderr


def settings_for(*commands: Command) -> SandboxSettings:
    return sandbox_for(plan_of(commands)).settings


def sending(workflow: str, activity: str, until: State | None = None) -> Command:
    """Give a signal."""
    signal = Signal(activity, "CI", (("audience", "vip"),))
    wait = None if until is None else Wait(until)
    return command(workflow, "signal", signal=signal, wait=wait)


def ensuring(workflow: str, until: State) -> Command:
    """Give a desired state, as it is in a plan that was made from the files alone."""
    desired = Desired(1, WorkflowMention(workflow, 1, 1), Wait(until), 70.0, "stop")
    return command(workflow, "ensure", desired=desired)


@pytest.mark.parametrize(
    ("first", "state"),
    [
        (command("WKF1", "start"), "stopped"),
        (command("WKF1", "stop"), "started"),
        (command("WKF1", "pause"), "started"),
        (command("WKF1", "resume"), "paused"),
        (sending("WKF1", "import"), "started"),
        (ensuring("WKF1", State.STARTED), "stopped"),
        (ensuring("WKF1", State.PAUSED), "started"),
        (ensuring("WKF1", State.STOPPED), "started"),
    ],
)
def test_in_the_embedded_one_each_workflow_is_ready_for_its_first_command(
    first: Command, state: str
) -> None:
    for later in (command("WKF1", "start"), command("WKF1", "stop"), sending("WKF1", "import")):
        assert settings_for(first, later).workflows == {"acme": {"WKF1": state}}
    elsewhere = command("WKF1", "resume", organization="globex")
    assert settings_for(elsewhere, first).workflows["acme"] == {"WKF1": state}


def test_a_pause_between_actions_has_no_workflow() -> None:
    pause = replace(command(action="wait", pause=30.0), workflow=None)
    assert settings_for(pause, command("WKF1", "start")).workflows == {
        "acme": {"WKF1": WorkflowState.STOPPED}
    }
    assert settings_for(pause).workflows == {}


def test_the_activities_that_a_plan_signals_are_there_and_take_anything() -> None:
    found = settings_for(
        sending("WKF2", "import"),
        command("WKF1", "start"),
        sending("WKF2", "export"),
        sending("WKF2", "import"),
    )
    assert found.signals == {"acme": {"WKF2": {"import": None, "export": None}}}


def test_what_is_waited_for_until_it_stops_comes_to_an_end_from_that_command_on() -> None:
    stopped, started = Wait(State.STOPPED), Wait(State.STARTED)
    found = settings_for(
        command("WKF1", "start", wait=stopped),
        command("WKF2", "resume", wait=stopped),
        sending("WKF3", "import", State.STOPPED),
        command("WKF4", "start"),
        sending("WKF4", "import", State.STOPPED),
        command("WKF4", "resume", wait=stopped),
        # These come to it by themselves, or are not to stop at all.
        command("WKF5", "stop", wait=stopped),
        command("WKF6", "start", wait=started),
        command("WKF7", "pause", wait=Wait(State.PAUSED)),
        sending("WKF8", "import", State.STARTED),
        command("WKF9", "start"),
        ensuring("WKF10", State.STOPPED),
    )
    assert found.run_times == {"acme": dict.fromkeys(["WKF1", "WKF2", "WKF3", "WKF4"], 1.0)}
    assert found.run_from == {
        "acme": {
            "WKF1": {"start"},
            "WKF2": {"resume"},
            "WKF3": {"signal"},
            "WKF4": {"signal", "resume"},
        }
    }
