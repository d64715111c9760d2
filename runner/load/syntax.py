"""Says what a YAML syntax error means, and what to write instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runner.load.text import end_of
from runner.printable import printable
from runner.problems import Problem

if TYPE_CHECKING:
    import yaml

_TAB = ("a tab is used where blanks must stand", "indent with blanks; YAML allows no tabs there")

# What libyaml says, in part -> what it means and what to do. The first that fits counts.
_MEANINGS = (
    (
        "mapping values are not allowed",
        "a `:` stands where none can",
        "put the text in quotes, or mend the indentation",
    ),
    (
        "expected ',' or",
        "the list or mapping in brackets that begins in line {line} goes wrong here",
        "separate items by `,` and close the bracket",
    ),
    (
        "expected <block end>",
        "the indentation does not fit the lines above",
        "line it up with them",
    ),
    (
        "did not find expected '-'",
        "a list goes wrong here",
        "begin each item with `- `, lined up with the first",
    ),
    (
        "did not find expected key",
        "a mapping goes wrong here",
        "write `key: value`, lined up with the key above",
    ),
    ("expected node content", "a value is missing here", "write it, or close the bracket"),
    ("could not find expected ':'", "a key has no `:`", "write `key: value`"),
    ("undefined tag handle", "this tag is not known", "write a plain value, without a tag"),
    ("found duplicate", "a directive stands twice", "remove one"),
    ("found undefined", "this tag is not known", "write a plain value, without a tag"),
    ("document start", "a second document begins without `---`", "write `---` on a line before it"),
    (
        "cannot start any token",
        "no text can begin with this character",
        'put the text in quotes, such as "@WKF1"',
    ),
    (
        "expected alphabetic or numeric",
        "`*` and `&` begin a name of YAML's own, and none follows",
        'put the text in quotes, such as "*"',
    ),
    (
        "block sequence entries are not allowed",
        "a list begins where none can",
        "begin it on a line of its own",
    ),
    (
        "unknown escape",
        "an escape in double quotes is not known",
        "write `\\\\`, or use single quotes",
    ),
)
_CONFLICT = ("a merge conflict is not resolved here", "keep what is right, and remove the marks")
_CONFLICT_MARK = re.compile("^<{7} ", re.MULTILINE)
_REFERENCE = (
    "a `{` stands where none can",
    'put a reference in quotes inside of brackets: "${env:NAME}"',
)
_UNCLOSED = ("a quote is opened here and never closed", "close it")
_OTHERWISE = "check the indentation and the quotes around here"


def syntax_problem(file: str, text: str, error: yaml.YAMLError) -> Problem:
    """Give the problem that a syntax error of the parser makes.

    Args:
        file: the path as commands show it.
        text: what was parsed.
        error: as PyYAML raised it, from either of its parsers.
    """
    mark = getattr(error, "problem_mark", None)
    begun = getattr(error, "context_mark", None) or mark
    conflict = _CONFLICT_MARK.search(text)
    if conflict is not None:
        line = text.count("\n", 0, conflict.start()) + 1
        return Problem("yaml", file, line, 1, "", *_CONFLICT)
    said = " ".join(
        filter(None, (getattr(error, "problem", None), getattr(error, "context", None)))
    )
    if "quoted scalar" in said and "end of stream" in said:
        mark, (message, hint) = begun, _UNCLOSED
    elif mark is not None and _at_tab(text, mark.line, mark.column):
        message, hint = _TAB
    elif mark is not None and "${" in _line(text, mark.line)[: mark.column + 1]:
        message, hint = _REFERENCE
    else:
        message, hint = _meaning(said or str(error), 1 if begun is None else begun.line + 1)
    line, column = min((mark.line, mark.column), end_of(text)) if mark is not None else (0, 0)
    return Problem("yaml", file, line + 1, column + 1, "", message, hint)


def _at_tab(text: str, line: int, column: int) -> bool:
    found = _line(text, line)
    return found[column : column + 1] == "\t" or "\t" in found[: len(found) - len(found.lstrip())]


def _line(text: str, line: int) -> str:
    lines = text.split("\n", line + 1)
    return lines[line] if line < len(lines) else ""


def _meaning(said: str, line: int) -> tuple[str, str]:
    for part, message, hint in _MEANINGS:
        if part in said:
            return message.format(line=line), hint
    return f"this is not valid YAML: {printable(said, 200)}", _OTHERWISE
