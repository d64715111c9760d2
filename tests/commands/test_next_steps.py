"""What a person is told to do next: commands that run as they are printed."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import pytest

from runner.campaign.hosts import Target
from runner.ci.source_control import SourceControl
from runner.commands.access import Access
from runner.commands.house_rules import HouseRules
from runner.commands.next_steps import next_step, resume_command, settle_command
from runner.commands.planning import Asked
from runner.commands.run_options import ResumeOptions, RunOptions
from runner.commands.surroundings import Inputs
from runner.errors import ExitCode
from runner.execute.results import Attempt, CommandResult, Outcome
from runner.execute.run import Header, Run
from runner.guardrails.overrides import Override
from runner.validate.references import Allowed
from tests.support.campaign import pointing_at, sandbox_of
from tests.support.journals import STARTED, THREE, Stage, outcomes, resume_line
from tests.support.plans import command, desired, live, offline, plan_of
from tests.support.program import report, write
from tests.support.worlds import NOON

if TYPE_CHECKING:
    from tests.support.program import Program

TARGET = Target("https://mc.adobe.io", "https://ims-na1.adobelogin.com/ims/token/v3")
SENT = (Attempt(NOON, 0.25, 204, None, None),)
JOURNAL = ".campaign-runner/x.jsonl"
RESUME = f"campaign-runner run --resume {JOURNAL}"


def run_of(*results: CommandResult, **others: Any) -> Run:
    values: dict[str, Any] = {
        "header": Header("id", "run", None, TARGET, SourceControl(), NOON),
        "result": "failed",
        "exit_code": ExitCode.FAILED,
        "files": (),
        "plan": plan_of([it.command for it in results]),
        "results": results,
        "problems": (),
        "warnings": (),
        "message": "",
        "finished_at": NOON,
        "journal": JOURNAL,
    }
    return Run(**{**values, **others})


def options(*paths: str, **others: Any) -> RunOptions:
    return RunOptions(Asked(Inputs(paths or ("a.yaml",))), **others)


def result(workflow: str, outcome: Outcome) -> CommandResult:
    attempts = () if outcome is Outcome.NOT_SENT else SENT
    return CommandResult(command(workflow), outcome, attempts)


FAILED = (result("A", Outcome.FAILED), result("B", Outcome.NOT_SENT))


class TestWhichStep:
    def test_what_failed_is_tried_again_or_left_behind(self) -> None:
        run = run_of(result("Z", Outcome.SUCCEEDED), *FAILED, result("C", Outcome.NOT_SENT))
        assert next_step(run, options()) == (
            f"To try again what failed, and go on: {RESUME} --retry-failed. Where a file has to"
            " change first: the same command with --from 'a.yaml#B'"
        )

    def test_nothing_is_left_behind_where_all_were_reached(self) -> None:
        step = next_step(run_of(result("A", Outcome.FAILED)), options())
        assert step == f"To try again what failed, and go on: {RESUME} --retry-failed"

    @pytest.mark.parametrize(
        "given",
        [
            RunOptions(Asked(Inputs(()), reviewed="plan.json")),
            RunOptions(Asked(Inputs(("a.yaml",)), pinned="0" * 64)),
            RunOptions(Asked(Inputs(())), resume=ResumeOptions(JOURNAL)),
        ],
        ids=["plan", "digest", "resumed"],
    )
    def test_what_was_reviewed_has_to_be_reviewed_anew(self, given: RunOptions) -> None:
        assert next_step(run_of(*FAILED), given).endswith(
            ": plan again with --from 'a.yaml#B', have that reviewed, and run it"
        )

    def test_a_desired_state_is_named_as_the_files_have_it(self) -> None:
        stop, start = live(offline(desired("A", restart_failed=True)), A="failed").commands
        run = run_of(
            CommandResult(stop, Outcome.FAILED, SENT), CommandResult(start, Outcome.NOT_SENT)
        )
        assert next_step(run, options()).endswith("--from 'a.yaml#desired.1'")

    @pytest.mark.parametrize("word", ["failed", "interrupted", "unknown"])
    def test_what_is_not_over_is_gone_on_with(self, word: str) -> None:
        run = run_of(*FAILED, is_over=False, result=word)
        assert next_step(run, options()) == f"To go on: {RESUME}"

    def test_an_unknown_is_settled_first(self) -> None:
        run = run_of(
            result("A", Outcome.UNKNOWN), result("B", Outcome.UNKNOWN), result("C", Outcome.FAILED)
        )
        lines = next_step(run, options()).splitlines()
        assert "a.yaml#A" in lines[0]
        assert "1 more" in lines[0]
        assert f"  {RESUME} --settle 'a.yaml#A=sent'" in lines
        assert f"  {RESUME} --settle 'a.yaml#A=not-sent'" in lines

    def test_nothing_after_a_success_or_without_a_journal(self) -> None:
        done = run_of(result("A", Outcome.SUCCEEDED), result="succeeded")
        assert next_step(done, options()) == ""
        assert next_step(run_of(*FAILED, journal=None), options()) == ""

    def test_what_came_from_standard_input_cannot_be_gone_on_with(self) -> None:
        told = next_step(run_of(*FAILED, is_over=False), options("-"))
        assert told == "Where a file has to change first: the same command with --from 'a.yaml#B'"


class TestTheCommand:
    def test_it_has_all_that_the_run_was_allowed_and_nothing_that_the_journal_knows(self) -> None:
        given = RunOptions(
            Asked(Inputs((), "prod", Allowed(frozenset({"Y", "X"}), ("/run/a secret",)))),
            report="out dir/r.json",
            access=Access(base_url="http://127.0.0.1:1", allowed_hosts=("a.example",)),
            rules=HouseRules("p$.yaml", (Override("windows", "it's agreed"),)),
        )
        words = shlex.split(resume_command(given, "a dir/x.jsonl"))
        assert words == [
            *("campaign-runner", "run", "--resume", "a dir/x.jsonl"),
            *("--allow-host", "a.example"),
            *("--allow-env", "X", "--allow-env", "Y", "--allow-secret-file", "/run/a secret"),
            *("--policy", "p$.yaml", "--override", "windows", "--reason", "it's agreed"),
            *("--report", "out dir/r.json"),
        ]

    @pytest.mark.parametrize("word", ["sent", "not-sent"])
    def test_a_word_is_one_word_to_a_shell(self, word: str) -> None:
        line = settle_command(options(), JOURNAL, "a b.yaml/2#1.1", word)
        assert shlex.split(line)[-2:] == ["--settle", f"a b.yaml/2#1.1={word}"]


def test_the_command_runs_as_it_is_printed(program: Program) -> None:
    """With a policy, an override and its reason, another report, and names with blanks."""
    write("a b.yaml", f"{THREE}guardrails: {{protect: [WKF2]}}\n".replace("WKF3", "WKF99"))
    write("policy file.yaml", "version: 1\nguardrails: {max_stops: 9}\n")
    with sandbox_of(STARTED) as sandbox:
        ended = program(
            *("run", "a b.yaml", "--state-dir", "a state", "--report", "a report.json"),
            *("--policy", "policy file.yaml", "--override", "protect"),
            *("--reason", "it's agreed; really", "--allow-host", "127.0.0.1", "--deadline", "1m"),
            env=pointing_at(sandbox),
        )
        assert ended.exit_code == 1, ended.output
        line = ended.stderr.partition("and go on: campaign-runner ")[2].partition("\n")[0]
        assert report("a report.json")["totals"]["failed"] == 1
        again = program(*shlex.split(line), env=pointing_at(sandbox))
        assert again.exit_code == 1, again.output
        value = report("a report.json")
        assert value["resumed"][0]["retry_failed"] is True
        assert value["overrides"][0]["reason"] == "it's agreed; really"
        assert [it["outcome"] for it in value["commands"]] == ["succeeded", "succeeded", "failed"]


def test_what_was_rejected_is_gone_on_with_as_it_is_printed(program: Program) -> None:
    from runner.sandbox.faults import ErrorStatus

    write("a.yaml", THREE)
    with sandbox_of(STARTED) as sandbox:
        stage = Stage(program, sandbox)
        sandbox.next_faults(ErrorStatus(403), workflows=["WKF2"])
        ended = stage.run()
        assert program(*resume_line(ended.stderr), env=stage.env).exit_code == 0
    assert outcomes() == ["succeeded"] * 3
