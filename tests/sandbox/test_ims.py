from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.sandbox import Sandbox
    from tests.sandbox.conftest import Api, FakeClock


def status_with(api: Api, token: str) -> int:
    headers = {**api.headers, "Authorization": f"Bearer {token}"}
    return api.request("GET", api.execution("WKF1"), headers=headers).status_code


def test_the_right_client_gets_a_token_that_works(api: Api) -> None:
    response = api.token()
    answer = response.json()
    assert (response.status_code, answer["token_type"], answer["expires_in"]) == (
        200,
        "bearer",
        86399,
    )
    assert response.url == api.sandbox.token_url
    assert status_with(api, answer["access_token"]) == 200


def test_each_token_is_new_and_earlier_ones_stay_valid(api: Api) -> None:
    tokens = {api.token().json()["access_token"] for _ in range(3)}
    assert len(tokens) == 3
    assert {status_with(api, token) for token in tokens} == {200}


def test_a_token_ends_on_the_clock_and_the_configured_one_never(
    start_sandbox: Callable[..., Sandbox],
    open_api: Callable[[Sandbox], Api],
    clock: FakeClock,
) -> None:
    api = open_api(start_sandbox(token_lifetime=60.9))
    answer = api.token().json()
    assert answer["expires_in"] == 60
    clock.advance(60.8)
    assert status_with(api, answer["access_token"]) == 200
    clock.advance(0.2)
    assert status_with(api, answer["access_token"]) == 401
    later = api.token().json()["access_token"]
    assert status_with(api, answer["access_token"]) == 401
    assert status_with(api, later) == 200
    assert status_with(api, api.sandbox.settings.access_token) == 200


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": None}, 400, "unsupported_grant_type"),
        ({"client_id": "another"}, 401, "invalid_client"),
        ({"client_id": None}, 401, "invalid_client"),
        ({"client_secret": "another"}, 401, "invalid_client"),
        ({"client_secret": None}, 401, "invalid_client"),
        ({"scope": None}, 400, "invalid_scope"),
        ({"scope": " "}, 400, "invalid_scope"),
    ],
)
def test_a_wrong_request_is_refused_as_oauth_words_it(
    api: Api, form: dict[str, str | None], status: int, error: str
) -> None:
    response = api.token(**form)
    assert (response.status_code, response.json()["error"]) == (status, error)
    assert response.headers["Content-Type"] == "application/json"


def test_credentials_are_taken_from_a_form_body_only(api: Api) -> None:
    settings = api.sandbox.settings
    parameters = {
        "grant_type": "client_credentials",
        "client_id": settings.api_key,
        "client_secret": settings.client_secret,
        "scope": "openid",
    }
    for place in ("params", "json"):
        response = api.request("POST", "/ims/token/v3", headers={}, **{place: parameters})
        assert response.json()["error"] == "unsupported_grant_type"


def test_a_form_that_is_no_text_is_refused(api: Api) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response = api.request("POST", "/ims/token/v3", headers=headers, data=b"grant_type=\xff&=&&")
    assert response.json()["error"] == "unsupported_grant_type"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_post_gives_tokens(api: Api, method: str) -> None:
    response = api.request(method, "/ims/token/v3", headers={})
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert response.json()["code"] == 405
