from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from runner.sandbox import WorkflowState

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.sandbox import Sandbox
    from tests.sandbox.conftest import Api, FakeClock

    Reading = Callable[..., Api]

ORGANIZATION = "acme-mkt-stage"
HREF = ("activities", "activity", "signal1", "trigger", "href")


@pytest.fixture
def reading(start_sandbox: Callable[..., Sandbox], open_api: Callable[[Sandbox], Api]) -> Reading:
    """Gives a client of a sandbox with these settings."""
    return lambda **settings: open_api(start_sandbox(**settings))


def at(payload: Any, *names: str) -> Any:
    for name in names:
        payload = payload[name]
    return payload


def test_a_read_gives_the_key_and_the_state(api: Api) -> None:
    payload = api.read("WKF1")
    assert payload["PKey"].startswith("@")
    assert payload["PKey"] == api.read("WKF1")["PKey"] != api.read("WKF2")["PKey"]
    assert payload["state"] == "editing"


def test_a_read_needs_neither_content_type_nor_cache_control(api: Api) -> None:
    api.read("WKF1")
    (record,) = api.sandbox.requests()
    assert record.header("Content-Type") is record.header("Cache-Control") is None


def test_the_trigger_is_an_absolute_url_of_this_server(api: Api) -> None:
    href = api.trigger_url("WKF2")
    assert href.startswith(api.sandbox.base_url + "/")
    assert href.endswith("/trigger/")


def test_the_trigger_has_the_host_that_the_client_used(api: Api) -> None:
    headers = {**api.headers, "Host": "localhost:1234"}
    payload = api.request("GET", api.execution("WKF2"), headers=headers).json()
    href = payload["activities"]["activity"]["signal1"]["trigger"]["href"]
    assert urlsplit(href).netloc == "localhost:1234"


def test_a_host_that_is_none_gives_way_to_the_servers_own(api: Api) -> None:
    headers = {**api.headers, "Host": 'a"b'}
    payload = api.request("GET", api.execution("WKF2"), headers=headers).json()
    href = payload["activities"]["activity"]["signal1"]["trigger"]["href"]
    assert href.startswith(api.sandbox.base_url + "/")


@pytest.mark.parametrize("workflow", ["WKF1", "@AbC_d-9"])
def test_who_asks_by_key_learns_the_id(api: Api, workflow: str) -> None:
    key = api.read(workflow)["PKey"]
    assert api.read(workflow)["ID"] == api.read(key)["ID"] == workflow


def test_usually_a_workflow_has_one_activity_that_declares_nothing(api: Api) -> None:
    ((name, activity),) = api.activities("WKF1").items()
    assert name == activity["name"] == "signal1"
    assert activity["PKey"].startswith("@")
    assert "parameters" not in activity
    assert "nextProcessingDate" not in api.read("WKF1")


def test_declared_activities_stand_there_with_their_parameters(reading: Reading) -> None:
    declared = {"import": {"file": "string", "size": "number"}, "none": {}, "any": None}
    api = reading(signals={ORGANIZATION: {"WKF1": declared, "WKF2": {}}})
    activities = api.activities("WKF1")
    assert list(activities) == ["import", "none", "any"]
    assert activities["import"]["parameters"] == {"file": "string", "size": "number"}
    assert activities["none"]["parameters"] == {}
    assert "parameters" not in activities["any"]
    assert len({activity["trigger"]["href"] for activity in activities.values()}) == 3


def test_an_entry_without_activities_means_none_and_no_entry_means_the_usual_one(
    reading: Reading,
) -> None:
    api = reading(signals={ORGANIZATION: {"WKF1": {}}})
    assert api.activities("WKF1") == {}
    assert list(api.activities("WKF2")) == ["signal1"]
    assert list(api.activities("WKF1", organization="globex")) == ["signal1"]


def test_field_and_values_of_the_state_may_have_other_names(reading: Reading) -> None:
    api = reading(state_field="status", state_values={"editing": "0", "failed": "Erroneous"})
    assert api.read("WKF1")["status"] == "0"
    assert api.read("WKF2")["status"] == "started"
    assert api.read("WKF1", organization="globex")["status"] == "Erroneous"
    assert "state" not in api.read("WKF1")


def test_a_state_may_stand_within_an_object(reading: Reading) -> None:
    payload = reading(state_field="execution.info.state").read("WKF2")
    assert payload["execution"] == {"info": {"state": "started"}}


def test_the_next_processing_date_is_answered_as_it_was_given(reading: Reading) -> None:
    api = reading(next_processing={ORGANIZATION: {"WKF1": "2030-01-01 06:00:00.000Z"}})
    assert api.read("WKF1")["nextProcessingDate"] == "2030-01-01 06:00:00.000Z"
    assert "nextProcessingDate" not in api.read("WKF2")
    assert "nextProcessingDate" not in api.read("WKF1", organization="globex")


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("https://evil.example/steal", "https://evil.example/steal"),
        ("", ""),
        ("{base}/{organization}/{0}{}{", "BASE/acme-mkt-stage/{0}{}{"),
        ("{base}@evil.example/", "BASE@evil.example/"),
    ],
)
def test_a_trigger_may_lead_elsewhere(reading: Reading, template: str, expected: str) -> None:
    api = reading(trigger_href=template)
    href = at(api.read("WKF1"), *HREF)
    assert href == expected.replace("BASE", api.sandbox.base_url)


def test_a_read_shows_what_was_due_by_now(reading: Reading, clock: FakeClock) -> None:
    api = reading(effect_delay=5)
    api.command("WKF2", "pause")
    clock.advance(5)
    assert api.read("WKF2")["state"] == WorkflowState.PAUSED
