"""No foreign text reaches a terminal or a CI system as anything but harmless text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.printable import printable, quoted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("plain text, with ä and 漢", "plain text, with ä and 漢"),
        ("two\nlines\r\nand\u2028more", "two lines and more"),
        ("a\tb\x85c", "a b c"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x9b31m", "31m"),
        ("a\x00b\x7fc", "abc"),
        ("abc\u202ecba", "abccba"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("lone\udc80surrogate", "lonesurrogate"),
        ("tag\U000e0041", "tag"),
    ],
)
def test_one_line_without_anything_hidden(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", ": :error::x"),
        ("  ::error::x", "  : :error::x"),
        (":::x", ": ::x"),
        (":\u200b:x", ": :x"),
        ("a::b", "a::b"),
        ("x ##[error]y", "x # #[error]y"),
        ("##vso[task.x]", "# #vso[task.x]"),
        ("###[x]", "## #[x]"),
        ("#\u200b#[x]", "# #[x]"),
        ("## a heading", "## a heading"),
    ],
)
def test_no_command_of_a_ci_system_survives(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_long_text_is_cut_and_says_so() -> None:
    assert printable("abcdef", 3) == "abc..."
    assert printable("abc", 3) == "abc"
    assert quoted("x" * 61) == f"`{'x' * 60}...`"


def test_quoted_stands_between_backquotes() -> None:
    assert quoted("a\nb") == r"`a\nb`"
    assert quoted("WKF1\u200b") == r"`WKF1\u200b`"


@given(st.text(), st.none() | st.integers(1, 50))
def test_any_text_becomes_one_harmless_line(text: str, limit: int | None) -> None:
    shown = printable(text, limit)
    assert len(shown.splitlines()) <= 1
    assert not any(ord(it) < 32 or 0x7F <= ord(it) < 0xA0 for it in shown)
    assert not shown.lstrip().startswith("::")
    assert "##[" not in shown
    shown.encode()
