"""Which request gets which fault: by a script, by a seed, and on record."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import pytest

from runner.sandbox import FaultRule, FaultScript, Sandbox, SandboxSettings, WorkflowState
from runner.sandbox.faultdesk import FaultDesk
from runner.sandbox.faultrules import ACTIONS
from runner.sandbox.faults import (
    KINDS,
    Cut,
    Drip,
    ErrorStatus,
    ExpireTokens,
    Fault,
    Huge,
    NoFault,
    RateLimited,
    Redirect,
    Refuse,
    Reset,
)
from runner.sandbox.routes import TOKEN_PATH
from runner.sandbox.store import WorkflowStore
from runner.sandbox.tokens import TokenStore
from tests.sandbox.conftest import ORGANIZATION, WORKFLOWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.sandbox.conftest import Api

EXECUTION = "/campaign/workflow/execution/"
WKF1 = f"/{ORGANIZATION}{EXECUTION}WKF1"
RESET = Reset()


def desk_of(*rules: FaultRule, seed: int = 0) -> FaultDesk:
    store = WorkflowStore(SandboxSettings(WORKFLOWS), lambda: 0.0)
    return FaultDesk(FaultScript(rules, seed), store, TokenStore("token", 60, lambda: 0.0))


def given(desk: FaultDesk, *requests: tuple[str, str, bytes]) -> list[Fault | None]:
    """Give the fault of each request."""
    numbered = enumerate(requests, 1)
    return [desk.decide(number, *request, header=None) for number, request in numbered]


def sent(action: str, workflow: str = "WKF1", organization: str = ORGANIZATION) -> Any:
    body = f'{{"method": "{action}"}}'.encode()
    return ("POST", f"/{organization}{EXECUTION}{workflow}/commands", body)


READ = ("GET", WKF1, b"")
SIGNAL = ("POST", f"{WKF1}/activities/activity/@x/trigger/", b"{}")
TOKEN = ("POST", TOKEN_PATH, b"grant_type=client_credentials")
STRANGE = [
    ("GET", "/nowhere", b""),
    ("PUT", WKF1 + "/commands", b'{"method": "start"}'),
    ("POST", WKF1 + "/commands", b'{"method": ["start"]}'),
    ("POST", WKF1 + "/commands", b'["start"]'),
    ("POST", WKF1 + "/commands", b"\xff"),
    ("POST", WKF1 + "/commands", b"[" * 100_000),
    sent("restart"),
]


# conditions


@pytest.mark.parametrize("action", ACTIONS)
def test_a_rule_is_for_its_actions(action: str) -> None:
    requests = {
        **{name: sent(name) for name in ("start", "pause", "resume", "stop")},
        "signal": SIGNAL,
        "read": READ,
        "token": TOKEN,
    }
    desk = desk_of(FaultRule(RESET, [action]))
    others = [request for name, request in requests.items() if name != action]
    assert given(desk, *others) == [None] * 6
    assert given(desk, requests[action]) == [RESET]


@pytest.mark.parametrize("request_", STRANGE)
def test_what_asks_for_nothing_known_meets_only_rules_without_conditions(request_: Any) -> None:
    assert given(desk_of(FaultRule(RESET, ACTIONS)), request_) == [None]
    assert given(desk_of(FaultRule(RESET)), request_) == [RESET]


def test_a_rule_is_for_its_workflows_and_organizations() -> None:
    desk = desk_of(
        FaultRule(RESET, workflows=["WKF2"]),
        FaultRule(Cut(), ["stop"], ["WKF1"], organizations=["globex"]),
    )
    assert given(
        desk,
        sent("start", "WKF2"),
        sent("start", "WKF1"),
        sent("stop", "WKF1"),
        sent("stop", "WKF1", "globex"),
        sent("start", "WKF1", "globex"),
        sent("stop", "WKF1", "umbrella"),
        TOKEN,
    ) == [RESET, None, None, Cut(), None, None, None]


def test_a_workflow_is_known_by_its_key_and_by_an_encoded_id(
    start_sandbox: Callable[..., Sandbox], open_api: Callable[[Sandbox], Api]
) -> None:
    rule = FaultRule(ErrorStatus(500), ["start"], ["@AbC_d-9", "WKF1"])
    api = open_api(start_sandbox(faults=FaultScript([rule])))
    key = api.read("WKF1")["PKey"]
    names = (key, "%40AbC_d-9", "WKF2", "@AbC_d-9")
    assert [api.command(name, "start").status_code for name in names] == [500, 500, 204, 500]
    assert [it.workflow for it in api.sandbox.faults()] == ["WKF1", "@AbC_d-9", "@AbC_d-9"]


# how often


def test_only_the_nth() -> None:
    desk = desk_of(FaultRule(RESET, ["stop"], nth=3))
    requests = [sent("stop"), sent("start"), sent("stop"), sent("stop"), sent("stop")]
    assert given(desk, *requests) == [None, None, None, RESET, None]


def test_so_many_times() -> None:
    desk = desk_of(FaultRule(RESET, times=2))
    assert given(desk, *[READ] * 4) == [RESET, RESET, None, None]


def test_the_first_rule_decides_and_all_of_them_count() -> None:
    desk = desk_of(
        FaultRule(NoFault(), workflows=["WKF2"]),
        FaultRule(RESET, nth=2),
        FaultRule(Cut(), nth=2),
        FaultRule(RateLimited(), times=1),
    )
    requests = [READ, READ, sent("stop", "WKF2"), READ]
    assert given(desk, *requests) == [RateLimited(), RESET, None, None]


def test_a_rule_that_did_not_decide_has_given_nothing() -> None:
    desk = desk_of(FaultRule(RESET, times=1), FaultRule(Cut(), times=1))
    assert given(desk, READ, READ, READ) == [RESET, Cut(), None]


def test_the_same_seed_gives_the_same_faults_and_another_one_others() -> None:
    def pattern(seed: int) -> list[Fault | None]:
        desk = desk_of(
            FaultRule(RESET, probability=0.2), FaultRule(Cut(), probability=0.3), seed=seed
        )
        return given(desk, *[READ] * 500)

    assert pattern(7) == pattern(7)
    assert pattern(7) != pattern(8)
    assert 60 <= pattern(7).count(RESET) <= 140
    assert 80 <= pattern(7).count(Cut()) <= 170


def test_a_rule_keeps_its_luck_whatever_stands_beside_it() -> None:
    rule = FaultRule(RESET, ["read"], probability=0.3)
    alone = given(desk_of(rule, seed=7), *[READ] * 100)
    above = desk_of(rule, FaultRule(Cut(), probability=0.5), seed=7)
    mixed = given(above, *[request for _ in range(100) for request in (READ, sent("stop"))])
    assert [it for it in mixed[::2] if it == RESET] == [it for it in alone if it == RESET]
    assert [it == RESET for it in mixed[::2]] == [it == RESET for it in alone]


def test_never_and_always() -> None:
    desk = desk_of(FaultRule(RESET, probability=0), FaultRule(Cut(), probability=1))
    assert given(desk, *[READ] * 100) == [Cut()] * 100


def test_limits_hold_for_many_threads() -> None:
    desk = desk_of(FaultRule(RESET, nth=500), FaultRule(Cut(), times=300))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: desk.decide(n, *READ, header=None), range(1, 1001)))
    assert (found.count(RESET), found.count(Cut())) == (1, 300)
    assert [record.request for record in desk.records()] == sorted(
        number for number, fault in enumerate(found, 1) if fault
    )


# what cannot be meant


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"actions": "start"}, "actions: 's' is none of start, "),
        ({"actions": ["strat"]}, "actions: 'strat' is none of start, "),
        ({"nth": 0}, "nth must be 1 or more, not 0"),
        ({"times": 0}, "times must be 1 or more, not 0"),
        ({"probability": 1.1}, "probability must be 0 to 1, not 1.1"),
        ({"probability": float("nan")}, "probability must be 0 to 1, not nan"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(settings: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        FaultRule(RESET, **settings)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Reset(delay=-1.0), "delay must be 0 or more seconds, not -1.0"),
        (lambda: Refuse(float("inf")), "duration must be 0 or more seconds, not inf"),
        (lambda: ErrorStatus(200), "status must be 400 to 599, not 200"),
        (lambda: RateLimited(1.0, "week"), "form must be seconds or date, not 'week'"),
        (lambda: Drip(1.0, "tail"), "at must be head or body, not 'tail'"),
        (lambda: Huge(2**40), "size must be 0 to 1073741824, not 1099511627776"),
        (lambda: Redirect(""), "to must not be empty"),
    ],
)
def test_a_fault_that_cannot_be_meant_is_refused(make: Callable[[], Fault], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        make()


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (FaultRule(RESET, workflows=["WKF9"]), "faults: rule 1 names 'WKF9', which is not there"),
        (FaultRule(RESET, organizations=["acm"]), "faults: rule 1 names 'acm', which is not there"),
        (
            FaultRule(RESET, workflows=["WKF2"], organizations=["globex"]),
            "faults: rule 1 names 'WKF2', which is not there",
        ),
    ],
)
def test_a_rule_for_what_is_not_there_is_refused(rule: FaultRule, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        SandboxSettings(WORKFLOWS, faults=FaultScript([rule]))


def test_every_kind_of_fault_has_a_name_of_its_own() -> None:
    assert len(KINDS) == len(Fault.__subclasses__()) == 14


# on record


def test_each_fault_is_on_record_with_its_request_its_rule_and_its_command(
    start_sandbox: Callable[..., Sandbox], open_api: Callable[[Sandbox], Api]
) -> None:
    rules = [
        FaultRule(ErrorStatus(502, applied=True), ["pause"]),
        FaultRule(ErrorStatus(503), ["resume"]),
    ]
    api = open_api(start_sandbox(faults=FaultScript(rules)))
    api.command("WKF1", "start")
    api.command("WKF1", "pause")
    api.command("WKF1", "resume")
    api.sandbox.next_faults(ErrorStatus(500, applied=True))
    api.request("GET", api.execution("WKF2"))
    found = [
        (it.request, it.rule, it.action, it.organization, it.workflow, it.command, it.applied)
        for it in api.sandbox.faults()
    ]
    assert found == [
        (2, 1, "pause", ORGANIZATION, "WKF1", 2, True),
        (3, 2, "resume", ORGANIZATION, "WKF1", None, False),
        (4, None, "read", ORGANIZATION, "WKF2", None, False),
    ]
    assert [it.request for it in api.sandbox.commands()] == [1, 2]


def test_a_signal_that_was_taken_is_on_record(api: Api) -> None:
    url = api.trigger_url("WKF2")
    api.sandbox.next_faults(ErrorStatus(504, applied=True))
    assert api.request("POST", url, json={"source": "CI"}).status_code == 504
    (record,) = api.sandbox.faults()
    (taken,) = api.sandbox.commands()
    assert (record.action, record.command, taken.action) == ("signal", 1, "signal")
    assert record.request == taken.request == 2


def test_a_command_that_is_refused_anyway_was_not_applied(api: Api) -> None:
    api.sandbox.next_faults(ErrorStatus(502, applied=True))
    assert api.command("WKF9", "start").status_code == 502
    assert [it.applied for it in api.sandbox.faults()] == [False]


def test_of_ten_thousand_commands_the_log_says_of_each_what_became_of_it() -> None:
    count = 10_000
    names = [f"WKF{number}" for number in range(count)]
    workflows = {"acme": dict.fromkeys(names, WorkflowState.EDITING)}
    rules = [
        FaultRule(Reset(), ["start"], probability=0.05),
        FaultRule(Reset(applied=True), ["start"], probability=0.05),
        FaultRule(ErrorStatus(502, applied=True), ["start"], probability=0.05),
    ]
    settings = SandboxSettings(workflows, max_active=count, faults=FaultScript(rules, seed=7))
    with Sandbox(settings) as sandbox:
        seen = dict(zip(names, starting(sandbox, names), strict=True))
    taken = {record.workflow for record in sandbox.commands()}
    spoiled = {record.workflow: record for record in sandbox.faults()}
    assert 1000 <= len(spoiled) <= 1900
    for name, status in seen.items():
        if name not in spoiled:
            assert (status, name in taken) == (204, True)
            continue
        fault = spoiled[name].fault
        assert spoiled[name].applied is (name in taken) is fault.applied  # type: ignore[attr-defined]
        assert status == (502 if isinstance(fault, ErrorStatus) else None)
    assert all(record.had_effect for record in sandbox.commands())
    again = FaultDesk(settings.faults, WorkflowStore(settings, lambda: 0.0), NO_TOKENS)
    in_turn = given(again, *[sent("start", name, "acme") for name in names])
    assert [it for it in in_turn if it] == [it.fault for it in sandbox.faults()]


NO_TOKENS = TokenStore("token", 60, lambda: 0.0)


def starting(sandbox: Sandbox, names: list[str]) -> Iterator[int | None]:
    """Start each workflow once, one after the other, and give the status, None where it is lost."""
    settings = sandbox.settings
    headers = {"Authorization": f"Bearer {settings.access_token}", "X-Api-Key": settings.api_key}
    port = int(sandbox.base_url.rpartition(":")[2])
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    for name in names:
        method, path, body = sent("start", name, "acme")
        yield status_of(connection, method, path, body, headers)
    connection.close()


def status_of(connection: HTTPConnection, *request: Any) -> int | None:
    try:
        connection.request(*request)
        answer = connection.getresponse()
        answer.read()
    except ConnectionResetError:
        connection.close()  # it is opened again with the next request
        return None
    return answer.status


def test_expired_tokens_are_on_record_though_the_request_is_refused(api: Api) -> None:
    api.sandbox.next_faults(ExpireTokens(given=True))
    assert api.command("WKF2", "pause").status_code == 401
    assert [(it.fault, it.applied) for it in api.sandbox.faults()] == [
        (ExpireTokens(given=True), False)
    ]
