"""Protected workflows and allowed actions (R30)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from runner.guardrails.check import check
from runner.plan.command import Decided
from runner.plan.resolve import resolve
from runner.validate.guardrails import Protection, Spot
from tests.guardrails.values import allow, ensure, live, observations, of_acme, protect, rules, seen
from tests.support.plans import command, plan_of

if TYPE_CHECKING:
    from runner.plan.command import Command
    from runner.states import Observation

MAY_CALL_FOR = "`WKF1`, which its desired state `started` may call for, is refused"
ACTIONS = ("start", "stop", "pause", "resume", "signal")


def messages(
    commands: list[Command], *protections: Protection, states: tuple[Observation, ...] = ()
) -> list[str]:
    plan = live(commands, *states) if states else plan_of(commands)
    found = check(plan, of_acme(protect=protections))
    assert {it.rule for it in found} <= {"protect"}
    assert all(it.is_error for it in found)
    return [it.message for it in found]


@pytest.mark.parametrize("action", ACTIONS)
def test_a_protected_workflow_takes_no_command_and_no_signal_r30(action: str) -> None:
    assert messages([command("WKF900", action)], protect("WKF900")) == [
        f"`{action}` of `WKF900` is refused: it is protected"
    ]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("pattern", ["WKF9*", "WKF90?", "WKF9[0-9]0", "*"])
def test_a_glob_protects_what_it_covers_and_is_named_r30(action: str, pattern: str) -> None:
    commands = [command("WKF900", action), command("wkf900" if pattern != "*" else "@x", action)]
    assert messages(commands, protect(pattern))[0] == (
        f"`{action}` of `WKF900` is refused: it is protected by `{pattern}`"
    )


def test_letter_case_counts_r30() -> None:
    assert messages([command("wkf900", "stop")], protect("WKF900"), protect("WKF*")) == []


@pytest.mark.parametrize("action", ACTIONS)
def test_only_the_named_actions_are_refused_r30(action: str) -> None:
    found = messages([command("WKF900", action)], protect("WKF9*", "stop", "signal"))
    assert bool(found) == (action in {"stop", "signal"})


def test_a_pause_touches_no_workflow() -> None:
    pause = command(action="wait", workflow=None, pause=60.0)
    assert messages([pause], protect("*")) == []


@pytest.mark.parametrize(
    ("until", "settings", "refuse", "may"),
    [
        ("started", (), (), "`resume` or `start`"),
        ("started", (), ("start",), "`start`"),
        ("started", (), ("stop", "pause", "signal"), None),
        ("started", ("restart_failed",), ("stop",), "`stop`"),
        ("paused", (), ("start", "stop", "resume"), None),
        ("paused", ("allow_start",), ("start",), "`start`"),
        ("stopped", (), ("stop",), "`stop`"),
        ("stopped", (), ("start", "pause"), None),
    ],
)
def test_an_undecided_state_is_refused_for_all_that_it_may_call_for_r11(
    until: str, settings: tuple[str, ...], refuse: tuple[str, ...], may: str | None
) -> None:
    found = messages([ensure("WKF900", until, *settings)], protect("WKF900", *refuse))
    calls = f"{may} of `WKF900`, which its desired state `{until}` may call for, is refused"
    assert found == ([] if may is None else [f"{calls}: it is protected"])


@pytest.mark.parametrize("refused", [True, False])
def test_a_state_that_takes_nothing_touches_nothing_r30(refused: bool) -> None:
    decided = ensure("WKF900", "started", decided=Decided(refused, "it is so"))
    assert messages([decided], protect("WKF900")) == []


def test_a_resolved_state_is_judged_by_what_it_takes_r30() -> None:
    plan = plan_of([ensure("WKF900", "started"), ensure("WKF901", "started", id="2")])
    states = [seen("WKF900", "started"), seen("WKF901", "stopped")]
    resolved = resolve(plan, observations(*states))
    assert rules(check(resolved, of_acme(protect=(protect("WKF90*"),)))) == [
        ("protect", "`start` of `WKF901` is refused: it is protected by `WKF90*`")
    ]


@pytest.mark.parametrize("refuse", [(), ("stop",)])
@pytest.mark.parametrize("made", [command("@AbC", "start"), ensure("@AbC", "stopped")])
@pytest.mark.parametrize("states", [(), (seen("@AbC", "started"),), (seen("WKF1", "started"),)])
def test_a_key_that_nobody_looked_up_is_refused_where_anything_is_protected_r30(
    refuse: tuple[str, ...], made: Command, states: tuple[Observation, ...]
) -> None:
    found = messages([made], protect("WKF900", *refuse), states=states)
    assert found == ["which workflow `@AbC` is was not read, and some are protected"]


@pytest.mark.parametrize(
    ("identity", "message"),
    [
        ("WKF1", None),
        ("WKF900", "`stop` of `@AbC` is refused: it is `WKF900`, which is protected"),
        ("WKF9x", "`stop` of `@AbC` is refused: it is `WKF9x`, which is protected by `WKF9*`"),
    ],
)
def test_a_key_is_judged_by_the_id_that_was_read_r30(identity: str, message: str | None) -> None:
    states = (seen("@AbC", "started", identity),)
    protections = (protect("WKF900"), protect("WKF9*"))
    found = messages([command("@AbC", "stop")], *protections, states=states)
    assert found == ([] if message is None else [message])


def test_a_key_may_be_protected_as_such_r30() -> None:
    states = (seen("@AbC", "started", "WKF1"),)
    found = messages([command("@AbC", "stop")], protect("@AbC"), states=states)
    assert found == ["`stop` of `@AbC` is refused: it is `WKF1`, which is protected"]


def test_without_protection_a_key_is_as_good_as_an_id_r30() -> None:
    assert messages([command("@AbC", "stop")]) == []


def test_what_was_read_in_another_organization_says_nothing_r30() -> None:
    states = (seen("@AbC", "started", "WKF1", organization="other"),)
    assert len(messages([command("@AbC")], protect("WKF900"), states=states)) == 1


def test_every_place_that_protects_is_named_in_the_hint() -> None:
    spots = [Spot(f"{name}.yaml", 2, 5) for name in "abcde"]
    protections = tuple(protect("WKF9*", spot=spot) for spot in spots)
    for count, places in [
        (1, "a.yaml:2"),
        (3, "a.yaml:2, b.yaml:2, c.yaml:2"),
        (5, "a.yaml:2, b.yaml:2, c.yaml:2 and 2 more"),
    ]:
        made = command("WKF900", "stop", file="c.yaml", line=4, column=9)
        (found,) = check(plan_of([made]), of_acme(protect=protections[:count]))
        assert (found.file, found.line, found.column) == ("c.yaml", 4, 9)
        assert found.hint == (
            f"take it out, change `protect` at {places} in a reviewed change, or run with"
            " --override protect --reason TEXT"
        )


@pytest.mark.parametrize(
    ("lists", "made", "message"),
    [
        ([("start",)], command(), None),
        (
            [("start",)],
            command(action="stop"),
            "`stop` of `WKF1` is refused: allowed is only `start`",
        ),
        (
            [("start", "stop"), ("stop", "start", "signal")],
            command(action="signal"),
            "`signal` of `WKF1` is refused: allowed is only `start` and `stop`",
        ),
        ([("start",), ("stop",)], command(), "`start` of `WKF1` is refused: nothing is allowed"),
        (
            [("start",)],
            ensure("WKF1", "started"),
            f"`resume` of {MAY_CALL_FOR}: allowed is only `start`",
        ),
        ([("start", "resume")], ensure("WKF1", "started"), None),
        (
            [("start", "resume")],
            ensure("WKF1", "started", "restart_failed"),
            f"`stop` of {MAY_CALL_FOR}: allowed is only `start` and `resume`",
        ),
        ([("start",)], ensure("WKF1", "stopped", decided=Decided(False, "so")), None),
        ([("start",)], command(action="wait", workflow=None), None),
    ],
)
def test_only_allowed_actions_pass(
    lists: list[tuple[str, ...]], made: Command, message: str | None
) -> None:
    demands: Any = of_acme(allow=tuple(allow(*each) for each in lists))
    expected = [] if message is None else [("allow", message)]
    assert rules(check(plan_of([made]), demands)) == expected
