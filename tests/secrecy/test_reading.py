"""No byte of a secret leaves a command that reads, nor one that refuses a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import responses

from tests.secrecy.canaries import (
    BRIEF,
    CLIENT_SECRET,
    FETCHED,
    LEVELS,
    OAUTH,
    OAUTH_SECRETS,
    TOKENS_URL,
    assert_nothing_leaked,
)
from tests.secrecy.echo import echo, telling
from tests.support.campaign import FOUR, KEY, ONE, SECRETS, TOKEN, command_url, pointing_at
from tests.support.program import process, write

if TYPE_CHECKING:
    from runner.sandbox import Sandbox
    from tests.support.program import Program

DESIRED = "version: 1\norganization: acme\ndesired: {WKF1: started}\n"
WAITING = ONE.replace("start: WKF1", "start: WKF1, wait: {until: started, poll: 100ms}")
SIGNAL = ONE.replace("start: WKF1", "signal: {workflow: WKF1, activity: go, source: CI}")
WORKFLOW_URL = command_url("WKF1").removesuffix("/commands")
READING = [
    ["status"],
    ["status", "--format", "json"],
    ["doctor"],
    ["doctor", "--format", "json"],
    ["plan", "--live"],
    ["plan", "--live", "--format", "json"],
    ["plan", "--live", "--out", "plan.json"],
    ["run"],
    ["run", "--report", "-"],
]


@pytest.mark.parametrize("level", [LEVELS[0], LEVELS[3]], ids=" ".join)
class TestReading:
    @pytest.mark.parametrize("arguments", READING, ids=" ".join)
    @pytest.mark.parametrize("text", [DESIRED, WAITING, SIGNAL], ids=["desired", "wait", "signal"])
    def test_a_server_that_tells_secrets_in_every_field(
        self, program: Program, level: list[str], arguments: list[str], text: str
    ) -> None:
        write("a.yaml", text + BRIEF)
        name, *more = arguments
        with responses.RequestsMock(assert_all_requests_are_fired=False) as api:
            api.add_callback(responses.GET, WORKFLOW_URL, telling)
            api.post(command_url("WKF1"), status=204)
            ended = program(name, "a.yaml", *more, *level, env=SECRETS)
        assert ended.exit_code in (0, 1)
        assert_nothing_leaked(ended)

    @pytest.mark.parametrize("arguments", READING, ids=" ".join)
    @pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
    def test_a_read_that_is_refused_with_an_echo(
        self, program: Program, level: list[str], arguments: list[str], status: int
    ) -> None:
        write("a.yaml", DESIRED + BRIEF)
        name, *more = arguments

        def answer(request: object) -> tuple[int, dict[str, str], str]:
            _, headers, body = echo(request)
            return status, headers, body

        with responses.RequestsMock() as api:
            api.add_callback(responses.GET, WORKFLOW_URL, answer)
            ended = program(name, "a.yaml", *more, *level, env=SECRETS)
        assert ended.exit_code in (0, 1, 4)
        assert ("***" in ended.output) is (status != 404)  # that one is told by its meaning alone
        assert_nothing_leaked(ended)

    @pytest.mark.parametrize("command", ["status", "doctor", "plan --live"])
    def test_tokens_that_are_fetched(
        self, program: Program, level: list[str], command: str
    ) -> None:
        write("a.yaml", OAUTH)
        name, *more = command.split()
        with responses.RequestsMock() as api:
            api.post(TOKENS_URL, json={"access_token": FETCHED, "expires_in": 3600})
            api.add_callback(responses.GET, WORKFLOW_URL, telling)
            ended = program(name, "a.yaml", *more, *level, env=OAUTH_SECRETS)
        assert ended.exit_code in (0, 1)
        assert_nothing_leaked(ended)
        with responses.RequestsMock() as api:
            api.add_callback(responses.POST, TOKENS_URL, echo)
            ended = program(name, "a.yaml", *more, *level, env=OAUTH_SECRETS)
        assert ended.exit_code == 4
        assert_nothing_leaked(ended)

    @pytest.mark.parametrize("status", [200, 400, 401, 403, 429, 500, 502, 504])
    def test_a_trigger_that_echoes(self, program: Program, level: list[str], status: int) -> None:
        write("a.yaml", SIGNAL + BRIEF)
        href = f"{WORKFLOW_URL}/activities/activity/@key/trigger/"

        def answer(request: object) -> tuple[int, dict[str, str], str]:
            _, headers, body = echo(request)
            return status, {**headers, "Retry-After": "0"}, body

        activities = {"activity": {"go": {"trigger": {"href": href}}}}
        with responses.RequestsMock() as api:
            api.get(WORKFLOW_URL, json={"state": "started", "activities": activities})
            api.add_callback(responses.POST, href, answer)
            ended = program("run", "a.yaml", *level, env=SECRETS)
        assert ended.exit_code in (1, 4, 6)
        assert "***" in ended.stderr
        assert_nothing_leaked(ended)

    def test_what_somebody_types_beside_it(
        self, program: Program, sandbox: Sandbox, level: list[str]
    ) -> None:
        """A secret in a reason, a digest or a selection is no better than one in a file."""
        write("a.yaml", ONE + "guardrails: {max_active: 0}\n")
        env = pointing_at(sandbox)
        given = ["--override", "max_active", "--reason", f"since {TOKEN} says so"]
        ended = program("run", "a.yaml", *given, *level, env=env)
        assert ended.exit_code == 0, ended.output
        assert_nothing_leaked(ended)


@pytest.mark.parametrize("command", ["validate", "plan", "run", "status", "doctor", "plan --live"])
@pytest.mark.parametrize(
    "auth",
    [
        f"{{access_token: '{TOKEN}'}}",
        f"{{api_key: '{KEY}', access_token: 'Bearer ${{env:X}} {TOKEN}'}}",
        f"{{oauth: {{client_id: '{KEY}', client_secret: '{CLIENT_SECRET}', scopes: openid}}}}",
        f"'{TOKEN}'",
        f"['{TOKEN}']",
        f"{{'{TOKEN}': }}",
        f"{{token: '{TOKEN}'}}",
    ],
)
def test_a_literal_in_a_file_is_refused_and_not_repeated(
    program: Program, command: str, auth: str
) -> None:
    write("a.yaml", f"{ONE}auth: {auth}\nenvironments: {{p: {{auth: {auth}}}}}\n")
    for more in ([], ["--format", "json"], ["--log-format", "json"]):
        if command == "run" and "--format" in more:
            continue
        name, *options = command.split()
        ended = program(name, "a.yaml", *options, *more)
        assert ended.exit_code == 3
        assert_nothing_leaked(ended, but=["a.yaml"])


def test_nothing_leaks_from_a_process_of_its_own_with_library_logs(sandbox: Sandbox) -> None:
    write("a.yaml", FOUR.replace("WKF3", "WKF99"))
    env = {**pointing_at(sandbox), "PYTHONDEVMODE": "1"}
    for arguments in (["run"], ["plan", "--live"], ["status"], ["doctor"]):
        ended = process(*arguments, "a.yaml", "-vv", env=env)
        assert ended.exit_code in (0, 1)
        assert "urllib3" in ended.stderr
        assert_nothing_leaked(ended)
