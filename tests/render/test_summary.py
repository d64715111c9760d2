"""The end of a run: its table, its line, and what is to be looked at first."""

from __future__ import annotations

from io import StringIO

import pytest
from msgspec.structs import replace
from rich.console import Console

from runner.campaign.hosts import Target
from runner.ci.source_control import SourceControl
from runner.errors import ExitCode
from runner.execute.results import Attempt, CommandResult, Outcome
from runner.execute.run import Header, Run
from runner.render.summary import MOST_ROWS, barrier, state_lines, summary_line, summary_table
from tests.support.plans import command, desired, live, offline, pausing, plan_of, waiting
from tests.support.worlds import NOON

TARGET = Target("https://mc.adobe.io", "https://ims-na1.adobelogin.com/ims/token/v3")
SENT = (Attempt(NOON, 0.25, 204, None, None),)


def run_of(*results: CommandResult, exit_code: ExitCode = ExitCode.FAILED) -> Run:
    return Run(
        header=Header("id", "run", None, TARGET, SourceControl(), NOON),
        result="failed",
        exit_code=exit_code,
        files=(),
        plan=plan_of([it.command for it in results]),
        results=results,
        problems=(),
        warnings=(),
        message="",
        finished_at=NOON,
    )


def result(workflow: str, outcome: Outcome, *, sent: bool = True) -> CommandResult:
    return CommandResult(command(workflow), outcome, SENT if sent else ())


def shown(run: Run) -> str:
    text = StringIO()
    Console(file=text, width=160).print(summary_table(run))
    return text.getvalue()


class TestBarrier:
    """What the rest was to wait for, and did not come, is to be looked at first."""

    @pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.UNKNOWN])
    def test_what_was_waited_for_in_vain(self, outcome: Outcome) -> None:
        missed = CommandResult(waiting("A"), outcome, SENT, waited=600.0)
        run = run_of(missed, result("B", Outcome.NOT_SENT, sent=False))
        assert barrier(run) == "First look at A: what follows was to wait until it is stopped."

    @pytest.mark.parametrize(
        "passed",
        [
            CommandResult(waiting("A"), Outcome.SUCCEEDED, SENT, waited=1.0),
            CommandResult(waiting("A"), Outcome.FAILED, SENT),  # not accepted, so not waited for
            CommandResult(pausing(30), Outcome.NOT_SENT, waited=1.0),
        ],
        ids=["it came", "not accepted", "a pause"],
    )
    def test_nothing_else_is(self, passed: CommandResult) -> None:
        run = run_of(result("Z", Outcome.FAILED), passed, result("B", Outcome.NOT_SENT, sent=False))
        assert barrier(run) == ""


class TestTable:
    def test_a_row_for_each_with_its_seconds(self) -> None:
        waited = replace(result("A", Outcome.SUCCEEDED), waited=1.5)
        paused = CommandResult(pausing(30), Outcome.SUCCEEDED, waited=30.0)
        held = CommandResult(
            live(offline(desired("C")), C="started").commands[0], Outcome.SKIPPED, (), "so already"
        )
        rows = [line.split() for line in shown(run_of(waited, paused, held)).splitlines()[2:]]
        assert rows == [
            ["succeeded", "start", "A", "a.yaml:1", "1.75"],
            ["succeeded", "wait", "30s", "a.yaml:1", "30.00"],
            ["skipped", "ensure", "C", "started", "a.yaml:1", "so", "already"],
        ]

    def test_of_many_those_that_went_wrong_are_there(self) -> None:
        results = [result(f"W{n}", Outcome.SUCCEEDED) for n in range(MOST_ROWS + 100)]
        results.append(result("LAST", Outcome.FAILED))
        table = summary_table(run_of(*results))
        assert table.row_count == MOST_ROWS
        assert "LAST" in shown(run_of(*results))

    def test_markup_in_a_message_is_text(self) -> None:
        odd = replace(result("A", Outcome.FAILED), message="[bold]x[/bold] ##[y]")
        assert "[bold]x[/bold] # #[y]" in shown(run_of(odd))


def test_the_line_counts_commands_but_no_pauses() -> None:
    run = run_of(
        result("A", Outcome.SUCCEEDED),
        CommandResult(pausing(), Outcome.SUCCEEDED),
        result("B", Outcome.FAILED),
    )
    assert summary_line(run) == (
        "Result: failed (exit code 1). 2 commands: 1 succeeded, 1 failed. 0.0 s"
    )


def test_states_of_several_organizations_are_told_apart() -> None:
    assert state_lines({"o": {"A": "started"}}) == ["In the sandbox now:", "  A: started"]
    assert state_lines({"o": {"A": "started"}, "p": {"A": "paused"}})[1:] == [
        "  o A: started",
        "  p A: paused",
    ]
