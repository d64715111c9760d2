"""A report as a page: the values that the template shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.plural import counted
from runner.render.html.changes import changes_of
from runner.render.html.page import page, safe_link
from runner.render.html.parts import Fact, Tile, file_rows, finding
from runner.render.html.rows import blocks, chosen, lines, row
from runner.render.html.timeline import timeline
from runner.render.html.words import (
    OUTCOMES,
    day_and_time,
    exit_code_words,
    headline,
    outcome_look,
    result_look,
    span,
)
from runner.render.report.shards import shard_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runner.ci.places import Places

MOST_FIRST = 10  # commands that are shown above all others
_FEW = 200  # commands whose details are all printed


def report_page(report: Mapping[str, Any], places: Places) -> str:
    """Give a report as one page of HTML that loads nothing and needs no script.

    Args:
        report: the value of a report that conforms to `schema/report.schema.json`; fields that an
            older version did not write may be missing.
        places: where its files are in the repository, for links.
    """
    commands = report.get("commands") or ()
    shown = chosen(commands)
    rows = [row(number, command, places) for number, command in shown]
    first = [it for it in rows if it.needs_a_look]
    kinds = {it.outcome: it.look.word for it in rows}
    several = len({it.organization for it in rows if it.organization}) > 1
    values: dict[str, Any] = {
        "problems": [finding(it, places) for it in report.get("problems") or ()],
        "warnings": [finding(it, places) for it in report.get("warnings") or ()],
        "overrides": [_override(it, places) for it in report.get("overrides") or ()],
        "resumed": [_seam(it) for it in report.get("resumed") or ()],
        "files": file_rows((report.get("config") or {}).get("files") or (), places),
        "changes": changes_of(report.get("changes"), places),
        "timeline": timeline(report),
        "first": first[:MOST_FIRST],
    }
    return page(
        "report.html",
        headline=headline(str(report.get("result", "")), report.get("totals") or {}),
        look=result_look(str(report.get("result", ""))),
        sections=list(_sections(values)),
        exit_code=report.get("exit_code", "not known"),
        exit_words=exit_code_words(report.get("exit_code")),
        message=lines(report.get("message")),
        tiles=_tiles(report.get("totals") or {}),
        facts=list(_facts(report)),
        first_left=max(0, len(first) - MOST_FIRST),
        total=len(commands),
        shown=len(rows),
        left_out=len(commands) - len(rows),
        kinds=[(it, kinds[it]) for it in sorted(kinds, key=_rank)],
        blocks=list(blocks(rows)),
        several=several,
        columns=8 if several else 7,
        few=len(rows) <= _FEW,
        tool_version=(report.get("tool") or {}).get("version", "(version not known)"),
        run_id=report.get("run_id"),
        **values,
    )


def _rank(outcome: str) -> int:
    known = list(OUTCOMES)
    return known.index(outcome) if outcome in known else len(known)


def _sections(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "overview", "Overview"
    titles = {
        "first": "Look at these first",
        "problems": "Problems",
        "warnings": "Warnings",
        "overrides": "Lifted guardrails",
        "resumed": "Resumed",
        "changes": "Changes",
        "timeline": "Timeline",
    }
    for key, title in titles.items():
        if values[key]:
            yield key, title
    yield "commands", "Commands"
    if values["files"]:
        yield "files", "Files"


def _tiles(totals: Mapping[str, Any]) -> list[Tile]:
    words = {key: outcome_look(key) for key in OUTCOMES}
    counts = {key: totals.get(key) or 0 for key in OUTCOMES}
    order = ("succeeded", "skipped", "failed", "unknown", "not_sent", "planned")
    tiles = [Tile("", "commands", totals.get("commands") or sum(counts.values()))]
    return tiles + [Tile(words[key].css, words[key].word, counts[key]) for key in order]


def _facts(report: Mapping[str, Any]) -> Iterator[Fact]:
    environment = report.get("environment")
    yield Fact("Environment", environment or "base (no --env given)")
    organizations = {it.get("organization") for it in report.get("commands") or ()} - {None}
    organization = report.get("organization")
    if organization or organizations:
        yield Fact("Organization", organization or counted(len(organizations), "organization"))
    target = report.get("target") or {}
    sandbox = "sandbox" if target.get("sandbox") else ""
    yield Fact("Target", str(target.get("base_url", "not known")), code=True, note=sandbox)
    dry = report.get("mode") == "dry-run"
    yield Fact("Mode", "dry run: nothing was sent" if dry else "run")
    yield Fact("Started", day_and_time(report.get("started_at")))
    yield Fact("Took", span(report.get("duration_s")))
    yield from source_facts(report.get("source_control") or {})
    for name, told in shard_lines(report):
        yield Fact(name, told, wide=True)
    if report.get("journal"):
        yield Fact("Journal", report["journal"], code=True)
    if report.get("run_id"):
        yield Fact("Run ID", report["run_id"], code=True)
    if report.get("plan_digest"):
        yield Fact("Digest of the plan", report["plan_digest"], code=True, wide=True)


def source_facts(source: Mapping[str, Any]) -> Iterator[Fact]:
    """Give the commit and the CI run, as far as they are known."""
    if source.get("ref"):
        yield Fact("Branch or tag", source["ref"], code=True)
    if source.get("commit"):
        yield Fact("Commit", source["commit"], code=True)
    if source.get("run_url"):
        yield Fact("CI run", source["run_url"], link=safe_link(source["run_url"]))


def _override(override: Mapping[str, Any], places: Places) -> dict[str, Any]:
    return {
        "name": override.get("name", ""),
        "reason": override.get("reason", ""),
        "lifted": [finding(it, places) for it in override.get("lifted") or ()],
    }


def _seam(seam: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "at": day_and_time(seam.get("at")),
        "next": seam.get("next"),
        "retry_failed": seam.get("retry_failed", False),
        "settled": [(it.get("id", ""), it.get("word", "")) for it in seam.get("settled") or ()],
        "facts": list(source_facts(seam.get("source_control") or {})),
    }
