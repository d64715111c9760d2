"""When to try again, and after how long."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.campaign.retry import RetryPolicy, retry_after
from tests.support.worlds import NOON

POLICY = RetryPolicy(attempts=5, base=1.0, cap=30.0, longest_asked=120.0)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("007", 7.0),
        ("9" * 5000, 999_999_999.0),
        ("-5", None),
        ("+5", None),
        ("1.5", None),
        ("1e3", None),
        ("7, 8", None),
        ("soon", None),
        ("٣", None),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sunday, 01-Mar-26 12:00:30 GMT", 30.0),
        ("Sun Mar  1 12:00:30 2026", 30.0),
        ("Sun, 01 Mar 2026 13:00:30 +0100", 30.0),
        ("Sun, 01 Mar 2026 11:59:00 GMT", 0.0),
        ("Sun, 99 Mar 2026 12:00:30 GMT", None),
        ("Sun, 01 Mar 99999 12:00:30 GMT", None),
        ("Sun, 01 Mar 2026 12:00:30 +999999999999999999999", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOON) == seconds


@given(
    st.text()
    | st.builds(
        "{}, {} Mar {} {}:{}:{} {}".format,
        st.sampled_from(["Sun", "Mon"]),
        *[st.integers(-99, 10**12)] * 5,
        st.sampled_from(["GMT", "+9999", "-99999999999999", "EST", ""]),
    )
)
def test_whatever_the_header_says_it_is_no_crash(header: str) -> None:
    seconds = retry_after(header, datetime.now(timezone.utc))
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize(
    ("tried", "ceiling"), [(1, 1.0), (2, 2.0), (3, 4.0), (4, 8.0), (5, None), (6, None)]
)
def test_each_wait_is_at_most_twice_the_last(tried: int, ceiling: float | None) -> None:
    assert POLICY.delay(tried, None, lambda: 1.0) == ceiling


def test_no_wait_is_longer_than_the_cap() -> None:
    assert RetryPolicy(attempts=50).delay(40, None, lambda: 1.0) == 30.0


@given(tried=st.integers(1, 4), chance=st.floats(0, 1))
def test_jitter_takes_any_part_of_the_wait(tried: int, chance: float) -> None:
    wait = POLICY.delay(tried, None, lambda: chance)
    assert wait is not None
    assert wait == chance * 2 ** (tried - 1)


@pytest.mark.parametrize(
    ("asked", "wait"), [(0.0, 0.0), (45.0, 45.0), (120.0, 120.0), (120.1, None)]
)
def test_what_the_answer_asks_for_is_obeyed_or_given_up(asked: float, wait: float | None) -> None:
    assert POLICY.delay(1, asked, lambda: 0.5) == wait


def test_asking_does_not_buy_more_attempts() -> None:
    assert POLICY.delay(5, 1.0, lambda: 0.5) is None
