"""Puts the reports of the shards of one plan together; pure.

What is made is a report again, the same whatever order they come in. It says of all organizations
what the report of one run would have said, and beside that which runs it was put together of.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from runner.errors import ReportError
from runner.reports.belonging import Part, doubts, strangers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runner.problems import Problem

_ID = re.compile(
    r"(?:/(?P<document>[0-9]{1,9}))?#"
    r"(?P<desired>desired\.)?(?P<one>[0-9]{1,9})(?:\.(?P<two>[0-9]{1,9}))?"
)
_SENT = ("succeeded", "failed", "unknown")
_RESULTS = ("interrupted", "unknown", "failed", "refused")
# Rule R22. Codes 3 and 5 say that nothing was sent, which must be true of all shards together.
_AFTER_SENDING = (7, 6, 4, 1)
_BEFORE_SENDING = (7, 6, 3, 5, 4, 1)


def merge(reports: Sequence[Part], tool: dict[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    """Give one report of all shards, and what is to be known of it.

    Args:
        reports: in any order.
        tool: which program does it.

    Raises:
        ReportError: if they do not belong together.
    """
    parts = sorted(reports, key=lambda it: (it.number, it.total, it.value["run_id"], it.name))
    problems = strangers(parts)
    if problems:
        raise ReportError(problems)
    return _merged(parts, tool), list(doubts(parts))


def _merged(parts: Sequence[Part], tool: dict[str, str]) -> dict[str, Any]:
    values = [it.value for it in parts]
    first = values[0]
    files: list[dict[str, str]] = next(
        (it["config"]["files"] for it in values if it["config"]["files"]), []
    )
    commands = _in_order([it for value in values for it in value["commands"]], files)
    organizations = {it["organization"] for it in commands}
    result, exit_code = _conclusion(parts)
    started = min((it["started_at"] for it in values), key=_moment)
    finished = max((it["finished_at"] for it in values), key=_moment)
    organizations_apart = [one for it in values for one in it.get("organizations") or ()]
    changes = next((it["changes"] for it in values if it.get("changes")), None)
    return {
        "schema_version": first["schema_version"],
        "tool": tool,
        "run_id": _run_id(parts, started),
        "mode": first["mode"],
        "result": result,
        "exit_code": exit_code,
        "message": _message(parts),
        "environment": first["environment"],
        "organization": organizations.pop() if len(organizations) == 1 else None,
        # A shard without commands has started no sandbox, and so has no port of one.
        "target": next((it["target"] for it in values if it["commands"]), first["target"]),
        "plan_digest": next((it.whole_digest for it in parts if it.whole_digest), None),
        "config": {"files": files},
        **({} if changes is None else {"changes": changes}),
        "shards": [_shard(it) for it in parts],
        **({"organizations": organizations_apart} if organizations_apart else {}),
        "source_control": {
            key: _common(it["source_control"][key] for it in values)
            for key in ("commit", "ref", "run_url")
        },
        "started_at": started,
        "finished_at": finished,
        "duration_s": round(max(0.0, (_moment(finished) - _moment(started)).total_seconds()), 3),
        "totals": {key: sum(it["totals"][key] for it in values) for key in first["totals"]},
        "journal": None,
        "resumed": sorted(
            (seam for it in values for seam in it.get("resumed", ())),
            key=lambda seam: _moment(seam["at"]),
        ),
        "overrides": _overrides(parts),
        "warnings": _findings(parts, "warnings"),
        "problems": _findings(parts, "problems"),
        "commands": commands,
    }


def _in_order(
    commands: list[dict[str, Any]], files: Sequence[dict[str, str]]
) -> list[dict[str, Any]]:
    """Give commands in the order of the plan for all organizations, which their ids tell (R8)."""
    places = {it["path"]: n for n, it in enumerate(files)}

    def key(command: dict[str, Any]) -> tuple[int, ...]:
        file = command["source"]["file"]
        match = _ID.fullmatch(command["id"].removeprefix(file))
        if match is None:
            return (places.get(file, len(places)),)
        one, two = int(match["one"]), int(match["two"] or 1)
        # Of desired states all first commands come first, then all second ones.
        within = (1, two, one) if match["desired"] else (0, one, two)
        return (places.get(file, len(places)), int(match["document"] or 1), *within)

    return sorted(commands, key=key)


def _conclusion(parts: Sequence[Part]) -> tuple[str, int]:
    """Give the result and the exit code of all shards together (rules R21 and R22)."""
    results = {it.value["result"] for it in parts}
    codes = {it.value["exit_code"] for it in parts} - {0}
    is_sent = any(it["outcome"] in _SENT for part in parts for it in part.value["commands"])
    done = "planned" if parts[0].value["mode"] == "dry-run" else "succeeded"
    result = next((it for it in _RESULTS if it in results), done)
    if not codes:
        return result, 0
    if not is_sent:
        return result, next((it for it in _BEFORE_SENDING if it in codes), max(codes))
    # What one shard refused is not refused as a whole where another one has sent something.
    result = "failed" if result == "refused" else result
    return result, next((it for it in _AFTER_SENDING if it in codes), 1)


def _shard(part: Part) -> dict[str, Any]:
    value = part.value
    return {
        "number": part.number,
        "total": part.total,
        **{key: value[key] for key in ("run_id", "result", "exit_code", "plan_digest")},
        "journal": value.get("journal"),
    }


def _run_id(parts: Sequence[Part], started: str) -> str:
    """Give an identity that no other merge of other runs has; it sorts by time."""
    ids = "\n".join(it.value["run_id"] for it in parts)
    return f"{_moment(started):%Y%m%dT%H%M%SZ}-{hashlib.sha256(ids.encode()).hexdigest()[:8]}"


def _message(parts: Sequence[Part]) -> str | None:
    messages = [it.value["message"] for it in parts]
    if _common(messages) is not None or not any(messages):
        return _common(messages)
    told = (f"shard {it.title}: {it.value['message']}" for it in parts if it.value["message"])
    return "\n".join(told)


def _overrides(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Give each lifted guardrail once, with all that it lifted."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for it in (it for part in parts for it in part.value["overrides"]):
        lifted = found.setdefault((it["name"], it["reason"]), [])
        lifted.extend(one for one in it.get("lifted", ()) if one not in lifted)
    return [
        {"name": name, "reason": reason, "lifted": lifted}
        for (name, reason), lifted in found.items()
    ]


def _findings(parts: Sequence[Part], key: str) -> list[dict[str, Any]]:
    """Give each finding once: those that all shards share, since all read the same files, first."""
    found = [{json.dumps(it, sort_keys=True): it for it in part.value[key]} for part in parts]
    every: dict[str, dict[str, Any]] = {}
    for it in found:
        every.update({text: one for text, one in it.items() if text not in every})
    return [every[it] for it in sorted(every, key=lambda it: not all(it in one for one in found))]


def _common(values: Iterable[str | None]) -> str | None:
    """Give what all say; None where they differ."""
    different = set(values)
    return different.pop() if len(different) == 1 else None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
