"""A run that stops half-way: what it shows, what it holds up, and how it is gone on with."""

from __future__ import annotations

import pytest

from tests.story.telling import FIRST_ACTION, RESUME, STORY, WINTER, Chapter, Story

pytestmark = STORY


class TestAFailedRun:
    def test_it_stops_at_the_command_that_failed(self, failing: Chapter) -> None:
        assert failing.results == {"plan": "success", "run": "failure"}
        assert failing.jobs["run"].failed == ["Run"]
        assert failing.jobs["run"]["Run"].exit_code == 1
        assert failing.sent == [("start", "WKF401")]
        assert failing.outcomes[f"{WINTER}#2.1"] == "failed"
        assert failing.outcomes[f"{WINTER}#3.1"] == "not_sent"

    def test_the_command_is_annotated_at_its_line(self, failing: Chapter) -> None:
        (one,) = failing.jobs["run"].annotations
        assert one.name == "error"
        assert one.properties["title"] == "command-failed"
        assert one.properties["file"] == WINTER
        assert one.properties["line"] == str(FIRST_ACTION + 1)
        assert one.message.startswith("start WKF402: ")

    def test_report_page_and_journal_are_kept_all_the_same(self, failing: Chapter) -> None:
        journal = f"{failing.run_id}.jsonl"
        files = failing.run.uploaded("run-1")
        assert set(files) == {"report.json", "report.html", f".state/prod/{journal}"}
        assert list(failing.journals) == [f"prod/{journal}"]

    def test_the_summary_says_how_to_go_on(self, failing: Chapter) -> None:
        summary = failing.jobs["run"]["Run"].summary
        assert "❌ Run failed" in summary
        assert f"--resume .state/prod/{failing.run_id}.jsonl --retry-failed" in summary

    def test_the_outputs_say_that_it_failed(self, failing: Chapter) -> None:
        outputs = failing.jobs["run"]["Run"].outputs
        assert (outputs["result"], outputs["exit-code"]) == ("failed", "1")
        assert (outputs["succeeded"], outputs["failed"], outputs["not-sent"]) == ("1", "1", "3")


class TestTheNextMerge:
    def test_it_is_refused_before_anybody_is_asked_to_approve_it(self, blocked: Chapter) -> None:
        assert blocked.results == {"plan": "failure", "run": "skipped"}
        assert blocked.jobs["plan"]["Plan what is left to do"].exit_code == 3
        assert blocked.sent == []

    def test_it_names_the_run_that_is_to_be_gone_on_with(
        self, failing: Chapter, blocked: Chapter
    ) -> None:
        (one,) = blocked.jobs["plan"].annotations
        assert (one.properties["title"], one.properties["file"]) == ("once", WINTER)
        assert failing.run_id in one.message
        assert "--retry-failed" in one.message

    def test_it_does_its_work_once_that_run_has_come_to_its_end(self, unblocked: Chapter) -> None:
        assert unblocked.results == {"plan": "success", "run": "success"}
        assert unblocked.sent == [("start", "WKF404")]


class TestGoingOn:
    def test_what_had_failed_is_sent_again_and_what_was_done_is_not(self, resumed: Chapter) -> None:
        assert resumed.sent == [("start", "WKF402")]
        assert resumed.outcomes[f"{WINTER}#1.1"] == "succeeded"
        assert resumed.outcomes[f"{WINTER}#2.1"] == "succeeded"

    def test_a_lost_answer_leaves_the_outcome_unknown(self, resumed: Chapter) -> None:
        assert resumed.results == {"resume": "failure"}
        assert resumed.jobs["resume"]["Resume"].exit_code == 6
        assert resumed.outcomes[f"{WINTER}#3.1"] == "unknown"
        (one,) = resumed.jobs["resume"].annotations
        assert one.properties["title"] == "outcome-unknown"
        assert one.properties["line"] == str(FIRST_ACTION + 2)

    def test_it_goes_on_in_the_same_journal(self, failing: Chapter, resumed: Chapter) -> None:
        assert list(resumed.journals) == list(failing.journals)
        assert resumed.run_id == failing.run_id

    def test_a_persons_word_settles_it(self, failing: Chapter, settled: Chapter) -> None:
        assert settled.results == {"resume": "success"}
        assert settled.sent == [("start", "WKF403")]
        assert settled.run_id == failing.run_id
        assert set(settled.outcomes.values()) == {"succeeded", "skipped"}
        assert list(settled.journals) == list(failing.journals)

    def test_its_artifact_is_that_of_a_run(self, settled: Chapter) -> None:
        assert set(settled.run.uploaded("run-1")) == {
            "report.json",
            "report.html",
            f".state/prod/{settled.run_id}.jsonl",
        }


@pytest.mark.parametrize("run", ["../../etc/passwd", "$(touch pwned)", "20260601T080000Z"])
def test_what_is_no_run_is_refused_before_anything_is_read(
    story: Story, first: Chapter, run: str
) -> None:
    told = story.tell(RESUME, story.server.dispatch(run=run))
    step = told.jobs["resume"]["Resume"]
    assert step.exit_code == 64
    assert step.log.startswith("A run ID looks like ")
    assert "There is no report" in told.jobs["resume"]["Make the page"].log
    assert told.journals == {}
    assert not list(story.server.folder.rglob("pwned"))
