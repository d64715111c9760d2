"""Values and places equal those of PyYAML, on random documents (R4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from runner.load.parser import parse_documents

if TYPE_CHECKING:
    from runner.load.document import Document, PathPart

KEYS = st.text("abcxyz_:#-'\" \n\té漢😀", min_size=1, max_size=8)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.integers(-(10**9), 10**9).map(lambda n: n / 64)  # short enough to be read again
    | st.text("abc 019.:-#'\"{}[],&*!|>%@`\n\té漢😀\x85\u2028", max_size=12)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
STYLES = st.fixed_dictionaries(
    {
        "default_flow_style": st.sampled_from([True, False, None]),
        "default_style": st.sampled_from([None, "'", '"', "|", ">"]),
        "indent": st.integers(2, 6),
        "width": st.sampled_from([10, 80, 1000]),
        "allow_unicode": st.booleans(),
        "explicit_start": st.booleans(),
    }
)
HAND_MADE = [
    "a: &x [1, {b: no}]\nc: *x\nd: [*x, *x]\n",
    "- &m {k: 1, l: [2]}\n- {<<: *m, k: 3}\n- <<: *m\n  o: 5\n",
    "? explicit\n: - value\n  - ? inner\n    : x\n",
    "a:\n- b\n-   c:   d\n    e:\n-\n- ''\n",
    "{a: [b, {c: d, e}], 'f' : \"g\\\n  h\", i: }",
    "--- # comment\n# another\na: |\n  text\nb: >-\n  folded\n  text\n",
    "é: 漢\n😀: [😀, 'x😀y', z]\n",
    "a: !!str 1\nb: !!int '2'\nc: ! x\n",
    "&k key: *k\n",
]


def place(mark: yaml.Mark) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1)


def compare(document: Document, node: yaml.Node, path: list[PathPart], value: Any) -> None:
    """Hold every mark against the nodes that PyYAML composes."""
    assert document.place(path) == place(node.start_mark), path
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            compare(document, item, [*path, index], value[index])
    elif isinstance(node, yaml.MappingNode):
        for key, item in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                continue
            assert document.key_place([*path, key.value]) == place(key.start_mark)
            compare(document, item, [*path, key.value], value[key.value])


def held_against_pyyaml(text: str) -> None:
    (document,), problems = parse_documents("a.yaml", text)
    assert problems == []
    value = yaml.safe_load(text)
    assert document.value == value
    assert repr(document.value) == repr(value)  # True is no 1, and the order of keys counts
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    assert node is not None
    compare(document, node, [], value)


@given(VALUES, STYLES)
def test_random_values_in_random_styles_r4(value: Any, style: dict[str, Any]) -> None:
    text = yaml.safe_dump(value, **style)
    assume("!!binary" not in text)
    held_against_pyyaml(text)


@pytest.mark.parametrize("text", HAND_MADE)
def test_anchors_merge_keys_and_flow_style_r4(text: str) -> None:
    held_against_pyyaml(text)


def test_a_merge_of_a_list_has_one_order_whatever_pyyaml_is_there() -> None:
    """PyYAML 6.0.4 changed it; an order that decides what is sent must not change with it."""
    text = "- &m {k: 1, l: [2]}\n- <<: [*m, {n: 4, k: 0}]\n  o: 5\n"
    (document,), _ = parse_documents("a.yaml", text)
    value: Any = document.value
    assert value == yaml.safe_load(text)
    assert list(value[1].items()) == [("n", 4), ("k", 1), ("l", [2]), ("o", 5)]


def test_what_a_merge_brings_stands_where_it_was_written() -> None:
    text = "- &m {k: 1, l: 2}\n- {<<: *m, k: 3}\n"
    (document,), _ = parse_documents("a.yaml", text)
    assert document.place([1, "l"]) == (1, 16)
    assert document.key_place([1, "l"]) == (1, 13)
    assert document.place([1, "k"]) == (2, 15)


@given(st.text("ab:- \n\t'\"{}[],&*!|>%@`?#~1é\x85", max_size=40))
def test_any_text_is_read_or_refused_at_a_place_inside_of_it(text: str) -> None:
    documents, problems = parse_documents("a.yaml", text)
    assert documents or problems
    for problem in problems:
        assert problem.line >= 1
        assert problem.column >= 1
        assert problem.message
        assert problem.hint
