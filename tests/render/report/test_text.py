"""A report as text: the end of its run once more, in the same words."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from runner.render.output import NORMAL, QUIET, VERBOSE
from runner.render.report.text import report_as_text
from runner.render.summary import MOST_ROWS
from tests.support.reports import AT, attempt, entry, problem, report_value

if TYPE_CHECKING:
    from rich.console import RenderableType

LINE = "Result: succeeded (exit code 0). 0 commands. 0.0 s"
ABOUT = [
    f"Run 20260301T120000Z-0a1b2c3d, {AT}",
    "Environment: base (no --env given)",
    "Target: https://mc.adobe.io",
]


def draw(table: RenderableType) -> str:
    stream = io.StringIO()
    Console(file=stream, width=160).print(table)
    return "".join(f"{line.rstrip()}\n" for line in stream.getvalue().splitlines())


def lines(report: dict[str, Any], verbosity: int = NORMAL) -> list[str]:
    text = report_as_text(report, draw, verbosity)
    assert text.endswith("\n")
    return text.splitlines()


def rows(shown: list[str]) -> list[list[str]]:
    """Give the rows of the table, without its heading."""
    begins = [n for n, it in enumerate(shown) if it.startswith("─")]
    return [it.split() for it in shown[begins[0] + 1 :]] if begins else []


def test_a_report_of_nothing_says_what_it_was_and_how_it_ended() -> None:
    assert lines(report_value()) == [*ABOUT, LINE]


def test_all_that_is_known_of_the_run_is_told() -> None:
    seam = {
        "at": AT,
        "next": "a.yaml#1.1",
        "settled": [],
        "retry_failed": False,
        "source_control": {"commit": None, "ref": None, "run_url": None},
    }
    report = report_value(
        mode="dry-run",
        environment="prod",
        organization="acme",
        target={"base_url": "http://127.0.0.1:1", "sandbox": True},
        plan_digest="f" * 64,
        source_control={"commit": "0a1b", "ref": "main", "run_url": "https://ci.example/1"},
        overrides=[{"name": "max_stops", "reason": "the move"}],
        resumed=[seam, {**seam, "next": None}],
        journal=".campaign-runner/x.jsonl",
    )
    assert lines(report) == [
        f"Dry run 20260301T120000Z-0a1b2c3d, {AT}",
        "Environment: prod",
        "Organization: acme",
        "Target: the embedded sandbox, http://127.0.0.1:1",
        f"Digest: {'f' * 64}",
        "Commit: 0a1b",
        "Ref: main",
        "CI run: https://ci.example/1",
        f"Resumed: {AT}, from a.yaml#1.1 on",
        f"Resumed: {AT}, nothing was left",
        "Lifted: max_stops: the move",
        "Journal: .campaign-runner/x.jsonl",
        LINE,
    ]


class TestCommands:
    """The table is that of the end of a run."""

    MIXED = report_value(
        [
            entry("a.yaml#1.1", attempts=[attempt(), attempt()], waited_s=1.5),
            entry("a.yaml#2.1", action="wait", pause_s=90, workflow=None, request=None, waited_s=9),
            entry("a.yaml#3.1", "skipped", action="ensure", request=None, desired={"state": "x"}),
            entry("b.yaml#1.1", "unknown", action="signal", activity="s1", message="look"),
            entry("b.yaml#1.2", "not_sent", message="after b.yaml#1.1"),
        ],
        "unknown",
        6,
    )

    def test_a_row_for_each(self) -> None:
        assert rows(lines(self.MIXED))[:-1] == [
            ["succeeded", "start", "WKF1", "a.yaml:3", "2.00"],
            ["succeeded", "wait", "1m30s", "a.yaml:3", "9.00"],
            ["skipped", "ensure", "WKF1", "x", "a.yaml:3"],
            ["unknown", "signal", "WKF1", "s1", "b.yaml:3", "look"],
            ["not_sent", "start", "WKF1", "b.yaml:3", "after", "b.yaml#1.1"],
        ]

    def test_quiet_only_those_that_went_wrong(self) -> None:
        shown = lines(self.MIXED, QUIET)
        assert [row[0] for row in rows(shown)] == ["unknown", "Result:"]
        assert shown[0].startswith("outcome")

    def test_verbose_every_attempt(self) -> None:
        shown = lines(self.MIXED, VERBOSE)
        begin = shown.index("a.yaml#1.1: start WKF1")
        assert shown[begin + 1 : -1] == [f"  {AT}, 0.250 s: status 204"] * 2

    def test_of_many_those_that_went_wrong_and_verbose_all(self) -> None:
        many = [entry(f"a.yaml#1.{n}") for n in range(MOST_ROWS + 5)]
        report = report_value([*many, entry("z.yaml#1.1", "failed")], "failed", 1)
        shown = lines(report)
        assert "... and 6 more; -v shows all" in shown
        assert any("z.yaml:3" in it for it in shown)
        assert len(rows(lines(report, VERBOSE))) == MOST_ROWS + 6 + 1

    def test_of_a_refused_run_only_verbose_shows_them(self) -> None:
        report = report_value([entry(outcome="not_sent")], "refused", 5)
        assert rows(lines(report)) == []
        assert rows(lines(report, VERBOSE))[0][:3] == ["not_sent", "start", "WKF1"]


class TestWhatIsWrong:
    """Problems and the message are there however quiet it is to be."""

    @pytest.mark.parametrize("verbosity", [QUIET, NORMAL, VERBOSE])
    def test_why_a_run_was_refused(self, verbosity: int) -> None:
        report = report_value(
            [], "refused", 5, message="1 guardrail\nrefuses", problems=[problem(hint="stop less")]
        )
        assert lines(report, verbosity)[-5:] == [
            "a.yaml:7:2: error: actions[0]: this stops too much [max-stops]",
            "    stop less",
            "error: 1 guardrail",
            "refuses",
            "Result: refused (exit code 5). 0 commands. 0.0 s",
        ]

    def test_warnings_are_not_where_it_is_to_be_quiet(self) -> None:
        report = report_value(warnings=[problem(severity="warning", message="odd")])
        assert lines(report)[3] == "a.yaml:7:2: warning: actions[0]: odd [max-stops]"
        assert lines(report, QUIET) == [LINE]

    def test_how_an_interrupted_run_goes_on(self) -> None:
        report = report_value([entry(outcome="not_sent")], "interrupted", 6, journal="a b.jsonl")
        assert lines(report, QUIET)[-4:-1] == [
            "Journal: a b.jsonl",
            "To go on:",
            "campaign-runner run --resume 'a b.jsonl'",
        ]

    def test_what_is_unknown_is_settled_first(self) -> None:
        report = report_value([entry(outcome="unknown")], "unknown", 6, journal="j.jsonl")
        assert lines(report)[-2] == (
            "campaign-runner run --resume j.jsonl --settle 'a.yaml#1.1=sent'"
        )


@given(text=st.text(st.characters(codec=None), max_size=20), verbosity=st.sampled_from([-1, 0, 1]))
def test_whatever_text_a_report_holds_no_line_obeys_it(text: str, verbosity: int) -> None:
    command = entry("x#1.1", "failed", name=text, action=text, workflow=text, message=text)
    command["source"] = {"file": text, "line": 1, "column": 1}
    command["attempts"] = [attempt(error=text, request_id=text)]
    report = report_value(
        [command],
        "failed",
        1,
        message=text,
        environment=text,
        organization=text,
        run_id=text,
        journal=text,
        problems=[problem(file=text, message=text, hint=text, pointer=text)],
    )
    shown = report_as_text(report, draw, verbosity)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]|##\w*\[|^\s*::", shown, re.MULTILINE)
