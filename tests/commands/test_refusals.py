"""What goes wrong before or beside the sending, and what people are told to do next."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import responses

from tests.support.campaign import FOUR, KEY, ONE, SECRETS, TOKEN, command_url, pointing_at
from tests.support.program import checked_report, report, write

if TYPE_CHECKING:
    from runner.sandbox import Sandbox
    from tests.support.program import Program


class TestFaultsBeforeAnythingIsSent:
    @pytest.mark.parametrize(
        ("name", "commands"),
        [("runner.commands.planning.build_plan", 0), ("runner.commands.connect.resolve", 5)],
    )
    def test_a_bug_leaves_a_report_that_says_so(
        self, program: Program, monkeypatch: pytest.MonkeyPatch, name: str, commands: int
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise ZeroDivisionError("a bug")

        monkeypatch.setattr(name, fail)
        write("a.yaml", FOUR)
        ended = program("run", "a.yaml", env=SECRETS)
        assert ended.exit_code == 7
        value = report()
        assert (value["result"], value["exit_code"]) == ("failed", 7)
        assert [it["outcome"] for it in value["commands"]] == ["not_sent"] * commands
        assert value["message"] == "the runner itself failed: ZeroDivisionError"

    def test_an_interruption_at_the_question_sends_nothing(
        self, program: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupt(_: str) -> bool:
            raise KeyboardInterrupt

        monkeypatch.setattr("runner.cli.process._ask", interrupt)
        write("a.yaml", ONE)
        ended = program("run", "a.yaml", terminal=True, env=SECRETS)
        assert ended.exit_code == 6
        assert report()["result"] == "interrupted"


class TestStandardInputAndAFileOfThatName:
    def test_each_keeps_its_own_id_and_credentials(
        self, program: Program, sandbox: Sandbox
    ) -> None:
        auth = "auth: {api_key: '${env:CAMPAIGN_KEY}', access_token: '${env:CAMPAIGN_TOKEN}'}\n"
        write("-", ONE.replace("WKF1", "WKF2") + auth)
        env = {**pointing_at(sandbox), "CAMPAIGN_KEY": KEY, "CAMPAIGN_TOKEN": "another-token"}
        ended = program("run", "-", "./-", stdin=ONE, env=env)
        assert ended.exit_code == 4  # the second file's token is not this sandbox's
        assert [it["id"] for it in report()["commands"]] == ["-#1.1", "./-#1.1"]
        sent = [
            {name.lower(): value for name, value in it.headers}["authorization"]
            for it in sandbox.requests()
        ]
        assert sent == [f"Bearer {TOKEN}", "Bearer another-token"]


class TestReportsStayWhole:
    def test_a_secret_that_is_a_word_of_the_schema_does_not_break_it(
        self, program: Program
    ) -> None:
        words = {
            "CAMPAIGN_STANDARD_API_KEY": "succeeded",
            "CAMPAIGN_STANDARD_ACCESS_TOKEN": "workflow",
        }
        write("a.yaml", ONE)
        for more in ([], ["--report", "-"]):
            with responses.RequestsMock() as api:
                api.post(command_url("WKF1"), status=204)
                ended = program("run", "a.yaml", *more, env=words)
            assert ended.exit_code == 0
            value = checked_report(ended.stdout) if more else report()
            assert value["commands"][0]["workflow"] == "WKF1"
            assert value["result"] == "succeeded"

    def test_scopes_from_a_reference_are_hidden_like_secrets(self, program: Program) -> None:
        write(
            "a.yaml",
            ONE + "auth: {oauth: {client_id: '${env:CAMPAIGN_STANDARD_API_KEY}', client_secret: "
            "'${env:CAMPAIGN_B}', scopes: '${env:CAMPAIGN_C}'}}\n",
        )
        env = {**SECRETS, "CAMPAIGN_B": "canary-client-secret", "CAMPAIGN_C": "canary-other-secret"}
        with responses.RequestsMock() as api:
            api.post(
                "https://ims-na1.adobelogin.com/ims/token/v3",
                status=400,
                json={"error": "invalid_scope", "error_description": "canary-other-secret?"},
            )
            ended = program("run", "a.yaml", env=env)
        assert ended.exit_code == 4
        assert "canary" not in ended.output + Path("report.json").read_text(encoding="utf-8")


class TestSandbox:
    def test_a_base_url_left_in_the_environment_does_not_matter(self, program: Program) -> None:
        write("a.yaml", ONE)
        env = {"CAMPAIGN_RUNNER_BASE_URL": "https://not-allowed.example"}
        assert program("run", "a.yaml", "--sandbox", env=env).exit_code == 0

    def test_a_tenant_that_no_file_needs_does_not_matter(self, program: Program) -> None:
        write("a.yaml", ONE)
        env = {"CAMPAIGN_STANDARD_TENANT_ID": "../odd"}
        assert program("run", "a.yaml", "--sandbox", env=env).exit_code == 0


class TestWhatToDoNext:
    def test_a_run_that_stopped_says_how_to_send_the_rest(
        self, program: Program, sandbox: Sandbox
    ) -> None:
        write("a.yaml", FOUR.replace("WKF2", "WKF99"))
        ended = program("run", "a.yaml", env=pointing_at(sandbox))
        assert "To try again what failed, and go on: campaign-runner run --resume " in ended.stderr
        shown = re.search(r"the same command with (--from \S+)", ended.stderr)
        assert shown is not None
        assert shown[1] == "--from 'a.yaml#2.1'"
        ended = program("run", "a.yaml", *shlex.split(shown[1]), env=pointing_at(sandbox))
        assert ended.exit_code == 0
        assert "the same command with" not in ended.stderr

    def test_nothing_is_said_where_nothing_was_sent(self, program: Program) -> None:
        write("a.yaml", FOUR)
        assert "the same command with" not in program("run", "a.yaml").stderr

    def test_a_person_sees_the_plan_before_the_question(self, program: Program) -> None:
        write("a.yaml", ONE)
        ended = program("run", "a.yaml", stdin="n\n", terminal=True, env=SECRETS)
        plan = ended.stderr.index("#1.1  start  WKF1  a.yaml:3:19")
        assert plan < ended.stderr.index("Sending 1 command to mc.adobe.io")
        assert plan < ended.stderr.index("Send them? [y/N]")


# Takes the terminal that it is given, as a login does, and then becomes the shell line.
ON_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    " os.execvp('bash', ['bash', '-c', sys.argv[1]])"
)


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are POSIX")
def test_a_person_is_asked_though_the_files_come_from_a_pipe_r24() -> None:
    write("a.yaml", ONE)
    ours, theirs = os.openpty()
    started = subprocess.Popen(
        [sys.executable, "-c", ON_TERMINAL, f"cat a.yaml | {sys.executable} -m runner run -"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env={**os.environ, **SECRETS},
    )
    os.close(theirs)
    shown = b""
    while b"[y/N]" not in shown:
        shown += os.read(ours, 4096)
    os.write(ours, b"n\n")
    with suppress(OSError):  # the terminal ends with its last process
        while os.read(ours, 4096):
            pass
    os.close(ours)
    assert started.wait(timeout=20) == 6
    assert report()["message"] == "called off at the question; nothing was sent"


def test_a_ca_bundle_that_is_not_there_is_not_tried_again_and_again(program: Program) -> None:
    write("a.yaml", ONE)
    ended = program("run", "a.yaml", env={**SECRETS, "REQUESTS_CA_BUNDLE": "nowhere.pem"})
    assert ended.exit_code == 7
    assert "REQUESTS_CA_BUNDLE names `nowhere.pem`" in ended.stderr
    assert report()["commands"][0]["outcome"] == "not_sent"
