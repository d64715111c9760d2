"""No foreign text reaches a terminal or a CI system as anything but harmless text."""

from __future__ import annotations

import json
import re
import textwrap

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runner.printable import harmless_json, printable, quoted


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
        ("::error::x", ": :error: :x"),
        ("  ::error::9", "  : :error::9"),
        ("a table breaks ::error::", "a table breaks : :error::"),
        ("or-even-here::error::", "or-even-here: :error::"),
        ("::", ": :"),
        (":::x", ": : :x"),
        (":\u200b:x", ": :x"),
        ("10::5 [fe80::1]", "10::5 [fe80::1]"),
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
    assert not re.search(r"(\A|\s)::|::[A-Za-z]", shown)
    assert "##[" not in shown
    shown.encode()


@given(st.text(), st.none() | st.integers(1, 50), st.integers(1, 20))
def test_it_stays_harmless_wherever_a_table_breaks_it(
    text: str, limit: int | None, width: int
) -> None:
    shown = printable(text, limit)
    pieces = [shown[at : at + width] for at in range(0, len(shown), width)]
    for line in [*textwrap.wrap(shown, width), *pieces]:
        assert not re.match(r"\s*::[A-Za-z]", line)
        assert not re.search(r"##\w*\[", line)


HOSTILE = "\x1b]0;t\x07\x9b31m\x7f\u202e\u2066\u200b\ufeff\udc80\U000e0041###[x]##vso[y]\n\u2028::z"


@given(st.text() | st.just(HOSTILE), st.none() | st.just(2))
@example(text=HOSTILE, indent=2)
def test_json_means_the_same_without_anything_to_obey(text: str, indent: int | None) -> None:
    value = {text: [text, {"a": text}]}
    shown = harmless_json(json.dumps(value, ensure_ascii=False, indent=indent))
    assert json.loads(shown) == value
    assert not re.search(r"##\w*\[|^\s*::", shown, re.MULTILINE)
    plain = shown.replace("\n", "").replace("::", "")
    assert printable(plain) == plain
    shown.encode()
