"""GitHub-flavoured Markdown: foreign text that stays text, and pages cut to a limit.

Mentions, references to issues and links without brackets are made of the rendered text, so that no
escape keeps them away. Only code stays what it is; see "Autolinks" and "Code spans" in the GitHub
Flavored Markdown Spec. So foreign text stands in code, all but mere words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote

from runner.printable import printable
from runner.render.html.page import safe_link
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from runner.ci.places import Places

LEAST_LIMIT = 8192  # what a page needs for what is always kept
_MOST = 300  # characters of one foreign text
# What can be neither a name of somebody, nor an issue, a commit, a link, an entity or a list.
_WORD = re.compile(
    r"\(?(?![0-9A-Fa-f]{7,40}\b)[^\W\d_]+(?:[-'][^\W\d_]+)*\)?[,;:.?]?|\(?\d{1,6}(?:\.\d{1,3}){0,2}[,;:]?"
)
# `quoted`, a mapping of YAML, or up to the next blank
_PIECE = re.compile(r"`([^`]+)`([,;:.?)]?)(?=\s|\Z)|\{[^{}`]*\}(?=\s|\Z)|\S+")
_RUNS = re.compile("`+")
_COMMENT = re.compile("<!(?=--)")
_ESCAPED_BAR = re.compile(r"\\(?=\|)")  # which of the two counts, programs do not agree on
_UNSAFE_IN_URL = re.compile(r"[^A-Za-z0-9:/?#@!$&+,;=%~._-]")


def code(text: str, limit: int = _MOST) -> str:
    """Give foreign text as code on one line, for any place but a table; nothing for blanks."""
    return _code(printable(text, limit))


def words(text: str, limit: int = _MOST) -> str:
    """Give foreign text with all of it as code that is not mere words; what is quoted is, too."""
    shown: list[str] = []
    odd: list[str] = []  # in a row
    for piece in _PIECE.finditer(printable(text, limit)):
        quoted, ending = piece.groups()
        is_word = _WORD.fullmatch(piece[0]) is not None
        if odd and (is_word or quoted is not None):
            shown.append(_code(" ".join(odd)))
            odd.clear()
        if is_word:
            shown.append(piece[0])
        elif quoted is not None:
            shown.append(f"{_code(quoted)}{ending}")
        else:
            odd.append(piece[0])
    return " ".join(it for it in (*shown, _code(" ".join(odd))) if it)


def link(text: str, address: str | None) -> str:
    """Give a link with foreign text; the text alone where there is no address of the web."""
    shown = code(text)
    known = safe_link(address)
    if not shown or known is None:
        return shown
    safe = _UNSAFE_IN_URL.sub(lambda it: quote(it[0], safe="", errors="replace"), known)
    return f"[{shown}]({safe})"


def place(file: str, line: int, places: Places) -> str:
    """Give `file:line`, which leads to that line where a CI system shows it."""
    return link(f"{places.path(file)}:{line}", places.link(file, line))


def row(cells: Iterable[str]) -> str:
    """Give one row of a table from finished Markdown."""
    shown = (_ESCAPED_BAR.sub(r"\\ ", it).replace("|", r"\|") for it in cells)
    return f"| {' | '.join(shown)} |\n"


def header(titles: Sequence[str]) -> str:
    """Give the first two lines of a table."""
    return row(titles) + "|" + " --- |" * len(titles) + "\n"


def _code(shown: str) -> str:
    shown = _COMMENT.sub("<! ", shown)
    if not shown.strip():
        return ""
    used = {len(run) for run in _RUNS.findall(shown)}
    # Not simply a longer one: beyond 80 they are not looked for any more (cmark).
    fence = "`" * next(n for n in range(1, len(used) + 2) if n not in used)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


class Rows(Value, frozen=True):
    """A part of a page that may be cut after any of its rows.

    Attributes:
        rows: whole lines; no more of them are made than are needed.
        total: how many rows there are.
        more: says, in a line of its own, that so many rows are left out.
        before, after: what encloses them.
        fills: whether it gets the room that all others leave.
    """

    rows: Iterable[str]
    total: int
    more: Callable[[int], str]
    before: str = ""
    after: str = "\n"
    fills: bool = False


Part: TypeAlias = "str | Rows"


def page(parts: Sequence[Part], limit: int) -> str:
    """Put a page together; what is plain text is always kept.

    Args:
        parts: in order. Each that may be cut gets up to half of the room that is left by then; one
            that fills gets all that is left in the end.
        limit: the most bytes of UTF-8, which are never fewer than characters of any kind; at least
            `LEAST_LIMIT`.
    """
    left = limit - sum(_least(part) for part in parts)
    shown = dict(enumerate(parts))
    for index in sorted(shown, key=lambda n: _fills(parts[n])):
        part = parts[index]
        if isinstance(part, str):
            continue
        note = _size(part.more(part.total))
        text = _fitting(part, note + (left if part.fills else left // 2))
        left -= max(0, _size(text) - note)
        shown[index] = f"{part.before}{text}{part.after}"
    return "".join(str(shown[n]) for n in range(len(parts)))


def _fills(part: Part) -> bool:
    return isinstance(part, Rows) and part.fills


def _least(part: Part) -> int:
    if isinstance(part, str):
        return _size(part)
    return _size(part.before) + _size(part.after) + _size(part.more(part.total))


def _fitting(part: Rows, allowed: int) -> str:
    """Give as many rows as fit; where some do not, how many these are."""
    note = _size(part.more(part.total))
    used = 0
    rows: list[str] = []
    fitting = 0  # of these, so many leave room for the note
    for it in part.rows:
        used += _size(it)
        if used > allowed:
            return "".join([*rows[:fitting], part.more(part.total - fitting)])
        rows.append(it)
        fitting += used + note <= allowed
    return "".join(rows)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))
