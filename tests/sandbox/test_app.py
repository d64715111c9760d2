from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from runner.sandbox import WorkflowState

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    from runner.sandbox import Sandbox
    from tests.sandbox.conftest import Api, FakeClock

ORGANIZATION = "acme-mkt-stage"
COMMANDS = f"/{ORGANIZATION}/campaign/workflow/execution/WKF2/commands"


def is_error(response: requests.Response, status: int) -> bool:
    """Tell whether it is an error that Adobe's SDK can read, too."""
    assert response.headers["Content-Type"] == "application/json"
    assert response.json()["message"]
    return response.status_code == status


@pytest.mark.parametrize(
    ("action", "state"),
    [("start", "started"), ("pause", "paused"), ("resume", "started"), ("stop", "stopped")],
)
def test_a_command_is_accepted_without_a_body_and_takes_effect(
    api: Api, action: str, state: str
) -> None:
    response = api.command("WKF2", action)
    assert (response.status_code, response.content) == (204, b"")
    assert "Content-Type" not in response.headers
    assert api.read("WKF2")["state"] == state
    assert api.sandbox.states()[ORGANIZATION]["WKF2"] == state


def test_a_command_that_does_not_fit_is_accepted_and_changes_nothing(api: Api) -> None:
    assert api.command("WKF1", "resume").status_code == 204
    (record,) = api.sandbox.commands()
    assert (record.action, record.had_effect, record.state_after) == ("resume", False, "editing")


def test_an_effect_may_come_later(
    start_sandbox: Callable[..., Sandbox],
    open_api: Callable[[Sandbox], Api],
    clock: FakeClock,
) -> None:
    sandbox = start_sandbox(effect_delay=30)
    api = open_api(sandbox)
    api.command("WKF2", "stop")
    assert api.read("WKF2")["state"] == "started"
    assert sandbox.settled_states()[ORGANIZATION]["WKF2"] is WorkflowState.STOPPED
    clock.advance(30)
    assert api.read("WKF2")["state"] == "stopped"


def test_organizations_are_independent(api: Api) -> None:
    api.command("WKF1", "start", organization="globex")
    states = api.sandbox.states()
    assert (states["globex"]["WKF1"], states[ORGANIZATION]["WKF1"]) == ("started", "editing")


def test_the_log_holds_what_was_accepted_and_nothing_else(api: Api, clock: FakeClock) -> None:
    api.command("WKF1", "start")
    clock.advance(1.5)
    api.command("WKF1", "restart")
    api.command("WKF9", "start")
    api.command("WKF1", "stop", headers={})
    api.command("WKF1", "pause", organization="globex")
    assert [
        (record.sequence, record.at, record.organization, record.workflow, record.action)
        for record in api.sandbox.commands()
    ] == [(1, 1000.0, ORGANIZATION, "WKF1", "start"), (2, 1001.5, "globex", "WKF1", "pause")]


def test_every_request_is_remembered_as_it_came(api: Api) -> None:
    path = api.execution("%40AbC_d-9") + "/commands?x=%20"
    api.request("POST", path, headers={"x-odd-CASE": "1"}, data=b"{broken")
    (record,) = api.sandbox.requests()
    assert (record.method, record.path, record.body) == ("POST", path, b"{broken")
    assert ("x-odd-CASE", "1") in record.headers


@pytest.mark.parametrize("workflow", ["@AbC_d-9", "%40AbC_d-9", "%40%41bC_d%2D9"])
def test_an_id_may_be_percent_encoded(api: Api, workflow: str) -> None:
    assert api.read(workflow)["PKey"] == "@AbC_d-9"
    assert api.command(workflow, "pause").status_code == 204
    assert api.sandbox.commands()[0].workflow == "@AbC_d-9"


def test_a_workflow_answers_to_its_key_too(api: Api) -> None:
    key = api.read("WKF2")["PKey"]
    assert api.command(key, "pause").status_code == 204
    assert api.command(key.replace("@", "%40"), "resume").status_code == 204
    assert [record.workflow for record in api.sandbox.commands()] == ["WKF2", "WKF2"]
    assert api.request("GET", api.execution(key, "globex")).status_code == 404


def test_an_encoded_slash_does_not_change_the_path(api: Api) -> None:
    assert is_error(api.request("POST", api.execution("WKF2%2Fcommands"), json={}), 404)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"[" * 500_000,
        b'{"method": NaN}',
        b"null",
        b'"start"',
        b'["start"]',
        b"{}",
        b'{"method": null}',
        b'{"method": ["start"]}',
        b'{"method": {"start": 1}}',
        b'{"method": "restart"}',
        b'{"method": "START"}',
        b'{"method": "signal"}',
    ],
)
def test_a_body_that_is_no_command_is_refused(api: Api, body: bytes) -> None:
    assert is_error(api.request("POST", COMMANDS, data=body), 400)
    assert api.sandbox.commands() == ()


WRONG: dict[str, dict[str, Any]] = {
    "token": {"headers": {"Authorization": "Bearer wrong"}},
    "no token": {"headers": {"Authorization": None}},
    "scheme": {"headers": {"Authorization": "Basic sandbox-access-token"}},
    "key": {"headers": {"X-Api-Key": "wrong"}},
    "no key": {"headers": {"X-Api-Key": None}},
    "organization": {"path": COMMANDS.replace(ORGANIZATION, "umbrella")},
    "workflow": {"path": COMMANDS.replace("WKF2", "WKF9")},
    "activity": {"path": COMMANDS.replace("commands", "activities/activity/@x/trigger/")},
    "path": {"path": "/" + ORGANIZATION},
    "root": {"path": "/"},
    "star": {"path": COMMANDS + "/"},
    "method": {"method": "PUT"},
    "body": {"data": b"{"},
}


def send_wrong(api: Api, *names: str) -> requests.Response:
    """Send a command that is wrong in these ways; where two collide the first one counts."""
    request: dict[str, Any] = {"method": "POST", "path": COMMANDS, "data": b'{"method": "stop"}'}
    headers: dict[str, str | None] = dict(api.headers)
    for name in reversed(names):
        wrong = dict(WRONG[name])
        headers |= wrong.pop("headers", {})
        request |= wrong
    present = {name: value for name, value in headers.items() if value is not None}
    return api.request(request.pop("method"), request.pop("path"), headers=present, **request)


@pytest.mark.parametrize(
    ("names", "status", "code"),
    [
        (("token",), 401, "401013"),
        (("no token",), 401, "401013"),
        (("scheme",), 401, "401013"),
        (("token", "key", "organization", "method", "body"), 401, "401013"),
        (("token", "activity"), 401, "401013"),
        (("token", "path"), 401, "401013"),
        (("token", "root", "method"), 401, "401013"),
        (("key",), 403, "403000"),
        (("no key",), 403, "403000"),
        (("key", "organization", "method", "body"), 403, "403000"),
        (("key", "path"), 403, "403000"),
        (("organization",), 403, "403023"),
        (("organization", "method", "body"), 403, "403023"),
        (("workflow",), 404, 404),
        (("workflow", "method", "body"), 404, 404),
        (("activity", "method", "body"), 404, 404),
        (("path",), 404, 404),
        (("root",), 404, 404),
        (("star", "method"), 404, 404),
        (("method",), 405, 405),
        (("method", "body"), 405, 405),
        (("body",), 400, 400),
    ],
)
def test_the_first_thing_that_is_wrong_is_the_answer(
    api: Api, names: tuple[str, ...], status: int, code: str | int
) -> None:
    response = send_wrong(api, *names)
    payload = response.json()
    assert is_error(response, status)
    assert payload.get("error_code", payload.get("code")) == code
    assert api.sandbox.commands() == ()


def test_what_is_wrong_with_nothing_is_accepted(api: Api) -> None:
    assert send_wrong(api).status_code == 204


def test_the_documented_words_are_used(api: Api) -> None:
    assert send_wrong(api, "token").json() == {
        "error_code": "401013",
        "message": "Oauth token is not valid",
    }
    assert send_wrong(api, "organization").json()["message"] == "Profile is not valid"
    assert "WKF9" in send_wrong(api, "workflow").json()["message"]


def test_the_scheme_of_a_token_may_be_in_any_letter_case(api: Api) -> None:
    headers = {**api.headers, "Authorization": "bearer  sandbox-access-token"}
    assert api.command("WKF2", "stop", headers=headers).status_code == 204


@pytest.mark.parametrize(
    ("method", "suffix", "allowed"),
    [
        ("POST", "", "GET"),
        ("PUT", "", "GET"),
        ("DELETE", "", "GET"),
        ("GET", "/commands", "POST"),
        ("OPTIONS", "/commands", "POST"),
    ],
)
def test_a_wrong_http_method_is_told_the_right_one(
    api: Api, method: str, suffix: str, allowed: str
) -> None:
    response = api.request(method, api.execution("WKF2") + suffix)
    assert is_error(response, 405)
    assert response.headers["Allow"] == allowed


def test_a_trigger_takes_only_post(api: Api) -> None:
    assert is_error(api.request("GET", api.trigger_url("WKF2")), 405)
