"""A report in Markdown: what came of the run first, and whatever it holds stays text."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.render.markdown import LEAST_LIMIT
from runner.render.report.markdown import SUMMARY_LIMIT, report_markdown
from tests.support.markdown import HOSTILE, Page, assert_harmless
from tests.support.pages import NOWHERE, ON_GITHUB
from tests.support.reports import AT, DIGEST, attempt, entry, problem, report_value

SOURCE = {"commit": "abc", "ref": "refs/heads/main", "run_url": "https://github.com/a/b/runs/1"}


def shown(report: Any, **others: Any) -> str:
    text = report_markdown(report, NOWHERE, **others)
    assert_harmless(text)
    return text


@pytest.mark.parametrize(
    ("result", "headline"),
    [
        ("planned", "### 📋 Dry run, nothing sent: 1 command for `acme`"),
        ("succeeded", "### ✅ Run succeeded: 1 command for `acme`"),
        ("failed", "### ❌ Run failed: 1 command for `acme`"),
        ("unknown", "### ⚠️ Run with an unknown outcome: 1 command for `acme`"),
        ("interrupted", "### ⏹️ Run interrupted: 1 command for `acme`"),
        ("refused", "### ⛔ Run refused: 1 command for `acme`"),
    ],
)
def test_the_outcome_is_the_headline(result: str, headline: str) -> None:
    text = shown(report_value([entry()], result, organization="acme"))
    assert text.startswith(f"{headline}\n")


def test_why_and_totals_and_where_stand_below_it() -> None:
    commands = [entry("a.yaml#1.1", "failed"), entry("a.yaml#1.2", "not_sent")]
    text = shown(
        report_value(commands, "failed", 1, message="the deadline has passed", environment="prod")
    )
    lines = text.split("\n")
    assert lines[2] == "**Why:** the deadline has passed"
    assert lines[4].startswith(
        "**1 failed, 1 not sent** · Environment: prod".replace("prod", "`prod`")
    )
    assert "at `mc.adobe.io` · exit code 1" in lines[4]


def test_commands_of_several_organizations_are_counted_and_have_a_column() -> None:
    commands = [entry(f"a.yaml#{n}.1", organization=it) for n, it in enumerate("aba", 1)]
    text = shown(report_value(commands))
    assert text.startswith("### ✅ Run succeeded: 3 commands for 2 organizations\n")
    assert [row[4] for row in assert_harmless(text).rows] == ["organization", "a", "b", "a"]


@pytest.mark.parametrize(
    ("url", "at"),
    [
        ("https://mc.adobe.io/path", "mc.adobe.io"),
        ("http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("no-address", "no-address"),
        ("http://[::1", "http://[::1"),
    ],
)
def test_what_is_no_address_is_shown_as_it_is(url: str, at: str) -> None:
    text = shown(report_value(target={"base_url": url, "sandbox": False}))
    assert f" · at `{at}` · " in text


def test_what_did_not_succeed_comes_first_then_what_was_not_reached() -> None:
    outcomes = ["succeeded", "failed", "skipped", "not_sent", "unknown"]
    commands = [entry(f"a.yaml#{n}.1", it) for n, it in enumerate(outcomes, 1)]
    page = assert_harmless(report_markdown(report_value(commands, "unknown", 6), NOWHERE))
    assert [row[1] for row in page.rows[1:]] == ["#2.1", "#5.1", "#4.1", "#1.1", "#3.1"]
    assert page.rows[1][0] == "❌ failed"
    assert page.rows[3][0] == "⏹️ not sent"


def test_attempts_states_waits_and_words_of_a_person_stand_beside_a_command() -> None:
    late = entry(
        attempts=[attempt(status=503), attempt(status=None, error="no answer in 70 s"), attempt()],
        state_before="stopped",
        state_after="started",
        waited_s=12.34,
        settled="sent",
        name="Go",
        message="it took long",
    )
    page = assert_harmless(report_markdown(report_value([late]), NOWHERE))
    assert page.rows[1][-2] == "3: 503, no answer in 70 s, 204; 0.75 s"
    assert page.rows[1][-1] == (
        "Go; it took long; stopped → started; watched for 12.3 s; settled by a person as sent"
    )


def test_only_the_last_attempts_are_shown() -> None:
    many = entry(attempts=[attempt(status=500 + n) for n in range(9)])
    page = assert_harmless(report_markdown(report_value([many]), NOWHERE))
    assert page.rows[1][-2].startswith("9: ... 504, 505, 506, 507, 508; ")


def test_a_pause_a_signal_and_a_desired_state_say_what_they_are() -> None:
    commands = [
        entry("a.yaml#1.1", action="wait", workflow=None, pause_s=90, request=None),
        entry("a.yaml#2.1", action="signal", activity="signal1"),
        entry("a.yaml#desired.1", "skipped", action="ensure", request=None, desired=wanted()),
    ]
    value = report_value([])
    value["commands"] = commands
    page = assert_harmless(report_markdown(value, NOWHERE))
    assert [row[3] for row in page.rows[1:]] == ["1m30s", "WKF1 signal1", "WKF1 paused"]


def wanted() -> dict[str, Any]:
    return {
        "state": "paused",
        "restart_finished": False,
        "restart_failed": False,
        "allow_start": False,
        "wait": {"until": "paused", "timeout_s": 60, "poll_s": 5},
    }


def test_problems_and_warnings_come_before_the_table() -> None:
    text = shown(
        report_value(
            [entry("a.yaml#1.1", "not_sent")],
            "refused",
            5,
            problems=[problem()],
            warnings=[problem(severity="warning", message="look here")],
        )
    )
    assert text.index("**error**: `actions[0]`: this stops too much") < text.index("**1 warning**")
    assert text.index("warning: `actions[0]`: look here") < text.index("| outcome |")


def test_overrides_and_parts_of_a_resumed_run_are_listed() -> None:
    seam = {
        "at": AT,
        "next": "a.yaml#2.1",
        "settled": [{"id": "a.yaml#1.1", "word": "not-sent"}],
        "retry_failed": True,
        "source_control": SOURCE,
    }
    lifted = [problem(), problem()]
    override = {"name": "max_stops", "reason": "an emergency", "lifted": lifted}
    value = report_value([entry()], resumed=[seam, {**seam, "next": None, "settled": []}])
    text = shown({**value, "overrides": [override]})
    assert "⚠️ **1 guardrail overridden**" in text
    assert "- `max_stops` was lifted: an emergency (2 refusals)" in text
    assert "**Resumed 2 times**" in text
    assert f"- at `{AT}` with `a.yaml#2.1`; a person settled `a.yaml#1.1` as not-sent" in text
    assert f"- at `{AT}` with nothing left; what had failed was sent again ([`CI run`](" in text


def test_digests_journal_commit_and_ci_run_are_at_the_end() -> None:
    files = {"files": [{"path": "a.yaml", "sha256": "1" * 64}]}
    value = report_value(
        [entry()], plan_digest=DIGEST, config=files, source_control=SOURCE, journal=".r/1.jsonl"
    )
    text = shown(value)
    assert f"- `a.yaml` `{'1' * 64}`\n" in text
    last = text.rstrip("\n").rpartition("\n")[2]
    assert last == (
        f"Digest: `{DIGEST}` · run `20260301T120000Z-0a1b2c3d` · journal `.r/1.jsonl` · commit"
        " `abc` · ref `refs/heads/main` · [`CI run`](https://github.com/a/b/runs/1) ·"
        " campaign-runner 0.1.0"
    )


def test_how_to_go_on_is_said_where_something_is_left() -> None:
    value = report_value([entry("a.yaml#1.1", "failed")], "failed", 1, journal=".r/1.jsonl")
    how = "`campaign-runner run --resume .r/1.jsonl --retry-failed`"
    assert f"**How to go on:** To send again what failed, and go on:<br>{how}" in shown(value)
    assert "How to go on" not in shown(report_value([entry()], journal=".r/1.jsonl"))


@pytest.mark.parametrize("limit", [LEAST_LIMIT, 65_536, SUMMARY_LIMIT])
def test_a_long_report_is_cut_between_rows_and_keeps_what_matters(limit: int) -> None:
    commands = [entry(f"a.yaml#{n}.1", message="Ünlike " * 5) for n in range(1, 12_001)]
    commands[-1]["outcome"] = "failed"
    totals = {"commands": 12_000, "succeeded": 11_999, "failed": 1}
    value = report_value([], "failed", 1, plan_digest=DIGEST, journal="j")
    value = {**value, "commands": commands, "totals": totals}
    text = report_markdown(value, NOWHERE, limit)
    assert limit - 1000 < len(text.encode()) <= limit
    page: Page = assert_harmless(text)
    assert page.rows[1][:2] == ["❌ failed", "#12000.1"]
    cut = re.search(r"\*\.\.\. and ([\d,]+) more rows, cut to fit; the report has them all", text)
    assert cut is not None
    assert int(cut[1].replace(",", "")) + len(page.rows) - 1 == 12_000
    assert "11,999 succeeded" in page.text
    assert DIGEST in page.codes
    assert "How to go on" in page.text


def changes_of(text: str, change: str) -> dict[str, Any]:
    """Give changes in which all that can be foreign is `text`."""
    source = {"file": text, "line": 1, "column": 1}
    guardrail = {"change": change, "key": text, "environment": text, "source": source}
    file = {"path": text, "change": change, "was": text, "actions": "left out", "desired": True}
    return {
        "since": text,
        "base": text,
        "allow_modified": False,
        "files": [file],
        "guardrails": [{**guardrail, "before": text, "after": text}],
    }


def test_what_changed_since_a_commit_is_told_as_in_the_plan() -> None:
    value = report_value([entry()])
    assert "since" not in shown(value)
    assert "since" not in shown({**value, "changes": None})
    text = shown({**value, "changes": changes_of("main", "modified")})
    assert "⚠️ **1 change to guardrails** since `main` (`main`), 1 of which may let more" in text
    assert "- `main` (was `main`): modified, its actions are left out, its desired states" in text


def hostile_report(text: str, number: int = 2) -> dict[str, Any]:
    """Give a report in which all that can be foreign is, its enumerated words too."""
    bad = problem(rule=text, file=text, pointer=text, message=text, hint=text)
    seam = {
        "at": text,
        "next": text,
        "settled": [{"id": text, "word": text}],
        "retry_failed": True,
        "source_control": {"commit": text, "ref": text, "run_url": text},
    }
    command = {
        "id": text,
        "name": text,
        "action": text,
        "organization": text,
        "workflow": text,
        "source": {"file": text, "line": 1, "column": 1},
        "request": None,
        "outcome": text,
        "attempts": [{**attempt(status=None), "error": text, "request_id": text}],
        "message": text,
        "activity": text,
        "desired": {"state": text},
        "state_before": text,
        "state_after": text,
        "settled": text,
    }
    return {
        **report_value([]),
        "tool": {"name": text, "version": text},
        "run_id": text,
        "result": text,
        "message": text,
        "environment": text,
        "organization": text,
        "target": {"base_url": f"https://{text}", "sandbox": True},
        "plan_digest": text,
        "config": {"files": [{"path": text, "sha256": text}]},
        "source_control": {"commit": text, "ref": text, "run_url": f"https://x.example/{text}"},
        "started_at": text,
        "journal": text,
        "resumed": [seam],
        "overrides": [{"name": text, "reason": text}],
        "changes": changes_of(text, text),
        "warnings": [bad],
        "problems": [bad],
        "commands": [command] * number,
    }


@pytest.mark.parametrize("places", [NOWHERE, ON_GITHUB], ids=["nowhere", "github"])
def test_hostile_texts_stay_text(places: Any) -> None:
    page = assert_harmless(report_markdown(hostile_report(HOSTILE), places))
    assert len(page.rows) == 3


def test_an_address_is_a_link_only_where_it_is_one() -> None:
    value = report_value([], source_control={**SOURCE, "run_url": "javascript:alert(1)"})
    assert "[`CI run`]" not in shown(value)


@settings(max_examples=100)
@given(st.text(max_size=60), st.integers(LEAST_LIMIT, 20_000), st.integers(0, 100))
def test_any_text_stays_text_and_below_the_limit(text: str, limit: int, number: int) -> None:
    made = report_markdown(hostile_report(text, number), ON_GITHUB, limit)
    assert len(made.encode()) <= limit
    assert_harmless(made, links="http")
