"""JSON in pieces has the bytes of `json.dumps`, made harmless."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.execute.results import Outcome
from runner.printable import harmless_json
from runner.render.json_text import indented, json_pieces, json_text

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def dumped(value: Any) -> str:
    return harmless_json(json.dumps(value, indent=2, ensure_ascii=False)) + "\n"


@given(VALUES)
def test_a_value_is_written_as_json_dumps_writes_it(value: Any) -> None:
    assert json_text(value) == dumped(value)


@given(st.dictionaries(st.text(), VALUES), st.lists(VALUES))
def test_pieces_are_the_whole(head: dict[str, Any], items: list[Any]) -> None:
    whole = {**head, "commands": items} if "commands" not in head else {"commands": items}
    before = {key: value for key, value in whole.items() if key != "commands"}
    assert "".join(json_pieces(before, "commands", iter(items))) == dumped(whole)


def test_an_item_is_made_only_when_its_piece_is_asked_for() -> None:
    made: list[int] = []

    def items() -> Any:
        for number in range(3):
            made.append(number)
            yield number

    pieces = json_pieces({}, "commands", items())
    next(pieces)
    assert made == []
    next(pieces)
    assert made == [0]


@pytest.mark.parametrize(
    "value", [(), (1, 2), {"a": ()}, Outcome.PLANNED, [Outcome.FAILED], {Outcome.FAILED: None}]
)
def test_tuples_and_words_are_written_like_lists_and_text(value: Any) -> None:
    assert indented(value) == json.dumps(value, indent=2)


@pytest.mark.parametrize("text", ["##[error]", "\x7f", "\u2028", "a\u200bb", "\ud800"])
def test_what_would_be_obeyed_is_escaped_in_every_piece(text: str) -> None:
    written = "".join(json_pieces({"head": text}, "commands", [text, {text: text}]))
    assert text not in written
    assert json.loads(written)["commands"] == [text, {text: text}]
