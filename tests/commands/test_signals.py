"""Signals through the whole program: read, checked, sent once (R12, R17; API.md)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import responses

from runner.sandbox import Sandbox
from tests.support.campaign import (
    API,
    SECRETS,
    methods,
    pointing_at,
    sandbox_of,
    sent_to,
    settings_of,
)
from tests.support.program import report, write

if TYPE_CHECKING:
    from tests.support.program import Ended, Program

HEAD = "version: 1\norganization: acme\n"
SIGNAL = (
    f"{HEAD}actions:\n  - signal: {{workflow: WKF1, activity: signal1, source: CI,"
    " parameters: {audience: vip, count: 3, fast: true, at: '2026-03-01T12:00:00Z'}}\n"
)
URL = f"{API}/acme/campaign/workflow/execution/WKF1"
HREF = f"{API}/acme/campaign/workflow/execution/@key/activities/activity/@other/trigger/"


def run(program: Program, sandbox: Sandbox, *more: str, text: str = SIGNAL) -> Ended:
    write("a.yaml", text)
    return program("run", "a.yaml", *more, env=pointing_at(sandbox))


def only() -> Any:
    """Give the only command of the report."""
    (command,) = report()["commands"]
    return command


class TestSent:
    def test_read_first_and_then_posted_once_with_source_and_parameters(
        self, program: Program
    ) -> None:
        with sandbox_of({"WKF1": "started"}) as sandbox:
            ended = run(program, sandbox)
            assert ended.exit_code == 0, ended.output
            assert methods(sandbox) == ["GET", "POST"]
            posted = sandbox.requests()[1]
            assert only()["request"]["url"] == sandbox.base_url + posted.path
        headers = {name.lower(): value for name, value in posted.headers}
        assert headers["content-type"] == "application/json;charset=utf-8"
        body = {
            "source": "CI",
            "parameters": {
                "audience": "vip",
                "count": 3,
                "fast": True,
                "at": "2026-03-01T12:00:00Z",
            },
        }
        assert json.loads(posted.body) == body
        assert only()["request"]["body"] == body
        assert only()["activity"] == "signal1"
        assert only()["state_before"] == "started"

    def test_declared_parameters_are_accepted(self, program: Program) -> None:
        declared = {"audience": "string", "count": "number", "fast": "boolean", "at": "date-time"}
        signals = {"acme": {"WKF1": {"signal1": declared}}}
        with sandbox_of({"WKF1": "started"}, signals=signals) as sandbox:
            assert run(program, sandbox).exit_code == 0

    def test_the_sandbox_of_run_has_the_activity(self, program: Program) -> None:
        write("a.yaml", SIGNAL.replace("signal1", "go-on"))
        assert program("run", "a.yaml", "--sandbox").exit_code == 0


class TestHostileTriggers:
    """The judge: refused before any POST, exit 1."""

    @pytest.mark.parametrize(
        "href",
        [
            "http://evil.example/{organization}/campaign/workflow/execution/x/trigger/",
            "https://127.0.0.1/{organization}/campaign/workflow/execution/x/trigger/",
            "{base}1/{organization}/campaign/workflow/execution/x/trigger/",
            "{base}@evil.example/{organization}/campaign/workflow/execution/x/trigger/",
            "http://user:word@127.0.0.1/{organization}/campaign/workflow/execution/x/trigger/",
            "{base}/other/campaign/workflow/execution/x/trigger/",
            "{base}/{organization}/campaign/workflow/execution/../../../../other/x",
            "{base}/{organization}/campaign/workflow/execution/%2e%2e/%2e%2e/x",
            "{base}/{organization}/campaign/workflow/execution/..;/x",
            "{base}/{organization}/campaign/workflow/execution/",
            "{base}/{organization}/campaign/workflow/execution/x?then=other",
            "{base}/{organization}/campaign/workflow/execution/x#y",
            "{base}/{organization}/campaign/workflow/executioner/x",
            "{base}//evil.example/{organization}/campaign/workflow/execution/x",
            "{base}/{organization}/campaign/workflow/execution/x\\..\\y",
            "//evil.example/{organization}/campaign/workflow/execution/x",
            "/{organization}/campaign/workflow/execution/x/trigger/",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "x",
            "{base}/{organization}/campaign/workflow/execution/" + "x" * 3000,
        ],
    )
    def test_they_are_refused_before_any_post(self, program: Program, href: str) -> None:
        with sandbox_of({"WKF1": "started"}, trigger_href=href) as sandbox:
            ended = run(program, sandbox)
            assert methods(sandbox) == ["GET"]
        assert ended.exit_code == 1, ended.output
        command = only()
        assert (command["outcome"], command["attempts"]) == ("failed", [])
        assert command["message"].endswith("; nothing was sent")
        assert "the trigger that the API names is not to be trusted" in command["message"]
        assert "user:word" not in ended.output + json.dumps(report())

    @pytest.mark.parametrize("href", ["", "http://a\nb", "\x1b[31m", None, 7, ["x"], {"a": 1}])
    def test_what_is_no_address_counts_as_none(self, program: Program, href: Any) -> None:
        write("a.yaml", SIGNAL)
        activity = {"signal1": {"trigger": {"href": href}}}
        with responses.RequestsMock() as api:
            api.get(URL, json={"state": "started", "activities": {"activity": activity}})
            ended = program("run", "a.yaml", env=SECRETS)
        assert ended.exit_code == 1
        assert "it has none at all" in only()["message"]

    def test_one_hostile_trigger_stops_the_run_or_not_as_on_failure_says(
        self, program: Program
    ) -> None:
        hostile = "http://evil.example/x"
        text = SIGNAL + "  - stop: WKF2\n"
        for on_failure, sent in (("stop", []), ("continue", [("stop", "WKF2")])):
            states = {"WKF1": "started", "WKF2": "started"}
            with sandbox_of(states, trigger_href=hostile) as sandbox:
                more = f"defaults: {{on_failure: {on_failure}}}\n"
                assert run(program, sandbox, text=text + more).exit_code == 1
                assert sent_to(sandbox) == sent


class TestRefusedBeforehand:
    @pytest.mark.parametrize("state", ["editing", "paused", "stopped", "finished", "failed"])
    def test_a_workflow_that_does_not_run(self, program: Program, state: str) -> None:
        with sandbox_of({"WKF1": state}) as sandbox:
            ended = run(program, sandbox)
            assert methods(sandbox) == ["GET"]
        assert ended.exit_code == 1
        assert only()["message"] == (
            f"the workflow is {state}, and a signal needs it started; nothing was sent"
        )
        assert only()["state_before"] == state

    def test_an_activity_that_is_not_there(self, program: Program) -> None:
        signals = {"acme": {"WKF1": {"signal2": None}}}
        with sandbox_of({"WKF1": "started"}, signals=signals) as sandbox:
            ended = run(program, sandbox)
            assert methods(sandbox) == ["GET"]
        assert ended.exit_code == 1
        assert (
            "has no External signal activity `signal1`; did you mean `signal2`?"
            in (only()["message"])
        )

    def test_a_workflow_that_is_not_there(self, program: Program) -> None:
        with sandbox_of({"WKF2": "started"}) as sandbox:
            ended = run(program, sandbox)
            assert methods(sandbox) == ["GET"]
        assert ended.exit_code == 1
        assert "it may have been changed in Campaign" in only()["message"]

    def test_rejected_credentials_end_the_run_r18(self, program: Program) -> None:
        write("a.yaml", f"{SIGNAL}  - stop: WKF2\ndefaults: {{on_failure: continue}}\n")
        wrong = {**SECRETS, "CAMPAIGN_STANDARD_ACCESS_TOKEN": "not-this-token"}
        with sandbox_of({"WKF1": "started", "WKF2": "started"}) as sandbox:
            ended = program("run", "a.yaml", env=pointing_at(sandbox, wrong))
            assert methods(sandbox) == ["GET"]
        assert ended.exit_code == 4
        assert [it["outcome"] for it in report()["commands"]] == ["failed", "not_sent"]


class TestAnswers:
    def test_the_10_minute_rule_says_when_to_try_again(self, program: Program) -> None:
        with sandbox_of({"WKF1": "started"}) as sandbox:
            assert run(program, sandbox).exit_code == 0
            ended = run(program, sandbox)
            assert methods(sandbox) == ["GET", "POST"] * 2  # neither is sent again
            assert sent_to(sandbox) == [("signal", "WKF1")]
        assert ended.exit_code == 1
        message = only()["message"]
        assert "10 minutes" in message
        assert re.search(r"\d\d:\d\d(:\d\d)? UTC", message)
        assert "can be triggered only once every 10 minutes" in message
        assert [it["status"] for it in only()["attempts"]] == [200]

    def test_an_undeclared_parameter_is_explained(self, program: Program) -> None:
        signals = {"acme": {"WKF1": {"signal1": {"audience": "string"}}}}
        with sandbox_of({"WKF1": "started"}, signals=signals) as sandbox:
            ended = run(program, sandbox)
            assert methods(sandbox).count("POST") == 1
            assert sent_to(sandbox) == []
        assert ended.exit_code == 1
        message = only()["message"]
        assert "does not declare" in message
        assert "RST-360011" in message
        assert "'count' parameter isn't defined in signal activity." in message
        assert "(you)" in message
        assert [it["status"] for it in only()["attempts"]] == [500]

    @pytest.mark.parametrize("status", [502, 504])
    def test_a_lost_answer_is_unknown_and_never_sent_again_r17(
        self, program: Program, status: int
    ) -> None:
        write("a.yaml", f"{SIGNAL}  - stop: WKF2\n")
        activity = {"signal1": {"trigger": {"href": HREF}}}
        with responses.RequestsMock() as api:
            api.get(URL, json={"state": "started", "activities": {"activity": activity}})
            posted = api.post(HREF, status=status)
            ended = program("run", "a.yaml", env=SECRETS)
            assert posted.call_count == 1
        assert ended.exit_code == 6
        assert [it["outcome"] for it in report()["commands"]] == ["unknown", "not_sent"]

    @pytest.mark.parametrize("status", [429, 503])
    def test_one_that_was_not_applied_is_sent_again(self, program: Program, status: int) -> None:
        write("a.yaml", SIGNAL)
        activity = {"signal1": {"trigger": {"href": HREF}}}
        with responses.RequestsMock() as api:
            api.get(URL, json={"state": "started", "activities": {"activity": activity}})
            api.post(HREF, status=status, headers={"Retry-After": "0"})
            api.post(HREF, status=204)
            ended = program("run", "a.yaml", env=SECRETS)
        assert ended.exit_code == 0, ended.output
        assert [it["status"] for it in only()["attempts"]] == [status, 204]


class TestOffline:
    @pytest.mark.parametrize(
        ("signal", "says"),
        [
            ("{workflow: WKF1, activity: signal1}", "source"),
            ("{workflow: WKF1, activity: signal1, source: CI, parameters: {a: [1]}}", "parameters"),
            (
                "{workflow: WKF1, activity: signal1, source: CI, parameters: {a: null}}",
                "parameters",
            ),
            ("{workflow: '../x', activity: signal1, source: CI}", "workflow"),
            ("{activity: signal1, source: CI}", "workflow"),
        ],
    )
    def test_what_is_wrong_is_found_before_anything_is_sent(
        self, program: Program, signal: str, says: str
    ) -> None:
        write("a.yaml", f"{HEAD}actions: [{{signal: {signal}}}]\n")
        with responses.RequestsMock():
            ended = program("run", "a.yaml", env=SECRETS)
        assert ended.exit_code == 3
        assert says in ended.stderr

    def test_a_body_over_64_kb_is_refused(self, program: Program) -> None:
        write("a.yaml", SIGNAL.replace("vip", "x" * 70_000))
        with responses.RequestsMock():
            ended = program("run", "a.yaml", env=SECRETS)
        assert ended.exit_code == 3
        assert "64 KB" in ended.stderr or "65,536" in ended.stderr

    def test_parameters_that_a_file_declares_are_checked(self, program: Program) -> None:
        write("a.yaml", f"{SIGNAL}signals: {{WKF1: {{signal1: {{audience: number}}}}}}\n")
        ended = program("plan", "a.yaml")
        assert ended.exit_code == 3
        assert "audience" in ended.stderr
        assert "count" in ended.stderr


def test_signals_of_two_organizations_go_each_to_its_own(program: Program) -> None:
    write("a.yaml", SIGNAL + "---\n" + SIGNAL.replace("acme", "other"))
    settings = settings_of({"acme": {"WKF1": "started"}, "other": {"WKF1": "started"}})
    with Sandbox(settings) as sandbox:
        ended = program("run", "a.yaml", env=pointing_at(sandbox))
        assert ended.exit_code == 0, ended.output
        assert [it.organization for it in sandbox.commands()] == ["acme", "other"]


def test_a_plan_shows_the_parameters(program: Program) -> None:
    write(
        "a.yaml",
        f"{HEAD}actions: [signal: {{workflow: WKF1, activity: signal1, source: CI,"
        " parameters: {audience: vip, count: 3, full: true}}]\n",
    )
    ended = program("plan", "a.yaml")
    assert ended.exit_code == 0, ended.output
    assert 'audience="vip", count=3, full=true' in ended.stdout
