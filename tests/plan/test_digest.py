"""The digest covers all that decides what is sent, and nothing else (rule R9)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from runner.load import SourceFile
from runner.plan.command import Command, Decided
from runner.plan.digest import digest
from runner.states import State
from runner.validate.config import Signal, Wait
from tests.support.plans import command, desired

KNOWN = "2113fa2d913784875c769bc328e2931de8fe168ba0e4efc6d9b17b82353413b0"
KNOWN_WITH_SETTLE_AND_RATE = "5f0d197acd6754875d48680e6dfdfcb85e37646bd1b55f2c8385ecc91a286f13"
WAIT = Wait(State.STOPPED, 600.0, 5.0)
BASE = command(wait=WAIT, name="First")
PAUSE = command(None, "wait", pause=30.0)
ENSURE = command(action="ensure", desired=desired())


def of(*commands: Command, environment: str | None = None, **files: str) -> str:
    sources = [SourceFile(f"{name}.yaml", sha * 64) for name, sha in files.items()]
    return digest(environment, sources, commands)


def signal(value: Any, *others: tuple[str, Any], **change: str) -> Command:
    """Give a signal whose parameter `p` has this value."""
    said = Signal("signal1", "CI", (("p", value), *others))
    return command(action="signal", signal=replace(said, **change))


@pytest.mark.parametrize(
    "change",
    [
        {"id": "a.yaml#WKF2"},
        {"action": "stop"},
        {"workflow": "wkf1"},
        {"organization": "acme-mkt-stage"},
        {"organization": None},
        {"name": "first"},
        {"name": None},
        {"timeout": 70.5},
        {"on_failure": "continue"},
        {"wait": None},
        {"wait": replace(WAIT, until=State.STARTED)},
        {"wait": replace(WAIT, timeout=601.0)},
        {"wait": replace(WAIT, poll=4.0)},
        {"settle": 59.0},
        {"settle": 0.0},
        {"rate": 1.0},
        {"rate": 60.0},
        {"parallel": 2},
        {"parallel": 3},
    ],
    ids=str,
)
def test_each_thing_that_decides_what_is_sent_changes_it_r9(change: dict[str, Any]) -> None:
    assert of(replace(BASE, **change)) != of(BASE)


@pytest.mark.parametrize(
    "change",
    [
        {"restart_finished": True},
        {"restart_failed": True},
        {"allow_start": True},
        {"until": Wait(State.PAUSED)},
        {"until": Wait(State.STARTED, timeout=1.0)},
        {"until": Wait(State.STARTED, poll=1.0)},
    ],
    ids=str,
)
def test_each_setting_of_a_desired_state_changes_it_r9(change: dict[str, Any]) -> None:
    assert of(replace(ENSURE, desired=replace(desired(), **change))) != of(ENSURE)


def test_settle_and_rate_are_not_taken_for_each_other_r9() -> None:
    digests = {of(replace(BASE, settle=it)) for it in (0.5, 2.0)}
    digests |= {of(replace(BASE, rate=it)) for it in (0.5, 2.0)}
    assert len(digests) == 4


def test_a_settle_that_is_the_default_is_none_at_all_so_that_old_reviews_stay_valid_r35() -> None:
    assert of(replace(BASE, settle=60.0, rate=None)) == of(BASE)


def test_one_after_another_is_none_of_what_it_covers_so_that_old_reviews_stay_valid_r35() -> None:
    assert of(replace(BASE, parallel=1)) == of(BASE)


def test_a_decision_changes_it_but_not_its_reason_r9() -> None:
    held, refused = (replace(ENSURE, decided=Decided(it, "why")) for it in (False, True))
    assert len({of(ENSURE), of(held), of(refused)}) == 3
    assert of(replace(ENSURE, decided=Decided(True, "other"))) == of(refused)


def test_the_length_of_a_pause_changes_it_r9() -> None:
    assert len({of(), of(PAUSE), of(replace(PAUSE, pause=31.0)), of(PAUSE, PAUSE)}) == 4


def test_values_of_parameters_count_with_their_types_r9() -> None:
    values = [1, True, "1", 1.0, "true", "1.0", 0, False, "", 0.0, -0.0, 1e100, 10**100, "a", "á"]
    assert len({of(signal(it)) for it in values}) == len(values)


@pytest.mark.parametrize(
    "other",
    [
        signal("v", source="cI"),
        signal("v", activity="signal2"),
        signal("v", ("q", "v")),
        command(action="signal", signal=Signal("signal1", "CI", ())),
        command(action="signal", signal=Signal("signal1", "CI", (("P", "v"),))),
    ],
)
def test_each_part_of_a_signal_changes_it_r9(other: Command) -> None:
    assert of(other) != of(signal("v"))


def test_the_order_of_parameters_changes_it_r9() -> None:
    one = Signal("a", "CI", (("p", 1), ("q", 2)))
    other = replace(one, parameters=one.parameters[::-1])
    assert of(command(signal=one)) != of(command(signal=other))


def test_order_and_number_of_commands_change_it_r9() -> None:
    stop = command("WKF2", "stop")
    digests = {of(), of(BASE), of(BASE, BASE), of(BASE, stop), of(stop, BASE)}
    assert len(digests) == 5


def test_environment_and_files_change_it_r9() -> None:
    digests = [
        of(),
        of(environment="prod"),
        of(environment=""),
        of(a="1"),
        of(a="2"),
        of(b="1"),
        of(a="1", b="1"),
        of(b="1", a="1"),
    ]
    assert len(set(digests)) == len(digests)


@pytest.mark.parametrize(
    "change",
    [
        {"line": 2},
        {"column": 2},
        {"file": "/else/where/a.yaml"},
        {"follows": "a.yaml#1"},
        {"step": "a.yaml#2"},
    ],
    ids=str,
)
def test_places_and_what_follows_of_the_ids_do_not_count_r9(change: dict[str, Any]) -> None:
    assert of(replace(BASE, **change)) == of(BASE)


def test_a_known_plan_has_a_known_digest_so_that_old_reviews_stay_valid_r35() -> None:
    held = replace(ENSURE, id="a.yaml#desired.1", decided=Decided(False, "it is started already"))
    assert of(BASE, PAUSE, signal("vip"), ENSURE, held, environment="prod", a="0") == KNOWN
    assert of(replace(BASE, settle=5.0, rate=0.5)) == KNOWN_WITH_SETTLE_AND_RATE


TEXTS = st.text(max_size=3) | st.sampled_from(["", "null", '"', "\n", "a", "é", "1", "wait"])
MAYBE = st.none() | TEXTS
NUMBERS = st.floats(allow_nan=False) | st.sampled_from([0.0, 1.0, 70.0])
WAITS = st.builds(Wait, st.sampled_from([State.STARTED, State.STOPPED]), NUMBERS, NUMBERS)
VALUES = TEXTS | NUMBERS | st.integers() | st.booleans()
SIGNALS = st.builds(Signal, TEXTS, TEXTS, st.lists(st.tuples(TEXTS, VALUES), max_size=2).map(tuple))
DESIRED = st.builds(
    lambda until, *on: replace(
        desired(), until=until, restart_finished=on[0], restart_failed=on[1], allow_start=on[2]
    ),
    WAITS,
    *[st.booleans()] * 3,
)
FIELDS: dict[str, Any] = {
    "id": TEXTS,
    "action": TEXTS,
    "workflow": MAYBE,
    "organization": MAYBE,
    "name": MAYBE,
    "timeout": NUMBERS,
    "on_failure": TEXTS,
    "wait": st.none() | WAITS,
    "signal": st.none() | SIGNALS,
    "pause": st.none() | NUMBERS,
    "desired": st.none() | DESIRED,
    "decided": st.none() | st.builds(Decided, st.booleans(), st.just("why")),
}
MADE = st.fixed_dictionaries(FIELDS)


def strictly(fields: dict[str, Any]) -> str:
    return repr(sorted(fields.items()))  # as they are written: 1 is neither True nor 1.0


@given(one=MADE, other=MADE)
def test_two_different_commands_never_have_the_same_digest_r9(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    same = of(replace(BASE, **one)) == of(replace(BASE, **other))
    assert same == (strictly(one) == strictly(other))


@given(fields=MADE, name=st.sampled_from(sorted(FIELDS)), data=st.data())
def test_one_different_field_is_enough_for_another_digest_r9(
    fields: dict[str, Any], name: str, data: st.DataObject
) -> None:
    changed = {**fields, name: data.draw(FIELDS[name])}
    assume(strictly(changed) != strictly(fields))
    assert of(replace(BASE, **changed)) != of(replace(BASE, **fields))


@given(commands=st.lists(MADE, max_size=3), cut=st.integers(0, 3))
def test_where_one_command_ends_and_the_next_begins_counts_r9(
    commands: list[dict[str, Any]], cut: int
) -> None:
    made = [replace(BASE, **it) for it in commands]
    assert (of(*made[:cut]) == of(*made)) == (len(made) <= cut)
