"""What has changed since a commit, in Markdown: guardrails (rule R29) and files (rule R33).

Both are made of the value that plans and reports have as JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.plural import counted
from runner.render.markdown import Rows, code, place, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.ci.places import Places

_STRICTER = ("added", "tightened")


def guardrail_change_parts(changes: Mapping[str, Any] | None, places: Places) -> list[str | Rows]:
    """Give the guardrails that are others than before; nothing where nothing was compared."""
    if changes is None:
        return []
    since = f"{code(changes['since'], 80)} ({code(changes['base'][:12])})"
    made = changes["guardrails"]
    if not made:
        return [f"No guardrail changed since {since}.\n\n"]
    # What lets more pass comes first: it must not be cut away.
    weaker = [it for it in made if it["change"] not in _STRICTER]
    rows = (
        _guardrail_row(it, places)
        for it in (*weaker, *(it for it in made if it["change"] in _STRICTER))
    )
    mark = "⚠️ " if weaker else ""
    more = f", {len(weaker):,} of which may let more pass" if weaker else ""
    headline = f"{mark}**{counted(len(made), 'change')} to guardrails** since {since}{more}\n\n"
    return [Rows(rows, len(made), _more, headline)]


def file_change_parts(changes: Mapping[str, Any] | None, places: Places) -> list[str | Rows]:
    """Give the files that changed and what becomes of their actions, to be folded out."""
    if changes is None:
        return []
    told = [it for it in changes["files"] if it["change"] != "unchanged"]
    unchanged = counted(len(changes["files"]) - len(told), "file")
    summary = f"{counted(len(told), 'changed file')}, {unchanged} as before"
    rows = (_file_row(it, places) for it in told)
    before = f"<details><summary>{summary}</summary>\n\n"
    return [Rows(rows, len(told), _more, before, "\n</details>\n\n")]


def _guardrail_row(change: Mapping[str, Any], places: Places) -> str:
    where = place(change["source"]["file"], change["source"]["line"], places)
    if change["change"] == "unread":
        why = words(change["before"] or "")
        return f"- {where}: guardrails **cannot be compared**{f': {why}' if why else ''}\n"
    kind = words(change["change"])
    shown = kind if change["change"] in _STRICTER else f"**{kind}**"
    environment = change["environment"]
    whose = "" if environment is None else f" of {code(environment, 100)}"
    values = " → ".join(code(it) for it in (change["before"], change["after"]) if it is not None)
    return f"- {where}: {code(change['key'])}{whose} {shown}{f': {values}' if values else ''}\n"


def _file_row(file: Mapping[str, Any], places: Places) -> str:
    was = "" if file["was"] is None else f" (was {code(places.path(file['was']))})"
    actions = {"run": ", its actions run", "left out": ", its actions are left out"}
    desired = ", its desired states count" if file["desired"] else ""
    became = f"{words(file['change'])}{actions.get(file['actions'], '')}{desired}"
    return f"- {code(places.path(file['path']))}{was}: {became}\n"


def _more(number: int) -> str:
    return f"- ... and {number:,} more\n"
