"""What a merge does: the first run, the next ones, and what they leave behind."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.story.expressions import filled
from tests.story.server import MAIN, loaded
from tests.story.telling import AUTUMN, MERGE, RESUME, SECRETS, STATE, STORY, Chapter, Story
from tests.support.markdown import assert_harmless

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.story.actions import Step

pytestmark = STORY
EXAMPLE = "campaigns/0001-example.yaml"
JOURNEYS = "campaigns/journeys.yaml"
PLANNING = "Plan what is left to do"


def run_step(chapter: Chapter) -> Step:
    return chapter.jobs["run"]["Run"]


class TestWithoutJournals:
    def test_a_run_is_refused_and_says_what_is_missing(self, unprepared: Chapter) -> None:
        assert unprepared.results == {"plan": "failure", "run": "skipped"}
        step = unprepared.jobs["plan"][PLANNING]
        assert step.exit_code == 64
        assert "`.state/prod` holds no journal" in step.log
        assert "for the very first run add --init-state" in step.log

    def test_nothing_is_sent_or_kept(self, unprepared: Chapter) -> None:
        assert unprepared.sent == []
        assert unprepared.journals == {}


class TestFirstRun:
    def test_everything_is_sent_in_order(self, first: Chapter) -> None:
        assert first.results == {"plan": "success", "run": "success"}
        assert first.sent == [
            ("stop", "WKF101"),
            ("start", "WKF102"),
            ("start", "WKF201"),
            ("pause", "WKF202"),
        ]

    def test_the_plan_is_shown_before_the_approval(self, first: Chapter) -> None:
        page = assert_harmless(first.jobs["plan"][PLANNING].summary)
        assert "Dry run, nothing sent: 4 commands" in page.text
        assert [row[0] for row in page.rows[1:]] == ["planned"] * 4

    def test_what_runs_has_the_digest_of_the_plan_that_was_shown(self, first: Chapter) -> None:
        digest = first.jobs["plan"].outputs["digest"]
        assert digest == first.jobs["plan"][PLANNING].outputs["digest"]
        assert digest == run_step(first).outputs["digest"] == first.report["plan_digest"]

    def test_the_outputs_are_those_of_the_report(self, first: Chapter) -> None:
        outputs = dict(run_step(first).outputs)
        assert outputs.pop("report").endswith("/report.json")
        assert outputs.pop("journal").endswith(f"/.state/prod/{first.run_id}.jsonl")
        totals = {name.replace("_", "-"): str(n) for name, n in first.report["totals"].items()}
        assert totals["succeeded"] == "4"
        assert outputs == {
            "result": "succeeded",
            "exit-code": "0",
            "digest": first.report["plan_digest"],
            **totals,
        }

    def test_the_summary_says_how_it_went(self, first: Chapter) -> None:
        page = assert_harmless(run_step(first).summary)
        assert "✅ Run succeeded: 4 commands for" in page.text
        assert f"https://github.com/acme/campaigns/actions/runs/{first.run.number}" in page.links

    def test_nothing_is_annotated(self, first: Chapter) -> None:
        assert first.jobs["run"].annotations == []

    def test_report_page_and_its_own_journal_are_the_artifact(self, first: Chapter) -> None:
        files = first.run.uploaded("run-1")
        journal = f".state/prod/{first.run_id}.jsonl"
        assert set(files) == {"report.json", "report.html", journal}
        assert first.run_id in files["report.html"]
        assert {f"prod/{first.run_id}.jsonl": files[journal].strip()} == first.journals

    def test_the_report_says_of_which_commit_and_run_it_is(self, first: Chapter) -> None:
        assert first.report["source_control"] == {
            "commit": first.run.event.sha,
            "ref": MAIN,
            "run_url": f"https://github.com/acme/campaigns/actions/runs/{first.run.number}",
        }

    def test_the_branch_of_journals_says_of_which_commit_they_are(
        self, story: Story, first: Chapter
    ) -> None:
        assert f"Run of {first.run.event.sha}" in story.server.messages(STATE)


class TestMerge:
    def test_exactly_the_new_work_is_sent(self, merged: Chapter) -> None:
        assert merged.results == {"plan": "success", "run": "success"}
        assert merged.sent == [("start", "WKF301"), ("stop", "WKF302"), ("stop", "WKF202")]

    def test_the_report_tells_the_rest_as_done(self, merged: Chapter) -> None:
        assert merged.outcomes == {
            f"{EXAMPLE}#1.1": "skipped",
            f"{EXAMPLE}#2.1": "skipped",
            f"{AUTUMN}#1.1": "succeeded",
            f"{AUTUMN}#2.1": "succeeded",
            f"{JOURNEYS}#desired.1": "skipped",
            f"{JOURNEYS}#desired.2": "succeeded",
        }

    def test_the_plan_tells_what_is_left(self, merged: Chapter) -> None:
        outputs = merged.jobs["plan"][PLANNING].outputs
        assert (outputs["planned"], outputs["skipped"]) == ("4", "2")

    def test_one_new_journal_is_kept_and_no_other_is_touched(
        self, first: Chapter, merged: Chapter
    ) -> None:
        assert list(merged.journals) == [f"prod/{merged.run_id}.jsonl"]
        assert merged.run_id != first.run_id

    def test_no_earlier_journal_is_in_its_artifact(self, merged: Chapter) -> None:
        assert set(merged.run.uploaded("run-1")) == {
            "report.json",
            "report.html",
            f".state/prod/{merged.run_id}.jsonl",
        }

    def test_a_second_run_of_the_same_commit_sends_nothing(self, merged_again: Chapter) -> None:
        assert merged_again.results == {"plan": "success", "run": "success"}
        assert merged_again.sent == []
        assert set(merged_again.outcomes.values()) == {"skipped"}


class TestAnotherPlanThanTheApproved:
    def test_it_is_refused(self, overtaken: Chapter) -> None:
        assert overtaken.results["run"] == "failure"
        assert overtaken.jobs["run"].failed == ["Run"]
        assert run_step(overtaken).exit_code == 3
        assert run_step(overtaken).outputs["result"] == "refused"

    def test_nothing_is_sent_or_kept(self, overtaken: Chapter) -> None:
        assert overtaken.sent == []
        assert overtaken.journals == {}

    def test_both_digests_are_named_in_the_annotation(self, overtaken: Chapter) -> None:
        (one,) = overtaken.jobs["run"].annotations
        assert one.properties["title"] == "reviewed-plan"
        assert overtaken.jobs["plan"].outputs["digest"] in one.message

    def test_report_and_page_are_uploaded_all_the_same(self, overtaken: Chapter) -> None:
        assert overtaken.report["exit_code"] == 3
        assert "report.html" in overtaken.run.uploaded("run-1")


@pytest.mark.parametrize("workflow", [MERGE, RESUME])
def test_no_other_branch_runs_by_hand(story: Story, merged: Chapter, workflow: str) -> None:
    given = {"run": "x"} if workflow == RESUME else {"init_state": True}
    told = story.tell(workflow, story.server.dispatch("refs/heads/autumn", **given))
    assert set(told.results.values()) == {"skipped"}


@pytest.mark.parametrize("workflow", [MERGE, RESUME])
def test_git_is_given_the_token_of_its_job_where_it_asks_for_the_journals(
    story: Story, workflow: str
) -> None:
    event = story.server.push(story.start)
    asking = list(_envs_with_remote(loaded(story.server.workflow(workflow, event))))
    assert asking
    for told, permissions in asking:
        contexts = {"github": story.server.context(event, permissions)}
        env = {name: filled(text, contexts, {}) for name, text in told.items()}
        assert env["REMOTE"] == "https://github.com/acme/campaigns"
        answer = subprocess.run(
            ["git", "credential", "fill"],
            input="protocol=https\nhost=github.com\n\n",
            env={**story.server.machine.variables, **env, "GIT_TERMINAL_PROMPT": "0"},
            cwd=story.server.folder,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert f"password={contexts['github']['token']}\n" in answer.stdout


def _envs_with_remote(workflow: Mapping[str, Any]) -> Iterator[tuple[dict[str, str], Any]]:
    """Give the variables of each step that asks GitHub for the journals, with its permissions."""
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            if "REMOTE" in step.get("env", {}):
                yield step["env"], job["permissions"]


def test_no_secret_is_in_anything_that_people_can_read(
    story: Story, first: Chapter, failing: Chapter
) -> None:
    texts = [*story.server.files(STATE).values()]
    for chapter in (first, failing):
        texts += chapter.run.uploaded("run-1").values()
        texts += [step.log + step.summary for job in chapter.jobs.values() for step in job.steps]
        texts += [str(job.outputs) for job in chapter.jobs.values()]
    assert first.run_id in "".join(texts)
    for secret in SECRETS.values():
        assert secret not in "".join(texts)
