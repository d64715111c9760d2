"""Which field holds a state, and what its values mean (rule R13)."""

from __future__ import annotations

from typing import Any

import pytest

from runner.states import (
    DEFAULT_MAPPING,
    NOTHING_READ,
    Observation,
    ReadState,
    State,
    StateMapping,
    scalar_text,
)

KNOWN = [state for state in State if state is not State.UNKNOWN]


@pytest.mark.parametrize("state", KNOWN)
@pytest.mark.parametrize("write", [str.lower, str.upper, str.title, " {} \n".format])
def test_the_default_mapping_knows_the_names_of_all_states_in_any_case(
    state: State, write: Any
) -> None:
    raw = write(str(state))
    assert DEFAULT_MAPPING.read({"state": raw}) == (state, raw, "state")


@pytest.mark.parametrize("value", ["unknown", "running", "", " ", "start", 1, 0, True, 1.5, "NY"])
def test_no_value_is_guessed(value: Any) -> None:
    read = DEFAULT_MAPPING.read({"state": value})
    assert read.state is State.UNKNOWN
    assert read.raw == scalar_text(value)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"state": "paused", "status": "started"}, (State.PAUSED, "paused", "state")),
        ({"status": "started"}, (State.STARTED, "started", "status")),
        ({"state": None, "status": "started"}, (State.STARTED, "started", "status")),
        ({"state": [], "status": "started"}, (State.STARTED, "started", "status")),
        ({"state": {"a": 1}, "status": "started"}, (State.STARTED, "started", "status")),
        # A field that is there decides, even if its value means nothing.
        ({"state": "20", "status": "started"}, (State.UNKNOWN, "20", "state")),
        ({"State": "started"}, NOTHING_READ),
        ({"a": {"state": "started"}}, NOTHING_READ),
        ({}, NOTHING_READ),
    ],
)
def test_the_fields_are_tried_in_turn(payload: Any, expected: ReadState) -> None:
    assert DEFAULT_MAPPING.read(payload) == expected


@pytest.mark.parametrize(
    ("payload", "raw"),
    [
        ({"a": {"b": {"c": 5}}}, "5"),
        ({"a.b.c": 6}, "6"),
        ({"a.b.c": 6, "a": {"b": {"c": 5}}}, "6"),
        ({"a": {"b.c": 7}}, "7"),
        ({"a": {"b": 1}}, None),
        ({"a": "b"}, None),
        ({"a": [{"b": {"c": 5}}]}, None),
        ({"a": None}, None),
    ],
)
def test_a_point_leads_into_a_mapping(payload: Any, raw: str | None) -> None:
    assert StateMapping(("a.b.c",)).read(payload).raw == raw


def test_values_of_ones_own_come_before_the_names() -> None:
    mapping = StateMapping(values=(("Stra\u00dfe", State.PAUSED), ("started", State.FAILED)))
    assert mapping.read({"state": "STRASSE"}).state is State.PAUSED
    assert mapping.read({"state": "Started"}).state is State.FAILED
    assert mapping.read({"state": "paused"}).state is State.PAUSED


def test_a_value_may_mean_unknown() -> None:
    mapping = StateMapping(values=(("started", State.UNKNOWN),))
    assert mapping.read({"state": "started"}).state is State.UNKNOWN


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        (1, "1"),
        (1.5, "1.5"),
        (True, "true"),
        (False, "false"),
        (None, None),
        ([], None),
        ({}, None),
    ],
)
def test_plain_values_have_a_text(value: Any, text: str | None) -> None:
    assert scalar_text(value) == text


def test_states_show_their_plain_name() -> None:
    assert f"{State.STARTED}" == str(State.STARTED) == "started"


class TestWhyUnknown:
    def observed(self, read: ReadState = NOTHING_READ, **others: Any) -> Observation:
        return Observation("acme", "WKF1", **{"found": True, "read": read, **others})

    def test_a_known_state_needs_no_reason(self) -> None:
        assert self.observed(ReadState(State.PAUSED, "paused", "state")).why_unknown == ""

    @pytest.mark.parametrize("found", [True, False, None])
    def test_what_hindered_reading_is_the_reason(self, found: bool | None) -> None:
        assert self.observed(found=found, error="it broke").why_unknown == "it broke"

    def test_a_value_that_is_not_mapped(self) -> None:
        assert self.observed(ReadState(State.UNKNOWN, "NY", "state")).why_unknown == (
            'its field "state" says "NY", which defaults.state.values does not map'
        )

    @pytest.mark.parametrize("raw", ["", "  "])
    def test_a_value_that_is_empty(self, raw: str) -> None:
        observed = self.observed(ReadState(State.UNKNOWN, raw, "a.b"))
        assert observed.why_unknown == 'its field "a.b" is empty'

    def test_no_field(self) -> None:
        assert self.observed(looked_for=("state", "a.b")).why_unknown == (
            "its answer has none of the fields state, a.b; run doctor to see which looks like it"
        )
        assert "no field that is known to be the state" in self.observed().why_unknown

    def test_an_observation_has_its_key(self) -> None:
        assert self.observed().key == ("acme", "WKF1")
