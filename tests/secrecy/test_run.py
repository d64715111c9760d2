"""No byte of a secret leaves a run, whether it succeeds or fails in any way."""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING

import pytest
import requests
import responses

from tests.secrecy.canaries import (
    BRIEF,
    FETCHED,
    LEVELS,
    OAUTH,
    OAUTH_SECRETS,
    TOKENS_URL,
    assert_nothing_leaked,
)
from tests.secrecy.echo import echo
from tests.support.campaign import FOUR, KEY, ONE, SECRETS, TOKEN, command_url, pointing_at
from tests.support.program import write

if TYPE_CHECKING:
    from runner.sandbox import Sandbox
    from tests.support.program import Program


@pytest.mark.parametrize("level", LEVELS, ids=" ".join)
class TestRun:
    def test_success(self, program: Program, sandbox: Sandbox, level: list[str]) -> None:
        write("a.yaml", FOUR)
        ended = program("run", "a.yaml", *level, env=pointing_at(sandbox))
        assert ended.exit_code == 0
        assert_nothing_leaked(ended)

    @pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 429, 500, 502, 503])
    def test_a_server_that_echoes(self, program: Program, level: list[str], status: int) -> None:
        write("a.yaml", ONE + BRIEF)

        def answer(request: object) -> tuple[int, dict[str, str], str]:
            _, headers, body = echo(request)
            return status, {**headers, "Retry-After": "0", "Location": "/" + TOKEN}, body

        with responses.RequestsMock() as api:
            api.add_callback(responses.POST, command_url("WKF1"), answer)
            ended = program("run", "a.yaml", *level, env=SECRETS)
        assert ended.exit_code in (1, 4, 6)
        assert "***" in ended.stderr
        assert_nothing_leaked(ended)

    def test_a_token_endpoint_that_echoes(self, program: Program, level: list[str]) -> None:
        write("a.yaml", OAUTH)
        with responses.RequestsMock() as api:
            api.add_callback(responses.POST, TOKENS_URL, echo)
            ended = program("run", "a.yaml", *level, env=OAUTH_SECRETS)
        assert ended.exit_code == 4
        assert_nothing_leaked(ended)

    def test_a_fetched_token_that_is_echoed(self, program: Program, level: list[str]) -> None:
        write("a.yaml", OAUTH)
        with responses.RequestsMock() as api:
            api.post(TOKENS_URL, json={"access_token": FETCHED, "expires_in": 3600})
            api.add_callback(responses.POST, command_url("WKF1"), echo)
            ended = program("run", "a.yaml", *level, env=OAUTH_SECRETS)
        assert ended.exit_code == 1
        assert_nothing_leaked(ended)

    def test_an_untrusted_server(self, program: Program, level: list[str]) -> None:
        write("a.yaml", ONE + BRIEF)
        with responses.RequestsMock() as api:
            cause = ssl.SSLCertVerificationError(1, f"certificate of {TOKEN}")
            api.post(command_url("WKF1"), body=requests.exceptions.SSLError(cause))
            ended = program("run", "a.yaml", *level, env=SECRETS)
        assert ended.exit_code == 1
        assert_nothing_leaked(ended)

    def test_a_fault_of_the_runner_itself(
        self, program: Program, level: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            held = f"Bearer {TOKEN}"
            raise ZeroDivisionError(f"{held} {KEY}")

        monkeypatch.setattr("requests.adapters.HTTPAdapter.send", fail)
        write("a.yaml", ONE + BRIEF)
        ended = program("run", "a.yaml", *level, env=SECRETS)
        assert ended.exit_code == 7
        assert ("Traceback" in ended.stderr) == ("-vv" in level)
        assert "a fault in campaign-runner itself" in ended.stderr
        assert_nothing_leaked(ended)

    def test_a_ci_variable_that_holds_a_secret(
        self, program: Program, sandbox: Sandbox, level: list[str]
    ) -> None:
        write("a.yaml", FOUR)
        ci = {"GITLAB_CI": "true", "CI_COMMIT_REF_NAME": TOKEN, "CI_JOB_URL": f"https://{KEY}@ci"}
        env = {**pointing_at(sandbox), **ci}
        assert_nothing_leaked(program("run", "a.yaml", *level, env=env))
        ended = program("run", "a.yaml", "--report", "-", *level, env=env)
        assert ended.exit_code == 0
        assert_nothing_leaked(ended)
        assert json.loads(ended.stdout)["source_control"]["ref"] == "***"

    def test_secrets_that_cannot_be_used(self, program: Program, level: list[str]) -> None:
        write("a.yaml", ONE + BRIEF)
        secrets = {
            "CAMPAIGN_STANDARD_API_KEY": f"{KEY} with blanks",
            "CAMPAIGN_STANDARD_ACCESS_TOKEN": f"{TOKEN}\nwith a line",
        }
        ended = program("run", "a.yaml", *level, env=secrets)
        assert ended.exit_code == 4
        assert_nothing_leaked(ended)
