"""Foreign text stays text, and a page stays below its limit."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.printable import printable
from runner.render.markdown import LEAST_LIMIT, Rows, code, header, link, page, row, words
from tests.support.markdown import HOSTILE, assert_harmless, rendered

# Rich in what Markdown, HTML and the pages of CI systems make something of.
TEXTS = st.one_of(
    st.text(max_size=60),
    st.text("`|\\ab <>[]()!*_~#@:/.-&;$'\"\n1", max_size=40),
    st.lists(
        st.sampled_from(
            [
                *("<!--", "-->", "`", "``", "```", "~~~", "|", "\\", "\\|", "]", "](", "![", "<b>"),
                *(
                    "@a",
                    "#1",
                    "GH-1",
                    "http://e.x",
                    "www.e.x",
                    "a@b.c",
                    ":x:",
                    "deadbee",
                    "1234567",
                ),
                *(
                    " ",
                    "\n",
                    "a",
                    "b.",
                    "{",
                    "}",
                    "1.",
                    "-",
                    "&lt;",
                    "\u202e",
                    "é",
                    "\U0001d4b3",
                    "\ud800",
                ),
            ]
        ),
        max_size=12,
    ).map("".join),
)


def in_places(markdown: str) -> str:
    """Put text wherever pages put it."""
    table = header(["a", "b", "c"]) + row(["x", markdown, "y"]) + row([markdown] * 3)
    return (
        f"### A: {markdown}\n\n- {markdown}: {markdown}<br>{markdown}\n\n{table}\nZ {markdown}.\n"
    )


@given(TEXTS)
def test_code_is_harmless_wherever_it_stands_and_says_the_same(text: str) -> None:
    shown = assert_harmless(in_places(code(text)))
    meant = re.sub("<!(?=--)", "<! ", printable(text))
    if meant.strip():
        assert len(shown.codes) == 9
        assert shown.codes[0] == meant
        # A cell shows the same but for a blank between a backslash and a bar.
        assert shown.rows[1][1] == re.sub(r"\\(?=\|)", r"\\ ", meant)
    else:
        assert shown.codes == []


@given(TEXTS)
def test_words_are_harmless_wherever_they_stand(text: str) -> None:
    shown = assert_harmless(in_places(words(text)))
    assert [len(it) for it in shown.rows] == [3, 3, 3]


@given(TEXTS, TEXTS)
def test_a_link_leads_where_it_is_meant_to(text: str, path: str) -> None:
    shown = assert_harmless(in_places(link(text, f"https://github.com/a/{path}")))
    assert len(set(shown.links)) <= 1


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("", ""),
        ("  ", ""),
        ("Drain the old journey", "Drain the old journey"),
        ("Zürich's re-run, (again).", "Zürich's re-run, (again)."),
        ("tell @acme/team at once", "tell `@acme/team` at once"),
        ("HTTP 404: not found", "HTTP 404: not found"),
        ("see https://x.example/y now", "see `https://x.example/y` now"),
        ("`A` gets stop after `start it`, too", "`A` gets stop after `start it`, too"),
        ("write {state: paused, x: y} here", "write `{state: paused, x: y}` here"),
        ("#1 #2 and #3", "`#1 #2` and `#3`"),
        ("1. first", "`1.` first"),
        ("since deadbeef or 1234567", "since `deadbeef` or `1234567`"),
        ("a `b", "a `` `b ``"),
        ("::error::x", "`: :error: :x`"),
    ],
)
def test_mere_words_stay_as_they_are_and_all_else_is_code(text: str, markdown: str) -> None:
    assert words(text) == markdown


def test_a_long_text_is_cut_before_it_is_escaped() -> None:
    assert code("`" * 1000, 5) == "` `````... `"
    assert words("word " * 100, 9) == "word `word...`"


def test_many_runs_of_backquotes_find_a_fence_that_is_looked_for() -> None:
    text = " ".join("`" * n for n in range(1, 24))
    assert rendered(code(text)).codes == [text]


@pytest.mark.parametrize(
    "address",
    [None, "", "javascript:x", "data:text/html,x", "//evil.example", "https://", "http://a@b/"],
)
def test_what_is_no_address_of_the_web_becomes_no_link(address: str | None) -> None:
    assert link("x", address) == "`x`"


def rows(number: int, text: str = "word", *, fills: bool = False) -> Rows:
    return Rows(
        (f"- {n} {text}\n" for n in range(1, number + 1)),
        number,
        lambda left: f"- ... and {left} more\n",
        fills=fills,
    )


class TestPage:
    def test_what_fits_is_whole(self) -> None:
        assert page(["a\n", rows(2), "z\n"], LEAST_LIMIT) == "a\n- 1 word\n- 2 word\n\nz\n"

    def test_what_does_not_fit_is_counted(self) -> None:
        text = page(["head\n", rows(10_000), "foot\n"], LEAST_LIMIT)
        assert LEAST_LIMIT // 2 - 100 < len(text) < LEAST_LIMIT // 2 + 100  # half, as nothing fills
        shown = re.findall(r"^- (\d+) word$", text, re.MULTILINE)
        assert shown == [str(n) for n in range(1, len(shown) + 1)]
        assert f"- ... and {10_000 - len(shown)} more\n" in text
        assert text.startswith("head\n")
        assert text.endswith("foot\n")

    def test_what_fills_gets_all_that_is_left_though_others_come_later(self) -> None:
        text = page(["head\n", rows(10_000, fills=True), rows(3, "late"), "foot\n"], LEAST_LIMIT)
        assert LEAST_LIMIT - 30 < len(text) <= LEAST_LIMIT
        assert "- 3 late\n" in text

    @given(
        st.lists(st.tuples(st.integers(0, 3000), st.text(max_size=30)), max_size=6),
        st.integers(LEAST_LIMIT, 70_000),
        st.integers(0, 6),
    )
    def test_no_limit_is_ever_exceeded_and_no_row_is_torn(
        self, lists: list[tuple[int, str]], limit: int, filling: int
    ) -> None:
        parts = [
            rows(number, re.sub(r"\s|[\x00-\x1f\x85\u2028\u2029]", "", text), fills=n == filling)
            for n, (number, text) in enumerate(lists)
        ]
        text = page(["head\n", *parts, "foot\n"], limit)
        assert len(text.encode("utf-8", "backslashreplace")) <= limit
        shown = [it for it in text.split("\n") if it and it not in ("head", "foot")]
        assert all(re.match(r"- (\d+ |\.\.\. and \d+ more$)", it) for it in shown)

    def test_no_more_rows_are_made_than_are_needed(self) -> None:
        made: list[int] = []

        def endless(n: int = 0) -> str:
            made.append(n)
            return "x" * 100 + "\n"

        many = Rows((endless(n) for n in range(10**9)), 10**9, lambda n: f"{n}\n", fills=True)
        page([many], LEAST_LIMIT)
        assert len(made) < 100


def test_hostile_text_as_a_whole() -> None:
    assert_harmless(in_places(words(HOSTILE, 2000)))
    assert_harmless(in_places(code(HOSTILE, 2000)))
