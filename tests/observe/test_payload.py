"""Whatever a workflow's JSON is made of, what can be read of it is read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.pretty import pretty_repr

from runner.observe.payload import Payload, parse_object
from runner.secrets.scrub import Scrubber
from runner.states import DEFAULT_MAPPING, SignalActivity, State, StateMapping

HREF = "https://mc.adobe.io/acme/campaign/workflow/execution/@a/activities/activity/@b/trigger/"


def payload_of(payload: Any) -> Payload:
    return Payload(payload, Scrubber())


def signals(activities: Any) -> list[tuple[str, str | None]]:
    found = payload_of({"activities": activities}).signals()
    return [(it.name, it.href) for it in found]


class TestParsing:
    def test_of_a_name_that_stands_there_twice_the_last_counts(self) -> None:
        assert parse_object('{"state": "paused", "state": "started"}') == {"state": "started"}

    def test_a_number_without_end_spoils_nothing(self) -> None:
        parsed = parse_object('{"state": "started", "n": 1' + "0" * 2_000_000 + "}")
        assert parsed is not None
        assert parsed["state"] == "started"
        (field,) = [it for it in payload_of(parsed).fields() if it[0] == "n"]
        assert len(field[1]) < 300

    @pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "-0", "1E2"])
    def test_odd_numbers_are_numbers(self, value: str) -> None:
        parsed = parse_object(f'{{"state": {value}}}')
        assert payload_of(parsed).state(DEFAULT_MAPPING).state is State.UNKNOWN

    @pytest.mark.parametrize("depth", [400, 900, 5_000, 100_000])
    def test_depth_is_no_crash(self, depth: int) -> None:
        text = '{"a":' * depth + "1" + "}" * depth
        parsed = parse_object(text)
        if parsed is not None:  # how deep Python reads depends on its version
            assert payload_of(parsed).fields() == ()
            assert payload_of({"activities": parsed}).signals() == ()


class TestSignals:
    @pytest.mark.parametrize(
        ("activities", "expected"),
        [
            ({"activity": {"signal1": {"trigger": {"href": HREF}}}}, [("signal1", HREF)]),
            ({"activity": [{"name": "signal1", "trigger": {"href": HREF}}]}, [("signal1", HREF)]),
            (
                {
                    "activity": {
                        "b": {"trigger": {"href": HREF}},
                        "query": {"name": "query"},
                        "a": {"name": "other", "trigger": {"href": HREF + "2"}},
                    }
                },
                [("b", HREF), ("a", HREF + "2")],
            ),
            ({"activity": {"a": {"trigger": {}}}}, [("a", None)]),
            ({"activity": {"a": {"trigger": HREF}}}, [("a", None)]),
            ({"activity": {"a": {"trigger": None}}}, [("a", None)]),
            ({"activity": {"a": {"trigger": [{"href": HREF}]}}}, [("a", None)]),
            ({"activity": {"a": {"trigger": {"href": 7}}}}, [("a", None)]),
            ({"activity": {"a": {"trigger": {"href": [HREF]}}}}, [("a", None)]),
            ({"activity": {"a": {"trigger": {"href": ""}}}}, [("a", None)]),
            ({"activity": {"a": {"trigger": {"href": HREF + "\n"}}}}, [("a", None)]),
            ({"activity": {"a": {"trigger": {"href": HREF + "\u200b"}}}}, [("a", None)]),
            ({"activity": {"a": {"trigger": {"href": HREF + "\ud800"}}}}, [("a", None)]),
            ({"activity": {"a": {"trigger": {"href": "x" * 5_000}}}}, [("a", None)]),
            ({"activity": {"a": {"trigger": {"href": " //evil"}}}}, [("a", " //evil")]),
            ({"activity": {"": {"trigger": {"href": HREF}}}}, [("", HREF)]),
            ({"activity": {}}, []),
            ({"activity": []}, []),
            ({"activity": None}, []),
            ({"activity": "x"}, []),
            ({"activity": 7}, []),
            ({"activity": {"a": "x", "b": None, "c": [], "d": 1}}, []),
            ({"activity": ["x", None, [], {}, {"trigger": {"href": HREF}}]}, []),
            ({"activity": [{"name": 7, "trigger": {"href": HREF}}]}, []),
            ({}, []),
            ([], []),
            ([{"activity": {"a": {"trigger": {"href": HREF}}}}], []),
            ("x", []),
            (None, []),
            (7, []),
        ],
    )
    def test_what_has_a_trigger_is_one(
        self, activities: Any, expected: list[tuple[str, str | None]]
    ) -> None:
        assert signals(activities) == expected

    def test_an_answer_without_activities_has_none(self) -> None:
        assert payload_of({}).signals() == ()

    def test_there_is_an_end_to_them(self) -> None:
        many = {f"a{number}": {"trigger": {"href": HREF}} for number in range(5_000)}
        assert len(signals({"activity": many})) == 200

    def test_a_name_is_short(self) -> None:
        ((name, href),) = signals({"activity": {"x" * 100_000: {"trigger": {"href": HREF}}}})
        assert name == "x" * 200 + "..."
        assert href == HREF

    @pytest.mark.parametrize("length", [100, 101, 200])
    def test_a_name_that_a_configuration_may_give_is_whole(self, length: int) -> None:
        name = "x" * length
        trigger = {"trigger": {"href": HREF}}
        assert signals({"activity": {name: trigger}}) == [(name, HREF)]
        assert signals({"activity": [{"name": name, **trigger}]}) == [(name, HREF)]

    def test_an_address_is_never_shown(self) -> None:
        shown = SignalActivity("a", HREF)
        assert HREF not in repr(shown) + pretty_repr(shown)


class TestFields:
    def test_every_plain_field_is_given_to_a_depth_of_three(self) -> None:
        payload = {
            "a": "x",
            "b": 1,
            "c": 1.5,
            "d": True,
            "e": None,
            "f": [1, 2],
            "g": {"h": "y", "i": {"j": "z", "k": {"l": "too deep"}}},
            "activities": {"m": "n"},
            "o": {"activities": "p"},
        }
        assert payload_of(payload).fields() == (
            ("a", "x"),
            ("b", "1"),
            ("c", "1.5"),
            ("d", "true"),
            ("g.h", "y"),
            ("g.i.j", "z"),
            ("o.activities", "p"),
        )

    def test_each_name_can_be_written_into_the_settings(self) -> None:
        payload = {"a": {"b": {"c": "paused"}}, "d.e": "started"}
        for name, value in payload_of(payload).fields():
            read = payload_of(payload).state(StateMapping((name,)))
            assert (read.raw, read.field, read.state) == (value, name, State(value))

    def test_there_is_an_end_to_them(self) -> None:
        payload = {f"x{number}": "y" * 100_000 for number in range(1_000)}
        fields = payload_of(payload).fields()
        assert len(fields) == 200
        assert all(value == "y" * 200 + "..." for _, value in fields)


class TestId:
    @pytest.mark.parametrize(
        ("payload", "expected"),
        [
            ({"ID": "WKF12"}, "WKF12"),
            ({"id": "WKF_1-b"}, "WKF_1-b"),
            ({"ID": "WKF1", "id": "WKF2"}, "WKF1"),
            ({"ID": "@aB", "id": "WKF2"}, "WKF2"),
            ({"ID": "@aB"}, None),
            ({"ID": ""}, None),
            ({"ID": "WKF1\n"}, None),
            ({"ID": " WKF1"}, None),
            ({"ID": "WKF 1"}, None),
            ({"ID": "W\u212af1"}, None),
            ({"ID": "x" * 101}, None),
            ({"ID": 12}, None),
            ({"ID": None}, None),
            ({"ID": ["WKF1"]}, None),
            ({"Id": "WKF1"}, None),
            ({"a": {"ID": "WKF1"}}, None),
            ({"PKey": "WKF1"}, None),
            ({}, None),
        ],
    )
    def test_only_what_is_one_counts_r30(self, payload: Any, expected: str | None) -> None:
        assert payload_of(payload).workflow_id() == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-01 12:00:00Z", "2026-03-01 12:00:00Z"),
        (1_772_000_000, "1772000000"),
        (1.5, "1.5"),
        ("", None),
        (0, None),
        ("\x1b", None),
        (None, None),
        (True, None),
        ([], None),
        ({"a": 1}, None),
    ],
)
def test_the_next_processing_is_a_text_or_a_number(value: Any, expected: str | None) -> None:
    assert payload_of({"nextProcessingDate": value}).next_processing() == expected


def test_a_long_state_is_cut_after_it_was_understood() -> None:
    value = "x" * 5_000
    read = payload_of({"state": value}).state(StateMapping(values=((value, State.PAUSED),)))
    assert (read.state, read.raw) == (State.PAUSED, "x" * 100 + "...")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["state", "activities", "activity", "trigger", "href", "name", "ID", "a"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(["state", "activities", "ID", "x"]) | st.text(), _JSON))
def test_no_object_is_too_odd(payload: Any) -> None:
    parsed = parse_object(json.dumps(payload))
    assert parsed is not None
    it = payload_of(parsed)
    texts = [text for field in it.fields() for text in field]
    texts += [signal.name for signal in it.signals()]
    texts += [it.workflow_id() or "", it.next_processing() or ""]
    texts += [it.state(DEFAULT_MAPPING).raw or ""]
    for text in texts:
        assert "\n" not in text
        assert "\x1b" not in text
    assert all(signal.href is None or signal.href.isprintable() for signal in it.signals())
