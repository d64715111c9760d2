"""Waits through the whole program: a command is done once its effect was seen (R14, R15)."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import responses

from tests.support.campaign import (
    API,
    SECRETS,
    methods,
    pointing_at,
    sandbox_of,
    sent_to,
    states_in,
)
from tests.support.program import report, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.sandbox import Sandbox
    from tests.support.program import Ended, Program

HEAD = "version: 1\norganization: acme\n"
URL = f"{API}/acme/campaign/workflow/execution/WKF1"


def waiting(action: str, until: str, timeout: str = "20s", *, then: str = "") -> str:
    wait = f"{{until: {until}, timeout: {timeout}, poll: 100ms}}"
    return f"{HEAD}actions:\n  - {action}: WKF1\n    wait: {wait}\n{then}"


def run(program: Program, sandbox: Sandbox, text: str, *more: str) -> Ended:
    write("a.yaml", text)
    return program("run", "a.yaml", *more, env=pointing_at(sandbox))


def first() -> Any:
    return report()["commands"][0]


class TestReached:
    @pytest.mark.parametrize(
        ("action", "before", "until"),
        [
            ("start", "stopped", "started"),
            ("stop", "started", "stopped"),
            ("pause", "started", "paused"),
            ("resume", "paused", "started"),
        ],
    )
    @pytest.mark.parametrize("effect_delay", [0.0, 0.15])
    def test_the_next_action_begins_only_then(
        self,
        program: Program,
        action: str,
        before: str,
        until: str,
        effect_delay: float,
    ) -> None:
        text = waiting(action, until, then="  - stop: WKF2\n")
        states = {"WKF1": before, "WKF2": "started"}
        with sandbox_of(states, effect_delay=effect_delay) as sandbox:
            ended = run(program, sandbox, text)
            assert ended.exit_code == 0, ended.output
            earlier, later = sandbox.commands()
            assert earlier.applied_at is not None
            assert earlier.applied_at <= later.at
        assert first()["state_after"] == until

    def test_one_that_ran_and_finished_is_believed_where_it_was_seen_to_run(
        self, program: Program
    ) -> None:
        with sandbox_of({"WKF1": "stopped"}, run_times={"acme": {"WKF1": 0.4}}) as sandbox:
            ended = run(program, sandbox, waiting("start", "stopped"))
            assert states_in(sandbox) == {"WKF1": "finished"}
        assert ended.exit_code == 0, ended.output
        assert first()["state_after"] == "finished"

    def test_progress_is_shown(self, program: Program) -> None:
        with sandbox_of({"WKF1": "stopped"}, effect_delay=0.15) as sandbox:
            ended = run(program, sandbox, waiting("start", "started"))
        assert "Waiting for 1 workflow ..." in ended.stderr
        seconds = r"\d+\.\d s"
        waits = rf"start WKF1: stopped, waiting for started after {seconds}\n"
        assert re.search(waits, ended.stderr), ended.stderr
        assert re.search(rf"start WKF1: started after {seconds}\n", ended.stderr), ended.stderr

    def test_a_terminal_shows_it_in_the_bar(self, program: Program) -> None:
        with sandbox_of({"WKF1": "stopped"}, effect_delay=0.15) as sandbox:
            write("a.yaml", waiting("start", "started"))
            ended = program("run", "a.yaml", terminal=True, env=pointing_at(sandbox))
        assert ended.exit_code == 0
        assert "Waiting for 1 workflow ...\n" not in ended.stderr

    def test_the_workflows_of_an_action_are_waited_for_together(self, program: Program) -> None:
        names = [f"WKF{n}" for n in range(6)]
        text = waiting("stop", "stopped").replace("WKF1", f"[{', '.join(names)}]")
        with sandbox_of(dict.fromkeys(names, "started"), effect_delay=0.2) as sandbox:
            assert run(program, sandbox, text).exit_code == 0
            asked = methods(sandbox)
        assert asked[:6] == ["POST"] * 6
        assert len(asked) >= 12
        assert set(asked[6:]) == {"GET"}
        assert {it["outcome"] for it in report()["commands"]} == {"succeeded"}

    def test_a_bare_wait_is_a_pause_and_no_command(self, program: Program) -> None:
        text = f"{HEAD}actions: [{{stop: WKF1}}, {{wait: 300ms}}, {{stop: WKF2}}]\n"
        with sandbox_of({"WKF1": "started", "WKF2": "started"}) as sandbox:
            ended = run(program, sandbox, text)
            earlier, later = sandbox.commands()
            assert later.at - earlier.at >= 0.3
            assert methods(sandbox) == ["POST", "POST"]
        value = report()
        assert value["totals"]["commands"] == 2
        assert [it["action"] for it in value["commands"]] == ["stop", "wait", "stop"]
        assert value["commands"][1]["workflow"] is None
        assert value["commands"][1]["request"] is None
        assert "2 commands: 2 succeeded" in ended.stderr


class TestFailed:
    def test_by_time_with_the_state_last_seen(self, program: Program) -> None:
        text = waiting("start", "started", "300ms", then="  - stop: WKF2\n")
        states = {"WKF1": "stopped", "WKF2": "started"}
        with sandbox_of(states, effect_delay=60.0) as sandbox:
            ended = run(program, sandbox, text)
            assert sent_to(sandbox) == [("start", "WKF1")]
        assert ended.exit_code == 1
        assert first()["outcome"] == "failed"
        assert first()["state_after"] == "stopped"
        assert [it["status"] for it in first()["attempts"]] == [204]
        still = "accepted, but still stopped after 300ms instead of started"
        assert first()["message"].startswith(still)
        assert "First look at WKF1: what follows was to wait until it is started." in ended.stderr
        assert report()["commands"][1]["outcome"] == "not_sent"
        assert report()["result"] == "failed"

    def test_on_failure_continue_goes_on(self, program: Program) -> None:
        text = waiting("stop", "stopped", "200ms", then="  - stop: WKF2\n")
        states = {"WKF1": "started", "WKF2": "started"}
        with sandbox_of(states, effect_delay=60.0) as sandbox:
            ended = run(program, sandbox, f"{text}defaults: {{on_failure: continue}}\n")
            assert sent_to(sandbox) == [("stop", "WKF1"), ("stop", "WKF2")]
        assert ended.exit_code == 1
        assert first()["message"] == "accepted, but still started after 200ms instead of stopped"

    def test_a_start_of_what_was_stopped_is_not_believed_to_have_ended_r15(
        self, program: Program
    ) -> None:
        with sandbox_of({"WKF1": "finished"}, effect_delay=60.0) as sandbox:
            ended = run(program, sandbox, waiting("start", "stopped", "300ms"))
        assert ended.exit_code == 1
        assert "whether it ran cannot be told" in first()["message"]

    def test_a_workflow_that_fails_ends_the_wait_at_once(self, program: Program) -> None:
        write("a.yaml", waiting("start", "started", "10m"))
        with responses.RequestsMock() as api:
            api.post(f"{URL}/commands", status=204)
            for state in ("stopped", "stopped", "failed"):
                api.get(URL, json={"state": state})
            ended = program("run", "a.yaml", env=SECRETS)
        assert ended.exit_code == 1
        assert first()["state_after"] == "failed"
        assert "the workflow has failed" in first()["message"]

    def test_a_state_that_cannot_be_read_ends_it_at_once(self, program: Program) -> None:
        with sandbox_of({"WKF1": "started"}, state_field="x") as sandbox:
            ended = run(program, sandbox, waiting("stop", "stopped", "10m"))
        assert ended.exit_code == 1
        assert first()["outcome"] == "failed"
        assert "run doctor to see which looks like it" in first()["message"]

    def test_credentials_rejected_while_waiting_end_the_run_r18(self, program: Program) -> None:
        text = waiting("stop", "stopped", then="  - stop: WKF2\n")
        write("a.yaml", f"{text}defaults: {{on_failure: continue}}\n")
        with responses.RequestsMock() as api:
            api.post(f"{URL}/commands", status=204)
            api.get(URL, status=401, json={"error_code": "401013", "message": "no"})
            ended = program("run", "a.yaml", env=SECRETS)
        assert ended.exit_code == 4
        assert [it["outcome"] for it in report()["commands"]] == ["failed", "not_sent"]
        assert "accepted, but its state could not be read" in first()["message"]


@pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
class TestInterruption:
    """Ctrl-C in a wait, in a pause and while states are read: exit 6 and a true report."""

    @contextmanager
    def running(self, sandbox: Sandbox, text: str) -> Iterator[subprocess.Popen[str]]:
        write("a.yaml", text)
        started = subprocess.Popen(
            [sys.executable, "-m", "runner", "run", "a.yaml", "-v"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, **pointing_at(sandbox)},
        )
        with started:
            yield started
            started.kill()

    def lines_until(self, running: subprocess.Popen[str], text: str) -> None:
        assert running.stderr is not None
        while text not in running.stderr.readline():
            assert running.poll() is None

    def ended(self, running: subprocess.Popen[str]) -> str:
        _, stderr = running.communicate(timeout=20)
        assert running.returncode == 6
        assert "Traceback" not in stderr
        value = report()
        assert (value["result"], value["exit_code"]) == ("interrupted", 6)
        return stderr

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    @pytest.mark.parametrize("times", [1, 3])
    def test_in_a_wait(self, number: signal.Signals, times: int) -> None:
        text = waiting("start", "started", "10m", then="  - stop: WKF2\n")
        states = {"WKF1": "stopped", "WKF2": "started"}
        with sandbox_of(states, effect_delay=60.0) as sandbox:
            with self.running(sandbox, text) as running:
                self.lines_until(running, "waiting for started")
                for _ in range(times):
                    running.send_signal(number)
                self.ended(running)
            assert sent_to(sandbox) == [("start", "WKF1")]
        waited, rest = report()["commands"]
        assert (waited["outcome"], rest["outcome"]) == ("unknown", "not_sent")
        assert waited["message"].startswith("accepted; ")
        assert waited["message"].endswith("while waiting for it to be started, last seen stopped")
        assert [it["status"] for it in waited["attempts"]] == [204]

    def test_in_the_wait_for_a_desired_state(self) -> None:
        text = f"{HEAD}desired: {{WKF1: started, WKF2: started}}\n"
        states = {"WKF1": "stopped", "WKF2": "started"}
        with (
            sandbox_of(states, effect_delay=60.0) as sandbox,
            self.running(sandbox, text) as running,
        ):
            self.lines_until(running, "waiting for started")
            running.send_signal(signal.SIGINT)
            self.ended(running)
        assert [it["outcome"] for it in report()["commands"]] == ["unknown", "skipped"]

    def test_in_a_pause(self) -> None:
        text = f"{HEAD}actions: [{{stop: WKF1}}, {{wait: 10m}}, {{stop: WKF2}}]\n"
        with sandbox_of({"WKF1": "started", "WKF2": "started"}) as sandbox:
            with self.running(sandbox, text) as running:
                self.lines_until(running, "wait 10m ...")
                running.send_signal(signal.SIGINT)
                stderr = self.ended(running)
            assert sent_to(sandbox) == [("stop", "WKF1")]
        outcomes = [it["outcome"] for it in report()["commands"]]
        assert outcomes == ["succeeded", "not_sent", "not_sent"]
        assert "To go on: campaign-runner run --resume .campaign-runner/" in stderr
