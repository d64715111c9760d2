"""What a syntax error means, in words of our own."""

from __future__ import annotations

import pytest
import yaml

from runner.load.parser import parse_documents
from runner.load.syntax import syntax_problem


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        (
            "a:\n\t- b\n",
            "2:1",
            "a tab is used where blanks must stand",
            "indent with blanks; YAML allows no tabs there",
        ),
        (
            "a: b: c\n",
            "1:5",
            "a `:` stands where none can",
            "put the text in quotes, or mend the indentation",
        ),
        ("a: 'b\nc: d\n", "1:4", "a quote is opened here and never closed", "close it"),
        ('a: "b\nc: d\n', "1:4", "a quote is opened here and never closed", "close it"),
        (
            "a: [b\nc: d\n",
            "2:2",
            "the list or mapping in brackets that begins in line 1 goes wrong here",
            "separate items by `,` and close the bracket",
        ),
        ("a: [\n", "2:1", "a value is missing here", "write it, or close the bracket"),
        (
            "a:\n  - b\n c: d\n",
            "3:2",
            "a mapping goes wrong here",
            "write `key: value`, lined up with the key above",
        ),
        (
            "- a\nb: c\n",
            "2:1",
            "a list goes wrong here",
            "begin each item with `- `, lined up with the first",
        ),
        (
            "a: 'b' c\n",
            "1:8",
            "a mapping goes wrong here",
            "write `key: value`, lined up with the key above",
        ),
        ("a: b\nc\n", "3:1", "a key has no `:`", "write `key: value`"),
        ("a: !x!y b\n", "1:4", "this tag is not known", "write a plain value, without a tag"),
        ("%YAML 1.1\n%YAML 1.1\n---\na: 1\n", "2:1", "a directive stands twice", "remove one"),
        (
            "[a]\n[b]\n",
            "2:1",
            "a second document begins without `---`",
            "write `---` on a line before it",
        ),
        ("a: - b\n", "1:4", "a list begins where none can", "begin it on a line of its own"),
        (
            'a: "\\d"\n',
            "1:5",
            "an escape in double quotes is not known",
            "write `\\\\`, or use single quotes",
        ),
        (
            "a: @b\n",
            "1:4",
            "no text can begin with this character",
            'put the text in quotes, such as "@WKF1"',
        ),
        (
            "a: *\n",
            "1:5",
            "`*` and `&` begin a name of YAML's own, and none follows",
            'put the text in quotes, such as "*"',
        ),
    ],
)
def test_a_syntax_error_says_where_what_and_what_to_write(
    text: str, place: str, message: str, hint: str
) -> None:
    _, problems = parse_documents("a.yaml", text)
    assert [(f"{it.line}:{it.column}", it.message, it.hint) for it in problems] == [
        (place, message, hint)
    ]


def test_an_error_that_is_not_known_is_shown_as_one_harmless_line() -> None:
    problem = syntax_problem("a.yaml", "", yaml.YAMLError("odd\n\x1b[31m"))
    assert (problem.line, problem.column) == (1, 1)
    assert problem.message == "this is not valid YAML: odd [31m"
    assert problem.hint == "check the indentation and the quotes around here"


def test_without_libyaml_the_words_are_the_same() -> None:
    with pytest.raises(yaml.YAMLError) as caught:
        yaml.load("- a\nb: c\n", Loader=yaml.SafeLoader)
    problem = syntax_problem("a.yaml", "- a\nb: c\n", caught.value)
    assert (problem.line, problem.column) == (2, 1)
    assert problem.message == "the indentation does not fit the lines above"
