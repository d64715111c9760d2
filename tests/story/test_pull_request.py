"""What a pull request shows: annotations, one comment, a summary, findings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.story.telling import (
    AUTUMN,
    FIRST_ACTION,
    MARKER,
    MERGE,
    NUMBER,
    PULL_REQUEST,
    SOURCE,
    STORY,
    Chapter,
    Story,
)
from tests.support.markdown import assert_harmless

if TYPE_CHECKING:
    from tests.support.workflow_commands import Command

pytestmark = STORY
BOT = "github-actions[bot]"


def plan_of(chapter: Chapter) -> str:
    return chapter.run.uploaded("review-1")["plan.md"]


def findings_of(text: str) -> list[Any]:
    (run,) = json.loads(text)["runs"]
    found: list[Any] = run["results"]
    return found


def place(command: Command) -> tuple[str, str, str, str]:
    told = command.properties
    return (command.name, told["title"], told["file"], told["line"])


class TestWhatIsStarted:
    def test_each_event_starts_its_own_workflow(self, story: Story, proposed: Chapter) -> None:
        assert story.server.started_by(proposed.run.event) == [PULL_REQUEST]
        assert story.server.started_by(story.server.push(story.start)) == [MERGE]

    def test_a_push_that_changes_no_campaign_starts_nothing(self, story: Story) -> None:
        assert story.server.started_by(story.server.push(story.start, story.start)) == []

    def test_what_init_was_told_is_installed_and_nothing_else(
        self, story: Story, proposed: Chapter
    ) -> None:
        assert story.server.machine.installed == [
            f"-m pip install --quiet --disable-pip-version-check {SOURCE}"
        ]


class TestValid:
    def test_every_job_succeeds_without_an_annotation(self, proposed: Chapter) -> None:
        assert proposed.results == dict.fromkeys(["review", "comment", "code-scanning"], "success")
        assert proposed.jobs["review"].annotations == []

    def test_the_plan_holds_what_is_new_and_what_should_be_true(self, proposed: Chapter) -> None:
        page = assert_harmless(plan_of(proposed))
        assert [row[:3] for row in page.rows[1:]] == [
            ["#1.1", "start", "WKF301"],
            ["#desired.1", "ensure", "WKF201 started"],
            ["#desired.2", "ensure", "WKF202 stopped"],
        ]

    def test_its_places_are_links_into_the_merge_that_was_planned(self, proposed: Chapter) -> None:
        blob = f"https://github.com/acme/campaigns/blob/{proposed.run.event.sha}"
        links = assert_harmless(plan_of(proposed)).links
        assert links[0] == f"{blob}/{AUTUMN}#L{FIRST_ACTION}"

    def test_comment_and_summary_are_the_plan(self, proposed: Chapter) -> None:
        assert proposed.comments[-1] == (BOT, plan_of(proposed))
        assert proposed.jobs["review"]["Plan"].summary == plan_of(proposed)

    def test_the_outputs_say_what_is_planned(self, proposed: Chapter) -> None:
        outputs = dict(proposed.jobs["review"]["Plan"].outputs)
        assert len(outputs.pop("digest")) == 64
        assert outputs == {
            "result": "planned",
            "exit-code": "0",
            "commands": "3",
            "has-work": "true",
        }

    def test_plan_and_findings_are_the_artifact(self, proposed: Chapter) -> None:
        files = proposed.run.uploaded("review-1")
        assert set(files) == {"plan.md", "validation.sarif"}
        assert findings_of(files["validation.sarif"]) == []

    def test_nothing_reaches_campaign(self, proposed: Chapter, broken: Chapter) -> None:
        assert proposed.sent == broken.sent == []


class TestSecondPush:
    def test_the_one_comment_is_updated(self, proposed: Chapter, improved: Chapter) -> None:
        assert improved.comments[-1] == (BOT, plan_of(improved))
        assert improved.comments[:-1] == proposed.comments[:-1]

    def test_it_shows_the_new_plan(self, improved: Chapter) -> None:
        assert "### Plan: 4 commands for `acme`" in plan_of(improved)

    def test_nobody_elses_comment_is_taken_for_it(self, improved: Chapter) -> None:
        assert ("stranger", f"{MARKER}\nThis is fine, merge it.") in improved.comments
        assert [login for login, _ in improved.comments].count(BOT) == 1


class TestBroken:
    LINE = FIRST_ACTION + 1
    PROBLEM = ("error", "unknown-key", AUTUMN, str(LINE))

    def test_both_steps_fail_as_invalid(self, broken: Chapter) -> None:
        review = broken.jobs["review"]
        assert review.result == "failure"
        assert review.failed == ["Validate", "Plan"]
        assert review["Validate"].exit_code == review["Plan"].exit_code == 3

    def test_the_mistake_is_annotated_at_its_line_seen_from_the_root(self, broken: Chapter) -> None:
        (one,) = broken.jobs["review"]["Validate"].annotations
        assert place(one) == self.PROBLEM
        assert one.message == ("actions[1]: the key `stpo` is not known here\ndid you mean `stop`?")

    def test_no_step_annotates_another_place(self, broken: Chapter) -> None:
        assert set(map(place, broken.jobs["review"].annotations)) == {self.PROBLEM}

    def test_the_same_comment_says_why_there_is_no_plan(
        self, improved: Chapter, broken: Chapter
    ) -> None:
        assert broken.results["comment"] == "success"
        assert broken.comments[:-1] == improved.comments[:-1]
        login, body = broken.comments[-1]
        assert login == BOT
        assert body == plan_of(broken) == broken.jobs["review"]["Plan"].summary
        assert body.startswith(f"{MARKER}\n### ⛔ No plan: 1 problem ")
        assert f"`{AUTUMN}:{self.LINE}`" in body
        assert "did you mean `stop`?" in body

    def test_the_outputs_say_that_it_is_refused(self, broken: Chapter) -> None:
        outputs = broken.jobs["review"]["Plan"].outputs
        assert (outputs["result"], outputs["exit-code"]) == ("refused", "3")

    def test_code_scanning_gets_the_same_problem(self, story: Story, broken: Chapter) -> None:
        text = broken.run.uploaded("review-1")["validation.sarif"]
        (one,) = findings_of(text)
        where = one["locations"][0]["physicalLocation"]
        assert one["ruleId"] == "unknown-key"
        assert where["artifactLocation"]["uri"] == AUTUMN
        assert where["region"]["startLine"] == self.LINE
        assert ("campaign-runner", text) in story.server.findings


class TestFork:
    def test_the_review_is_the_same(self, improved: Chapter, foreign: Chapter) -> None:
        assert foreign.results["review"] == "success"
        assert "### Plan: 4 commands for `acme`" in foreign.jobs["review"]["Plan"].summary

    def test_nothing_is_written_to_the_repository(self, broken: Chapter, foreign: Chapter) -> None:
        assert foreign.results["comment"] == foreign.results["code-scanning"] == "skipped"
        assert foreign.comments == broken.comments


@pytest.mark.parametrize(("has_it", "result"), [(None, "skipped"), ("true", "success")])
def test_a_private_repository_says_whether_it_has_code_scanning(
    story: Story,
    improved: Chapter,
    monkeypatch: pytest.MonkeyPatch,
    has_it: str | None,
    result: str,
) -> None:
    monkeypatch.setitem(story.server.variables, "CAMPAIGN_CODE_SCANNING", has_it)
    run = story.begin(PULL_REQUEST, story.server.pull_request(NUMBER, private=True))
    run.jobs["review"], run.artifacts = improved.jobs["review"], improved.run.artifacts
    assert run.job("code-scanning").result == result
