"""What has changed since a commit, as pages show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.render.html.page import source_link
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.ci.places import Places

MOST_FILES = 200


class ChangedFile(Value, frozen=True):
    """A file, how it has changed, and what becomes of its actions."""

    where: str
    link: str | None
    change: str
    actions: str


class ChangedGuardrail(Value, frozen=True):
    """A guardrail that is another one than at the commit."""

    where: str
    link: str | None
    key: str
    change: str
    before: str
    after: str


class Changes(Value, frozen=True):
    """All that has changed; `left_out` counts the files that are not listed."""

    since: str
    base: str
    files: tuple[ChangedFile, ...]
    left_out: int
    guardrails: tuple[ChangedGuardrail, ...]


_PARTS = {"run": "run", "left out": "left out", "none": "has none"}


def changes_of(value: Mapping[str, Any] | None, places: Places) -> Changes | None:
    """Give the changes that a plan or a report holds; None where it was not narrowed."""
    if not value:
        return None
    files = [it for it in value.get("files") or () if it.get("change") != "unchanged"]
    return Changes(
        since=str(value.get("since", "")),
        base=str(value.get("base", "")),
        files=tuple(_file(it, places) for it in files[:MOST_FILES]),
        left_out=len(value.get("files") or ()) - len(files[:MOST_FILES]),
        guardrails=tuple(_guardrail(it, places) for it in value.get("guardrails") or ()),
    )


def _file(value: Mapping[str, Any], places: Places) -> ChangedFile:
    path, change = str(value.get("path", "")), str(value.get("change", ""))
    was = f" from {value['was']}" if value.get("was") else ""
    actions = str(value.get("actions", ""))
    desired = "; its desired states count" if value.get("desired") else ""
    link = None if change == "deleted" else source_link(places, path, 1)
    part = _PARTS.get(actions, actions)
    return ChangedFile(places.path(path), link, f"{change}{was}", f"{part}{desired}")


def _guardrail(value: Mapping[str, Any], places: Places) -> ChangedGuardrail:
    source = value.get("source") or {}
    file, line = str(source.get("file", "")), source.get("line", 1)
    whose = f" of {value['environment']}" if value.get("environment") else ""
    return ChangedGuardrail(
        where=f"{places.path(file)}:{line}",
        link=source_link(places, file, line),
        key=f"{value.get('key') or 'guardrails'}{whose}",
        change=str(value.get("change", "")),
        before=str(value.get("before") or ""),
        after=str(value.get("after") or ""),
    )
