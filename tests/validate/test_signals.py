"""The body of a signal, and what a date-time is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.validate.config import ParameterValue, Signal
from runner.validate.signals import is_date_time, signal_body

TEXT = st.text(st.characters(exclude_categories=[]), max_size=8)  # halves of surrogate pairs, too


def test_the_body_is_compact_and_in_order() -> None:
    signal = Signal("a", "Jörg's CI", (("z", "ü"), ("a", 1), ("n", 1.5), ("b", True)))
    expected = '{"source":"Jörg\'s CI","parameters":{"z":"ü","a":1,"n":1.5,"b":true}}'
    assert signal_body(signal) == expected.encode()


def test_without_parameters_there_is_an_empty_mapping() -> None:
    assert signal_body(Signal("a", "CI", ())) == b'{"source":"CI","parameters":{}}'


def test_half_of_a_surrogate_pair_is_escaped() -> None:
    assert signal_body(Signal("a", "\udc80", ())) == b'{"source":"\\udc80","parameters":{}}'


@given(
    TEXT,
    st.dictionaries(
        TEXT,
        TEXT | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
        max_size=3,
    ),
)
def test_every_body_is_json_and_says_the_same(
    source: str, parameters: dict[str, ParameterValue]
) -> None:
    body = signal_body(Signal("a", source, tuple(parameters.items())))
    # What is written apart here would be read together, were it one pair.
    joined = json.loads(json.dumps({"source": source, "parameters": parameters}))
    assert json.loads(body) == joined


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T12:00:00Z",
        "2026-03-01t12:00:00z",
        "2026-03-01 12:00:00Z",
        "2026-03-01T12:00:00.123456789+01:00",
        "2024-02-29T23:59:59-00:00",
        "2016-12-31T23:59:60Z",
    ],
)
def test_a_date_time_is_as_rfc_3339_writes_it(text: str) -> None:
    assert is_date_time(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-01",
        "2026-03-01T12:00:00",
        "2026-03-01T12:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T12:60:00Z",
        "2026-03-01T12:00:61Z",
        "2026-02-29T12:00:00Z",
        "2026-13-01T12:00:00Z",
        "2026-03-01T12:00:00+0100",
        "2026-03-01T12:00:00+24:00",
        "2026-03-01T12:00:00,5Z",
        "2026-03-01T12:00:00Z\n",
        "٢٠٢٦-03-01T12:00:00Z",
        "20260301T120000Z",
        "12:00:00Z",
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert not is_date_time(text)
