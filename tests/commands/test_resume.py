"""`run --resume`: a run is gone on with where it stopped, and nothing is sent twice (R26, R27)."""

from __future__ import annotations

import json
import re
import shlex
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from runner.sandbox import Sandbox, WorkflowState
from runner.sandbox.faults import ErrorStatus, RateLimited, Reset
from tests.support.campaign import methods, sandbox_of, sent_to, settings_of, states_in
from tests.support.journals import (
    QUICK,
    STARTED,
    THREE,
    Stage,
    cut_after,
    keep,
    kinds,
    lines_of,
    outcomes,
    the_journal,
)
from tests.support.program import report, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.program import Ended, Program

STARTS = f"{QUICK}actions: [{{start: WKF1}}, {{stop: WKF2}}, {{stop: WKF3}}]\n"
STATES = {**STARTED, "WKF1": "stopped"}
WAIT = f"{QUICK}actions: [{{stop: WKF2, wait: {{until: stopped}}}}, {{stop: WKF3}}]\n"


@pytest.fixture
def stage(program: Program) -> Iterator[Stage]:
    with sandbox_of(STATES) as sandbox:
        yield Stage(program, sandbox)


def killed(stage: Stage, text: str, after: str) -> None:
    """Leave a journal as of a run that was killed after this line."""
    write("a.yaml", text)
    assert stage.run().exit_code == 0
    cut_after(the_journal(), after)


def without(value: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: it for name, it in value.items() if name not in names}


class TestWhereItStopped:
    @pytest.mark.parametrize(
        ("after", "again"),
        [
            ("header", ["WKF1", "WKF2", "WKF3"]),
            ("answer 1", ["WKF2", "WKF3"]),
            ("result 1", ["WKF2", "WKF3"]),
            ("answer 2", ["WKF3"]),
            ("sending 3", []),  # its effect is seen by the state
            ("result 3", []),
        ],
    )
    def test_what_was_answered_is_not_sent_again(
        self, stage: Stage, after: str, again: list[str]
    ) -> None:
        killed(stage, STARTS, after)
        ended = stage.resume()
        assert ended.exit_code == 0, ended.output
        assert stage.sent == ["WKF1", "WKF2", "WKF3", *again]
        assert outcomes() == ["succeeded"] * 3
        assert lines_of(the_journal())[-1]["type"] == "finished"

    def test_the_report_covers_both_parts_and_says_where_the_seam_was(self, stage: Stage) -> None:
        stage.env |= {"GITHUB_ACTIONS": "true", "GITHUB_SHA": "1" * 40}
        killed(stage, STARTS, "result 1")
        first = report()
        stage.env["GITHUB_SHA"] = "2" * 40
        assert stage.resume().exit_code == 0
        value = report()
        assert value["commands"][0] == first["commands"][0]
        same = ("run_id", "started_at", "plan_digest", "config", "source_control", "journal")
        assert {it: value[it] for it in same} == {it: first[it] for it in same}
        (seam,) = value["resumed"]
        assert seam["next"] == "a.yaml#2.1"
        assert (seam["settled"], seam["retry_failed"]) == ([], False)
        assert seam["source_control"]["commit"] == "2" * 40
        began, at, end = (
            datetime.fromisoformat(it.replace("Z", "+00:00"))
            for it in (value["started_at"], seam["at"], value["finished_at"])
        )
        assert began < at <= end
        assert value["duration_s"] == pytest.approx((end - began).total_seconds(), abs=0.002)

    def test_what_was_lifted_for_the_first_part_is_told_of_the_whole_run(
        self, stage: Stage
    ) -> None:
        write("a.yaml", STARTS)
        stage.run("--override", "protect", "--reason", "agreed")
        cut_after(the_journal(), "result 1")
        assert stage.resume().exit_code == 0
        assert [it["reason"] for it in report()["overrides"]] == ["agreed"]
        assert stage.resume("--override", "protect", "--reason", "agreed").exit_code == 0
        assert len(report()["overrides"]) == 1

    def test_it_can_be_gone_on_with_again_and_again(self, stage: Stage) -> None:
        write("a.yaml", STARTS)
        assert stage.run().exit_code == 0
        for after, times in (("result 1", 1), ("result 2", 2)):
            cut_after(the_journal(), after)
            assert stage.resume().exit_code == 0
            assert len(report()["resumed"]) == times
        assert [it["next"] for it in report()["resumed"]] == ["a.yaml#2.1", "a.yaml#3.1"]
        assert stage.sent == ["WKF1", "WKF2", "WKF3", "WKF2", "WKF3", "WKF3"]

    def test_one_of_which_nothing_was_left_but_its_end(self, stage: Stage) -> None:
        killed(stage, STARTS, "result 3")
        assert stage.resume().exit_code == 0
        assert report()["resumed"][0]["next"] is None

    @pytest.mark.parametrize("torn", [b"{", b'{"type":"sending","n":2,', b"\0\0\0"])
    def test_a_torn_last_line_counts_as_never_written(self, stage: Stage, torn: bytes) -> None:
        killed(stage, STARTS, "result 1")
        journal = the_journal()
        journal.write_bytes(journal.read_bytes() + torn)
        assert stage.resume().exit_code == 0
        assert stage.sent[3:] == ["WKF2", "WKF3"]
        assert kinds(journal)[3:6] == ["result 1", "resumed", "sending 2"]

    def test_on_failure_counts_as_it_would_have(self, stage: Stage) -> None:
        text = STARTS.replace("stop: WKF2", "stop: WKF99, on_failure: continue")
        write("a.yaml", text)
        stage.run()
        cut_after(the_journal(), "result 2")
        assert stage.resume().exit_code == 1
        assert outcomes() == ["succeeded", "failed", "succeeded"]
        assert stage.sent == ["WKF1", "WKF99", "WKF3", "WKF3"]


class TestInFlight:
    """`sending` without an answer: the state tells, counted from when it was sent (R17)."""

    def test_a_stop_whose_effect_is_not_seen_is_sent_again(self, stage: Stage) -> None:
        killed(stage, STARTS, "sending 2")
        stage.sandbox.set_state("acme", "WKF2", WorkflowState.STARTED)
        assert stage.resume().exit_code == 0
        assert stage.sent[3:] == ["WKF2", "WKF3"]
        attempts = report()["commands"][1]["attempts"]
        assert [it["status"] for it in attempts] == [None, 204]
        assert attempts[0]["error"] == "the runner was stopped before its answer came"

    def test_a_start_whose_effect_is_not_seen_is_unknown(self, stage: Stage) -> None:
        killed(stage, STARTS, "sending 1")
        stage.sandbox.set_state("acme", "WKF1", WorkflowState.STOPPED)
        assert stage.resume().exit_code == 6
        assert stage.sent == ["WKF1", "WKF2", "WKF3"]
        assert outcomes() == ["unknown", "not_sent", "not_sent"]

    def test_a_signal_is_unknown_r27(self, program: Program) -> None:
        signal = "signal: {workflow: WKF1, activity: signal1, source: CI}"
        text = f"{QUICK}actions: [{{{signal}}}]\n"
        signals = {"acme": {"WKF1": {"signal1": None}}}
        with sandbox_of({"WKF1": "started"}, signals=signals) as sandbox:
            stage = Stage(program, sandbox)
            killed(stage, text, "sending 1")
            assert stage.resume().exit_code == 6
            assert outcomes() == ["unknown"]
            assert report()["commands"][0]["request"]["url"].startswith(sandbox.base_url)
            assert len(sandbox.commands()) == 1

    def test_the_time_to_settle_counts_from_the_sending_r17(self, stage: Stage) -> None:
        """An hour ago, so that one look is enough."""
        killed(stage, STARTS.replace("settle: 500ms", "settle: 50s"), "sending 1")
        head, sent = lines_of(the_journal())
        keep(the_journal(), head, {**sent, "at": "2026-01-01T00:00:00.000000Z"})
        stage.sandbox.set_state("acme", "WKF1", WorkflowState.STOPPED)
        before = len(methods(stage.sandbox))
        assert stage.resume().exit_code == 6
        assert methods(stage.sandbox)[before:] == ["GET"]


class TestWhatCountsAsNotSent:
    @pytest.mark.parametrize("status", [401, 403])
    def test_rejected_credentials(self, stage: Stage, status: int) -> None:
        write("a.yaml", STARTS)
        stage.sandbox.next_faults(ErrorStatus(status), workflows=["WKF2"])
        ended = stage.run()
        assert ended.exit_code == 4
        assert "To go on: campaign-runner run --resume " in ended.stderr
        assert stage.resume().exit_code == 0
        assert stage.sent == ["WKF1", "WKF2", "WKF2", "WKF3"]
        assert [it["status"] for it in report()["commands"][1]["attempts"]] == [status, 204]

    def test_a_429_that_was_given_up(self, stage: Stage) -> None:
        write("a.yaml", STARTS)
        stage.sandbox.next_faults(RateLimited(retry_after=5000), workflows=["WKF2"])
        ended = stage.run()
        assert ended.exit_code == 1
        assert "To go on: " in ended.stderr
        assert stage.resume().exit_code == 0
        assert stage.sent == ["WKF1", "WKF2", "WKF2", "WKF3"]

    def test_the_credentials_of_a_first_part_may_have_been_wrong(self, stage: Stage) -> None:
        write("a.yaml", STARTS)
        right = dict(stage.env)
        stage.env["CAMPAIGN_STANDARD_ACCESS_TOKEN"] = "another-token"
        assert stage.run().exit_code == 4
        stage.env = right
        assert stage.resume().exit_code == 0
        assert sent_to(stage.sandbox)[0] == ("start", "WKF1")


class TestFailed:
    TEXT = STARTS.replace("WKF2", "WKF99")

    def test_nothing_is_sent_again_unless_it_is_asked_for(self, stage: Stage) -> None:
        write("a.yaml", self.TEXT)
        ended = stage.run()
        assert ended.exit_code == 1
        shown = re.search("campaign-runner (run --resume .* --retry-failed)", ended.stderr)
        assert shown is not None
        assert stage.resume().exit_code == 1
        assert stage.sent == ["WKF1", "WKF99"]
        ended = stage.program(*shlex.split(shown[1]), env=stage.env)
        assert ended.exit_code == 1
        assert stage.sent == ["WKF1", "WKF99", "WKF99"]
        value = report()
        assert value["resumed"][0]["retry_failed"] is True
        assert len(value["commands"][1]["attempts"]) == 2
        assert outcomes() == ["succeeded", "failed", "not_sent"]

    def test_what_succeeds_then_is_followed_by_the_rest(self, stage: Stage) -> None:
        write("a.yaml", STARTS)
        stage.sandbox.next_faults(ErrorStatus(400), workflows=["WKF2"])
        assert stage.run().exit_code == 1
        assert stage.resume("--retry-failed").exit_code == 0
        assert stage.sent == ["WKF1", "WKF2", "WKF2", "WKF3"]

    def test_one_whose_wait_failed_is_only_waited_for(self, stage: Stage) -> None:
        text = WAIT.replace("until: stopped", "until: stopped, timeout: 300ms")
        write("a.yaml", text)
        with sandbox_of(STATES, effect_delay=1.0) as sandbox:
            slow = Stage(stage.program, sandbox)
            assert slow.run().exit_code == 1
            for _ in range(20):
                if slow.resume("--retry-failed").exit_code == 0:
                    break
            assert slow.sent == ["WKF2", "WKF3"]
            assert outcomes() == ["succeeded", "succeeded"]


class TestAPersonsWord:
    def unknown(self, stage: Stage) -> Ended:
        write("a.yaml", STARTS)
        stage.sandbox.next_faults(Reset(), workflows=["WKF1"])
        ended = stage.run()
        assert ended.exit_code == 6
        assert outcomes() == ["unknown", "not_sent", "not_sent"]
        return ended

    @pytest.mark.parametrize(("word", "sent"), [("sent", 1), ("not-sent", 2)])
    def test_it_is_taken_and_the_run_goes_on(self, stage: Stage, word: str, sent: int) -> None:
        self.unknown(stage)
        assert stage.resume("--settle", f"a.yaml#1.1={word}").exit_code == 0
        assert stage.sent == ["WKF1"] * sent + ["WKF2", "WKF3"]
        value = report()
        assert value["resumed"][0]["settled"] == [{"id": "a.yaml#1.1", "word": word}]
        assert [it.get("settled") for it in value["commands"]] == [word, None, None]
        assert outcomes() == ["succeeded"] * 3

    @pytest.mark.parametrize("word", ["sent", "not-sent"])
    def test_the_message_gives_the_line_ready_to_paste(self, stage: Stage, word: str) -> None:
        ended = self.unknown(stage)
        message = report()["commands"][0]["message"]
        for told in (message, ended.stderr):
            assert "--settle 'a.yaml#1.1=sent'" in told
        shown = re.search(f"\\n  campaign-runner (run .* --settle .*={word}')\\n", ended.stderr)
        assert shown is not None
        assert stage.program(*shlex.split(shown[1]), env=stage.env).exit_code == 0
        assert report()["commands"][0]["settled"] == word

    def test_it_is_remembered_by_the_next_part(self, stage: Stage) -> None:
        self.unknown(stage)
        stage.resume("--settle", "a.yaml#1.1=sent")
        cut_after(the_journal(), "resumed")
        assert stage.resume().exit_code == 0
        assert report()["commands"][0]["settled"] == "sent"
        assert stage.sent.count("WKF1") == 1

    def test_one_that_was_killed_in_flight_can_be_settled_at_once(self, stage: Stage) -> None:
        killed(stage, STARTS, "sending 1")
        assert stage.resume("--settle", "a.yaml#1.1=not-sent").exit_code == 0
        assert stage.sent[3:] == ["WKF1", "WKF2", "WKF3"]

    def test_without_a_word_nothing_is_sent(self, stage: Stage) -> None:
        self.unknown(stage)
        assert stage.resume().exit_code == 6
        assert stage.resume("--retry-failed").exit_code == 6
        assert stage.sent == ["WKF1"]

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (["a.yaml#1.1"], "write COMMAND=sent or COMMAND=not-sent"),
            (["a.yaml#1.1="], "write COMMAND=sent"),
            (["=sent"], "write COMMAND=sent"),
            (["a.yaml#1.1=SENT"], "write COMMAND=sent"),
            (["a.yaml#1.1=failed"], "write COMMAND=sent"),
            (["a.yaml#9.9=sent"], "of `a.yaml#9.9` is not unknown; of these it is: a.yaml#1.1"),
            (["a.yaml#2.1=sent"], "of `a.yaml#2.1` is not unknown; of these it is: a.yaml#1.1"),
            (["a.yaml#1.1=sent", "a.yaml#2.1=sent"], "`a.yaml#2.1` is not unknown"),
            (["b.yaml#1.1=sent"], "`b.yaml#1.1` is not unknown"),
        ],
    )
    def test_one_that_fits_nothing_is_wrong_usage_and_changes_nothing(
        self, stage: Stage, words: list[str], says: str
    ) -> None:
        self.unknown(stage)
        before = the_journal().read_bytes()
        ended = stage.resume(*(part for it in words for part in ("--settle", it)))
        assert ended.exit_code == 64
        assert says in ended.stderr
        assert the_journal().read_bytes() == before
        assert stage.sent == ["WKF1"]

    def test_nobody_is_asked_of_what_is_known(self, stage: Stage) -> None:
        write("a.yaml", STARTS)
        stage.run()
        ended = stage.resume("--settle", "a.yaml#1.1=not-sent")
        assert ended.exit_code == 64
        assert "leave out --settle" in ended.stderr

    @pytest.mark.parametrize("option", [["--settle", "a=sent"], ["--retry-failed"]])
    def test_it_needs_a_run_to_go_on_with(self, stage: Stage, option: list[str]) -> None:
        write("a.yaml", STARTS)
        ended = stage.run(*option)
        assert ended.exit_code == 64
        assert "--resume" in ended.stderr
        assert stage.sandbox.requests() == ()


class TestFinished:
    """Nothing is sent, and the report is written again with that run's exit code (R26)."""

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            (STARTS, 0),
            (STARTS.replace("WKF2", "WKF99"), 1),
            (STARTS.replace("stop: WKF2", "stop: WKF99, on_failure: continue"), 1),
            (f"{QUICK}desired: {{WKF1: stopped, WKF2: paused, WKF3: started}}\n", 0),
            (f"{QUICK}desired: {{WKF1: paused, WKF2: paused}}\n", 1),
            (f"{QUICK}actions: [{{stop: WKF2, wait: {{until: stopped}}}}, {{wait: 100ms}}]\n", 0),
        ],
        ids=["succeeded", "failed", "failed-on", "desired", "refused", "waits"],
    )
    def test_the_same_report_again(self, stage: Stage, text: str, code: int) -> None:
        write("a.yaml", text)
        assert stage.run().exit_code == code
        first, journal = report(), the_journal().read_bytes()
        requests = len(stage.sandbox.requests())
        Path("report.json").unlink()
        ended = stage.resume()
        assert ended.exit_code == code, ended.output
        assert "The run was at its end already; nothing was sent." in ended.stderr
        assert report() == first
        assert len(stage.sandbox.requests()) == requests
        assert the_journal().read_bytes() == journal

    def test_with_what_was_lifted_and_warned_of(self, stage: Stage) -> None:
        write("a.yaml", f"{STARTS}guardrails: {{protect: [WKF2]}}\n")
        assert stage.run("--override", "protect", "--reason", "agreed").exit_code == 0
        first = report()
        assert first["overrides"][0]["lifted"]
        stage.resume()
        assert report() == first

    def test_of_one_that_was_unknown(self, stage: Stage) -> None:
        write("a.yaml", STARTS)
        stage.sandbox.next_faults(Reset(), workflows=["WKF1"])
        stage.run()
        first = report()
        assert stage.resume().exit_code == 6
        assert report() == first

    def test_it_needs_no_credentials_no_policy_and_no_open_window(self, stage: Stage) -> None:
        write("a.yaml", STARTS)
        stage.run()
        first = report()
        del stage.env["CAMPAIGN_STANDARD_API_KEY"]
        write("policy.yaml", "version: 1\nguardrails: {protect: ['*']}\n")
        assert stage.resume("--policy", "policy.yaml").exit_code == 0
        assert report() == first


class TestRefused:
    def assert_refused(self, stage: Stage, ended: Ended, says: str, code: int = 3) -> None:
        assert ended.exit_code == code, ended.output
        assert says in ended.stderr
        assert "Traceback" not in ended.output
        assert stage.sent == ["WKF1", "WKF2", "WKF3"]
        assert kinds(the_journal())[-1] == "result 1"

    def test_files_that_changed(self, stage: Stage) -> None:
        write("b.yaml", STARTS.replace("WKF1", "WKF4"))
        killed(stage, STARTS, "result 1")
        write("a.yaml", STARTS + "# a comment\n")
        says = "a.yaml:1:1: error: this file has changed since the run began"
        self.assert_refused(stage, stage.resume(), says)
        assert report()["problems"][0]["rule"] == "journal"

    def test_files_that_are_gone(self, stage: Stage) -> None:
        killed(stage, STARTS, "result 1")
        Path("a.yaml").unlink()
        self.assert_refused(stage, stage.resume(), "a.yaml")

    def test_another_organization(self, program: Program) -> None:
        settings = settings_of({"acme": STATES, "other": STATES})
        with Sandbox(settings) as sandbox:
            stage = Stage(program, sandbox)
            stage.env["CAMPAIGN_STANDARD_TENANT_ID"] = "acme"
            killed(stage, STARTS.replace("organization: acme\n", ""), "result 1")
            stage.env["CAMPAIGN_STANDARD_TENANT_ID"] = "other"
            says = "the files make another plan now than when the run began"
            self.assert_refused(stage, stage.resume(), says)

    @pytest.mark.parametrize(
        ("more", "says"),
        [
            (["a.yaml"], "leave out PATH"),
            (["--plan", "plan.json"], "leave out --plan"),
            (["--plan-digest", "0" * 64], "leave out --plan-digest"),
            (["--only", "a.yaml#1.1"], "leave out --only and --from"),
            (["--from", "a.yaml#1.1"], "leave out --only and --from"),
            (["--once"], "leave out --once"),
            (["--dry-run"], "leave out --dry-run"),
            (["--assume-unknown", "send"], "leave out --assume-unknown send"),
            (["--sandbox"], "leave out --sandbox"),
            (["--env", "prod"], "is `prod`, and the run was another's; leave it out"),
            (
                ["--base-url", "http://127.0.0.1:9"],
                "_BASE_URL is not that of the run",
            ),
            (
                ["--token-url", "http://127.0.0.1:9"],
                "_TOKEN_URL is not that of the run",
            ),
        ],
        ids=lambda it: it[0] if isinstance(it, list) else "",
    )
    def test_what_contradicts_the_journal_is_wrong_usage(
        self, stage: Stage, more: list[str], says: str
    ) -> None:
        killed(stage, STARTS, "result 1")
        Path("report.json").unlink()
        self.assert_refused(stage, stage.resume(*more), says, 64)
        assert not Path("report.json").exists()

    def test_the_environment_comes_from_the_journal(self, stage: Stage) -> None:
        write("a.yaml", f"{STARTS}environments: {{prod: {{}}, test: {{}}}}\n")
        stage.run("--env", "prod")
        cut_after(the_journal(), "result 1")
        assert stage.resume("--env", "test").exit_code == 64
        assert stage.resume("--env", "prod").exit_code == 0
        assert report()["environment"] == "prod"

    def test_the_address_comes_from_the_journal(self, stage: Stage) -> None:
        killed(stage, STARTS, "result 1")
        for name in ("BASE_URL", "TOKEN_URL"):
            del stage.env[f"CAMPAIGN_RUNNER_{name}"]
        assert stage.resume().exit_code == 0
        assert stage.sent[3:] == ["WKF2", "WKF3"]

    def test_a_host_that_is_not_allowed_by_who_resumes_is_not_talked_to(self, stage: Stage) -> None:
        """A journal may have come with a pull request."""
        killed(stage, STARTS, "result 1")
        head, *lines = lines_of(the_journal())
        head["target"]["base_url"] = "https://evil.example"
        keep(the_journal(), head, *lines)
        for name in ("BASE_URL", "TOKEN_URL"):
            del stage.env[f"CAMPAIGN_RUNNER_{name}"]
        self.assert_refused(stage, stage.resume(), "evil.example", 64)

    def test_garbage_in_the_middle_by_its_line(self, stage: Stage) -> None:
        killed(stage, STARTS, "result 1")
        journal = the_journal()
        data = journal.read_bytes()
        journal.write_bytes(data.replace(b'{"type":"answer"', b'{"type":"anger"'))
        ended = stage.resume()
        assert ended.exit_code == 3
        assert f"{journal}:3:1: error: this is no line of a journal" in ended.stderr
        assert stage.sent == ["WKF1", "WKF2", "WKF3"]

    @pytest.mark.parametrize("length", [0, 1, 100])
    def test_a_journal_without_a_whole_header_says_that_nothing_was_sent_r26(
        self, stage: Stage, length: int
    ) -> None:
        killed(stage, STARTS, "header")
        the_journal().write_bytes(the_journal().read_bytes()[:length])
        ended = stage.resume()
        assert ended.exit_code == 3
        assert "so that nothing was sent" in ended.stderr

    def test_a_missing_one(self, stage: Stage) -> None:
        ended = stage.program("run", "--resume", "nowhere.jsonl", env=stage.env)
        assert ended.exit_code == 3
        assert "nowhere.jsonl:1:1: error: the journal cannot be read" in ended.stderr

    @pytest.mark.parametrize("name", [None, "other.jsonl"])
    def test_the_report_is_not_written_where_it_would_be_a_journal(
        self, stage: Stage, name: str | None
    ) -> None:
        killed(stage, STARTS, "result 1")
        journal = the_journal()
        ended = stage.resume("--report", journal.with_name(name or journal.name))
        assert ended.exit_code == 64, ended.output
        assert kinds(the_journal())[-1] == "result 1"

    @pytest.mark.parametrize("cause", ["credentials", "guardrail"])
    def test_a_resume_that_is_refused_forgets_nothing_that_was_sent(
        self, stage: Stage, cause: str
    ) -> None:
        killed(stage, STARTS, "result 1")
        first = report()
        write("policy.yaml", "version: 1\nguardrails: {protect: [WKF3]}\n")
        if cause == "credentials":
            del stage.env["CAMPAIGN_STANDARD_API_KEY"]
            ended = stage.resume()
        else:
            ended = stage.resume("--policy", "policy.yaml")
        assert ended.exit_code == (4 if cause == "credentials" else 5)
        assert outcomes() == ["succeeded", "not_sent", "not_sent"]
        value = report()
        assert value["commands"][0] == first["commands"][0]
        assert value["result"] == "refused"
        assert stage.sent == ["WKF1", "WKF2", "WKF3"]


class TestWaits:
    def test_a_wait_under_way_starts_anew_and_nothing_is_sent(self, stage: Stage) -> None:
        killed(stage, WAIT, "answer 1")
        assert stage.resume().exit_code == 0
        assert stage.sent == ["WKF2", "WKF3", "WKF3"]
        first = report()["commands"][0]
        assert (first["outcome"], first["state_after"]) == ("succeeded", "stopped")
        assert first["waited_s"] >= 0

    @pytest.mark.parametrize(("seen", "code"), [(True, 0), (False, 1)])
    def test_states_that_were_seen_count_r15(self, program: Program, seen: bool, code: int) -> None:
        """It stopped meanwhile: only whoever saw it run knows that it ever did."""
        wait = "wait: {until: stopped, timeout: 1s}"
        text = f"{QUICK}actions: [{{start: WKF1, {wait}}}]\n"
        runs = {"run_times": {"acme": {"WKF1": 0.5}}}
        with sandbox_of({"WKF1": "stopped"}, **runs) as sandbox:
            stage = Stage(program, sandbox)
            killed(stage, text, "state 1" if seen else "answer 1")
            assert states_in(sandbox) == {"WKF1": "finished"}
            sandbox.set_state("acme", "WKF1", WorkflowState.STOPPED)
            ended = stage.resume()
            assert ended.exit_code == code, ended.output
            assert len(sandbox.commands()) == 1

    def test_a_pause_is_not_made_twice(self, stage: Stage) -> None:
        text = f"{QUICK}actions: [{{stop: WKF2}}, {{wait: 300ms}}, {{stop: WKF3}}]\n"
        killed(stage, text, "result 2")
        assert stage.resume().exit_code == 0
        assert stage.sent[2:] == ["WKF3"]
        assert report()["resumed"][0]["next"] == "a.yaml#3.1"
        cut_after(the_journal(), "result 1")
        assert stage.resume().exit_code == 0
        assert report()["resumed"][0]["next"] == report()["commands"][1]["id"]


class TestDesired:
    TEXT = f"{QUICK}desired: {{WKF1: started, WKF2: paused, WKF3: started}}\n"

    def test_the_same_commands_as_at_first_though_states_have_moved(self, stage: Stage) -> None:
        write("a.yaml", self.TEXT)
        assert stage.run().exit_code == 0
        first = report()
        cut_after(the_journal(), "header")
        for workflow, state in (("WKF1", "stopped"), ("WKF2", "started"), ("WKF3", "stopped")):
            stage.sandbox.set_state("acme", workflow, WorkflowState(state))
        assert stage.resume().exit_code == 0
        value = report()
        names = ("id", "action", "workflow", "outcome")
        assert [[it[name] for name in names] for it in value["commands"]] == [
            [it[name] for name in names] for it in first["commands"]
        ]
        # WKF3 needed nothing then, so that nothing is sent to it now.
        assert sent_to(stage.sandbox) == [("start", "WKF1"), ("pause", "WKF2")] * 2

    def test_several_commands_for_one_state(self, program: Program) -> None:
        text = f"{QUICK}desired: {{WKF1: {{state: started, restart_failed: true}}, WKF2: stopped}}"
        with sandbox_of({"WKF1": "failed", "WKF2": "started"}) as sandbox:
            stage = Stage(program, sandbox)
            killed(stage, text, "result 1")
            stage.sandbox.set_state("acme", "WKF1", WorkflowState.STOPPED)
            assert stage.resume().exit_code == 0
            sent = sent_to(sandbox)
            assert sent.count(("stop", "WKF1")) == 1
            assert sent.count(("start", "WKF1")) == 2
            assert outcomes() == ["succeeded"] * 3

    def test_a_live_plan_that_was_reviewed(self, stage: Stage) -> None:
        write("a.yaml", self.TEXT)
        stage.program("plan", "a.yaml", "--live", "--out", "plan.json", env=stage.env)
        ended = stage.program("run", "--plan", "plan.json", env=stage.env)
        assert ended.exit_code == 0, ended.output
        cut_after(the_journal(), "header")
        assert stage.resume().exit_code == 0
        digest = json.loads(Path("plan.json").read_text(encoding="utf-8"))["digest"]
        assert report()["plan_digest"] == digest


class TestSelections:
    @pytest.mark.parametrize("option", ["--only", "--from"])
    def test_they_come_from_the_journal(self, stage: Stage, option: str) -> None:
        write("a.yaml", STARTS)
        stage.run(option, "a.yaml#2.1")
        cut_after(the_journal(), "header")
        assert stage.resume().exit_code == 0
        left = 1 if option == "--only" else 2
        assert len(report()["commands"]) == left
        assert stage.sent == ["WKF2", "WKF3"][:left] * 2


class TestEmbeddedSandbox:
    def run(self, program: Program, text: str, after: str) -> Ended:
        write("a.yaml", text)
        assert program("run", "a.yaml", "--sandbox").exit_code == 0
        cut_after(the_journal(), after)
        return program("run", "--resume", the_journal())

    @pytest.mark.parametrize("text", [STARTS, WAIT, TestDesired.TEXT])
    @pytest.mark.parametrize("after", ["header", "answer 1", "result 1", "sending 2"])
    def test_it_is_gone_on_with_in_another_one(
        self, program: Program, text: str, after: str
    ) -> None:
        ended = self.run(program, text, after)
        assert ended.exit_code == 0, ended.output
        assert set(outcomes()) == {"succeeded"}
        assert report()["target"]["sandbox"] is True

    def test_the_option_may_be_given_again(self, program: Program) -> None:
        self.run(program, THREE, "result 1")
        cut_after(the_journal(), "result 2")
        assert program("run", "--resume", the_journal(), "--sandbox").exit_code == 0


class TestLimits:
    def test_a_deadline_ends_it_and_the_rest_is_gone_on_with(self, stage: Stage) -> None:
        text = f"{QUICK}actions: [{{stop: WKF2}}, {{wait: 10s}}, {{stop: WKF3}}]\n"
        write("a.yaml", text)
        ended = stage.run("--deadline", "300ms")
        assert ended.exit_code == 1
        assert "the run's deadline of 300ms" in report()["message"]
        assert outcomes() == ["succeeded", "not_sent", "not_sent"]
        assert "To go on: " in ended.stderr
        write("a.yaml", text)
        lines = lines_of(the_journal())
        assert lines[-1]["type"] == "stopped"
        ended = stage.resume("--deadline", "200ms")
        assert ended.exit_code == 1
        assert stage.sent == ["WKF2"]

    def test_after_it_the_run_ends_well_with_more_time(self, stage: Stage) -> None:
        write("a.yaml", f"{QUICK}actions: [{{stop: WKF2}}, {{wait: 400ms}}, {{stop: WKF3}}]\n")
        assert stage.run("--deadline", "100ms").exit_code == 1
        assert stage.resume().exit_code == 0
        assert stage.sent == ["WKF2", "WKF3"]

    def test_so_many_failures_of_the_service_in_a_row_end_it(self, stage: Stage) -> None:
        many = ", ".join(f"{{stop: WKF{n}, on_failure: continue}}" for n in range(2, 6))
        write("a.yaml", f"{QUICK}actions: [{many}]\n")
        busy = [RateLimited(retry_after=5000)] * 2
        stage.sandbox.next_faults(*busy)
        ended = stage.run("--max-service-failures", "2")
        assert ended.exit_code == 1
        assert report()["message"].startswith("2 commands in a row failed for reasons of the serv")
        assert outcomes() == ["failed", "failed", "not_sent", "not_sent"]
        assert "To go on: " in ended.stderr
        ended = stage.resume()
        assert ended.exit_code == (0 if outcomes()[0] == "succeeded" else 1)
        assert stage.sent[-2:] == ["WKF4", "WKF5"]
        assert outcomes()[2:] == ["succeeded"] * 2

    @pytest.mark.parametrize("most", ["0", "3"])
    def test_fewer_do_not(self, stage: Stage, most: str) -> None:
        many = ", ".join(f"{{stop: WKF{n}, on_failure: continue}}" for n in range(2, 6))
        write("a.yaml", f"{QUICK}actions: [{many}]\n")
        stage.sandbox.next_faults(*[RateLimited(retry_after=5000)] * 2)
        stage.run("--max-service-failures", most)
        assert outcomes() == ["failed", "failed", "succeeded", "succeeded"]

    def test_a_window_that_closed_leaves_a_run_to_go_on_with(self, stage: Stage) -> None:
        write("a.yaml", STARTS)
        stage.run()
        cut_after(the_journal(), "result 1")
        closed = "windows: [{days: [mon], from: '00:00', to: '00:01', timezone: UTC}]"
        write("policy.yaml", f"version: 1\nguardrails: {{{closed}}}\n")
        ended = stage.resume("--policy", "policy.yaml")
        if ended.exit_code != 5:
            pytest.skip("it is that one minute of the week")
        assert outcomes() == ["succeeded", "not_sent", "not_sent"]
        again = ["--override", "windows", "--reason", "agreed"]
        assert stage.resume("--policy", "policy.yaml", *again).exit_code == 0
        assert report()["overrides"][0]["reason"] == "agreed"
