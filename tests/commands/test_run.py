"""`run` from files to report: the sandbox over real sockets, `responses` for what it never says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import responses

from tests.support.campaign import (
    FOUR,
    KEY,
    ONE,
    SECRETS,
    TOKEN,
    command_url,
    pointing_at,
)
from tests.support.program import checked_report, report, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.sandbox import Sandbox
    from tests.support.program import Ended, Program
BRIEF = "defaults: {settle: 50ms}\n"


@pytest.fixture
def api() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def outcomes(value: Any) -> list[tuple[str, str, str]]:
    return [(it["action"], it["workflow"], it["outcome"]) for it in value["commands"]]


class TestEverythingGoesWell:
    def test_commands_go_out_in_order_with_the_four_headers(
        self, program: Program, sandbox: Sandbox
    ) -> None:
        write("a.yaml", FOUR)
        ended = program("run", "a.yaml", env=pointing_at(sandbox))
        assert ended.exit_code == 0, ended.output
        sent = [(it.method, it.path, it.body) for it in sandbox.requests()]
        assert sent == [
            ("POST", f"/acme/campaign/workflow/execution/{workflow}/commands", body)
            for workflow, body in [
                ("WKF1", b'{"method": "stop"}'),
                ("WKF2", b'{"method": "stop"}'),
                ("WKF3", b'{"method": "start"}'),
                ("WKF4", b'{"method": "pause"}'),
                ("WKF5", b'{"method": "resume"}'),
            ]
        ]
        for request in sandbox.requests():
            headers = {name.lower(): value for name, value in request.headers}
            assert headers.pop("host") in sandbox.base_url
            assert headers.pop("content-length") == str(len(request.body))
            assert headers == {
                "content-type": "application/json",
                "authorization": f"Bearer {TOKEN}",
                "cache-control": "no-cache",
                "x-api-key": KEY,
            }

    def test_the_report_says_what_happened(self, program: Program, sandbox: Sandbox) -> None:
        write("a.yaml", FOUR)
        env = {
            **pointing_at(sandbox),
            "GITHUB_ACTIONS": "true",
            "GITHUB_SHA": "c0ffee",
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_RUN_ID": "7",
        }
        program("run", "a.yaml", env=env)
        value = report()
        assert value["mode"] == "run"
        assert value["result"] == "succeeded"
        assert value["exit_code"] == 0
        assert value["organization"] == "acme"
        assert value["target"] == {"base_url": sandbox.base_url, "sandbox": False}
        assert value["source_control"] == {
            "commit": "c0ffee",
            "ref": "refs/heads/main",
            "run_url": "https://github.com/o/r/actions/runs/7",
        }
        first = value["commands"][0]
        assert first["id"] == "a.yaml#1.1"
        assert first["name"] == "First"
        assert first["source"] == {"file": "a.yaml", "line": 4, "column": 26}
        assert first["request"]["url"].startswith(sandbox.base_url)
        assert first["request"]["body"] == {"method": "stop"}
        assert [attempt["status"] for attempt in first["attempts"]] == [204]

    def test_the_report_carries_the_digest_of_the_plan(self, program: Program) -> None:
        write("a.yaml", FOUR)
        plan = program("plan", "a.yaml", "--format", "json").json()
        program("run", "a.yaml", "--sandbox")
        assert report()["plan_digest"] == plan["digest"]
        assert report()["config"] == plan["config"]

    def test_documents_and_files_run_in_order(self, program: Program, sandbox: Sandbox) -> None:
        write("z.yaml", ONE.replace("WKF1", "WKF5"))
        write("d/b.yml", ONE.replace("WKF1", "WKF3") + "---\n" + ONE.replace("WKF1", "WKF4"))
        write("d/a.yaml", ONE.replace("WKF1", "WKF2"))
        program("run", "z.yaml", "d", env=pointing_at(sandbox))
        assert [it.workflow for it in sandbox.commands()] == ["WKF5", "WKF2", "WKF3", "WKF4"]
        ids = [it["id"] for it in report()["commands"]]
        assert ids == ["z.yaml#1.1", "d/a.yaml#1.1", "d/b.yml/1#1.1", "d/b.yml/2#1.1"]

    def test_only_and_from_choose_r8(self, program: Program, sandbox: Sandbox) -> None:
        write("a.yaml", FOUR)
        program("run", "a.yaml", "--from", "a.yaml#2.1", env=pointing_at(sandbox))
        program(
            *("run", "a.yaml", "--only", "a.yaml#4.1", "--only", "a.yaml#1.2"),
            env=pointing_at(sandbox),
        )
        sent = [it.workflow for it in sandbox.commands()]
        assert sent == ["WKF3", "WKF4", "WKF5", "WKF2", "WKF5"]

    def test_a_selection_that_leaves_nothing_is_done_with_a_warning_r3(
        self, program: Program
    ) -> None:
        write("a.yaml", FOUR)
        ended = program("run", "a.yaml", "--from", "a.yaml#2.1", "--only", "a.yaml#1.1")
        assert ended.exit_code == 0
        assert "warning: the selection leaves no command" in ended.stderr
        assert report()["commands"] == []

    def test_an_unknown_id_is_wrong_usage(self, program: Program) -> None:
        write("a.yaml", FOUR)
        ended = program("run", "a.yaml", "--only", "a.yaml#1.3", "--sandbox")
        assert ended.exit_code == 64
        assert (
            "there is no command `a.yaml#1.3`; `a.yaml` has 1.1, 1.2, 2.1, 3.1, 4.1" in ended.stderr
        )
        assert not Path("report.json").exists()

    def test_organizations_may_differ(self, program: Program) -> None:
        write("a.yaml", ONE)
        write("b.yaml", ONE.replace("acme", "other"))
        ended = program("run", "a.yaml", "b.yaml", "--sandbox")
        assert ended.exit_code == 0, ended.output
        value = report()
        assert value["organization"] is None
        assert [it["organization"] for it in value["commands"]] == ["acme", "other"]
        assert "organization acme, other" in ended.stderr
        assert "  other WKF1: started" in ended.stderr

    def test_the_organization_may_come_from_the_variable(
        self, program: Program, sandbox: Sandbox
    ) -> None:
        write("a.yaml", "version: 1\nactions: [{start: WKF1}]\n")
        env = {**pointing_at(sandbox), "CAMPAIGN_STANDARD_TENANT_ID": "acme"}
        assert program("run", "a.yaml", env=env).exit_code == 0
        assert report()["organization"] == "acme"

    def test_a_tenant_that_would_change_the_path_is_wrong_usage(self, program: Program) -> None:
        write("a.yaml", "version: 1\nactions: [{start: WKF1}]\n")
        env = {**SECRETS, "CAMPAIGN_STANDARD_TENANT_ID": "../evil"}
        ended = program("run", "a.yaml", env=env)
        assert ended.exit_code == 64
        assert "CAMPAIGN_STANDARD_TENANT_ID is no organization" in ended.stderr

    def test_the_environment_is_laid_over_the_file_r2(
        self, program: Program, sandbox: Sandbox
    ) -> None:
        write(
            "a.yaml", ONE.replace("acme", "stage") + "environments: {prod: {organization: acme}}\n"
        )
        assert program("run", "a.yaml", "--env", "prod", env=pointing_at(sandbox)).exit_code == 0
        assert report()["environment"] == "prod"

    def test_oauth_fetches_its_token(self, program: Program, sandbox: Sandbox) -> None:
        text = (
            "auth:\n  api_key: ${env:CAMPAIGN_KEY}\n  oauth: {client_id: '${env:CAMPAIGN_KEY}',"
            " client_secret: '${env:CAMPAIGN_SECRET}', scopes: [openid, AdobeID]}\n"
        )
        write("a.yaml", ONE + text)
        secrets = {"CAMPAIGN_KEY": KEY, "CAMPAIGN_SECRET": sandbox.settings.client_secret}
        ended = program("run", "a.yaml", env=pointing_at(sandbox, secrets))
        assert ended.exit_code == 0, ended.output
        form, command = sandbox.requests()
        assert form.path == "/ims/token/v3"
        assert b"grant_type=client_credentials" in form.body
        assert b"scope=openid%2CAdobeID" in form.body
        assert command.path.endswith("/WKF1/commands")


class TestSandbox:
    def test_it_needs_no_secret_and_says_how_the_workflows_are(self, program: Program) -> None:
        write("a.yaml", FOUR)
        ended = program("run", "a.yaml", "--sandbox")
        assert ended.exit_code == 0, ended.output
        shown = ended.stderr[ended.stderr.index("In the sandbox now") :].splitlines()[1:6]
        assert shown == [
            "  WKF1: stopped",
            "  WKF2: stopped",
            "  WKF3: started",
            "  WKF4: paused",
            "  WKF5: started",
        ]
        assert report()["target"]["sandbox"] is True

    def test_it_gets_no_real_secret_and_opens_for_oauth_too(self, program: Program) -> None:
        text = (
            "auth: {oauth: {client_id: '${env:CAMPAIGN_A}', client_secret: '${env:CAMPAIGN_B}',"
            " scopes: openid}}\n"
        )
        write("a.yaml", ONE + text)
        assert program("run", "a.yaml", "--sandbox").exit_code == 0

    def test_it_is_used_whatever_the_base_url_says(self, program: Program) -> None:
        write("a.yaml", ONE)
        ended = program("run", "a.yaml", "--sandbox", "--base-url", "https://mc.adobe.io")
        assert ended.exit_code == 0, ended.output
        assert report()["target"]["base_url"].startswith("http://127.0.0.1:")

    def test_a_file_without_organization_gets_one(self, program: Program) -> None:
        write("a.yaml", "version: 1\nactions: [{start: WKF1}]\n")
        assert program("run", "a.yaml", "--sandbox").exit_code == 0
        assert report()["organization"] == "sandbox"


class TestDryRun:
    def test_it_sends_nothing_and_needs_no_secret(self, program: Program) -> None:
        write("a.yaml", FOUR)
        with responses.RequestsMock():  # no address is known: any request would raise
            ended = program("run", "a.yaml", "--dry-run")
        assert ended.exit_code == 0, ended.output
        value = report()
        assert (value["mode"], value["result"]) == ("dry-run", "planned")
        assert {it["outcome"] for it in value["commands"]} == {"planned"}
        assert value["commands"][0]["request"]["url"] == command_url("WKF1")

    def test_it_works_without_an_organization(self, program: Program) -> None:
        write("a.yaml", "version: 1\nactions: [{start: WKF1}]\n")
        assert program("run", "a.yaml", "--dry-run").exit_code == 0
        assert report()["commands"][0]["request"]["url"] is None


class TestSomethingGoesWrong:
    def run(self, program: Program, text: str = FOUR) -> Ended:
        write("a.yaml", text)
        return program("run", "a.yaml", env=SECRETS)

    def test_an_unknown_workflow_stops_the_run_and_says_why(
        self, program: Program, sandbox: Sandbox
    ) -> None:
        write("a.yaml", FOUR.replace("WKF3", "WKF99"))
        ended = program("run", "a.yaml", env=pointing_at(sandbox))
        assert ended.exit_code == 1
        value = report()
        assert value["result"] == "failed"
        assert [it[2] for it in outcomes(value)] == [
            *("succeeded", "succeeded", "failed", "not_sent", "not_sent")
        ]
        assert "it may have been changed in Campaign" in value["commands"][2]["message"]
        assert value["commands"][3]["message"] == "the outcome of a.yaml#2.1 is failed"
        assert "start WKF99: failed: Campaign knows no workflow" in ended.stderr

    def test_continue_goes_on_after_a_failure(self, program: Program, sandbox: Sandbox) -> None:
        write("a.yaml", FOUR.replace("WKF4", "WKF99"))
        ended = program("run", "a.yaml", env=pointing_at(sandbox))
        assert ended.exit_code == 1
        assert [it[2] for it in outcomes(report())][3:] == ["failed", "succeeded"]

    def test_continue_as_the_default_holds_for_all(
        self, program: Program, sandbox: Sandbox
    ) -> None:
        write("a.yaml", FOUR.replace("WKF1", "WKF99") + "defaults: {on_failure: continue}\n")
        program("run", "a.yaml", env=pointing_at(sandbox))
        assert [it[2] for it in outcomes(report())] == ["failed"] + ["succeeded"] * 4

    @pytest.mark.parametrize(
        ("status", "body", "says"),
        [
            (401, {"error_code": "401013", "message": "Oauth token is not valid"}, "access token"),
            (403, {"error_code": "403023", "message": "Profile is not valid"}, "product profile"),
            (403, {"error_code": "403000", "message": "Api Key is invalid"}, "same project"),
        ],
    )
    def test_rejected_credentials_end_the_run_whatever_on_failure_says_r18(
        self, program: Program, api: responses.RequestsMock, status: int, body: Any, says: str
    ) -> None:
        api.post(command_url("WKF1"), status=status, json=body)
        ended = self.run(program, FOUR + "defaults: {on_failure: continue}\n")
        assert ended.exit_code == 4
        value = report()
        assert value["result"] == "failed"
        assert [it[2] for it in outcomes(value)] == ["failed"] + ["not_sent"] * 4
        assert says in value["commands"][0]["message"]
        assert body["message"] in value["commands"][0]["message"]
        assert "(you)" in ended.stderr or "(your Adobe administrator)" in ended.stderr

    @pytest.mark.parametrize("status", [429, 503])
    def test_a_throttled_command_is_sent_again(
        self, program: Program, api: responses.RequestsMock, status: int
    ) -> None:
        api.post(command_url("WKF1"), status=status, headers={"Retry-After": "0"})
        api.post(command_url("WKF1"), status=200)
        ended = self.run(program, ONE)
        assert ended.exit_code == 0, ended.output
        attempts = report()["commands"][0]["attempts"]
        assert [attempt["status"] for attempt in attempts] == [status, 200]
        assert "trying again" in ended.stderr

    def test_after_five_attempts_it_fails(
        self, program: Program, api: responses.RequestsMock
    ) -> None:
        api.post(command_url("WKF1"), status=503, headers={"Retry-After": "0"})
        assert self.run(program, ONE).exit_code == 1
        command = report()["commands"][0]
        assert len(command["attempts"]) == 5
        assert "given up after 5 attempts" in command["message"]

    def test_a_wait_that_is_too_long_is_not_waited_for(
        self, program: Program, api: responses.RequestsMock
    ) -> None:
        api.post(command_url("WKF1"), status=429, headers={"Retry-After": "3600"})
        assert self.run(program, ONE).exit_code == 1
        assert "asks to wait 3600 s" in report()["commands"][0]["message"]

    @pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 409, 500, 501])
    def test_what_would_fail_again_is_sent_once_only(
        self, program: Program, api: responses.RequestsMock, status: int
    ) -> None:
        elsewhere = {"Location": "http://127.0.0.1:9/elsewhere"}
        api.post(command_url("WKF1"), status=status, headers=elsewhere, body="RST-360000 no")
        if status == 500:  # R16: the state is read once
            api.get(command_url("WKF1").removesuffix("/commands"), json={"state": "stopped"})
        assert self.run(program, ONE).exit_code == 1
        command = report()["commands"][0]
        assert command["outcome"] == "failed"
        assert len(command["attempts"]) == 1

    @pytest.mark.parametrize("status", [502, 504])
    def test_a_lost_answer_is_unknown_and_stops_the_run(
        self, program: Program, api: responses.RequestsMock, status: int
    ) -> None:
        api.post(command_url("WKF1"), status=status)
        api.get(command_url("WKF1").removesuffix("/commands"), json={"state": "stopped"})
        ended = self.run(program, ONE.replace("}]", "}, {stop: [WKF2, WKF3]}]") + BRIEF)
        assert ended.exit_code == 6
        value = report()
        assert value["result"] == "unknown"
        assert [it[2] for it in outcomes(value)] == ["unknown"] + ["not_sent"] * 2
        assert len(value["commands"][0]["attempts"]) == 1

    def test_unknown_obeys_on_failure_r18(
        self, program: Program, api: responses.RequestsMock
    ) -> None:
        api.post(command_url("WKF4"), status=504)
        for workflow in ("WKF1", "WKF2", "WKF3", "WKF5"):
            api.post(command_url(workflow), status=202, json={"accepted": True})
        api.get(command_url("WKF4").removesuffix("/commands"), status=404)
        ended = self.run(program, FOUR + BRIEF)
        assert ended.exit_code == 6
        assert [it[2] for it in outcomes(report())][3:] == ["unknown", "succeeded"]

    def test_remote_text_is_one_harmless_line_r19(
        self, program: Program, api: responses.RequestsMock
    ) -> None:
        body = "::error::x\n##[error]\x1b[31m##vso[task]\x07" + "y" * 1000
        api.post(command_url("WKF1"), status=400, body=body)
        ended = self.run(program, ONE)
        message = report()["commands"][0]["message"]
        for text in (ended.output, message):
            assert "\x1b" not in text
            assert "\x07" not in text
            assert "##[" not in text
            assert "##vso[" not in text
        assert not [it for it in ended.output.splitlines() if it.lstrip().startswith("::")]
        assert len(message) < 600


class TestRefusals:
    def test_all_missing_secrets_are_named_at_once_and_nothing_is_sent(
        self, program: Program
    ) -> None:
        write("a.yaml", FOUR)
        with responses.RequestsMock():
            ended = program("run", "a.yaml")
        assert ended.exit_code == 4
        for variable in SECRETS:
            assert f"the environment variable {variable} is not set" in ended.stderr
        value = report()
        assert value["result"] == "refused"
        assert {it["outcome"] for it in value["commands"]} == {"not_sent"}

    def test_a_token_endpoint_that_refuses_is_exit_4_before_anything_is_sent_r23(
        self, program: Program, sandbox: Sandbox
    ) -> None:
        text = (
            "auth: {api_key: '${env:CAMPAIGN_KEY}', oauth: {client_id: '${env:CAMPAIGN_KEY}',"
            " client_secret: '${env:CAMPAIGN_SECRET}', scopes: openid}}\n"
        )
        write("a.yaml", ONE + text)
        secrets = {"CAMPAIGN_KEY": KEY, "CAMPAIGN_SECRET": "wrong-secret"}
        ended = program("run", "a.yaml", env=pointing_at(sandbox, secrets))
        assert ended.exit_code == 4
        assert "the client ID or client secret is wrong" in ended.stderr
        assert report()["result"] == "refused"
        assert sandbox.commands() == ()

    def test_invalid_files_are_reported_with_their_problems_r23(self, program: Program) -> None:
        write("a.yaml", ONE.replace("start", "strat"))
        with responses.RequestsMock():
            ended = program("run", "a.yaml", env=SECRETS)
        assert ended.exit_code == 3
        value = report()
        assert value["result"] == "refused"
        assert value["commands"] == []
        assert [it["rule"] for it in value["problems"]] == ["unknown-key"]
        assert value["plan_digest"] is None
        assert "did you mean `start`?" in ended.stderr

    def test_no_organization_is_exit_3(self, program: Program) -> None:
        write("a.yaml", "version: 1\nactions: [{start: WKF1}]\n")
        ended = program("run", "a.yaml", env=SECRETS)
        assert ended.exit_code == 3
        assert "a.yaml:1:1: error: no organization is named [organization]" in ended.stderr
        assert report()["problems"][0]["rule"] == "organization"

    @pytest.mark.parametrize(
        ("option", "url", "says"),
        [
            ("--base-url", "https://evil.example", "the host `evil.example` is not allowed"),
            ("--token-url", "https://evil.example/ims", "the host `evil.example` is not allowed"),
            ("--base-url", "http://mc.adobe.io", "secrets do not travel in plain text"),
            ("--base-url", "ftp://mc.adobe.io", "write a URL"),
        ],
    )
    def test_a_host_that_is_not_allowed_is_wrong_usage_without_a_report(
        self, program: Program, option: str, url: str, says: str
    ) -> None:
        write("a.yaml", ONE)
        ended = program("run", "a.yaml", option, url, env=SECRETS)
        assert ended.exit_code == 64
        assert says in ended.stderr
        assert not Path("report.json").exists()

    def test_a_host_is_allowed_by_whoever_runs(
        self, program: Program, api: responses.RequestsMock
    ) -> None:
        url = "https://api.example/acme/campaign/workflow/execution/WKF1/commands"
        api.post(url, status=204)
        write("a.yaml", ONE)
        ended = program(
            *("run", "a.yaml", "--base-url", "https://api.example/", "--allow-host", "api.example"),
            env=SECRETS,
        )
        assert ended.exit_code == 0, ended.output

    def test_a_report_that_cannot_be_written_stops_the_run_before_it_begins(
        self, program: Program, sandbox: Sandbox
    ) -> None:
        write("a.yaml", ONE)
        ended = program("run", "a.yaml", "--report", "no/such/r.json", env=pointing_at(sandbox))
        assert ended.exit_code == 7
        assert "`no/such/r.json` cannot be written" in ended.stderr.replace(
            str(Path.cwd()) + "/", ""
        )
        assert sandbox.requests() == ()


class TestBannerAndQuestion:
    def send(self, program: Program, *more: str, stdin: str = "", terminal: bool = True) -> Ended:
        write("a.yaml", ONE)
        return program("run", "a.yaml", *more, stdin=stdin, terminal=terminal, env=SECRETS)

    def test_the_banner_comes_first_r24(
        self, program: Program, api: responses.RequestsMock
    ) -> None:
        api.post(command_url("WKF1"), status=204)
        ended = self.send(program, terminal=False)
        assert ended.stderr.splitlines()[0] == (
            "Sending 1 command to mc.adobe.io: organization acme, environment base (no --env given)"
        )
        assert "[y/N]" not in ended.stderr

    def test_quiet_does_not_hide_the_banner(
        self, program: Program, api: responses.RequestsMock
    ) -> None:
        api.post(command_url("WKF1"), status=204)
        ended = self.send(program, "-q", terminal=False)
        assert ended.stderr.startswith("Sending 1 command to mc.adobe.io")
        assert len(ended.stderr.splitlines()) == 1

    @pytest.mark.parametrize("answer", ["y\n", "yes\n", " Y \n"])
    def test_a_person_may_agree(
        self, program: Program, api: responses.RequestsMock, answer: str
    ) -> None:
        api.post(command_url("WKF1"), status=204)
        ended = self.send(program, stdin=answer)
        assert ended.exit_code == 0, ended.output
        assert "Send them? [y/N]" in ended.stderr

    @pytest.mark.parametrize("answer", ["n\n", "\n", "", "maybe\n"])
    def test_anything_but_yes_sends_nothing(self, program: Program, answer: str) -> None:
        with responses.RequestsMock():
            ended = self.send(program, stdin=answer)
        assert ended.exit_code == 6
        value = report()
        assert value["result"] == "interrupted"
        assert value["commands"][0]["outcome"] == "not_sent"
        assert "called off" in value["message"]

    def test_yes_is_not_asked(self, program: Program, api: responses.RequestsMock) -> None:
        api.post(command_url("WKF1"), status=204)
        ended = self.send(program, "--yes")
        assert ended.exit_code == 0, ended.output
        assert "[y/N]" not in ended.stderr

    def test_the_sandbox_is_not_asked_about(self, program: Program) -> None:
        assert "[y/N]" not in self.send(program, "--sandbox").stderr


class TestOutputs:
    def test_the_report_goes_to_stdout_alone(self, program: Program) -> None:
        write("a.yaml", FOUR)
        ended = program("run", "a.yaml", "--sandbox", "--report", "-")
        assert checked_report(ended.stdout)["result"] == "succeeded"
        assert not Path("report.json").exists()

    def test_json_logs_are_json_line_by_line(self, program: Program, sandbox: Sandbox) -> None:
        write("a.yaml", FOUR.replace("WKF3", "WKF99"))
        ended = program("run", "a.yaml", "--log-format", "json", "-vv", env=pointing_at(sandbox))
        records = [json.loads(line) for line in ended.stderr.splitlines()]
        assert all({"at", "level", "message"} <= set(record) for record in records)
        ended_commands = [it for it in records if it.get("event") == "command"]
        assert [it["outcome"] for it in ended_commands] == ["succeeded", "succeeded", "failed"]

    def test_quiet_says_nothing_when_all_is_well(self, program: Program) -> None:
        write("a.yaml", FOUR)
        ended = program("run", "a.yaml", "--sandbox", "-q")
        assert ended.output == ""
        assert report()["result"] == "succeeded"

    def test_quiet_still_says_what_failed(self, program: Program, sandbox: Sandbox) -> None:
        write("a.yaml", ONE.replace("WKF1", "WKF99"))
        ended = program("run", "a.yaml", "-q", env=pointing_at(sandbox))
        assert "error: 1/1 start WKF99: failed" in ended.stderr
        assert "Result: failed" in ended.stderr

    def test_verbose_shows_the_attempts(self, program: Program) -> None:
        write("a.yaml", ONE)
        ended = program("run", "a.yaml", "--sandbox", "-v")
        assert "start WKF1: attempt: 204" in ended.stderr

    def test_a_terminal_gets_a_progress_bar_and_the_table(self, program: Program) -> None:
        write("a.yaml", FOUR)
        ended = program("run", "a.yaml", "--sandbox", terminal=True)
        assert ended.exit_code == 0
        assert "5/5" in ended.stderr
        assert "1/5 stop WKF1" not in ended.stderr  # no line for each command beside the bar
        assert "outcome" in ended.stderr

    def test_a_retry_is_told_beside_the_progress_bar(
        self, program: Program, api: responses.RequestsMock
    ) -> None:
        api.post(command_url("WKF1"), status=503, headers={"Retry-After": "0"})
        api.post(command_url("WKF1"), status=204)
        write("a.yaml", ONE)
        ended = program("run", "a.yaml", "--yes", terminal=True, env=SECRETS)
        assert "trying again in 0.0 s" in ended.stderr

    def test_names_from_files_are_shown_as_harmless_text(self, program: Program) -> None:
        write("a.yaml", ONE.replace("{start", '{name: "::error::[bold]##[x]", start'))
        for command in ("plan", "run"):
            more = ["--sandbox"] if command == "run" else []
            ended = program(command, "a.yaml", *more)
            assert ended.exit_code == 0, ended.output
            assert "##[" not in ended.output

    def test_a_workflow_in_brackets_cannot_style_the_progress_bar(self, program: Program) -> None:
        write("::x.yaml", ONE)
        ended = program("validate", "::x.yaml", "--env", "p")
        assert ended.stdout.startswith(": :x.yaml:1:1: error:")
