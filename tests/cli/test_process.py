"""Closed streams, readers that go away, full disks, early signals and bugs: never a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import responses

from tests.support.campaign import FOUR, ONE, SECRETS, pointing_at
from tests.support.program import checked_report, process, report, write

if TYPE_CHECKING:
    from runner.sandbox import Sandbox
    from tests.support.program import Program

posix = pytest.mark.skipif(os.name == "nt", reason="a POSIX shell closes streams")


def shell(command: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a shell line in which `RUN` stands for the program."""
    line = command.replace("RUN", f"{sys.executable} -m runner")
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **(env or {})},
        timeout=60,
        check=False,
    )


@posix
class TestStreams:
    def test_a_log_reader_that_goes_away_does_not_end_a_run(self, sandbox: Sandbox) -> None:
        write("a.yaml", FOUR)
        ended = shell("RUN run a.yaml -v 2>&1 >/dev/null | head -1", pointing_at(sandbox))
        assert ended.returncode == 0
        assert report()["result"] == "succeeded"
        assert len(sandbox.commands()) == 5

    @pytest.mark.parametrize("closing", ["2>&-", "2>/dev/full"])
    def test_without_stderr_a_run_goes_on(self, sandbox: Sandbox, closing: str) -> None:
        write("a.yaml", FOUR)
        ended = shell(f"RUN run a.yaml {closing}", pointing_at(sandbox))
        assert (ended.returncode, ended.stdout) == (0, "")
        assert report()["result"] == "succeeded"

    @pytest.mark.parametrize("command", ["plan a.yaml", "validate a.yaml --format json"])
    def test_a_closed_stdout_is_said(self, command: str) -> None:
        write("a.yaml", ONE)
        ended = shell(f"RUN {command} >&-")
        assert ended.returncode == 7
        assert ended.stderr == (
            "error: standard output cannot be written: standard output is closed\n"
        )

    def test_a_closed_stdout_for_the_report_stops_a_run_before_it_begins(
        self, sandbox: Sandbox
    ) -> None:
        write("a.yaml", ONE)
        ended = shell("RUN run a.yaml --report - >&-", pointing_at(sandbox))
        assert ended.returncode == 7
        assert sandbox.requests() == ()

    @pytest.mark.parametrize("buffering", ["", "1"])
    def test_a_report_that_finds_stdout_full_follows_on_stderr(
        self, sandbox: Sandbox, buffering: str
    ) -> None:
        write("a.yaml", ONE)
        env = {**pointing_at(sandbox), "PYTHONUNBUFFERED": buffering}
        ended = shell("RUN run a.yaml -q --report - >/dev/full", env)
        assert ended.returncode == 7
        assert "standard output cannot be written: no space left on device" in ended.stderr
        text = ended.stderr[ended.stderr.index("{") : ended.stderr.rindex("}") + 1]
        assert checked_report(text)["result"] == "succeeded"

    @pytest.mark.parametrize("command", ["schema", "--help", "--version", "run --help"])
    @pytest.mark.parametrize("stdout", [">/dev/full", ">&-"])
    def test_help_that_nobody_can_read_is_exit_7(self, command: str, stdout: str) -> None:
        ended = shell(f"RUN {command} {stdout}")
        assert "Traceback" not in ended.stderr
        assert "Exception" not in ended.stderr
        assert ended.returncode == 7

    def test_a_reader_of_the_schema_that_goes_away_gets_no_words(self) -> None:
        ended = shell("RUN schema | true")
        assert ended.returncode in (0, 7)
        assert ended.stderr == ""

    def test_a_closed_stdin_matters_only_where_it_is_read(self) -> None:
        write("a.yaml", ONE)
        assert shell("RUN run a.yaml --sandbox <&-").returncode == 0
        ended = shell("RUN validate - <&-")
        assert ended.returncode == 3
        assert "-:1:1: error: the file cannot be read: standard input is closed" in ended.stdout

    def test_a_problem_list_without_stderr_keeps_its_exit_code(self) -> None:
        write("a.yaml", ONE.replace("start", "strat"))
        ended = shell("RUN validate a.yaml 2>&-")
        assert ended.returncode == 3
        assert "did you mean `start`?" in ended.stdout

    @pytest.mark.parametrize("buffering", ["", "1"])
    def test_a_reader_of_the_plan_that_goes_away_gets_no_words(self, buffering: str) -> None:
        many = ONE.replace("WKF1", "[" + ",".join(f"W{n}" for n in range(20_000)) + "]")
        write("a.yaml", f"{many}guardrails: {{max_active: 20000}}\n")
        ended = shell("RUN plan a.yaml | head -1", {"PYTHONUNBUFFERED": buffering})
        assert ended.returncode == 7
        assert ended.stderr == ""

    def test_a_signal_while_stdin_is_read_ends_at_once_with_a_report(self) -> None:
        started = subprocess.Popen(
            [sys.executable, "-m", "runner", "run", "-", "--dry-run", "-v"],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        with started:
            _wait_until_it_reads(started)
            # Python sees a signal that comes just before it waits only with the next one; which
            # would end it without a word where it came after the report was written.
            for _ in range(10):
                started.send_signal(signal.SIGINT)
                with suppress(subprocess.TimeoutExpired):
                    started.wait(timeout=3)
                    break
        assert started.returncode == 6
        assert report()["result"] == "interrupted"
        assert report()["message"] == "interrupted before anything was sent"


def _wait_until_it_reads(started: subprocess.Popen[str]) -> None:
    """Fill the pipe beyond its size: the write returns only once the program takes from it."""
    assert started.stdin is not None
    started.stdin.write("#" * 200_000)
    started.stdin.flush()


class TestOutputsThatWouldDestroySomething:
    @pytest.mark.parametrize("command", ["run --dry-run --report", "plan --out"])
    @pytest.mark.parametrize(
        ("path", "says"),
        [
            ("a.yaml", "`a.yaml` is read by this command"),
            ("folder/../a.yaml", "is read by this command"),
            ("folder/b.yaml", "would look like a configuration; end it in .json"),
            ("folder", "is not a regular file"),
        ],
    )
    def test_they_are_refused_before_anything_begins(
        self, program: Program, command: str, path: str, says: str
    ) -> None:
        write("a.yaml", ONE)
        Path("folder").mkdir()
        name, *options = command.split()
        ended = program(name, "a.yaml", *options, path)
        assert ended.exit_code == 64
        assert says in ended.stderr
        assert Path("a.yaml").read_text(encoding="utf-8") == ONE

    @posix
    @pytest.mark.parametrize("command", ["run --dry-run --report", "plan --out"])
    def test_a_pipe_or_device_is_left_alone(self, program: Program, command: str) -> None:
        write("a.yaml", ONE)
        os.mkfifo("pipe")
        name, *options = command.split()
        assert program(name, "a.yaml", *options, "pipe").exit_code == 64
        assert Path("pipe").is_fifo()


class TestFaults:
    def test_a_bug_anywhere_is_exit_7_and_shows_where_only_when_asked(
        self, program: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise ZeroDivisionError("a bug")

        monkeypatch.setattr("runner.commands.planning.build_plan", fail)
        write("a.yaml", ONE)
        ended = program("plan", "a.yaml")
        assert ended.exit_code == 7
        assert (
            "error: a fault in campaign-runner itself: ZeroDivisionError('a bug')" in ended.stderr
        )
        assert "Traceback" not in ended.stderr
        assert "Traceback" in program("plan", "a.yaml", "-v").stderr

    def test_errors_are_json_where_logs_are(self, program: Program) -> None:
        write("a.yaml", ONE)
        ended = program("plan", "a.yaml", "--only", "x", "--log-format", "json")
        assert ended.exit_code == 64
        assert '"level": "error"' in ended.stderr


class TestSelectionHints:
    @pytest.mark.parametrize(
        ("identity", "hint"),
        [
            ("a.yaml#9.9", "`a.yaml` has 1.1, 1.2, 2.1, 3.1, 4.1"),
            ("a.yaml#2", "`a.yaml` has 1.1, 1.2, 2.1, 3.1, 4.1"),
            ("b.yaml#2.1", "did you mean `a.yaml#2.1`?"),
            ("#2.1", "did you mean `a.yaml#2.1`?"),
            ("2.1", "did you mean `a.yaml#2.1`?"),
            ("WKF1", "an id is a path and a number, such as `a.yaml#1.1`"),
        ],
    )
    def test_a_hint_never_leads_to_another_command(
        self, program: Program, identity: str, hint: str
    ) -> None:
        write("a.yaml", FOUR)
        ended = program("plan", "a.yaml", "--only", identity)
        assert ended.exit_code == 64
        assert hint in ended.stderr


def test_a_dry_run_warns_that_a_run_would_be_refused(program: Program) -> None:
    write("a.yaml", "version: 1\nactions: [{start: WKF1}]\n")
    ended = program("run", "a.yaml", "--dry-run")
    assert ended.exit_code == 0
    assert "warning: a run is refused until CAMPAIGN_STANDARD_TENANT_ID is set" in ended.stderr


def test_a_report_that_cannot_be_written_in_the_end_follows_on_stdout(
    program: Program,
) -> None:
    write("a.yaml", ONE)
    Path("folder").mkdir()
    with responses.RequestsMock() as api:
        api.add_callback(
            responses.POST,
            "https://mc.adobe.io/acme/campaign/workflow/execution/WKF1/commands",
            lambda _: (Path("folder").rmdir(), (204, {}, ""))[1],  # type: ignore[func-returns-value]
        )
        ended = program("run", "a.yaml", "--report", "folder/r.json", env=SECRETS)
    assert ended.exit_code == 7
    assert "cannot be written: no such file or directory; the report follows" in ended.stderr
    assert checked_report(ended.stdout)["result"] == "succeeded"


def test_the_version_survives_a_closed_stderr() -> None:
    if os.name != "nt":
        assert shell("RUN --version 2>&-").returncode == 0
    assert process("--version").exit_code == 0
