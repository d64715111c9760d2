"""`report`: what `run` wrote, shown again in every form, and refused where it is something else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner.cli.reporting import ReportFormat
from runner.commands.report import ENDINGS
from tests.support.campaign import ONE
from tests.support.program import process, write
from tests.support.reports import entry, report_value

if TYPE_CHECKING:
    from tests.support.program import Program

FORMS = [it.value for it in ReportFormat]
BEGINS = {
    "text": "Run 2026",
    "markdown": "#",
    "junit": '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ',
    "html": "<!doctype html>",
    "json": "{",
}


def keep(result: str = "succeeded", exit_code: int = 0, outcome: str = "succeeded") -> None:
    """Write the least that is a report."""
    value = report_value([entry(outcome=outcome)], result, exit_code)
    write("old.json", json.dumps(value))


def test_every_form_has_its_ending() -> None:
    assert list(ENDINGS) == FORMS


def test_the_report_of_a_run_is_shown_as_its_end_was(program: Program) -> None:
    write("a.yaml", ONE)
    run = program("run", "a.yaml", "--sandbox")
    shown = program("report", "report.json")
    assert (shown.exit_code, shown.stderr) == (0, "")
    # The report is to the millisecond, so that the last digit of a time may be another one.
    end, again = (re.sub(r"\d+\.\d+", "0.0", it) for it in (run.stderr, shown.stdout))
    head = end.index("outcome ")
    table = end[head : end.index("\n", end.index("WKF1", head))]
    assert "succeeded" in table
    assert table in again
    assert again.splitlines()[-1] == end.splitlines()[-1]


@pytest.mark.parametrize("form", FORMS)
class TestForms:
    """Each takes the least that the schema does, and goes to stdout or to a file."""

    @pytest.mark.parametrize(
        "kept",
        [(), ("failed", 1, "failed"), ("unknown", 6, "unknown"), ("refused", 5, "not_sent")],
        ids=["succeeded", "failed", "unknown", "refused"],
    )
    def test_it_ends_with_0_whatever_became_of_the_run(
        self, program: Program, form: str, kept: tuple[str, int, str]
    ) -> None:
        keep(*kept)
        shown = program("report", "old.json", "--format", form)
        assert (shown.exit_code, shown.stderr) == (0, "")
        assert shown.stdout.lower().startswith(BEGINS[form].lower())

    def test_a_file_gets_what_stdout_would_and_stdin_is_as_good(
        self, program: Program, form: str
    ) -> None:
        keep()
        shown = program("report", "old.json", "--format", form).stdout
        text = Path("old.json").read_text(encoding="utf-8")
        kept = program("report", "-", "--format", form, "--out", "shown.out", stdin=text)
        assert (kept.exit_code, kept.stdout) == (0, "")
        assert kept.stderr == "Written to shown.out\n"
        assert Path("shown.out").read_text(encoding="utf-8") == shown
        dashed = program("report", "old.json", "--format", form, "--out", "-")
        assert dashed.stdout == shown

    def test_the_ending_that_a_configuration_has_is_refused(
        self, program: Program, form: str
    ) -> None:
        keep()
        ended = program("report", "old.json", "--format", form, "--out", "a.yaml")
        assert ended.exit_code == 64
        assert f"would look like a configuration; end it in {ENDINGS[form]}" in ended.stderr


class TestRefusals:
    """An unusable file is 3, a wrong call 64, and neither leaves anything behind."""

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "old.json:1:1: error: this is not JSON [report]"),
            ('{"schema_version": 2}', "version 2 of the report's format is not known"),
            ('{"digest": "", "selection": {}}', "this is a plan; what is wanted is a report"),
            ('{"type": "header"}\n{}\n', "this is a journal; what is wanted is a report"),
        ],
    )
    def test_what_is_no_report(self, program: Program, text: str, message: str) -> None:
        write("old.json", text)
        ended = program("report", "old.json", "--format", "junit", "--out", "new.xml")
        assert (ended.exit_code, ended.stdout) == (3, "")
        assert message in ended.stderr
        assert not Path("new.xml").exists()

    def test_the_plan_and_the_journal_that_the_program_writes(self, program: Program) -> None:
        write("a.yaml", ONE)
        program("run", "a.yaml", "--sandbox")
        program("plan", "a.yaml", "--out", "plan.json", env={"CAMPAIGN_STANDARD_TENANT_ID": "o"})
        (journal,) = Path(".campaign-runner").glob("*.jsonl")
        for path, kind in (("plan.json", "plan"), (str(journal), "journal")):
            ended = program("report", path)
            assert ended.exit_code == 3
            assert f"this is a {kind}; what is wanted is a report" in ended.stderr

    def test_a_report_given_for_a_plan_is_known_as_one(self, program: Program) -> None:
        keep()
        ended = program("run", "--plan", "old.json", "--sandbox")
        assert ended.exit_code == 3
        assert "this is a report; what is wanted is a plan" in ended.stderr

    def test_a_missing_file(self, program: Program) -> None:
        ended = program("report", "gone.json")
        assert ended.exit_code == 3
        assert "gone.json:1:1: error: the report cannot be read: no such file" in ended.stderr

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["report"], "REPORT"),
            (["report", "old.json", "--format", "xml"], "--format"),
            (["report", "old.json", "more.json"], "--merge"),
            (["report", "old.json", "--out", "old.json"], "is read by this command"),
            (["report", "old.json", "--out", "."], "is not a regular file"),
        ],
    )
    def test_wrong_usage(self, program: Program, arguments: list[str], message: str) -> None:
        keep()
        before = Path("old.json").read_bytes()
        ended = program(*arguments)
        assert (ended.exit_code, ended.stdout) == (64, "")
        assert message in ended.stderr
        assert Path("old.json").read_bytes() == before

    def test_a_place_that_cannot_be_written(self, program: Program) -> None:
        keep()
        assert program("report", "old.json", "--out", "no/folder.txt").exit_code == 7


class TestLooks:
    """How much is said, and in which colours."""

    def test_quiet_and_verbose(self, program: Program) -> None:
        keep()
        quiet, calm, verbose = (
            program("report", "old.json", *more).stdout for more in (["-q"], [], ["-v"])
        )
        assert quiet == "Result: succeeded (exit code 0). 1 command: 1 succeeded. 0.0 s\n"
        assert len(quiet) < len(calm) <= len(verbose)
        assert program("report", "old.json", "-q", "--out", "o.txt").output == ""

    def test_no_colours_but_on_a_terminal(self, program: Program) -> None:
        keep()
        many = {"FORCE_COLOR": "1", "TERM": "xterm-256color"}
        assert "\x1b[" in program("report", "old.json", env=many).stdout
        program("report", "old.json", "--out", "o.txt", env=many)
        assert "\x1b" not in Path("o.txt").read_text(encoding="utf-8")

    def test_a_shell_may_pipe_it_in(self) -> None:
        keep()
        ended = process("report", "-", stdin=Path("old.json").read_text(encoding="utf-8"))
        assert ended.exit_code == 0
        assert ended.stdout.startswith("Run 2026")
