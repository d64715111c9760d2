"""`run --once`: what a pipeline has done is not done again (R28)."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest

from runner.sandbox import Sandbox
from runner.sandbox.faults import Reset
from tests.support.campaign import sandbox_of, sent_to, settings_of
from tests.support.journals import (
    FOLDER,
    QUICK,
    STARTED,
    THREE,
    Stage,
    cut_after,
    journals,
    lines_of,
    outcomes,
    the_journal,
)
from tests.support.program import report, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.program import Ended, Program

OTHER = f"{QUICK}actions: [{{stop: WKF4}}]\n"


@pytest.fixture
def stage(program: Program) -> Iterator[Stage]:
    with sandbox_of(STARTED) as sandbox:
        yield Stage(program, sandbox)


def first(stage: Stage, *more: str | Path) -> Ended:
    """Do `a.yaml` for the first time."""
    write("a.yaml", THREE)
    return stage.run(*more, "--once", "--init-state")


class TestPassingOver:
    def test_a_file_that_is_done_is_passed_over_and_the_others_run(self, stage: Stage) -> None:
        assert first(stage).exit_code == 0
        run_id = report()["run_id"]
        write("b.yaml", OTHER)
        assert stage.run("a.yaml", "b.yaml", "--once").exit_code == 0
        assert stage.sent == ["WKF1", "WKF2", "WKF3", "WKF4"]
        assert outcomes() == ["skipped"] * 3 + ["succeeded"]
        message = report()["commands"][0]["message"]
        assert message == f"done already by run {run_id} (--once)"

    def test_all_passed_over_needs_no_credentials_and_asks_nothing(self, stage: Stage) -> None:
        first(stage)
        for name in ("API_KEY", "ACCESS_TOKEN"):
            del stage.env[f"CAMPAIGN_STANDARD_{name}"]
        ended = stage.run("--once")
        assert ended.exit_code == 0, ended.output
        assert outcomes() == ["skipped"] * 3
        assert "Sending" not in ended.stderr
        assert len(stage.sent) == 3

    def test_it_stays_done_in_every_later_run(self, stage: Stage) -> None:
        first(stage)
        for _ in range(3):
            assert stage.run("--once").exit_code == 0
        assert len(stage.sent) == 3

    def test_a_run_without_the_option_counts_and_one_without_it_sends(self, stage: Stage) -> None:
        write("a.yaml", THREE)
        stage.run()
        assert stage.run("--once").exit_code == 0
        assert len(stage.sent) == 3
        assert stage.run().exit_code == 0
        assert len(stage.sent) == 6

    def test_desired_states_are_never_passed_over(self, stage: Stage) -> None:
        write("a.yaml", f"{QUICK}desired: {{WKF1: stopped, WKF2: started}}\n")
        assert stage.run("--once", "--init-state").exit_code == 0
        stage.run("--once")
        assert [it["action"] for it in report()["commands"]] == ["ensure", "ensure"]
        assert {it["message"] for it in report()["commands"]} == {
            "it is stopped already",
            "it is started already",
        }

    def test_a_desired_state_of_several_commands_moves_nothing(self, program: Program) -> None:
        """What is passed over has another place then than in the files' own plan."""
        with sandbox_of({**STARTED, "WKF5": "failed"}) as sandbox:
            stage = Stage(program, sandbox)
            first(stage)
            write("0.yaml", f"{QUICK}desired: {{WKF5: {{state: started, restart_failed: true}}}}\n")
            assert stage.run("0.yaml", "a.yaml", "--once").exit_code == 0
            assert sent_to(sandbox)[3:] == [("stop", "WKF5"), ("start", "WKF5")]
            assert outcomes() == ["succeeded"] * 2 + ["skipped"] * 3

    def test_a_dry_run_shows_it(self, stage: Stage) -> None:
        first(stage)
        write("b.yaml", OTHER)
        assert stage.run("a.yaml", "b.yaml", "--once", "--dry-run").exit_code == 0
        assert outcomes() == ["skipped"] * 3 + ["planned"]
        assert len(stage.sent) == 3

    def test_guardrails_count_only_what_is_left(self, stage: Stage) -> None:
        first(stage)
        write("b.yaml", OTHER)
        write("policy.yaml", "version: 1\nguardrails: {max_stops: 1}\n")
        arguments = ("a.yaml", "b.yaml", "--policy", "policy.yaml")
        assert stage.run(*arguments).exit_code == 5
        assert stage.run(*arguments, "--once").exit_code == 0


class TestOtherPlaces:
    def test_another_environment_has_not_done_it(self, stage: Stage) -> None:
        write("a.yaml", f"{THREE}environments: {{stage: {{}}, prod: {{}}}}\n")
        stage.run("--once", "--init-state", "--env", "stage")
        for environment, times in (("prod", 2), ("prod", 2), ("stage", 2)):
            assert stage.run("--once", "--env", environment).exit_code == 0
            assert len(stage.sent) == 3 * times
        assert stage.run("--once").exit_code == 0  # the base is another one, too
        assert len(stage.sent) == 9

    def test_nor_has_another_address(self, stage: Stage, program: Program) -> None:
        first(stage)
        with sandbox_of(STARTED) as sandbox:
            other = Stage(program, sandbox)
            assert other.run("--once").exit_code == 0
            assert len(other.sent) == 3

    def test_nor_has_another_organization(self, program: Program) -> None:
        with Sandbox(settings_of({"acme": STARTED, "other": STARTED})) as sandbox:
            stage = Stage(program, sandbox)
            write("a.yaml", THREE.replace("organization: acme\n", ""))
            for organization in ("acme", "other", "acme", "other"):
                stage.env["CAMPAIGN_STANDARD_TENANT_ID"] = organization
                assert stage.run("--once", "--init-state").exit_code == 0
            assert len(sandbox.commands()) == 6

    def test_a_run_against_the_embedded_sandbox_never_counts(self, stage: Stage) -> None:
        write("a.yaml", THREE)
        stage.program("run", "a.yaml", "--sandbox", env={})
        assert stage.run("--once", "--init-state").exit_code == 0
        assert len(stage.sent) == 3
        stage.program("run", "a.yaml", "--sandbox", "--once", env={})
        assert outcomes() == ["succeeded"] * 3


class TestRefused:
    def test_another_content(self, stage: Stage) -> None:
        first(stage)
        write("a.yaml", f"{THREE}# a comment\n")
        ended = stage.run("--once")
        assert ended.exit_code == 3
        assert "has done this file with another content" in ended.stderr
        assert "--again a.yaml" in ended.stderr
        assert len(stage.sent) == 3
        assert report()["problems"][0]["rule"] == "once"
        assert stage.run("--once", "--again", "a.yaml").exit_code == 0
        assert len(stage.sent) == 6
        assert stage.run("--once").exit_code == 0  # now that content is done
        assert len(stage.sent) == 6

    def test_all_files_at_once(self, stage: Stage) -> None:
        write("b.yaml", OTHER)
        write("a.yaml", THREE)
        stage.run("a.yaml", "b.yaml", "--once", "--init-state")
        write("a.yaml", f"{THREE}#\n")
        write("b.yaml", f"{OTHER}#\n")
        stage.run("a.yaml", "b.yaml", "--once")
        assert [it["file"] for it in report()["problems"]] == ["a.yaml", "b.yaml"]

    def test_what_is_done_in_part_names_the_command_that_goes_on(self, stage: Stage) -> None:
        write("a.yaml", THREE)
        assert stage.run("--once", "--init-state", "--state-dir", "a state").exit_code == 0
        cut_after(the_journal("a state"), "result 1")
        arguments = ("--once", "--state-dir", "a state")
        ended = stage.run(*arguments)
        assert ended.exit_code == 3
        assert "has done only a part of this file" in ended.stderr
        assert len(stage.sent) == 3
        shown = re.search("go on with it: campaign-runner (.*)", ended.stderr)
        assert shown is not None
        assert stage.program(*shlex.split(shown[1]), env=stage.env).exit_code == 0
        assert stage.sent[3:] == ["WKF2", "WKF3"]
        assert stage.run(*arguments).exit_code == 0
        assert len(stage.sent) == 5

    def test_an_unknown_counts_as_a_part_until_it_is_settled(self, stage: Stage) -> None:
        write("a.yaml", f"{QUICK}actions: [{{start: WKF1}}]\n")
        with sandbox_of({"WKF1": "stopped"}) as sandbox:
            other = Stage(stage.program, sandbox)
            sandbox.next_faults(Reset())
            assert other.run("--once", "--init-state").exit_code == 6
            assert other.run("--once").exit_code == 3
            assert other.resume("--settle", "a.yaml#1.1=sent").exit_code == 0
            assert other.run("--once").exit_code == 0
            assert len(other.sent) == 1

    def test_an_empty_state_directory_unless_it_is_the_first_run(self, stage: Stage) -> None:
        write("a.yaml", THREE)
        for _ in range(2):  # the folder itself, which the lock makes, is no sign of a store
            ended = stage.run("--once")
            assert ended.exit_code == 64
            assert "holds no journal" in ended.stderr
            assert "--init-state" in ended.stderr
        assert stage.sandbox.requests() == ()
        assert stage.run("--once", "--init-state").exit_code == 0
        assert stage.run("--once").exit_code == 0

    def test_a_journal_that_cannot_be_read(self, stage: Stage) -> None:
        first(stage)
        write(f"{FOLDER}/other.jsonl", "garbage\n")
        ended = stage.run("--once")
        assert ended.exit_code == 3
        assert f"{FOLDER}/other.jsonl:1:1: error: this is no line of JSON" in ended.stderr

    @pytest.mark.parametrize(
        ("more", "says"),
        [
            (["--again", "a.yaml"], "--once"),
            (["--init-state"], "--once"),
            (["--once", "--again", "b.yaml"], "--again `b.yaml`"),
            (["--once", "--again", "./a.yaml"], "write the path as the plan shows it"),
        ],
    )
    def test_options_that_mean_nothing_are_wrong_usage(
        self, stage: Stage, more: list[str], says: str
    ) -> None:
        first(stage)
        ended = stage.run(*more)
        assert ended.exit_code == 64
        assert says in ended.stderr
        assert len(stage.sent) == 3


class TestResumed:
    def test_what_was_passed_over_is_not_sent_by_a_resume(self, stage: Stage) -> None:
        first(stage)
        write("b.yaml", OTHER)
        assert stage.run("a.yaml", "b.yaml", "--once").exit_code == 0
        last = journals()[-1]
        cut_after(last, "sending 4")
        ended = stage.resume(journal=last)
        assert ended.exit_code == 0, ended.output
        assert outcomes() == ["skipped"] * 3 + ["succeeded"]
        assert stage.sent == ["WKF1", "WKF2", "WKF3", "WKF4"]
        assert lines_of(last)[-1]["type"] == "finished"

    def test_nor_where_the_run_was_killed_while_it_wrote_that_down(self, stage: Stage) -> None:
        """Nothing was sent by it yet, so that another run with the option finds all as it is."""
        first(stage)
        write("b.yaml", OTHER)
        stage.run("a.yaml", "b.yaml", "--once")
        cut_after(journals()[-1], "result 1")
        assert stage.run("a.yaml", "b.yaml", "--once").exit_code == 0
        assert stage.sent[3:] == ["WKF4", "WKF4"]
