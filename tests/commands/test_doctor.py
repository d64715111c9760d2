"""`doctor`: reads only, and says what is in order, what is not, and who mends it how."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import responses
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.sandbox import Sandbox
from tests.support.campaign import (
    API,
    FOUR,
    KEY,
    ONE,
    SECRETS,
    TOKEN,
    methods,
    pointing_at,
    sandbox_of,
    sent_to,
    settings_of,
    states_in,
)
from tests.support.program import report, write

if TYPE_CHECKING:
    from tests.support.program import Program

HEAD = "version: 1\norganization: acme\ndefaults: {wait: {poll: 100ms, timeout: 20s}}\n"
URL = f"{API}/acme/campaign/workflow/execution/WKF1"
OAUTH = (
    "auth: {api_key: '${env:CAMPAIGN_KEY}', oauth: {client_id: '${env:CAMPAIGN_KEY}',"
    " client_secret: '${env:CAMPAIGN_SECRET}', scopes: openid}}\n"
)


def checks(program: Program, *arguments: str, env: dict[str, str]) -> list[dict[str, Any]]:
    """Give the findings as JSON, and make sure that text for people says as much."""
    ended = program("doctor", *arguments, "--format", "json", env=env)
    value = ended.json()
    found: list[dict[str, Any]] = value["checks"]
    assert value["well"] == (ended.exit_code == 0) == all(it["result"] == "ok" for it in found)
    shown = program("doctor", *arguments, env=env)
    assert shown.exit_code == ended.exit_code
    assert "Traceback" not in shown.output
    for it in found:
        assert f"  {it['subject']}: " in shown.stdout
        for line in (it["yaml"] or "").splitlines():
            assert f"            {line}\n" in shown.stdout
    return found


def results(found: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(it["area"], it["subject"], it["result"]) for it in found]


def merged(text: str, more: str) -> str:
    """Give a file with what doctor says laid into it, as a person would write it there."""

    def lay(base: Any, over: Any) -> Any:
        if not isinstance(base, dict) or not isinstance(over, dict):
            return over
        return {**base, **{key: lay(base.get(key), value) for key, value in over.items()}}

    laid = lay(yaml.safe_load(text), yaml.safe_load(more))
    return yaml.safe_dump(laid, sort_keys=False, allow_unicode=True)


def advice(found: list[dict[str, Any]]) -> list[str]:
    return [it["yaml"] for it in found if it["yaml"]]


def test_all_is_well(program: Program, sandbox: Sandbox) -> None:
    signal = "  - signal: {workflow: WKF1, activity: signal1, source: CI}\n"
    write("a.yaml", FOUR + signal)
    env = pointing_at(sandbox)
    ended = program("doctor", "a.yaml", env=env)
    assert ended.exit_code == 0, ended.output
    assert ended.stderr == "All is well.\n"
    host = sandbox.base_url.removeprefix("http://")
    assert ended.stdout.splitlines() == [
        "Secrets",
        "  ok    ${env:CAMPAIGN_STANDARD_ACCESS_TOKEN}: set",
        "  ok    ${env:CAMPAIGN_STANDARD_API_KEY}: set",
        "Access",
        (
            "  ok    token from ${env:CAMPAIGN_STANDARD_ACCESS_TOKEN}: there is one;"
            " when it ends is not known to the runner"
        ),
        "Organizations",
        f"  ok    acme at {host}: reachable",
        "Workflows",
        *(f"  ok    WKF{n}: started (`state` says `started`)" for n in range(1, 6)),
        "Signals",
        "  ok    WKF1 signal1: it is there, and can be triggered while it runs",
    ]
    assert set(methods(sandbox)) == {"GET"}
    assert {it["result"] for it in checks(program, "a.yaml", env=env)} == {"ok"}


class TestSecrets:
    def test_a_missing_one_is_4_and_says_which(self, program: Program) -> None:
        write("a.yaml", ONE)
        with responses.RequestsMock():
            found = checks(program, "a.yaml", env={"CAMPAIGN_STANDARD_API_KEY": KEY})
            ended = program("doctor", "a.yaml", env={"CAMPAIGN_STANDARD_API_KEY": KEY})
        assert ended.exit_code == 4
        assert results(found) == [
            ("Secrets", "${env:CAMPAIGN_STANDARD_ACCESS_TOKEN}", "failed"),
            ("Secrets", "${env:CAMPAIGN_STANDARD_API_KEY}", "ok"),
        ]
        assert found[0]["who"] == "you"
        assert "CAMPAIGN_STANDARD_ACCESS_TOKEN is not set" in found[0]["message"]

    def test_the_rest_is_looked_at_all_the_same(self, program: Program, sandbox: Sandbox) -> None:
        write("a.yaml", ONE)
        write("b.yaml", ONE.replace("WKF1", "WKF2") + OAUTH)
        env = pointing_at(sandbox)
        found = checks(program, "a.yaml", "b.yaml", env=env)
        assert program("doctor", ".", env=env).exit_code == 4
        failed = [it["subject"] for it in found if it["result"] == "failed"]
        assert failed == ["${env:CAMPAIGN_KEY}", "${env:CAMPAIGN_SECRET}"]
        assert ("Workflows", "WKF1", "ok") in results(found)
        assert "WKF2" not in [it["subject"] for it in found]

    @pytest.mark.parametrize(
        ("value", "says"),
        [
            ("", "is empty"),
            ("short", "shorter than 8"),
            (f"Bearer {TOKEN}", "begins with `Bearer`"),
        ],
    )
    def test_an_unusable_one_is_told_without_showing_it(
        self, program: Program, value: str, says: str
    ) -> None:
        write("a.yaml", ONE)
        env = {**SECRETS, "CAMPAIGN_STANDARD_ACCESS_TOKEN": value}
        found = checks(program, "a.yaml", env=env)
        assert says in found[0]["message"]
        assert TOKEN not in str(found)


class TestAccess:
    def test_an_oauth_token_is_fetched_and_its_end_told(self, program: Program) -> None:
        write("a.yaml", ONE + OAUTH)
        with sandbox_of({"WKF1": "started"}, token_lifetime=7200.0) as sandbox:
            secrets = {"CAMPAIGN_KEY": KEY, "CAMPAIGN_SECRET": sandbox.settings.client_secret}
            found = checks(program, "a.yaml", env=pointing_at(sandbox, secrets))
        access = [it for it in found if it["area"] == "Access"]
        assert results(access) == [("Access", "token from token endpoint", "ok")]
        assert access[0]["message"] in ("obtained; it ends in 2h", "obtained; it ends in 1h59m59s")

    def test_a_refused_one_is_4(self, program: Program) -> None:
        write("a.yaml", ONE + OAUTH)
        with sandbox_of({"WKF1": "started"}) as sandbox:
            secrets = {"CAMPAIGN_KEY": KEY, "CAMPAIGN_SECRET": "not-this-secret"}
            env = pointing_at(sandbox, secrets)
            found = checks(program, "a.yaml", env=env)
            assert program("doctor", "a.yaml", env=env).exit_code == 4
        assert [it["area"] for it in found] == ["Secrets", "Secrets", "Access"]
        assert "client ID or client secret is wrong" in found[-1]["message"]

    @pytest.mark.parametrize(
        ("status", "code", "says"),
        [
            (401, "401013", "the access token is not valid, or has expired"),
            (403, "403023", "product profile does not cover this organization"),
        ],
    )
    def test_a_rejected_one_is_4(self, program: Program, status: int, code: str, says: str) -> None:
        write("a.yaml", ONE)
        with responses.RequestsMock() as api:
            api.get(URL, status=status, json={"error_code": code, "message": "no"})
            found = checks(program, "a.yaml", env=SECRETS)
            assert program("doctor", "a.yaml", env=SECRETS).exit_code == 4
        assert found[-1]["area"] == "Access"
        assert says in found[-1]["message"]


class TestOrganizations:
    def test_an_unreachable_one_is_told_once(self, program: Program) -> None:
        write("a.yaml", FOUR)
        with responses.RequestsMock() as api:
            for n in range(1, 6):
                api.get(URL.replace("WKF1", f"WKF{n}"), status=500, json={"code": 500})
            found = checks(program, "a.yaml", env=SECRETS)
            ended = program("doctor", "a.yaml", env=SECRETS)
        assert ended.exit_code == 1
        assert results(found)[-1] == ("Organizations", "acme at mc.adobe.io", "failed")
        assert ended.stdout.count("most often the organization or the ID is wrong") == 1
        assert ended.stderr == "warning: 1 finding; what to do stands above\n"

    def test_one_of_several(self, program: Program) -> None:
        write("a.yaml", ONE)
        write("b.yaml", ONE.replace("acme", "other"))
        settings = settings_of({"acme": {"WKF1": "started"}})
        with Sandbox(settings) as sandbox:
            found = checks(program, "a.yaml", "b.yaml", env=pointing_at(sandbox))
        assert ("Access", "organization other", "failed") in results(found)
        assert "product profile does not cover this organization" in str(found)
        assert ("Workflows", "acme WKF1", "ok") in results(found)  # that of the other one

    def test_each_credential_is_tried_though_they_name_the_same_workflow(
        self, program: Program, sandbox: Sandbox
    ) -> None:
        auth = "auth: {api_key: '${env:CAMPAIGN_KEY}', access_token: '${env:CAMPAIGN_TOKEN}'}\n"
        write("a.yaml", ONE)
        write("b.yaml", ONE + auth)
        env = {**pointing_at(sandbox), "CAMPAIGN_KEY": KEY, "CAMPAIGN_TOKEN": "not-this-token"}
        found = checks(program, "a.yaml", "b.yaml", env=env)
        assert ("Access", "organization acme", "failed") in results(found)


class TestWorkflows:
    def test_one_that_is_not_there(self, program: Program, sandbox: Sandbox) -> None:
        write("a.yaml", ONE.replace("WKF1", "WKF99"))
        found = checks(program, "a.yaml", env=pointing_at(sandbox))
        assert results(found)[-2:] == [
            ("Organizations", f"acme at {sandbox.base_url[7:]}", "ok"),
            ("Workflows", "WKF99", "failed"),
        ]
        assert "it may have been changed in Campaign" in found[-1]["message"]

    def test_one_that_has_failed_is_a_warning(self, program: Program) -> None:
        write("a.yaml", ONE)
        with sandbox_of({"WKF1": "failed"}) as sandbox:
            found = checks(program, "a.yaml", env=pointing_at(sandbox))
        assert found[-1]["result"] == "warning"
        assert found[-1]["remedy"] == "Look at it in Campaign"


class TestSignals:
    TEXT = f"{HEAD}actions: [signal: {{workflow: WKF1, activity: sigmal1, source: CI}}]\n"

    def test_an_activity_that_is_not_there(self, program: Program, sandbox: Sandbox) -> None:
        write("a.yaml", self.TEXT)
        found = checks(program, "a.yaml", env=pointing_at(sandbox))
        assert results(found)[-1] == ("Signals", "WKF1 sigmal1", "failed")
        assert "did you mean `signal1`?" in found[-1]["message"]
        assert found[-1]["remedy"] == "Correct it in a.yaml:4"

    def test_a_trigger_that_no_run_would_use(self, program: Program) -> None:
        write("a.yaml", self.TEXT.replace("sigmal1", "signal1"))
        with sandbox_of({"WKF1": "started"}, trigger_href="http://evil.example/x") as sandbox:
            found = checks(program, "a.yaml", env=pointing_at(sandbox))
        assert results(found)[-1] == ("Signals", "WKF1 signal1", "failed")
        assert "its host is `evil.example`" in found[-1]["message"]
        assert found[-1]["who"] == "your Adobe administrator"


class TestStates:
    """With the state field renamed, doctor says what to write, and writing it mends `desired`."""

    DESIRED = f"{HEAD}desired: {{WKF1: started, WKF2: paused, WKF3: stopped}}\n"
    STATES = {"WKF1": "paused", "WKF2": "started", "WKF3": "failed"}  # noqa: RUF012

    def mend(
        self, program: Program, sandbox: Sandbox, fill_in: dict[str, str] | None = None
    ) -> list[dict[str, Any]]:
        """Ask doctor, write what it says, and run; give what it found."""
        env = pointing_at(sandbox)
        write("a.yaml", self.DESIRED)
        assert program("run", "a.yaml", env=env).exit_code == 1
        assert sent_to(sandbox) == []
        found = checks(program, "a.yaml", env=env)
        text = self.DESIRED
        for it in advice(found):
            text = merged(text, it)
        for raw, state in (fill_in or {}).items():
            assert f"'{raw}': FILL_IN" in text
            write("a.yaml", text)
            assert program("validate", "a.yaml").exit_code == 3  # it waits for somebody who knows
            text = text.replace(f"'{raw}': FILL_IN", f"'{raw}': {state}")
        write("a.yaml", text)
        ended = program("run", "a.yaml", env=env)
        assert ended.exit_code == 0, ended.output
        assert states_in(sandbox) == {"WKF1": "started", "WKF2": "paused", "WKF3": "stopped"}
        assert {it["outcome"] for it in report()["commands"]} == {"succeeded"}
        assert program("doctor", "a.yaml", env=env).exit_code == 0
        return found

    @pytest.mark.parametrize(
        "field", ["executionState", "workflow.state", "a.b.c", "zustand", "on", "x: [y", "État 1"]
    )
    def test_the_field_renamed(self, program: Program, field: str) -> None:
        with sandbox_of(self.STATES, state_field=field) as sandbox:
            found = self.mend(program, sandbox)
        (one,) = [it for it in found if it["area"] == "States"]
        assert one["subject"] == "WKF1, WKF2 and WKF3"
        assert one["remedy"] == "Write this into a.yaml, below what `defaults` holds there already"
        assert one["who"] == "you"

    def test_the_field_and_its_values_renamed_to_those_of_campaigns_pages(
        self, program: Program
    ) -> None:
        values = {"started": "In progress", "paused": "Pause", "failed": "Erroneous"}
        with sandbox_of(self.STATES, state_field="phase", state_values=values) as sandbox:
            found = self.mend(program, sandbox)
        (text,) = advice(found)
        assert yaml.safe_load(text)["defaults"]["state"] == {
            "fields": ["phase"],
            "values": {"Pause": "paused", "In progress": "started", "Erroneous": "failed"},
        }
        assert "# check that it means this" in text

    def test_values_that_only_somebody_can_know_are_never_guessed(self, program: Program) -> None:
        values = {"started": "11", "paused": "12", "failed": "13"}
        with sandbox_of(self.STATES, state_field="status", state_values=values) as sandbox:
            found = self.mend(program, sandbox, {raw: it for it, raw in values.items()})
        assert "with what you know in place of FILL_IN" in found[-1]["remedy"]

    def test_one_unmapped_value_among_known_ones(self, program: Program) -> None:
        with sandbox_of(self.STATES, state_values={"failed": "in error"}) as sandbox:
            found = self.mend(program, sandbox)
        (one,) = [it for it in found if it["area"] == "States"]
        assert one["subject"] == "WKF3"
        assert one["message"] == "`state` says `in error`, and nothing maps that to a state"
        assert yaml.safe_load(one["yaml"]) == {
            "defaults": {"state": {"values": {"in error": "failed"}}}
        }

    def test_a_mapping_in_the_file_that_is_wrong(self, program: Program) -> None:
        wrong = self.DESIRED.replace("defaults: {", "defaults: {state: {fields: phase}, ")
        write("a.yaml", wrong)
        with sandbox_of(self.STATES) as sandbox:
            env = pointing_at(sandbox)
            found = checks(program, "a.yaml", env=env)
            write("a.yaml", merged(wrong, *advice(found)))
            assert program("run", "a.yaml", env=env).exit_code == 0
        assert "there is nothing in `phase`" in found[-1]["message"]

    def test_no_field_at_all(self, program: Program) -> None:
        write("a.yaml", ONE)
        with responses.RequestsMock() as api:
            api.get(URL, json={"PKey": "@x", "ID": "WKF1", "label": "Newsletter"})
            found = checks(program, "a.yaml", env=SECRETS)
        assert found[-1]["area"] == "States"
        assert found[-1]["yaml"] is None
        assert "no field looks like the state: `PKey`: `@x`, `ID`: `WKF1`" in found[-1]["message"]

    @settings(max_examples=25)
    @given(
        field=st.text(
            st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="."),
            min_size=1,
            max_size=30,
        )
    )
    def test_whatever_the_field_is_called(self, program: Program, field: str) -> None:
        if field in ("PKey", "ID", "activities", "nextProcessingDate", "state", "status"):
            return
        write("a.yaml", self.DESIRED)
        with sandbox_of(self.STATES, state_field=field) as sandbox:
            env = pointing_at(sandbox)
            ended = program("doctor", "a.yaml", "--format", "json", env=env)
            (text,) = advice(ended.json()["checks"])
            write("a.yaml", merged(self.DESIRED, text))
            ended = program("run", "a.yaml", env=env)
            assert ended.exit_code == 0, ended.output


def test_3_where_the_files_are_invalid(program: Program) -> None:
    write("a.yaml", ONE.replace("start", "strat"))
    ended = program("doctor", "a.yaml", env=SECRETS)
    assert ended.exit_code == 3
    assert ended.stdout == ""


def test_hostile_answers_are_shown_as_harmless_text(program: Program) -> None:
    hostile = "::error::x\n##[group]\x1b[31m"
    write("a.yaml", ONE)
    answers: list[Any] = [
        {"state": hostile},
        {hostile: "started"},
        {"status2": hostile},
        {hostile: hostile},
        {"state": "started", "activities": {"activity": {hostile: {"trigger": {"href": hostile}}}}},
    ]
    for answer in answers:
        for more in ([], ["--format", "json"]):
            with responses.RequestsMock() as api:
                api.get(URL, json=answer)
                ended = program("doctor", "a.yaml", *more, env=SECRETS)
            assert ended.exit_code in (0, 1)
            for it in ("##[", "\x1b", "\\u001b", "\n::", "\n ::"):
                assert it not in ended.output


def test_no_report_is_written(program: Program, sandbox: Sandbox) -> None:
    write("a.yaml", ONE)
    program("doctor", "a.yaml", env=pointing_at(sandbox))
    assert not Path("report.json").exists()


@pytest.mark.parametrize("state", ["paused", "stopped"])
def test_a_signal_to_a_workflow_that_is_not_started_is_warned_of(
    program: Program, state: str
) -> None:
    write(
        "a.yaml",
        f"{HEAD}actions: [signal: {{workflow: WKF1, activity: signal1, source: CI}}]\n",
    )
    with sandbox_of({"WKF1": state}) as sandbox:
        found = checks(program, "a.yaml", env=pointing_at(sandbox))
    (one,) = [it for it in found if it["area"] == "Signals"]
    assert one["result"] == "warning"
    assert one["message"].endswith(f"a signal needs its workflow started, and it is {state}")
    assert one["remedy"] == "Start the workflow first"
