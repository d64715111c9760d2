"""What CI systems are told by themselves, and that nothing of it gets in the way of the work."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING, Any

import pytest
import responses

from runner.sandbox.faults import ErrorStatus
from tests.secrecy.canaries import assert_nothing_leaked, leaks
from tests.secrecy.echo import echo
from tests.support.campaign import (
    FOUR,
    KEY,
    ONE,
    SECRETS,
    command_url,
    pointing_at,
    sandbox_of,
)
from tests.support.ci import (
    CODE_QUALITY,
    JUNIT,
    GitHub,
    annotations_of,
    code_quality,
    commands_of,
    github_in,
    gitlab_env,
)
from tests.support.markdown import assert_harmless
from tests.support.program import checked_report, report, write

if TYPE_CHECKING:
    from runner.sandbox import Sandbox
    from tests.support.program import Program

REFUSED = FOUR + "guardrails: {max_stops: 1}\n"
INVALID = ONE.replace("start", "strat")
TOTALS = ("commands", "planned", "succeeded", "skipped", "failed", "unknown", "not-sent")


@pytest.fixture
def github(tmp_path: Path) -> GitHub:
    return github_in(tmp_path / "step", tmp_path)


@pytest.fixture
def gitlab(tmp_path: Path) -> dict[str, str]:
    return gitlab_env(tmp_path)


class TestPlanOnGitHub:
    def test_summary_and_outputs_are_written_and_stdout_is_as_ever(
        self, program: Program, github: GitHub
    ) -> None:
        write("campaigns/a.yaml", FOUR)
        plain = program("plan", "campaigns", "--format", "json")
        ended = program("plan", "campaigns", "--format", "json", env=github.env)
        assert ended == plain
        assert github.outputs == {
            "result": "planned",
            "exit-code": "0",
            "digest": ended.json()["digest"],
            "commands": "5",
            "has-work": "true",
        }
        page = assert_harmless(github.summary)
        assert "Plan: 5 commands for" in page.text
        assert page.links[0] == (
            "https://github.com/acme/campaigns/blob/4f1c2d9a/campaigns/a.yaml#L4"
        )

    def test_the_exit_code_is_that_of_detailed_exitcode(
        self, program: Program, github: GitHub
    ) -> None:
        write("a.yaml", FOUR)
        assert program("plan", "a.yaml", "--detailed-exitcode", env=github.env).exit_code == 2
        assert github.outputs["exit-code"] == "2"
        assert github.outputs["result"] == "planned"

    def test_a_refusal_is_annotated_at_its_line_seen_from_the_root_of_the_repository(
        self, program: Program, github: GitHub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write("deep/down/a.yaml", REFUSED)
        monkeypatch.chdir("deep")
        ended = program("plan", "down", "--format", "markdown", env=github.env)
        assert ended.exit_code == 5
        (one,) = annotations_of(ended)
        assert (one.name, one.properties["file"]) == ("error", "deep/down/a.yaml")
        assert one.properties["line"] == "4"
        assert "::" not in ended.stdout
        assert github.outputs["result"] == "refused"
        assert github.outputs["exit-code"] == "5"
        assert github.outputs["commands"] == "5"
        for text in (ended.stdout, github.summary):
            page = assert_harmless(text)
            assert "Plan refused: 5 commands" in page.text
            assert "1 guardrail refuses this plan" in page.text
            assert len(page.rows) == 6

    def test_what_is_invalid_is_told_as_a_page_and_as_annotations(
        self, program: Program, github: GitHub
    ) -> None:
        write("a.yaml", INVALID)
        ended = program("plan", "a.yaml", "--format", "markdown", env=github.env)
        assert ended.exit_code == 3
        assert ended.stdout == github.summary
        assert ended.stdout.startswith("<!-- campaign-runner plan -->\n### ⛔ No plan: 1 problem ")
        assert "did you mean `start`?" in ended.stdout
        assert_harmless(ended.stdout)
        (one,) = annotations_of(ended)
        assert (one.properties["file"], one.properties["line"]) == ("a.yaml", "3")
        outputs = github.outputs
        assert outputs.pop("exit-code") == "3"
        assert outputs.pop("result") == "refused"
        assert outputs == {"digest": "", "commands": "", "has-work": ""}

    def test_missing_credentials_are_told_without_a_place(
        self, program: Program, github: GitHub
    ) -> None:
        write("a.yaml", ONE)
        ended = program("plan", "a.yaml", "--live", env=github.env)
        assert ended.exit_code == 4
        (one,) = annotations_of(ended)
        assert "file" not in one.properties
        assert "CAMPAIGN_STANDARD_API_KEY" in one.message
        assert github.outputs["exit-code"] == "4"
        assert "### ⛔ No plan:" in github.summary

    def test_a_plan_that_cannot_be_kept_says_so_in_the_outputs(
        self, program: Program, github: GitHub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write("a.yaml", ONE)
        monkeypatch.setattr("os.fsync", fail_to_sync)
        ended = program("plan", "a.yaml", "--out", "plan.json", env=github.env)
        assert ended.exit_code == 7
        assert github.outputs["exit-code"] == "7"

    def test_reading_states_is_a_group_only_where_it_says_something(
        self, program: Program, sandbox: Sandbox, github: GitHub
    ) -> None:
        write("a.yaml", FOUR)
        env = {**pointing_at(sandbox), **github.env}
        assert commands_of(program("plan", "a.yaml", "--live", env=env)) == []
        ended = program("plan", "a.yaml", "--live", "-v", env=env)
        assert [it.name for it in commands_of(ended)] == ["group", "endgroup"]
        assert ended.exit_code == 0


def fail_to_sync(_: int) -> None:
    raise OSError(28, "No space left on device")


class TestRunOnGitHub:
    def test_summary_outputs_and_one_group_of_log_lines(
        self, program: Program, sandbox: Sandbox, github: GitHub
    ) -> None:
        write("a.yaml", FOUR)
        ended = program("run", "a.yaml", env={**pointing_at(sandbox), **github.env})
        assert ended.exit_code == 0
        assert ended.stdout == ""
        lines = ended.stderr.split("\n")
        begin, end = lines.index("::group::Commands"), lines.index("::endgroup::")
        assert lines[begin - 1].startswith("Sending 5 commands")
        assert [line[:3] for line in lines[begin + 1 : end]] == [f"{n}/5" for n in range(1, 6)]
        assert lines[end + 1].startswith("outcome ")
        value = report()
        outputs = github.outputs
        assert outputs.pop("report") == str(Path("report.json").absolute())
        assert outputs.pop("journal") == str(Path(value["journal"]).absolute())
        assert outputs == {
            "result": "succeeded",
            "exit-code": "0",
            "digest": value["plan_digest"],
            **dict.fromkeys(TOTALS, "0"),
            "commands": "5",
            "succeeded": "5",
        }
        page = assert_harmless(github.summary)
        assert "✅ Run succeeded: 5 commands for" in page.text
        assert "https://github.com/acme/campaigns/actions/runs/4711" in page.links

    def test_the_summary_is_what_the_report_command_gives(
        self, program: Program, sandbox: Sandbox, github: GitHub
    ) -> None:
        write("a.yaml", FOUR)
        program("run", "a.yaml", env={**pointing_at(sandbox), **github.env})
        again = program("report", "report.json", "--format", "markdown", env=github.env)
        assert again.stdout == github.summary

    def test_a_failed_command_is_annotated_at_its_line_after_the_group(
        self, program: Program, sandbox: Sandbox, github: GitHub
    ) -> None:
        write("sub/a.yaml", FOUR)
        sandbox.next_faults(ErrorStatus(404), actions=["start"])
        ended = program("run", "sub", env={**pointing_at(sandbox), **github.env})
        assert ended.exit_code == 1
        names = [it.name for it in commands_of(ended)]
        assert names == ["group", "endgroup", "error"]
        (one,) = annotations_of(ended)
        assert one.properties["title"] == "command-failed"
        assert (one.properties["file"], one.properties["line"]) == ("sub/a.yaml", "5")
        assert one.message.startswith("start WKF3: ")
        assert github.outputs["result"] == "failed"
        assert github.outputs["failed"] == "1"
        assert github.outputs["not-sent"] == "2"
        assert "❌ Run failed" in github.summary
        assert "--retry-failed" in github.summary

    def test_an_unknown_outcome_is_annotated_and_then_settled(
        self, program: Program, sandbox: Sandbox, github: GitHub
    ) -> None:
        write("a.yaml", ONE.replace("WKF1", "WKF6") + "defaults: {settle: 100ms}\n")
        sandbox.next_faults(ErrorStatus(502), actions=["start"])
        env = {**pointing_at(sandbox), **github.env}
        ended = program("run", "a.yaml", env=env)
        assert ended.exit_code == 6
        assert annotations_of(ended)[0].properties["title"] == "outcome-unknown"
        assert github.outputs["unknown"] == "1"
        journal = github.outputs["journal"]
        resumed = program("run", "--resume", journal, "--settle", "a.yaml#1.1=sent", env=env)
        assert resumed.exit_code == 0
        assert github.outputs["result"] == "succeeded"
        assert github.outputs["journal"] == journal
        assert "settled `a.yaml#1.1` as sent" in github.summary

    def test_a_refused_run_is_told(self, program: Program, github: GitHub) -> None:
        write("a.yaml", REFUSED)
        ended = program("run", "a.yaml", env={**SECRETS, **github.env})
        assert ended.exit_code == 5
        assert [it.properties["title"] for it in annotations_of(ended)] == ["max_stops"]
        assert github.outputs["result"] == "refused"
        assert github.outputs["not-sent"] == "5"
        assert github.outputs["journal"] == ""

    def test_an_invalid_run_is_told(self, program: Program, github: GitHub) -> None:
        write("a.yaml", INVALID)
        ended = program("run", "a.yaml", env={**SECRETS, **github.env})
        assert ended.exit_code == 3
        assert len(annotations_of(ended)) == 1
        assert github.outputs["result"] == "refused"
        assert github.outputs["digest"] == ""
        assert "did you mean `start`?" in github.summary

    def test_missing_credentials_are_told_without_a_place(
        self, program: Program, github: GitHub
    ) -> None:
        write("a.yaml", ONE)
        ended = program("run", "a.yaml", env=github.env)
        assert ended.exit_code == 4
        (one,) = annotations_of(ended)
        assert "file" not in one.properties
        assert "CAMPAIGN_STANDARD" in one.message

    def test_a_dry_run_is_told(self, program: Program, github: GitHub) -> None:
        write("a.yaml", FOUR)
        assert program("run", "a.yaml", "--dry-run", env=github.env).exit_code == 0
        assert github.outputs["result"] == "planned"
        assert github.outputs["planned"] == "5"
        assert github.outputs["journal"] == ""
        assert "📋 Dry run, nothing sent" in github.summary

    def test_a_report_on_stdout_stays_clean_and_has_no_path(
        self, program: Program, sandbox: Sandbox, github: GitHub
    ) -> None:
        write("a.yaml", FOUR)
        sandbox.next_faults(ErrorStatus(404), actions=["start"])
        env = {**pointing_at(sandbox), **github.env}
        ended = program("run", "a.yaml", "--report", "-", env=env)
        assert checked_report(ended.stdout)["result"] == "failed"
        assert github.outputs["report"] == ""

    def test_a_report_that_cannot_be_written_is_told(
        self, program: Program, sandbox: Sandbox, github: GitHub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write("a.yaml", ONE)
        monkeypatch.setattr("tempfile.mkstemp", full_after(2))
        ended = program("run", "a.yaml", env={**pointing_at(sandbox), **github.env})
        assert ended.exit_code == 7
        assert github.outputs["exit-code"] == "7"
        assert github.outputs["report"] == ""
        assert checked_report(ended.stdout)["exit_code"] == 7

    def test_no_name_can_set_another_output(self, program: Program, github: GitHub) -> None:
        write("a.yaml", ONE)
        name = "r\nresult=hacked\nend<<\n.json"
        program("run", "a.yaml", "--dry-run", "--report", name, env=github.env)
        outputs = github.outputs
        assert outputs["result"] == "planned"
        assert outputs["report"] == str(Path(name).absolute())
        assert set(outputs) == {*TOTALS, "result", "exit-code", "digest", "report", "journal"}


def full_after(times: int) -> Any:
    """Give a `mkstemp` for which the disk is full once so many have been made for the report."""
    made: list[str] = []

    def make(**given: Any) -> Any:
        if given["prefix"].startswith(".report.json"):
            made.append(given["prefix"])
            if len(made) > times:
                raise OSError(28, "No space left on device")
        return mkstemp(**given)

    return make


class TestHowMuchIsSaid:
    def test_quiet_leaves_groups_out_and_keeps_annotations(
        self, program: Program, sandbox: Sandbox, github: GitHub
    ) -> None:
        write("a.yaml", FOUR)
        sandbox.next_faults(ErrorStatus(404), actions=["start"])
        ended = program("run", "a.yaml", "-q", env={**pointing_at(sandbox), **github.env})
        assert [it.name for it in commands_of(ended)] == ["error"]
        assert github.outputs["result"] == "failed"
        assert "❌ Run failed" in github.summary

    def test_json_logs_stay_json(self, program: Program, sandbox: Sandbox, github: GitHub) -> None:
        write("a.yaml", FOUR)
        sandbox.next_faults(ErrorStatus(404), actions=["start"])
        env = {**pointing_at(sandbox), **github.env}
        ended = program("run", "a.yaml", "--log-format", "json", env=env)
        for line in ended.stderr.rstrip("\n").split("\n"):
            json.loads(line)
        assert github.outputs["result"] == "failed"
        assert "❌ Run failed" in github.summary

    @pytest.mark.parametrize("system", ["none", "azure", "jenkins"])
    def test_another_system_gets_plain_logs(
        self, program: Program, sandbox: Sandbox, github: GitHub, system: str
    ) -> None:
        write("a.yaml", REFUSED)
        env = {**pointing_at(sandbox), **github.env}
        for command in ("plan", "run"):
            ended = program(command, "a.yaml", "--ci", system, env=env)
            assert ended.exit_code == 5
            assert commands_of(ended) == []
        assert github.summary == ""
        assert github.outputs == {}
        assert not CODE_QUALITY.exists()

    def test_github_without_its_files_gets_annotations_alone(self, program: Program) -> None:
        write("a.yaml", REFUSED)
        ended = program("plan", "a.yaml", "--ci", "github")
        assert ended.exit_code == 5
        assert len(annotations_of(ended)) == 1
        assert "warning" not in ended.stderr


class TestNothingGetsInTheWay:
    def run(self, program: Program, sandbox: Sandbox, github: GitHub) -> str:
        write("a.yaml", FOUR)
        ended = program("run", "a.yaml", env={**pointing_at(sandbox), **github.env})
        assert ended.exit_code == 0
        assert report()["result"] == "succeeded"
        return ended.stderr

    def test_a_summary_that_is_no_file(
        self, program: Program, sandbox: Sandbox, github: GitHub
    ) -> None:
        github.summary_file.unlink()
        github.summary_file.mkdir()
        text = self.run(program, sandbox, github)
        assert "warning: the summary of this step: not written: " in text
        assert github.outputs["result"] == "succeeded"

    def test_a_summary_that_is_not_there_is_made(self, program: Program, github: GitHub) -> None:
        github.summary_file.unlink()
        write("a.yaml", ONE)
        assert program("plan", "a.yaml", env=github.env).exit_code == 0
        assert github.summary.startswith("<!-- campaign-runner plan -->")

    @pytest.mark.skipif(os.name == "nt", reason="links")
    def test_a_summary_that_is_a_link_is_not_followed(
        self, program: Program, sandbox: Sandbox, github: GitHub
    ) -> None:
        victim = write("victim", "mine")
        github.summary_file.unlink()
        github.summary_file.symlink_to(victim.absolute())
        assert "it is a link" in self.run(program, sandbox, github)
        assert victim.read_text(encoding="utf-8") == "mine"

    def test_outputs_that_cannot_be_written(
        self, program: Program, sandbox: Sandbox, github: GitHub
    ) -> None:
        github.output_file.unlink()
        github.output_file.mkdir()
        text = self.run(program, sandbox, github)
        assert "warning: the outputs of this step: not written: " in text
        assert "Run succeeded" in github.summary

    def test_a_summary_is_added_to_what_is_there_and_never_grows_beyond_the_limit(
        self, program: Program, sandbox: Sandbox, github: GitHub
    ) -> None:
        before = "x" * (1_048_576 - 9000) + "\n"
        github.summary_file.write_text(before, encoding="utf-8")
        assert "not written" not in self.run(program, sandbox, github)
        assert github.summary.startswith(f"{before}\n### ✅ Run succeeded")
        assert github.summary_file.stat().st_size <= 1_048_576
        text = self.run(program, sandbox, github)
        assert "earlier commands have left too little room in it" in text
        assert github.summary.count("###") == 1

    def test_a_bug_in_a_page(
        self, program: Program, sandbox: Sandbox, github: GitHub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> str:
            raise ZeroDivisionError

        monkeypatch.setattr("runner.render.report.markdown.report_markdown", fail)
        text = self.run(program, sandbox, github)
        assert "the summary of this step: not written, for a fault in campaign-runner" in text
        assert github.outputs["result"] == "succeeded"


class TestGitLab:
    def test_a_run_writes_both_files(
        self, program: Program, sandbox: Sandbox, gitlab: dict[str, str]
    ) -> None:
        write("sub/a.yaml", FOUR)
        sandbox.next_faults(ErrorStatus(404), actions=["start"])
        ended = program("run", "sub", env={**pointing_at(sandbox), **gitlab})
        assert ended.exit_code == 1
        assert commands_of(ended) == []
        (one,) = code_quality()
        assert one["check_name"] == "command-failed"
        assert one["location"] == {"path": "sub/a.yaml", "lines": {"begin": 5}}
        assert "<testsuites" in JUNIT.read_text(encoding="utf-8")

    def test_a_plan_writes_what_refuses_it_and_its_warnings(
        self, program: Program, gitlab: dict[str, str]
    ) -> None:
        write("a.yaml", "version: 1\norganization: o\nactions: [{start: A}, {stop: A}]\n")
        assert program("plan", "a.yaml", env=gitlab).exit_code == 0
        assert [it["check_name"] for it in code_quality()] == ["contradiction"]
        write("a.yaml", REFUSED)
        assert program("plan", "a.yaml", env=gitlab).exit_code == 5
        assert [it["check_name"] for it in code_quality()] == ["max_stops"]
        assert not JUNIT.exists()

    @pytest.mark.parametrize("command", ["validate", "plan", "run"])
    def test_what_is_invalid_is_written_by_each_command(
        self, program: Program, gitlab: dict[str, str], command: str
    ) -> None:
        write("a.yaml", INVALID)
        assert program(command, "a.yaml", env={**SECRETS, **gitlab}).exit_code == 3
        assert len(code_quality()) == 1
        write("a.yaml", ONE)
        assert program("validate", "a.yaml", env=gitlab).exit_code == 0
        assert code_quality() == []  # else the problem would seem to be there still

    def test_the_report_itself_is_not_overwritten(
        self, program: Program, sandbox: Sandbox, gitlab: dict[str, str]
    ) -> None:
        write("a.yaml", ONE)
        env = {**pointing_at(sandbox), **gitlab}
        ended = program("run", "a.yaml", "--report", CODE_QUALITY, env=env)
        assert ended.exit_code == 0
        assert "this command has written another file of that name" in ended.stderr
        assert report(str(CODE_QUALITY))["result"] == "succeeded"

    @pytest.mark.skipif(os.name == "nt", reason="links")
    def test_a_link_that_a_pull_request_holds_is_replaced_and_not_followed(
        self, program: Program, gitlab: dict[str, str]
    ) -> None:
        write("a.yaml", ONE)
        victim = write("victim", "mine")
        CODE_QUALITY.symlink_to(victim)
        assert program("plan", "a.yaml", env=gitlab).exit_code == 0
        assert victim.read_text(encoding="utf-8") == "mine"
        assert code_quality() == []


@pytest.mark.parametrize("status", [400, 401, 404, 500])
@pytest.mark.parametrize("system", ["github", "gitlab"])
def test_no_secret_reaches_a_ci_system(
    program: Program, github: GitHub, gitlab: dict[str, str], system: str, status: int
) -> None:
    write("a.yaml", ONE + "defaults: {settle: 100ms}\n")

    def answer(request: object) -> tuple[int, dict[str, str], str]:
        _, headers, body = echo(request)
        return status, headers, body

    env = github.env if system == "github" else gitlab
    with responses.RequestsMock() as api:
        api.add_callback(responses.POST, command_url("WKF1"), answer)
        ended = program("run", "a.yaml", env={**SECRETS, **env})
    assert ended.exit_code in (1, 4, 6)
    if system == "github":
        assert "***" in github.summary
        assert github.outputs["exit-code"] == str(ended.exit_code)
    else:
        assert "***" in JUNIT.read_text(encoding="utf-8")
    assert_nothing_leaked(ended)


def test_a_path_that_holds_a_secret_is_no_output(
    program: Program, sandbox: Sandbox, github: GitHub
) -> None:
    write("a.yaml", ONE)
    env = {**pointing_at(sandbox), **github.env}
    assert program("run", "a.yaml", "--state-dir", f"of-{KEY}", env=env).exit_code == 0
    assert "of-***" in github.outputs["journal"]
    assert leaks(github.summary + github.output_file.read_text(encoding="utf-8")) == []


@pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
def test_a_terminated_run_ends_its_group_and_tells_what_came_of_it(github: GitHub) -> None:
    """A whole process, as a job that is cancelled ends it."""
    write("a.yaml", FOUR.replace("- start: WKF3", "- wait: 60s\n  - start: WKF3"))
    with sandbox_of(dict.fromkeys(["WKF1", "WKF2", "WKF3", "WKF4", "WKF5"], "started")) as sandbox:
        started = subprocess.Popen(
            [sys.executable, "-m", "runner", "run", "a.yaml"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, **pointing_at(sandbox), **github.env},
        )
        with started:
            assert started.stderr is not None
            said = ""
            while "wait 1m ..." not in said:
                said += started.stderr.readline()
                assert started.poll() is None
            started.send_signal(signal.SIGTERM)
            rest, left = started.communicate(timeout=30)
    assert started.returncode == 6
    assert rest == ""
    assert (said + left).count("::group::") == (said + left).count("::endgroup::") == 1
    assert github.outputs["result"] == report()["result"] == "interrupted"
    assert github.outputs["exit-code"] == "6"
    assert github.outputs["succeeded"] == "2"
    assert "⏹️ Run interrupted" in github.summary
    assert "--resume" in github.summary
