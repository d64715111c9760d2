"""What the pages of reports and plans share: facts, totals, findings, files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.render.html.page import source_link
from runner.render.html.words import Look
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runner.ci.places import Places

_ERROR, _WARNING = Look("bad", "error"), Look("ask", "warning")


class Fact(Value, frozen=True):
    """A name with its value.

    Attributes:
        code: whether it is shown in letters of one width.
        wide: whether it takes a line of its own.
    """

    name: str
    value: str
    link: str | None = None
    note: str = ""
    code: bool = False
    wide: bool = False


class Tile(Value, frozen=True):
    """A number under its word."""

    css: str
    word: str
    number: int


class Finding(Value, frozen=True):
    """A problem or warning."""

    look: Look
    rule: str
    message: str
    hint: str
    where: str
    link: str | None
    pointer: str


class FileRow(Value, frozen=True):
    """A file with its digest."""

    where: str
    link: str | None
    sha256: str


def finding(problem: Mapping[str, Any], places: Places) -> Finding:
    """Give a problem, as reports and plans hold it."""
    file, line = str(problem.get("file") or ""), problem.get("line")
    where, link = "", None
    if file:
        where = places.path(file)
        if isinstance(line, int):
            where += f":{line}:{problem.get('column', 1)}"
            link = source_link(places, file, line)
    return Finding(
        look=_WARNING if problem.get("severity") == "warning" else _ERROR,
        rule=str(problem.get("rule", "")),
        message=str(problem.get("message", "")),
        hint=str(problem.get("hint") or ""),
        where=where,
        link=link,
        pointer=str(problem.get("pointer") or ""),
    )


def file_rows(files: Iterable[Mapping[str, Any]], places: Places) -> list[FileRow]:
    """Give files with their digests, as reports and plans hold them."""
    return [
        FileRow(
            places.path(str(it.get("path", ""))),
            source_link(places, str(it.get("path", "")), 1),
            str(it.get("sha256", "")),
        )
        for it in files
    ]
