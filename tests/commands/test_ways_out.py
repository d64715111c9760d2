"""Ways out of what a run left half done: none leads into a circle, none does more than is said."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner.sandbox import WorkflowState
from runner.sandbox.faults import ErrorStatus, Latency
from tests.support.campaign import sandbox_of, sent_to
from tests.support.journals import (
    QUICK,
    THREE,
    Stage,
    keep,
    lines_of,
    outcomes,
    the_journal,
)
from tests.support.program import report, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.program import Program

STATES = {"WKF1": "stopped", "WKF2": "started", "WKF3": "started", "WKF4": "failed"}
START = f"{QUICK}actions: [{{start: WKF1}}, {{stop: WKF2}}]\n"


@pytest.fixture
def stage(program: Program) -> Iterator[Stage]:
    with sandbox_of(STATES) as sandbox:
        yield Stage(program, sandbox)


class TestSettling:
    def test_two_words_that_contradict_send_nothing_r27(self, stage: Stage) -> None:
        write("a.yaml", START)
        stage.sandbox.next_faults(ErrorStatus(502), actions=["start"])
        assert stage.run().exit_code == 6
        sent = stage.sent
        words = ["--settle", "a.yaml#1.1=sent", "--settle", "a.yaml#1.1=not-sent"]
        ended = stage.resume(*words)
        assert ended.exit_code == 64
        assert "--settle says both of `a.yaml#1.1`" in ended.stderr
        assert stage.sent == sent
        assert stage.resume(*words[:2], *words[:2]).exit_code == 0  # the same twice is one


class TestDesired:
    TEXT = f"{QUICK}desired: {{WKF4: started}}\n"

    def test_a_refused_one_is_not_to_be_retried_for_ever(self, stage: Stage) -> None:
        write("a.yaml", self.TEXT)
        ended = stage.run()
        assert ended.exit_code == 1
        assert "--retry-failed" not in ended.stderr
        assert "See to the desired state that is refused, and then begin a new run" in ended.stderr

    def test_beside_a_refused_one_what_was_passed_over_stays_so(self, stage: Stage) -> None:
        write("a.yaml", f"{QUICK}actions: [{{stop: WKF2}}]\n")
        write("d.yaml", self.TEXT)
        assert stage.run("a.yaml", "--once", "--init-state").exit_code == 0
        (first,) = Path(".campaign-runner").glob("*.jsonl")
        stage.run("a.yaml", "d.yaml", "--once")
        told = outcomes()
        (second,) = set(Path(".campaign-runner").glob("*.jsonl")) - {first}
        stage.resume(journal=second)
        assert outcomes() == told == ["skipped", "failed"]


class TestDeadline:
    def test_the_time_of_reading_counts_too(self, stage: Stage) -> None:
        write("a.yaml", f"{QUICK}desired: {{WKF2: stopped}}\n")
        stage.sandbox.next_faults(Latency(delay=0.5), actions=["read"])
        ended = stage.run("--deadline", "200ms")
        assert ended.exit_code == 1
        assert "the run's deadline of 200ms has passed" in report()["message"]
        assert sent_to(stage.sandbox) == []


class TestOnce:
    def test_after_a_selection_the_rest_can_be_done(self, stage: Stage) -> None:
        write("a.yaml", f"{QUICK}actions: [{{stop: WKF2}}, {{stop: WKF3}}]\n")
        assert stage.run("--once", "--init-state", "--only", "a.yaml#1.1").exit_code == 0
        ended = stage.run("--once")
        assert ended.exit_code == 0, ended.output
        assert outcomes() == ["skipped", "succeeded"]
        assert stage.sent == ["WKF2", "WKF3"]

    def test_what_had_no_effect_may_be_mended(self, stage: Stage) -> None:
        write("a.yaml", f"{QUICK}actions: [{{stop: WKF9}}]\n")
        assert stage.run("--once", "--init-state").exit_code == 1
        write("a.yaml", f"{QUICK}actions: [{{stop: WKF2}}]\n")
        assert stage.run("--once").exit_code == 0

    def test_the_hint_after_a_failure_does_what_it_says(self, stage: Stage) -> None:
        write("a.yaml", f"{QUICK}actions: [{{stop: WKF2}}, {{stop: WKF3}}]\n")
        stage.sandbox.next_faults(ErrorStatus(400), actions=["stop"], workflows=["WKF3"])
        assert stage.run("--once", "--init-state").exit_code == 1
        ended = stage.run("--once")
        assert ended.exit_code == 3
        assert f"--resume {the_journal()} --retry-failed" in ended.stderr
        assert stage.resume("--retry-failed").exit_code == 0
        assert stage.run("--once").exit_code == 0
        assert stage.sent == ["WKF2", "WKF3", "WKF3"]


class TestTheJournalItself:
    def test_no_report_replaces_it(self, stage: Stage) -> None:
        write("a.yaml", THREE)
        stage.run()
        shutil.copy(the_journal(), "j.json")
        before = Path("j.json").read_bytes()
        ended = stage.resume("--report", "j.json", journal=Path("j.json"))
        assert ended.exit_code == 64
        assert "--report is the journal that is gone on with" in ended.stderr
        assert Path("j.json").read_bytes() == before

    @pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX")
    def test_one_that_is_at_its_end_is_told_again_though_nothing_can_be_locked(
        self, stage: Stage
    ) -> None:
        write("a.yaml", START)
        assert stage.run().exit_code == 0
        journal = the_journal()
        for it in Path(".campaign-runner").glob("*.lock"):
            it.unlink()
        journal.parent.chmod(stat.S_IRUSR | stat.S_IXUSR)
        try:
            assert stage.resume(journal=journal).exit_code == 0
        finally:
            journal.parent.chmod(stat.S_IRWXU)
        assert list(Path(".campaign-runner").glob("*.lock")) == []

    def test_one_whose_last_line_contradicts_the_others_is_refused(self, stage: Stage) -> None:
        write("a.yaml", THREE)
        stage.run()
        journal = the_journal()
        lines = [it for it in lines_of(journal) if (it["type"], it.get("n")) != ("result", 3)]
        kept = [it for it in lines if (it["type"], it.get("n")) != ("answer", 3)]
        keep(journal, *kept)
        ended = stage.resume()
        assert ended.exit_code == 3
        assert "its last line says that the run was at its end" in ended.stderr


def test_reads_that_the_service_fails_count_for_the_breaker(stage: Stage) -> None:
    signals = ", ".join(
        f"{{signal: {{workflow: WKF2, activity: signal{n}, source: CI}}}}" for n in range(5)
    )
    defaults = "defaults: {on_failure: continue, timeout: 1s}"
    write("a.yaml", f"version: 1\norganization: acme\n{defaults}\nactions: [{signals}]\n")
    stage.sandbox.set_state("acme", "WKF2", WorkflowState.STARTED)
    stage.sandbox.next_faults(*[ErrorStatus(500)] * 5, actions=["read"])
    ended = stage.run("--max-service-failures", "2")
    assert ended.exit_code == 1
    assert "2 commands in a row failed for reasons of the service" in ended.stderr
    assert outcomes() == ["failed", "failed", "not_sent", "not_sent", "not_sent"]
