"""No byte of a secret in stdout, stderr, report or logs, on success and on every failure path."""

from __future__ import annotations

import base64
import json
import ssl
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest
import requests
import responses

from tests.support.campaign import FOUR, KEY, ONE, SECRETS, TOKEN, command_url, pointing_at
from tests.support.program import process, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.sandbox import Sandbox
    from tests.support.program import Ended, Program

CLIENT_SECRET = "canary-client-secret-9/x+y"
TOKENS_URL = "https://ims-na1.adobelogin.com/ims/token/v3"
FETCHED = "canary-fetched-token-Qm/Fz+=="
OAUTH = ONE + (
    "auth: {api_key: '${env:CAMPAIGN_KEY}', oauth: {client_id: '${env:CAMPAIGN_KEY}',"
    " client_secret: '${env:CAMPAIGN_SECRET}', scopes: openid}}\n"
)
OAUTH_SECRETS = {"CAMPAIGN_KEY": KEY, "CAMPAIGN_SECRET": CLIENT_SECRET}
PLANTED = (KEY, TOKEN, CLIENT_SECRET, FETCHED)
LEVELS: list[list[str]] = [[], ["-q"], ["-vv"], ["-vv", "--log-format", "json"]]


def forms(secret: str) -> set[str]:
    raw = secret.encode()
    return {
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1].replace("/", "\\/"),
        base64.b64encode(raw).decode().rstrip("=")[:-1],
        base64.b64encode(b"Bearer " + raw).decode()[12:-4],
        raw.hex(),
    }


def assert_nothing_leaked(ended: Ended) -> None:
    written = [path.read_bytes().decode() for path in Path.cwd().rglob("*.json")]
    for text in [ended.stdout, ended.stderr, *written]:
        for secret in PLANTED:
            found = [form for form in forms(secret) if form in text]
            assert found == []


def echo(request: object) -> tuple[int, dict[str, str], str]:
    """Answer with everything that was sent, as a hostile or broken server does."""
    headers = dict(request.headers)  # type: ignore[attr-defined]
    plain = "\n".join(f"{name}: {value}" for name, value in headers.items())
    parted = "\x00".join(headers.get("Authorization", ""))
    coded = base64.b64encode(plain.encode()).decode()
    body = request.body  # type: ignore[attr-defined]
    told = f"{plain} {parted} {coded} {quote(plain)} {json.dumps(headers)} {headers} {body!r}"
    return 400, {"X-Request-Id": headers.get("Authorization", "")}, told


@pytest.mark.parametrize("level", LEVELS, ids=" ".join)
class TestRun:
    def test_success(self, program: Program, sandbox: Sandbox, level: list[str]) -> None:
        write("a.yaml", FOUR)
        ended = program("run", "a.yaml", *level, env=pointing_at(sandbox))
        assert ended.exit_code == 0
        assert_nothing_leaked(ended)

    @pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 429, 500, 502, 503])
    def test_a_server_that_echoes(self, program: Program, level: list[str], status: int) -> None:
        write("a.yaml", ONE)

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
        write("a.yaml", ONE)
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
        write("a.yaml", ONE)
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
        write("a.yaml", ONE)
        secrets = {
            "CAMPAIGN_STANDARD_API_KEY": f"{KEY} with blanks",
            "CAMPAIGN_STANDARD_ACCESS_TOKEN": f"{TOKEN}\nwith a line",
        }
        ended = program("run", "a.yaml", *level, env=secrets)
        assert ended.exit_code == 4
        assert_nothing_leaked(ended)


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


def telling(request: object) -> tuple[int, dict[str, str], str]:
    """Answer a read with secrets wherever an answer has text: names, values and addresses."""
    _, headers, told = echo(request)
    bearer = request.headers["Authorization"]  # type: ignore[attr-defined]
    token = bearer.removeprefix("Bearer ")
    activity = {"trigger": {"href": f"https://mc.adobe.io/acme/{quote(token)}/{KEY}"}}
    answer = {
        "ID": KEY,
        "PKey": f"@{token}",
        "state": told,
        token: KEY,
        "phase": {f"state-{KEY}": bearer},
        "nextProcessingDate": base64.b64encode(bearer.encode()).decode(),
        "activities": {"activity": {"go": activity, token: activity, f"{KEY} x": activity}},
    }
    return 200, headers, json.dumps(answer)


@pytest.mark.parametrize("level", [LEVELS[0], LEVELS[3]], ids=" ".join)
class TestReading:
    @pytest.mark.parametrize("arguments", READING, ids=" ".join)
    @pytest.mark.parametrize("text", [DESIRED, WAITING, SIGNAL], ids=["desired", "wait", "signal"])
    def test_a_server_that_tells_secrets_in_every_field(
        self, program: Program, level: list[str], arguments: list[str], text: str
    ) -> None:
        write("a.yaml", text)
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
        write("a.yaml", DESIRED)
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
        write("a.yaml", SIGNAL)
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
        assert_nothing_leaked(ended)


def test_nothing_leaks_from_a_process_of_its_own_with_library_logs(sandbox: Sandbox) -> None:
    write("a.yaml", FOUR.replace("WKF3", "WKF99"))
    env = {**pointing_at(sandbox), "PYTHONDEVMODE": "1"}
    for arguments in (["run"], ["plan", "--live"], ["status"], ["doctor"]):
        ended = process(*arguments, "a.yaml", "-vv", env=env)
        assert ended.exit_code in (0, 1)
        assert "urllib3" in ended.stderr
        assert_nothing_leaked(ended)


@pytest.mark.parametrize("read", [repr, str, "{}".format])
def test_the_planted_secrets_would_be_found(read: Callable[[str], str]) -> None:
    ended = process("validate", f"{read(TOKEN)}.yaml")
    assert TOKEN in ended.output  # the search above does find what is there
