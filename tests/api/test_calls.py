"""`load`, `plan` and `run` do what the commands do, print nothing, and take all as arguments."""

from __future__ import annotations

import io
import json
import logging
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from runner import (
    BrokenError,
    CredentialsError,
    GuardrailError,
    InvalidConfigError,
    Run,
    RunFailedError,
    RunnerError,
    UsageError,
    describe,
    load,
    plan,
    run,
)
from runner.errors import ExitCode
from runner.sandbox import WorkflowState
from tests.support.campaign import FOUR, KEY, ONE, SECRETS, TOKEN, sent_to
from tests.support.journals import the_journal
from tests.support.organizations import sandbox_of_all, write_all
from tests.support.program import checked_report, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.sandbox import Sandbox
    from tests.support.program import Program

Send = "Callable[..., Run]"


@pytest.fixture(autouse=True)
def _silence(capfd: pytest.CaptureFixture[str]) -> Any:
    """Make sure of every test that nothing was printed."""
    yield
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def send(sandbox: Sandbox) -> Callable[..., Run]:
    """Call `run` against a sandbox."""

    def call(source: Any = "a.yaml", **more: Any) -> Run:
        return run(
            source,
            **{
                "base_url": sandbox.base_url,
                "token_url": sandbox.token_url,
                "environ": SECRETS,
                **more,
            },
        )

    return call


class TestLoad:
    def test_it_gives_the_configuration(self) -> None:
        write("c/a.yaml", FOUR)
        config = load("c")
        assert [it.path for it in config.files] == ["c/a.yaml"]
        assert config.documents[0].organization == "acme"
        assert load(Path("c")) == load([Path("c/a.yaml")]) == config

    def test_every_problem_is_raised_with_its_place(self) -> None:
        write("a.yaml", ONE.replace("start", "strat"))
        write("b.yaml", ONE.replace("WKF1", "no/id"))
        with pytest.raises(InvalidConfigError) as raised:
            load(["a.yaml", "b.yaml"])
        assert {(it.file, it.line) for it in raised.value.problems} == {
            ("a.yaml", 3),
            ("b.yaml", 3),
        }

    def test_environment_organization_and_folder_are_arguments(self, tmp_path: Path) -> None:
        text = ONE.replace("organization: acme\n", "") + "environments: {prod: {}}\n"
        write("deep/a.yaml", text)
        config = load(
            "a.yaml",
            env="prod",
            cwd=tmp_path / "deep",
            environ={"CAMPAIGN_STANDARD_TENANT_ID": "globex"},
        )
        assert (config.environment, config.documents[0].organization) == ("prod", "globex")
        assert config.files[0].path == "a.yaml"

    @pytest.mark.parametrize("paths", [[], (), "-", ["a.yaml", "-"]])
    def test_no_files_or_a_stream_are_wrong_usage(self, paths: Any) -> None:
        write("a.yaml", ONE)
        with pytest.raises(UsageError):
            load(paths)


class TestPlan:
    def test_it_is_the_plan_of_the_command(
        self, program: Program, capfd: pytest.CaptureFixture[str]
    ) -> None:
        write("a.yaml", FOUR + "desired: {WKF7: started}\n")
        assert describe(plan("a.yaml")) == program("plan", "a.yaml", "--format", "json").json()
        one = plan("a.yaml", only=["a.yaml#2.1"])
        assert [it.workflow for it in one.commands] == ["WKF3"]
        assert plan("a.yaml", start="a.yaml#4.1").total == 2

    def test_what_was_loaded_is_planned_whatever_has_become_of_the_files(self) -> None:
        write("a.yaml", FOUR + "environments: {prod: {}}\n")
        config = load("a.yaml", env="prod")
        before = plan("a.yaml", env="prod")
        write("a.yaml", "broken: [")
        assert plan(config) == before
        with pytest.raises(UsageError, match="another environment"):
            plan(config, env="other")
        with pytest.raises(UsageError, match="give their paths"):
            plan(config, changed_since="HEAD")

    def test_guardrails_raise_and_are_lifted_by_name_and_reason(self) -> None:
        write("a.yaml", FOUR + "guardrails: {max_stops: 1}\n")
        with pytest.raises(GuardrailError) as raised:
            plan("a.yaml")
        assert [it.rule for it in raised.value.problems] == ["max_stops"]
        assert plan("a.yaml", override=["max_stops"], reason="an emergency").total == 5
        write("policy.yaml", "version: 1\nguardrails: {max_commands: 1}\n")
        with pytest.raises(GuardrailError):
            plan("a.yaml", policy="policy.yaml", override=["max_stops"], reason="an emergency")

    def test_states_are_read_only_where_that_is_asked_for(self, sandbox: Sandbox) -> None:
        write("a.yaml", ONE.replace("actions: [{start: WKF1}]", "desired: {WKF1: started}"))
        assert plan("a.yaml").undecided
        urls: dict[str, Any] = {"base_url": sandbox.base_url, "token_url": sandbox.token_url}
        live = plan("a.yaml", live=True, environ=SECRETS, **urls)
        assert live.live is not None
        assert not live.has_work
        with pytest.raises(CredentialsError):
            plan("a.yaml", live=True, environ={}, **urls)

    def test_a_shard_is_a_part_of_it(self) -> None:
        write_all()
        assert plan(["a.yaml", "b.yaml"], shard="2/3").organizations == ("globex", "hooli")
        with pytest.raises(UsageError, match="write K/N"):
            plan("a.yaml", shard="4/3")


class TestRun:
    def test_it_sends_and_gives_the_report(self, send: Any, sandbox: Sandbox) -> None:
        write("a.yaml", ONE.replace("start", "stop"))
        done = send(report="out.json")
        assert (done.result, done.exit_code) == ("succeeded", ExitCode.DONE)
        assert done.check() is done
        assert sent_to(sandbox) == [("stop", "WKF1")]
        assert checked_report(Path("out.json").read_text(encoding="utf-8")) == done.report
        assert done.report["journal"] == the_journal().as_posix()
        assert not Path("report.json").exists()

    def test_a_report_is_no_file_unless_one_is_named(self, send: Any) -> None:
        write("a.yaml", ONE)
        checked_report(json.dumps(send().report))
        assert not list(Path().glob("*.json"))

    def test_a_run_that_failed_is_told_and_check_raises(self, send: Any) -> None:
        write("a.yaml", ONE.replace("WKF1", "GONE"))
        done = send()
        assert (done.result, done.exit_code) == ("failed", ExitCode.FAILED)
        with pytest.raises(RunFailedError) as raised:
            done.check()
        assert raised.value.exit_code == ExitCode.FAILED
        assert raised.value.report == done.report
        words = "the run ended as failed (exit code 1); 1 command: 1 failed; journal .campaign-r"
        assert str(raised.value).startswith(words)
        assert isinstance(raised.value, RunnerError)

    @pytest.mark.parametrize(
        ("text", "more", "exit_code"),
        [
            ("actions: [", {}, ExitCode.INVALID),
            (f"{ONE}guardrails: {{protect: [WKF1]}}\n", {}, ExitCode.GUARDRAIL),
            (ONE, {"environ": {}}, ExitCode.CREDENTIALS),
        ],
    )
    def test_what_is_refused_is_told_with_a_report(
        self, send: Any, sandbox: Sandbox, text: str, more: dict[str, Any], exit_code: ExitCode
    ) -> None:
        write("a.yaml", text)
        done = send(**more)
        assert (done.result, done.exit_code) == ("refused", exit_code)
        assert sent_to(sandbox) == []
        checked_report(json.dumps(done.report))
        with pytest.raises(RunFailedError, match="refused"):
            done.check()

    @pytest.mark.parametrize(
        "more",
        [
            {"source": []},
            {"source": "-"},
            {"report": "-"},
            {"shard": "0/1"},
            {"again": ["a.yaml"]},
            {"allow_modified": True},
            {"override": ["max_stops"]},
            {"override": ["no_such"], "reason": "x"},
            {"base_url": "https://evil.test"},
            {"plan_digest": "x"},
        ],
    )
    def test_wrong_arguments_raise(self, send: Any, more: dict[str, Any]) -> None:
        write("a.yaml", ONE)
        with pytest.raises(UsageError):
            send(**more)

    def test_a_report_that_cannot_be_written_raises_before_anything_is_sent(
        self, send: Any, sandbox: Sandbox
    ) -> None:
        write("a.yaml", ONE)
        with pytest.raises(BrokenError):
            send(report="no/such/folder/report.json")
        assert sent_to(sandbox) == []

    def test_a_plan_runs_as_it_was_made_or_not_at_all(self, send: Any, sandbox: Sandbox) -> None:
        write("a.yaml", FOUR)
        reviewed = plan("a.yaml", only=["a.yaml#1.2"])
        done = send(reviewed, plan_digest=reviewed.digest)
        assert done.exit_code == 0, done.report["message"]
        assert sent_to(sandbox) == [("stop", "WKF2")]
        write("a.yaml", ONE)
        refused = send(reviewed)
        assert refused.exit_code is ExitCode.INVALID
        assert refused.report["problems"][0]["rule"] == "reviewed-plan"

    def test_a_live_plan_of_a_shard_runs(self) -> None:
        write_all()
        with sandbox_of_all() as sandbox:
            urls: dict[str, Any] = {"base_url": sandbox.base_url, "token_url": sandbox.token_url}
            made = plan("b.yaml", shard="1/3", live=True, environ=SECRETS, **urls)
            done = run(made, environ=SECRETS, **urls).check()
            assert {it.organization for it in sandbox.commands()} == {"umbrella"}
            assert done.report["shard"]["number"] == 1

    def test_a_dry_run_and_the_embedded_sandbox_need_no_secret(self) -> None:
        write("a.yaml", ONE)
        assert run("a.yaml", dry_run=True, environ={}).result == "planned"
        done = run("a.yaml", sandbox=True, environ={})
        assert (done.result, done.report["target"]["sandbox"]) == ("succeeded", True)

    def test_once_passes_over_what_is_done(self, send: Any, sandbox: Sandbox) -> None:
        write("a.yaml", ONE.replace("start", "stop"))
        send(once=True, init_state=True, state_dir="s").check()
        again = send(once=True, state_dir=Path("s")).check()
        assert again.report["totals"]["skipped"] == 1
        assert len(sent_to(sandbox)) == 1

    def test_the_variables_of_the_command_line_do_not_count(
        self, sandbox: Sandbox, send: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CAMPAIGN_RUNNER_ENV", "prod")
        monkeypatch.setenv("CAMPAIGN_RUNNER_BASE_URL", "https://evil.test")
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(Path("summary.md").absolute()))
        write("a.yaml", ONE.replace("start", "stop"))
        assert send().check().report["environment"] is None
        assert not Path("summary.md").exists()


class TestAround:
    def test_a_stream_gets_what_the_command_line_says(self, send: Any) -> None:
        write("a.yaml", ONE.replace("start", "stop"))
        stream = io.StringIO()
        send(log=stream)
        assert "1/1 stop WKF1: succeeded" in stream.getvalue()
        assert "Result: succeeded (exit code 0). 1 command: 1 succeeded." in stream.getvalue()

    def test_a_logger_gets_lines_at_their_levels_and_no_secret(
        self, send: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        write("a.yaml", ONE.replace("WKF1", "GONE") + "guardrails: {max_active: 30}\n")
        with caplog.at_level(logging.INFO, "campaigns"):
            send(log=logging.getLogger("campaigns"))
        levels = {it.levelname for it in caplog.records}
        assert levels == {"INFO", "ERROR"}
        failed = [it.message for it in caplog.records if it.levelname == "ERROR"]
        assert failed[0].startswith("error: 1/1 start GONE: failed:")
        assert not any(secret in caplog.text for secret in (KEY, TOKEN))

    def test_problems_are_logged_as_errors(self, caplog: pytest.LogCaptureFixture) -> None:
        write("a.yaml", "actions: [")
        with caplog.at_level(logging.INFO, "campaigns"):
            run("a.yaml", dry_run=True, log=logging.getLogger("campaigns"))
        assert caplog.records[0].levelname == "ERROR"
        assert caplog.records[0].message.startswith("a.yaml:")

    def test_signals_are_left_alone(self, send: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object) -> None:
            raise AssertionError("a library sets no handler")

        write("a.yaml", ONE.replace("start", "stop"))
        monkeypatch.setattr(signal, "signal", refuse)
        assert send().exit_code == 0

    def test_it_runs_in_any_thread(self, send: Any, sandbox: Sandbox) -> None:
        write("a.yaml", ONE.replace("start", "stop"))
        ended: list[Run] = []
        thread = threading.Thread(target=lambda: ended.append(send()))
        thread.start()
        thread.join()
        assert [it.exit_code for it in ended] == [0]
        assert sandbox.states()["acme"]["WKF1"] is WorkflowState.STOPPED

    def test_no_secret_is_in_what_comes_back(self, send: Any) -> None:
        write("a.yaml", ONE)
        assert not any(it in json.dumps(send().report) for it in (KEY, TOKEN))
