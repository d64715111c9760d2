"""Patterns: what they cover, and that none can make the runner think forever."""

from __future__ import annotations

import re
import time
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.guardrails.globs import covers, is_glob, matcher

# What the schemas let through for a pattern, and for an ID.
PATTERNS = st.from_regex(r"@?([A-Za-z0-9_*?-]|\[!?[A-Za-z0-9_-]{1,5}\]){1,20}", fullmatch=True)
IDS = st.from_regex(r"@?[A-Za-z0-9_-]{1,30}", fullmatch=True)
LONGEST = 255  # characters of an ID and of a pattern


@pytest.mark.parametrize(
    ("pattern", "covered", "not_covered"),
    [
        ("WKF1", ["WKF1"], ["wkf1", "WKF12", "AWKF1", "WKF", "@WKF1"]),
        ("WKF*", ["WKF", "WKF1", "WKF_a-b"], ["wkf1", "AWKF"]),
        ("*", ["WKF1", "@AbC"], []),
        ("WKF?", ["WKF1"], ["WKF", "WKF12"]),
        ("WKF[12]", ["WKF1", "WKF2"], ["WKF3", "WKF[12]", "WKF"]),
        ("WKF[!12]", ["WKF3", "WKF!"], ["WKF1"]),
        ("WKF[3-5]x", ["WKF4x"], ["WKF-x", "WKF6x"]),
        ("WKF[a-]", ["WKFa", "WKF-"], ["WKFb"]),
        ("@A*", ["@AbC"], ["AbC", "@abc"]),
        ("@AbC", ["@AbC"], ["@AbCd", "AbC"]),
    ],
)
def test_what_a_pattern_covers_r30(
    pattern: str, covered: list[str], not_covered: list[str]
) -> None:
    assert [it for it in covered if not covers(pattern, it)] == []
    assert [it for it in not_covered if covers(pattern, it)] == []


def test_the_end_of_an_id_is_not_a_newline() -> None:
    assert not covers("WKF1", "WKF1\n")


@given(PATTERNS, IDS)
def test_a_pattern_covers_what_python_says_it_does(pattern: str, identity: str) -> None:
    covered = covers(pattern, identity)
    assert covered == fnmatchcase(identity, pattern)
    if not is_glob(pattern):
        assert covered == (pattern == identity)


@given(st.text(max_size=30), st.text(max_size=10))
def test_no_pattern_raises_whatever_the_schema_lets_through(pattern: str, text: str) -> None:
    covers(pattern, text)


HOSTILE = [
    "*a" * (LONGEST // 2),
    "*a" * (LONGEST // 2) + "b",
    "*a*a*a*a*b",
    "*?" * (LONGEST // 2) + "b",
    "*[a-z]" * (LONGEST // 6) + "b",
    "*" * LONGEST,
    "*" * (LONGEST - 1) + "b",
    "?" * (LONGEST - 1) + "b",
    "*[!b]*[!c]" * (LONGEST // 10) + "b",
]


@pytest.mark.parametrize("pattern", HOSTILE, ids=lambda it: it[:12])
@pytest.mark.parametrize("text", ["a" * LONGEST, "ab" * (LONGEST // 2), "a" * LONGEST + "c"])
def test_no_pattern_takes_exponential_time(pattern: str, text: str) -> None:
    """Python's translation of globs is safe: it makes each inner star atomic.

    From 3.11 on `*a` becomes `(?>.*?a)`, before `(?=(?P<g0>.*?a))(?P=g0)`; both never go back. What
    is left is one last star, which costs the length of the ID once. Were it `.*a.*a.*b`, one
    match of the first of these patterns would outlast the universe.
    """
    match = matcher(pattern)
    start = time.process_time()
    for _ in range(20):
        match(text)
    assert time.process_time() - start < 1.0


def test_a_naive_translation_would_take_exponential_time() -> None:
    naive = re.compile(r".*a" * 8 + "b")
    start = time.process_time()
    naive.fullmatch("a" * 30)
    slow = time.process_time() - start
    match = matcher("*a" * 8 + "b")
    start = time.process_time()
    match("a" * 30)
    assert time.process_time() - start < slow / 100
