"""Durations, as people write them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.durations import parse_duration
from runner.schemas import schema

PATTERN = schema("config")["$defs"]["duration"]["pattern"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("10m", 600),
        ("1h30m", 5400),
        ("1h2m3s4ms", 3723.004),
        ("200ms", 0.2),
        ("1m500ms", 60.5),
        ("0s", 0),
        ("999999h", 999_999 * 3600),
    ],
)
def test_a_duration_is_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "10", "s", "1 s", "30m1h", "1s1s", "-1s", "1.5s", "1S", "1s\n", "\n1s", "1000000s", "٣s"],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration such as 30s, 10m or 1h30m"):
        parse_duration(text)


@given(st.text("0123456789hms \n", max_size=12) | st.from_regex(PATTERN))
def test_the_schema_and_the_program_read_the_same_durations(text: str) -> None:
    try:
        parse_duration(text)
    except ValueError:
        is_duration = False
    else:
        is_duration = True
    assert is_duration == (re.search(PATTERN, text) is not None)
