"""A report in Markdown, as the summary of a job shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from runner.durations import format_duration
from runner.plural import counted
from runner.render.changes_markdown import file_change_parts, guardrail_change_parts
from runner.render.markdown import Rows, code, header, link, page, place, row, words
from runner.render.problems_markdown import refusal_parts, warning_parts
from runner.render.report.going_on import going_on
from runner.render.report.shards import shard_lines
from runner.render.report.shards import title as shard_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runner.ci.places import Places

SUMMARY_LIMIT = 1_048_576  # bytes that GitHub takes as the summary of one step
_RESULTS = {
    "planned": "📋 Dry run, nothing sent",
    "succeeded": "✅ Run succeeded",
    "failed": "❌ Run failed",
    "unknown": "⚠️ Run with an unknown outcome",
    "interrupted": "⏹️ Run interrupted",
    "refused": "⛔ Run refused",
}
_MARKS = {"succeeded": "✅", "failed": "❌", "unknown": "⚠️", "not_sent": "⏹️"}
# What a person has to look at comes first, then what was not reached, then all else.
_RANKS = {"failed": 0, "unknown": 0, "not_sent": 1}
_MOST_ATTEMPTS = 5  # of one command; the last ones


def report_markdown(report: Mapping[str, Any], places: Places, limit: int = SUMMARY_LIMIT) -> str:
    """Give a report as Markdown, cut to a limit; what came of the run always stays.

    Args:
        report: a value that conforms to `schema/report.schema.json`, without any secret.
        places: where the files are.
        limit: as `markdown.page` takes it.
    """
    changes = report.get("changes")
    parts: list[str | Rows] = [
        _headline(report),
        _why(report),
        *refusal_parts(report["problems"], "", places),
        _totals(report),
        _going_on(report),
        *guardrail_change_parts(changes, places),
        *warning_parts(report["warnings"], places),
        *_override_parts(report),
        *_resumed_parts(report),
        *_shard_parts(report),
        *_table_parts(report, places),
        *file_change_parts(changes, places),
        *_file_parts(report, places),
        _foot(report),
    ]
    return page(parts, limit)


def _headline(report: Mapping[str, Any]) -> str:
    organizations = dict.fromkeys(it["organization"] for it in report["commands"])
    where = ""
    if report["organization"] is not None:
        where = f" for {code(report['organization'], 100)}"
    elif len(organizations) > 1:
        where = f" for {len(organizations):,} organizations"
    result = _RESULTS.get(report["result"]) or words(report["result"])
    sandbox = " (sandbox)" if report["target"]["sandbox"] else ""
    commands = counted(report["totals"]["commands"], "command")
    shard = report.get("shard")
    part = "" if shard is None else f" (shard {shard_title(shard)})"
    return f"### {result}: {commands}{where}{part}{sandbox}\n\n"


def _why(report: Mapping[str, Any]) -> str:
    message = report["message"]
    return f"**Why:** {words(message, 1000)}\n\n" if message else ""


def _totals(report: Mapping[str, Any]) -> str:
    totals = report["totals"]
    counts = [
        f"{number:,} {outcome.replace('_', ' ')}"
        for outcome, number in totals.items()
        if number and outcome in (*_RANKS, "planned", "succeeded", "skipped")
    ]
    environment = report["environment"]
    base_url = report["target"]["base_url"]
    facts = [
        *([f"**{', '.join(counts)}**"] if counts else []),
        f"Environment: {'base (no `--env`)' if environment is None else code(environment, 100)}",
        f"at {code(_host(base_url), 200)}",
        f"exit code {report['exit_code']}",
        f"{report['duration_s']:,.1f} s from {code(report['started_at'], 40)}",
    ]
    return f"{' · '.join(facts)}\n\n"


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc or url
    except ValueError:  # what is no address is shown as it is
        return url


def _going_on(report: Mapping[str, Any]) -> str:
    text, command = going_on(report)
    if not text:
        return ""
    options = " (with the options for hosts, secrets and policy that the run had)"
    how = f"<br>{code(command, 1000)}{options}" if command else ""
    return f"**How to go on:** {words(text, 500)}{how}\n\n"


def _table_parts(report: Mapping[str, Any], places: Places) -> list[str | Rows]:
    commands = report["commands"]
    if not commands:
        return []
    several = report["organization"] is None
    titles = ["outcome", "ID", "action", "workflow", *(["organization"] if several else [])]
    titles += ["where", "attempts", "message"]
    in_order = sorted(commands, key=lambda it: _RANKS.get(it["outcome"], 2))
    rows = (_row(it, places, several=several) for it in in_order)
    return [Rows(rows, len(commands), _more, header(titles), fills=True)]


def _more(number: int) -> str:
    return f"\n*... and {counted(number, 'more row')}, cut to fit; the report has them all.*\n"


def _row(command: Mapping[str, Any], places: Places, *, several: bool) -> str:
    outcome, source = command["outcome"], command["source"]
    shown = f"{_MARKS.get(outcome, '')} {words(outcome.replace('_', ' '))}".strip()
    cells = [
        f"**{shown}**" if _RANKS.get(outcome) == 0 else shown,
        code(command["id"].removeprefix(source["file"])),
        words(command["action"], 40),
        _subject(command),
        *([code(command["organization"] or "", 100)] if several else []),
        place(source["file"], source["line"], places),
        _attempts(command),
        "; ".join(_notes(command)),
    ]
    return row(cells)


def _subject(command: Mapping[str, Any]) -> str:
    if command.get("pause_s") is not None:
        return format_duration(command["pause_s"])
    activity = code(command.get("activity") or "")
    desired = command.get("desired")
    wanted = words(desired["state"]) if desired is not None and command["request"] is None else ""
    return " ".join(it for it in (code(command["workflow"] or ""), activity, wanted) if it)


def _attempts(command: Mapping[str, Any]) -> str:
    attempts = command["attempts"]
    if not attempts:
        return ""
    last = attempts[-_MOST_ATTEMPTS:]
    answers = [
        words(it["error"] or "no answer", 60) if it["status"] is None else str(it["status"])
        for it in last
    ]
    before = "... " if len(attempts) > len(last) else ""
    seconds = sum(it["duration_s"] for it in attempts)
    return f"{len(attempts):,}: {before}{', '.join(answers)}; {seconds:.2f} s"


def _notes(command: Mapping[str, Any]) -> Iterator[str]:
    name = words(command["name"] or "")
    if name:
        yield name
    if command["message"]:
        yield words(command["message"], 600)
    before, after = command.get("state_before"), command.get("state_after")
    if before is not None and after is not None:
        yield f"{words(before)} → {words(after)}"
    elif after is not None:
        yield f"state {words(after)}"
    if command.get("waited_s") is not None and command.get("pause_s") is None:
        yield f"watched for {command['waited_s']:.1f} s"
    if command.get("settled") is not None:
        yield f"settled by a person as {words(command['settled'])}"


def _override_parts(report: Mapping[str, Any]) -> list[str | Rows]:
    overrides = report["overrides"]
    if not overrides:
        return []
    rows = (
        f"- {code(it['name'])} was lifted: {words(it['reason'], 500)}"
        f" ({counted(len(it.get('lifted', ())), 'refusal')})\n"
        for it in overrides
    )
    title = f"⚠️ **{counted(len(overrides), 'guardrail')} overridden**\n\n"
    return [Rows(rows, len(overrides), _more_items, title)]


def _resumed_parts(report: Mapping[str, Any]) -> list[str | Rows]:
    resumed = report.get("resumed") or []
    if not resumed:
        return []
    rows = (_seam_row(it) for it in resumed)
    return [
        Rows(rows, len(resumed), _more_items, f"**Resumed {counted(len(resumed), 'time')}**\n\n")
    ]


def _shard_parts(report: Mapping[str, Any]) -> list[str | Rows]:
    shards = list(shard_lines(report))
    rows = (f"- {name}: {words(told, 500)}\n" for name, told in shards)
    return [Rows(rows, len(shards), _more_items, "", "\n")] if shards else []


def _seam_row(seam: Mapping[str, Any]) -> str:
    following = seam["next"]
    text = "with nothing left" if following is None else f"with {code(following)}"
    settled = [f"{code(it['id'])} as {words(it['word'])}" for it in seam["settled"][:10]]
    more = f", and {len(seam['settled']) - 10:,} more" if len(seam["settled"]) > 10 else ""
    said = f"; a person settled {', '.join(settled)}{more}" if settled else ""
    again = "; what had failed was sent again" if seam["retry_failed"] else ""
    by = link("CI run", seam["source_control"]["run_url"])
    at = f" ({by})" if seam["source_control"]["run_url"] else ""
    return f"- at {code(seam['at'], 40)} {text}{said}{again}{at}\n"


def _file_parts(report: Mapping[str, Any], places: Places) -> list[str | Rows]:
    files = report["config"]["files"]
    if not files:
        return []
    rows = (f"- {code(places.path(it['path']))} {code(it['sha256'], 64)}\n" for it in files)
    title = f"<details><summary>{counted(len(files), 'file')} with SHA-256</summary>\n\n"
    return [Rows(rows, len(files), _more_items, title, "\n</details>\n\n")]


def _more_items(number: int) -> str:
    return f"- ... and {number:,} more\n"


def _foot(report: Mapping[str, Any]) -> str:
    source, tool = report["source_control"], report["tool"]
    digest, journal = report["plan_digest"], report.get("journal")
    facts = [
        *([f"Digest: {code(digest)}"] if digest else []),
        f"run {code(report['run_id'], 100)}",
        *([f"journal {code(journal)}"] if journal else []),
        *([f"commit {code(source['commit'], 100)}"] if source["commit"] else []),
        *([f"ref {code(source['ref'], 200)}"] if source["ref"] else []),
        *([link("CI run", source["run_url"])] if source["run_url"] else []),
        f"{words(tool['name'])} {words(tool['version'], 60)}",
    ]
    return f"{' · '.join(facts)}\n"
