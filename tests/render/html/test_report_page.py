"""The page of a report: what stands on it, and in which order."""

from __future__ import annotations

import re
from typing import Any

import pytest

from runner.render.html.report_page import report_page
from runner.render.html.rows import MOST_ROWS, blocks, chosen, row
from runner.render.html.timeline import MOST_LANES, timeline
from tests.support.pages import NOWHERE, ON_GITHUB, RUN_URL, attempt, entry, many, report_of, thirty

SHA = "4f1c2d9a" * 5


def text_of(page: str) -> str:
    """Give what a reader sees, with single blanks."""
    page = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


PAGE = report_page(thirty(), ON_GITHUB)


class TestWhatStandsOnIt:
    def test_the_outcome_stands_at_the_top_with_its_exit_code_and_what_to_do(self) -> None:
        head = text_of(PAGE.partition("<main")[0])
        assert "Unknown: of 29 commands, 1 failed, 1 has an unknown outcome" in head
        assert "Exit code 6 : it was interrupted, or an outcome is unknown" in head
        assert "settle it with --settle" in head

    def test_totals_come_with_every_outcome(self) -> None:
        told = dict(re.findall(r"<b>([\d,]+)</b> <span[^>]*>([\w ]+)</span>", PAGE))
        assert told["29"] == "commands"
        assert told["20"] == "succeeded"
        assert told["6"] == "not sent"

    def test_what_needs_a_person_comes_before_the_table(self) -> None:
        first = PAGE[PAGE.index('id="first"') : PAGE.index('id="timeline"')]
        assert re.findall(r'<a href="#c(\d+)" class="code">', first) == ["23", "24"]

    def test_each_command_has_source_line_request_attempts_and_message(self) -> None:
        part = PAGE[PAGE.index('id="c3"') : PAGE.index('id="c4"')]
        assert (
            'href="https://github.com/acme/campaigns/blob/4f1c2d9a/campaigns/june.yaml#L13"' in part
        )
        told = text_of(part)
        assert "503, 429, 204" in told
        assert "POST https://mc.adobe.io/acme/campaign/workflow/execution/WKF3/commands" in told
        assert "{&#34;method&#34;: &#34;start&#34;}" in told
        assert "503: the service is busy" in told
        assert "sent again after 503 and 429" in told
        assert "req-20" in told
        assert "stopped \N{RIGHTWARDS ARROW} started" in told
        assert "Start the new journey" in told

    def test_the_run_on_ci_and_the_digests_stand_there(self) -> None:
        assert f'href="{RUN_URL}"' in PAGE
        assert SHA in PAGE
        assert "5c" * 32 in PAGE
        assert "0f" * 32 in PAGE

    def test_lifted_guardrails_warnings_and_seams_stand_there(self) -> None:
        told = text_of(PAGE)
        assert "max_stops , because: the sale is over" in told
        assert "start and resume of WKF7 follow each other" in told
        assert "went on with campaigns/june.yaml#22.1 ; failed commands were sent again" in told
        assert "A person said of campaigns/june.yaml#20.1 : sent" in told

    def test_organizations_have_a_column_where_there_are_several(self) -> None:
        assert '<th scope="col" class="w">Organization</th>' in PAGE
        one = report_page(report_of(entry(1)), NOWHERE)
        assert '<th scope="col" class="w">Organization</th>' not in one

    def test_a_refused_run_has_its_problems_and_no_timeline(self) -> None:
        found = {
            "severity": "error",
            "rule": "unknown-key",
            "file": "a.yaml",
            "line": 2,
            "column": 1,
            "pointer": "x",
            "message": "the key `x` is not known here",
            "hint": "remove it",
        }
        page = report_page(report_of(result="refused", problems=[found]), NOWHERE)
        assert "Refused: nothing was sent" in page
        assert "the key `x` is not known here" in page
        assert "remove it" in page
        assert "<svg" not in page
        assert "There are no commands in this report." in page

    def test_a_report_of_an_older_version_lacks_only_what_it_did_not_say(self) -> None:
        value = report_of(entry(1))
        for name in ("journal", "resumed", "overrides", "warnings", "source_control", "run_id"):
            del value[name]
        assert "Succeeded: 1 command succeeded" in report_page(value, NOWHERE)


class TestRows:
    @pytest.mark.parametrize(
        ("more", "facts"),
        [
            (
                {"wait": {"until": "stopped", "timeout_s": 600.0}},
                ("Wait", "until stopped, at most 10m"),
            ),
            ({"waited_s": 9.0}, ("Waited", "9 s")),
            ({"state_before": "started"}, ("States", "started, then not read")),
            ({"state_after": "stopped"}, ("States", "stopped")),
            (
                {"desired": {"state": "paused", "allow_start": True}},
                ("Desired", "paused, may start it in order to pause it"),
            ),
            ({"decided": "nothing", "reason": "it holds"}, ("Decision", "nothing: it holds")),
            ({"rate_per_s": 2.5}, ("Rate limit", "2.5 per second")),
            ({"settle_s": 90.0}, ("Settle time", "1m30s")),
            ({"settled": "sent"}, ("Settled", "a person said: sent")),
            ({"follows": "a.yaml#1.1"}, ("Follows", "a.yaml#1.1")),
            (
                {"request": {"method": "POST", "url": None, "body": None}},
                ("Request", "POST (address not known before the run)"),
            ),
        ],
    )
    def test_what_is_known_of_a_command_is_told(
        self, more: dict[str, Any], facts: tuple[str, str]
    ) -> None:
        assert facts in row(1, entry(1, **more), NOWHERE).facts

    def test_many_attempts_are_counted(self) -> None:
        told = row(1, entry(1, attempts=[attempt(n, None) for n in range(6)]), NOWHERE)
        assert told.answers == "no answer, no answer, no answer, no answer and 2 more"
        assert len(told.attempts) == 6

    def test_what_was_not_sent_took_no_time(self) -> None:
        told = row(1, entry(1, outcome="not_sent"), NOWHERE)
        assert (told.took, told.at, told.answers) == ("", "", "")
        assert not told.needs_a_look or told.outcome == "not_sent"

    def test_of_very_many_those_that_need_a_look_are_shown(self) -> None:
        commands = many(MOST_ROWS + 200)["commands"]
        shown = chosen(commands)
        assert len(shown) == MOST_ROWS
        failed = [n for n, it in enumerate(commands, 1) if it["outcome"] == "failed"]
        assert set(failed) <= {n for n, _ in shown}
        assert [n for n, _ in shown] == sorted(n for n, _ in shown)
        page = report_page(many(MOST_ROWS + 200), NOWHERE)
        assert "200 commands of" in page

    def test_tables_are_divided_with_captions(self) -> None:
        told = list(blocks(list(range(450))))
        assert told[0].caption.startswith("1 to ")
        assert sum(len(it.rows) for it in told) == 450
        assert [it.caption for it in blocks([1])] == [""]


class TestTimeline:
    def test_attempts_waits_and_what_lies_between_are_bars(self) -> None:
        picture = timeline(thirty())
        assert picture is not None
        lanes = {lane.label: lane for lane in picture.lanes}
        kinds = [bar.kind for bar in lanes["start WKF3"].bars]
        assert sorted(kinds) == ["again", "again", "missed", "missed", "sent"]
        assert [bar.kind for bar in lanes["stop WKF1"].bars] == ["sent", "wait"]
        assert [bar.kind for bar in lanes["start WKF24"].bars] == ["missed"]
        assert picture.cuts
        assert len(picture.seams) == 1
        assert "start WKF24 took longest, 30 s" in picture.describes

    def test_many_commands_are_stacked_and_the_lanes_show_the_interesting_ones(self) -> None:
        picture = timeline(many(2000))
        assert picture is not None
        assert len(picture.lanes) == MOST_LANES
        assert picture.stacks
        assert picture.left_out
        assert {lane.look.word for lane in picture.lanes} >= {"failed"}

    @pytest.mark.parametrize(
        "value",
        [
            report_of(entry(1, outcome="not_sent")),
            report_of(),
            report_of(entry(1), started_at="soon"),
        ],
        ids=["nothing sent", "no commands", "no beginning"],
    )
    def test_where_nothing_was_sent_there_is_none(self, value: dict[str, Any]) -> None:
        assert timeline(value) is None
