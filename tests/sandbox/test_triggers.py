from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from runner.sandbox import WorkflowState
from runner.sandbox.triggers import MAX_SIGNAL_BODY

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    from runner.sandbox import Sandbox
    from tests.sandbox.conftest import Api, FakeClock

ORGANIZATION = "acme-mkt-stage"
SIGNALS = {
    ORGANIZATION: {
        "WKF2": {
            "import": {"file": "string", "size": "number", "full": "boolean", "at": "date-time"},
            "bare": {},
            "any": None,
        }
    }
}


@pytest.fixture
def declared(start_sandbox: Callable[..., Sandbox], open_api: Callable[[Sandbox], Api]) -> Api:
    """A client of a sandbox whose WKF2 declares its activities."""
    return open_api(start_sandbox(signals=SIGNALS))


def fault(response: requests.Response) -> tuple[int, str]:
    """Give status and words of an error that Adobe's SDK can read, too."""
    assert response.headers["Content-Type"] == "application/json"
    payload = response.json()
    assert payload["code"] == response.status_code
    return response.status_code, payload["message"]


def is_too_early(response: requests.Response) -> bool:
    plain = response.headers["Content-Type"].startswith("text/plain")
    return response.status_code == 200 and plain and "10 minutes" in response.text


def padded(size: int, **body: Any) -> bytes:
    """Give a body of that many bytes."""
    return json.dumps({"source": "CI", **body}).encode().ljust(size)


@pytest.mark.parametrize("cut", ["", "/"])
def test_a_signal_is_counted(api: Api, cut: str) -> None:
    href = api.trigger_url("WKF2").removesuffix(cut)
    body = {"source": "CI", "parameters": {"audience": "vip"}}
    response = api.request("POST", href, json=body)
    assert (response.status_code, response.content) == (204, b"")
    (record,) = api.sandbox.commands()
    assert (record.action, record.workflow, record.had_effect) == ("signal", "WKF2", False)
    assert record.state_before is record.state_after is WorkflowState.STARTED
    assert (record.activity, record.source) == ("signal1", "CI")
    assert record.parameters == {"audience": "vip"}


def test_a_signal_without_parameters_has_empty_ones_and_a_command_has_none(api: Api) -> None:
    api.trigger("WKF2")
    api.command("WKF2", "stop")
    signal, command = api.sandbox.commands()
    assert signal.parameters == {}
    assert (command.activity, command.source, command.parameters) == (None, None, None)


@pytest.mark.parametrize("workflow", ["WKF2", "@AbC_d-9"])
def test_every_workflow_has_a_trigger_of_its_own(api: Api, workflow: str) -> None:
    api.trigger(workflow)
    assert [record.workflow for record in api.sandbox.commands()] == [workflow]


def test_every_activity_has_a_trigger_of_its_own(declared: Api) -> None:
    for activity in ("import", "bare", "any"):
        assert declared.trigger("WKF2", activity).status_code == 204
    activities = [record.activity for record in declared.sandbox.commands()]
    assert activities == ["import", "bare", "any"]


def test_a_trigger_of_an_unknown_activity_is_not_found(api: Api) -> None:
    path = api.execution("WKF2") + "/activities/activity/signal1/trigger/"
    assert fault(api.request("POST", path, json={"source": "CI"}))[0] == 404


def test_the_usual_activity_is_not_there_beside_declared_ones(api: Api, declared: Api) -> None:
    path = api.trigger_url("WKF2").removeprefix(api.sandbox.base_url)
    assert fault(declared.request("POST", path, json={"source": "CI"}))[0] == 404


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"{}", b'{"source": ""}', b'{"source": " "}', b'{"source": 7}'],
)
@pytest.mark.parametrize("workflow", ["WKF1", "WKF2"])
def test_a_signal_without_a_source_is_refused(api: Api, workflow: str, body: bytes) -> None:
    status, words = fault(api.request("POST", api.trigger_url(workflow), data=body))
    assert status == 400
    assert "running" not in words
    assert api.sandbox.commands() == ()


@pytest.mark.parametrize("state", [it for it in WorkflowState if it is not WorkflowState.STARTED])
def test_a_workflow_that_does_not_run_takes_no_signal(api: Api, state: WorkflowState) -> None:
    api.sandbox.set_state(ORGANIZATION, "WKF2", state)
    status, words = fault(api.trigger("WKF2", parameters=7))
    assert status == 400
    assert words.startswith("XTK-170006 ")
    assert "'WKF2' is not running" in words
    assert api.sandbox.commands() == ()


def test_a_start_on_its_way_is_not_running_yet(
    start_sandbox: Callable[..., Sandbox], open_api: Callable[[Sandbox], Api], clock: FakeClock
) -> None:
    api = open_api(start_sandbox(effect_delay=5))
    api.command("WKF1", "start")
    assert fault(api.trigger("WKF1"))[0] == 400
    clock.advance(5)
    assert api.trigger("WKF1").status_code == 204
    (_, pending) = api.sandbox.commands()
    assert pending.applied_at is None
    clock.advance(5)
    (_, applied) = api.sandbox.commands()
    assert applied.applied_at == 1010.0


def test_an_activity_is_triggered_once_in_ten_minutes(api: Api, clock: FakeClock) -> None:
    assert api.trigger("WKF2").status_code == 204
    clock.advance(599.9)
    assert is_too_early(api.trigger("WKF2"))
    clock.advance(0.1)  # counted from the last accepted one, not from the last call
    assert api.trigger("WKF2").status_code == 204
    assert is_too_early(api.trigger("WKF2"))
    assert [record.at for record in api.sandbox.commands()] == [1000.0, 1600.0]


def test_the_time_is_each_activitys_own_and_outlives_a_stop(declared: Api) -> None:
    assert declared.trigger("WKF2", "any").status_code == 204
    assert declared.trigger("WKF2", "bare").status_code == 204
    assert declared.trigger("@AbC_d-9").status_code == 204
    declared.command("WKF2", "stop")
    declared.command("WKF2", "start")
    assert is_too_early(declared.trigger("WKF2", "any"))


def test_a_refused_call_does_not_count(declared: Api) -> None:
    assert fault(declared.trigger("WKF2", "bare", parameters={"x": 1}))[0] == 500
    assert declared.trigger("WKF2", "bare").status_code == 204


def test_what_is_too_early_is_so_before_its_parameters_are_looked_at(declared: Api) -> None:
    declared.trigger("WKF2", "bare")
    assert is_too_early(declared.trigger("WKF2", "bare", parameters=7))


def test_the_time_may_be_another_one(
    start_sandbox: Callable[..., Sandbox], open_api: Callable[[Sandbox], Api], clock: FakeClock
) -> None:
    api = open_api(start_sandbox(signal_interval=90))
    api.trigger("WKF2")
    assert "1.5 minutes" in api.trigger("WKF2").text
    clock.advance(90)
    assert api.trigger("WKF2").status_code == 204


def test_without_an_interval_every_call_is_taken(
    start_sandbox: Callable[..., Sandbox], open_api: Callable[[Sandbox], Api]
) -> None:
    api = open_api(start_sandbox(signal_interval=0))
    assert {api.trigger("WKF2").status_code for _ in range(3)} == {204}


GOOD: dict[str, Any] = {"file": "a.csv", "size": 1.5, "full": False, "at": "2030-01-01T06:00:00Z"}


@pytest.mark.parametrize("names", [[], ["file"], ["at", "full"], list(GOOD)])
def test_declared_parameters_are_taken_and_may_be_left_out(declared: Api, names: list[str]) -> None:
    parameters = {name: GOOD[name] for name in names}
    assert declared.trigger("WKF2", "import", parameters=parameters).status_code == 204
    assert declared.sandbox.commands()[0].parameters == parameters


def test_an_activity_may_take_any_parameters(declared: Api) -> None:
    parameters = {"a b": None, "list": [1, {"x": "y"}], "": True}
    assert declared.trigger("WKF2", "any", parameters=parameters).status_code == 204
    assert declared.sandbox.commands()[0].parameters == parameters


@pytest.mark.parametrize("parameters", [None, [], "x", 7, True])
@pytest.mark.parametrize("activity", ["import", "any"])
def test_parameters_that_are_no_object_are_refused(
    declared: Api, activity: str, parameters: object
) -> None:
    status, words = fault(declared.trigger("WKF2", activity, parameters=parameters))
    assert (status, "parameters" in words) == (400, True)
    assert declared.sandbox.commands() == ()


@pytest.mark.parametrize("activity", ["import", "bare"])
def test_an_undeclared_parameter_is_refused_in_adobes_words(declared: Api, activity: str) -> None:
    parameters = {"contentURL": "https://www.example.org"}
    status, words = fault(declared.trigger("WKF2", activity, parameters=parameters))
    first, second, third, fourth = words.splitlines()
    assert status == 500
    assert first.startswith("RST-360011 ")
    assert second == "'contentURL' parameter isn't defined in signal activity."
    assert third.startswith("XTK-170006 ")
    assert fourth.startswith("RST-360000 ")
    assert declared.sandbox.commands() == ()


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("file", 7, "string"),
        ("size", "7", "number"),
        ("full", 1, "boolean"),
        ("at", "soon", "date-time"),
    ],
)
def test_a_parameter_of_another_type_is_refused(
    declared: Api, name: str, value: object, kind: str
) -> None:
    parameters = {**GOOD, name: value}
    status, words = fault(declared.trigger("WKF2", "import", parameters=parameters))
    assert status == 500
    assert words.startswith("XTK-170006 ")
    assert f"'{name}' parameter must be of type {kind}." in words
    assert declared.sandbox.commands() == ()


def test_an_undeclared_parameter_comes_before_one_of_another_type(declared: Api) -> None:
    parameters = {"file": 7, "other": 1}
    assert "'other'" in fault(declared.trigger("WKF2", "import", parameters=parameters))[1]


def test_a_body_of_64_kilobytes_is_taken_and_one_more_byte_is_too_many(api: Api) -> None:
    url = api.trigger_url("WKF2")
    too_large = api.request("POST", url, data=padded(MAX_SIGNAL_BODY + 1, parameters={"a": 1}))
    assert fault(too_large)[0] == 413
    assert api.sandbox.commands() == ()
    exact = api.request("POST", url, data=padded(MAX_SIGNAL_BODY, parameters={"a": 1}))
    assert exact.status_code == 204
    assert MAX_SIGNAL_BODY == 65536


def test_size_is_looked_at_between_the_kind_of_the_parameters_and_their_names(
    declared: Api,
) -> None:
    url = declared.trigger_url("WKF2", "bare")
    no_object = padded(MAX_SIGNAL_BODY + 1, parameters=7)
    undeclared = padded(MAX_SIGNAL_BODY + 1, parameters={"x": 1})
    assert fault(declared.request("POST", url, data=no_object))[0] == 400
    assert fault(declared.request("POST", url, data=undeclared))[0] == 413


def test_of_many_calls_at_once_one_is_accepted(
    sandbox: Sandbox, open_api: Callable[[Sandbox], Api]
) -> None:
    clients = [open_api(sandbox) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda api: api.trigger("WKF2"), clients))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [204]
    assert len(sandbox.commands()) == 1
