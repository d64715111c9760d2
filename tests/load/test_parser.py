"""YAML to values: what is accepted, and what is refused although YAML would take it."""

from __future__ import annotations

from typing import Any

import pytest

from runner.load.parser import parse_documents
from runner.load.tree import MAX_DEPTH, MAX_NODES, MAX_PROBLEMS, MAX_TEXT


def values(text: str) -> list[Any]:
    documents, problems = parse_documents("a.yaml", text)
    assert problems == []
    return [it.value for it in documents]


def told(text: str) -> list[tuple[str, str, str]]:
    _, problems = parse_documents("a.yaml", text)
    return [(f"{it.line}:{it.column}", it.message, it.hint) for it in problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", {"a": 1}),
        ("a: [x, 'y', \"z\\n\"]", {"a": ["x", "y", "z\n"]}),
        ("a: |\n  x\n  y\n", {"a": "x\ny\n"}),
        ("a: >-\n  x\n  y\n", {"a": "x y"}),
        ("a: [yes, no, on, Off, true]", {"a": [True, False, True, False, True]}),
        ("a: [~, null, ]", {"a": [None, None]}),
        ("a:\nb: ''", {"a": None, "b": ""}),
        ("a: [0x1F, 0b11, 017, 1_000, 1:30, -5]", {"a": [31, 3, 15, 1000, 90, -5]}),
        ("a: [1.5, 1e3, 1.0e+3]", {"a": [1.5, "1e3", 1000.0]}),
        ("a: [=, <<]", {"a": ["=", "<<"]}),
        ("'<<': x", {"<<": "x"}),
        ("=: x", {"=": "x"}),
        ("a: [! 1, !!str 2, !!int '3', !!null '']", {"a": ["1", "2", 3, None]}),
        ("!!str 1: !!map {b: !!seq [c]}", {"1": {"b": ["c"]}}),
        ("'1': x\n'no': y", {"1": "x", "no": "y"}),
        ("123456789012345678", 123456789012345678),
        ("%YAML 1.1\n---\na: 1\n...\n", {"a": 1}),
        ("a: 1\r\nb:\r\n- c\r\n", {"a": 1, "b": ["c"]}),
    ],
)
def test_yaml_is_read_as_version_1_1_r4(text: str, value: Any) -> None:
    assert values(text) == [value]


def test_several_documents_are_kept_in_order_and_named_by_number_r4_r8() -> None:
    documents, problems = parse_documents("a.yaml", "a: 1\n---\nb: 2\n")
    assert problems == []
    assert [(it.name, it.value) for it in documents] == [
        ("a.yaml/1", {"a": 1}),
        ("a.yaml/2", {"b": 2}),
    ]


def test_a_document_alone_in_its_file_is_named_by_the_file_r8() -> None:
    documents, _ = parse_documents("a.yaml", "---\na: 1\n")
    assert [it.name for it in documents] == ["a.yaml"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("- &a {x: 1, y: 2}\n- {<<: *a, y: 3}", {"x": 1, "y": 3}),
        ("- &a {x: 1, y: 2}\n- {y: 3, <<: *a}", {"x": 1, "y": 3}),
        ("- &a {x: 1}\n- &b {x: 2, z: 3}\n- {<<: [*a, *b]}", {"x": 1, "z": 3}),
        ("- {<<: {x: 1}}", {"x": 1}),
        ("- &a {x: 1}\n- &b {<<: *a, y: 2}\n- {<<: *b}", {"x": 1, "y": 2}),
        ("- &a {}\n- {<<: *a, x: 1}", {"x": 1}),
    ],
)
def test_merge_keys_fill_in_what_is_not_there_r4(text: str, value: Any) -> None:
    assert values(text)[0][-1] == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[&a x, *a]", ["x", "x"]),
        ("[&a [1, 2], *a]", [[1, 2], [1, 2]]),
        ("[&a x, &a y, *a]", ["x", "y", "y"]),
        ("{&k start: x, y: *k}", {"start": "x", "y": "start"}),
        ("[&k start, {*k : x}]", ["start", {"start": "x"}]),
        ("[&n 7, {x: *n}]", [7, {"x": 7}]),
    ],
)
def test_aliases_stand_for_what_they_name(text: str, value: Any) -> None:
    assert values(text) == [value]


def test_an_anchor_does_not_reach_into_the_next_document() -> None:
    assert [it[0] for it in told("a: &x 1\n---\nb: *x\n")] == ["3:4"]


@pytest.mark.parametrize("text", ["2026-08-01", "2026-99-99", "2026-08-01T10:00:00Z"])
def test_a_date_is_refused_anywhere_r4(text: str) -> None:
    message = f"YAML reads `{text}` as a date"
    assert told(f"a: [x, {{b: {text}}}]") == [("1:12", message, f'put it in quotes: "{text}"')]
    assert values(f"a: '{text}'") == [{"a": text}]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1: x", "a number"),
        ("no: x", "a boolean"),
        ("~: x", "nothing"),
        ("1.5: x", "a number"),
        ("2026-08-01: x", "a date"),
    ],
)
def test_a_key_that_yaml_reads_as_something_else_is_refused_r4(text: str, kind: str) -> None:
    key = text.partition(":")[0]
    message = f"YAML reads the key `{key}` as {kind}"
    assert told(text) == [("1:1", message, f'put it in quotes: "{key}"')]


@pytest.mark.parametrize(
    "text",
    [
        "1234567890123456789",
        "9" * 6000,
        "1." + "0" * 20,
        ".inf",
        "-.INF",
        ".nan",
        "!!int x",
        "!!int ''",
        "!!float ''",
        "!!bool maybe",
        "0b_",
    ],
)
def test_a_number_that_json_cannot_hold_is_refused(text: str) -> None:
    ((place, message, hint),) = told(f"a: {text}")
    assert place == "1:4"
    assert message.endswith("is not a value that can be used here")
    assert len(message) < 120
    assert hint == "put it in quotes if it is text"


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("a: !!python/object:os.system x", "!!python/object:os.system"),
        ("a: !!python/object/apply:os.system [x]", "!!python/object/apply:os.system"),
        ("a: !!binary eA==", "!!binary"),
        ("a: !custom {b: c}", "!custom"),
        ("a: !!set {b, c}", "!!set"),
        ("a: !!omap [b: c]", "!!omap"),
    ],
)
def test_a_tag_is_refused_and_constructs_nothing(text: str, tag: str) -> None:
    message = f"the tag `{tag}` may not stand here"
    assert told(text) == [("1:4", message, "write a plain value, without a tag")]


def test_a_tag_before_a_key_is_refused() -> None:
    message = "the tag `!custom` may not stand here"
    assert told("!custom a: 1") == [("1:1", message, "write a plain value, without a tag")]


@pytest.mark.parametrize(
    ("text", "place", "line"),
    [("a: 1\nb: 2\na: 3\n", "3:1", 1), ("x: {a: 1,\n    a: 2}\n", "2:5", 1)],
)
def test_a_duplicate_key_is_refused_with_the_line_of_the_first(
    text: str, place: str, line: int
) -> None:
    message = "the key `a` stands twice in this mapping"
    assert told(text) == [(place, message, f"keep this one or the one in line {line}")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("&a [*a]", "the anchor `&a` contains itself"),
        ("&a {b: *a}", "the anchor `&a` contains itself"),
        ("&a {<<: *a}", "the anchor `&a` contains itself"),
        ("[1, &a [2]]\n---\n[*a]", "the anchor `&a` does not stand above this alias"),
        ("*a", "the anchor `&a` does not stand above this alias"),
        ("{*a : 1}", "the anchor `&a` does not stand above this alias"),
        ("[&a 1, &a [*a]]", "the anchor `&a` contains itself"),
    ],
)
def test_an_alias_without_an_anchor_is_one_problem(text: str, message: str) -> None:
    assert [it[1] for it in told(text)] == [message]


@pytest.mark.parametrize(
    "text", ["{? [a] : b}", "{? {a: 1} : b}", "[&a [x], {*a : b}]", "[&a 7, {*a : b}]"]
)
def test_a_key_that_is_no_text_is_refused(text: str) -> None:
    assert [it[1:] for it in told(text)] == [("this key is not text", "write a key that is text")]


@pytest.mark.parametrize(
    "text",
    [
        "auth: {api_key: 2026-08-01}",
        "auth: {api_key: 99999999999999999999}",
        "auth: {api_key: !canary x}",
        "auth: {api_key: !canary [x]}",
        "auth: {api_key: *canary}",
        "auth: &canary {oauth: *canary}",
        "auth: {canary: 1, canary: 2}",
        "auth: {20260801: x}",
        "auth: {99999999999999999999: {a: 2026-08-01}}",
        "auth: {!canary a: x}",
        "environments: {prod: {auth: {oauth: {client_secret: 2026-08-01}}}}",
    ],
)
def test_nothing_below_auth_is_quoted_r5(text: str) -> None:
    _, problems = parse_documents("a.yaml", text)
    assert problems
    for it in problems:
        shown = it.message + it.hint + it.pointer
        assert not any(secret in shown for secret in ("canary", "9999", "2026"))


# libyaml 0.2.6 stops at 1,000 brackets in one line before it gives the first of them.
DEEP = ("1:101", "1:1001")


@pytest.mark.parametrize(
    ("text", "place", "start"),
    [
        ("[" * 200_000, DEEP, "values are nested deeper than 100 levels here"),
        ("{a: " * 200_000, "1:401", "values are nested deeper than 100 levels here"),
        ("- " * 200_000, "1:201", "values are nested deeper than 100 levels here"),
        ("[1," * 50 + "&a [[[" + "]]]" + "]" * 50, "", ""),
        ("- &a " + "[" * 60 + "]" * 60 + "\n- " + "[" * 60 + "*a" + "]" * 60, "2:63", "values"),
        ("[" + "1," * MAX_NODES + "]", f"1:{2 * MAX_NODES}", "the file holds more than 300,000"),
        ("---\n" * MAX_NODES, "150002:1", "the file holds more than 300,000"),
        (
            f"- &a '{'x' * 1000}'\n" + "- *a\n" * 5000,
            "5001:3",
            "the file holds more than 5,000,000",
        ),
        (
            f"- &a {{k: '{'x' * 1000}'}}\n" + "- *a\n" * 5000,
            "4996:3",
            "the file holds more than 5,000,000",
        ),
    ],
)
def test_what_expands_without_bound_is_refused_at_once_r7(
    text: str, place: str | tuple[str, ...], start: str
) -> None:
    problems = told(text)
    if not place:
        assert problems == []
        return
    ((where, message, hint),) = problems
    assert where in ((place,) if isinstance(place, str) else place)
    assert message.startswith(start)
    assert hint == "split the file into several"


def test_the_limits_themselves_are_allowed_r7() -> None:
    assert values("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert values("[" + "1," * (MAX_NODES - 2) + "]")
    assert len(values(f"'{'x' * MAX_TEXT}'")[0]) == MAX_TEXT


def test_an_anchor_bomb_is_refused_before_it_expands() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    ((place, message, _),) = told("\n".join(lines))
    assert (place, message) == (
        "6:15",
        "the file holds more than 300,000 values, aliases counted each time",
    )


def test_no_more_than_a_thousand_problems_are_kept() -> None:
    assert len(told("[" + "2026-01-01," * 2000 + "]")) == MAX_PROBLEMS


def test_a_syntax_error_keeps_the_documents_before_it() -> None:
    documents, problems = parse_documents("a.yaml", "a: 1\n---\nb: [\n")
    assert [it.name for it in documents] == ["a.yaml/1"]
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: b\nc", "2:2"),  # the parser misses the `:` in line 3
        ("a: {b: c, <<", "1:13"),
        ("a:\r\n- c\u2028- [", "3:4"),
        ("a: b\nc\n", "3:1"),  # an ended line has one below it
    ],
)
def test_no_place_lies_beyond_the_end(text: str, place: str) -> None:
    assert told(text)[-1][0] == place


@pytest.mark.parametrize("text", ["\n---\n\n  ", "\n---\n\n#", "a: 1\n---"])
def test_an_empty_document_at_the_end_begins_inside_of_the_file(text: str) -> None:
    documents, problems = parse_documents("a.yaml", text)
    assert problems == []
    assert documents[-1].value is None
    assert documents[-1].place([]).line <= text.count("\n") + 1


def test_reading_ends_where_nobody_would_read_what_else_is_wrong() -> None:
    """Also of a file whose first document never ends, which is not called empty."""
    problems = told("[" + "2026-01-01, " * (MAX_PROBLEMS + 5) + "{{")
    assert len(problems) == MAX_PROBLEMS
    assert {message for _, message, _ in problems} == {"YAML reads `2026-01-01` as a date"}
