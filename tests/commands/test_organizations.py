"""`--organizations-in-parallel`: several organizations side by side, each in order."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from runner.commands import journalling, sending
from runner.commands.organizations import threads
from tests.support.campaign import SECRETS, pointing_at
from tests.support.gate import ACCEPTED, Gate, accept_all
from tests.support.journals import journals, lines_of
from tests.support.organizations import comparable, organization, sandbox_of_all, write_all
from tests.support.program import report, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.sandbox import Sandbox
    from tests.support.program import Ended, Program

ORGANIZATIONS = ["acme", "globex", "umbrella", "initech", "hooli"]


class Stage:
    """Runs `a.yaml` and `b.yaml` against a sandbox of all organizations."""

    def __init__(self, program: Program, sandbox: Sandbox) -> None:
        self.program = program
        self.sandbox = sandbox
        self.env = pointing_at(sandbox)

    def run(self, *arguments: str) -> Ended:
        return self.program("run", *(arguments or ("a.yaml", "b.yaml")), env=self.env)

    def apart(self, *arguments: str, most: int = 3) -> Ended:
        return self.run("a.yaml", "b.yaml", "--organizations-in-parallel", str(most), *arguments)

    def sent(self, name: str) -> list[str | None]:
        return [it.workflow for it in self.sandbox.commands() if it.organization == name]


@pytest.fixture
def stage(program: Program) -> Iterator[Stage]:
    write_all()
    with sandbox_of_all() as sandbox:
        yield Stage(program, sandbox)


def outcomes(name: str) -> list[str]:
    return [it["outcome"] for it in report()["commands"] if it["organization"] == name]


class TestTheWhole:
    @pytest.mark.parametrize("most", [1, 2, 64])
    def test_the_report_is_that_of_the_plain_run(
        self, program: Program, stage: Stage, most: int
    ) -> None:
        ended = stage.apart(most=most)
        assert ended.exit_code == 0, ended.output
        value = report()
        with sandbox_of_all() as other:
            assert Stage(program, other).run().exit_code == 0
            assert comparable(value, stage.sandbox) == comparable(report(), other)
        assert [it["organization"] for it in value["organizations"]] == ORGANIZATIONS
        assert {it["result"] for it in value["organizations"]} == {"succeeded"}
        assert value["journal"] is None
        assert len(value["commands"]) == 11

    def test_each_organization_is_sent_to_in_order(self, stage: Stage) -> None:
        assert stage.apart().exit_code == 0
        assert stage.sent("acme") == ["WKF1", "WKF2", "WKF3"]
        assert stage.sent("globex") == ["WKF1", "WKF2"]

    def test_each_has_a_journal_that_is_at_its_end(self, stage: Stage) -> None:
        assert stage.apart().exit_code == 0
        parts = report()["organizations"]
        assert sorted(it["journal"] for it in parts) == sorted(map(str, journals()))
        for part in parts:
            header, *lines = lines_of(Path(part["journal"]))
            assert header["plan"]["part"]["organization"] == part["organization"]
            assert header["plan"]["digest"] == part["plan_digest"]
            assert lines[-1]["type"] == "finished"

    def test_each_journal_can_be_read_again(self, program: Program, stage: Stage) -> None:
        assert stage.apart().exit_code == 0
        value = report()
        sent = len(stage.sandbox.commands())
        for part in value["organizations"]:
            ended = program("run", "--resume", part["journal"], env=SECRETS)
            assert ended.exit_code == 0, ended.output
            again = report()
            assert again["part"]["organization"] == part["organization"]
            assert again["part"]["whole_digest"] == value["plan_digest"]
            own = [it for it in value["commands"] if it["organization"] == part["organization"]]
            assert again["commands"] == own
        assert len(stage.sandbox.commands()) == sent

    def test_commands_have_the_numbers_and_the_organizations_of_the_whole(
        self, stage: Stage
    ) -> None:
        told = re.findall(r"^([0-9]+)/10 (\w+): ", stage.apart().stderr, re.MULTILINE)
        assert sorted(int(number) for number, _ in told) == list(range(1, 11))
        assert {name for _, name in told} == set(ORGANIZATIONS)

    def test_a_dry_run_is_the_plain_one(self, stage: Stage) -> None:
        assert stage.apart("--dry-run").exit_code == 0
        assert "organizations" not in report()
        assert journals() == []

    def test_what_every_page_says_of_them(self, stage: Stage) -> None:
        assert stage.apart().exit_code == 0
        journal = report()["organizations"][0]["journal"]
        told = f"Organization acme: succeeded (exit code 0), run {Path(journal).stem}"
        assert told in stage.program("report", "report.json").stdout
        page = stage.program("report", "report.json", "--format", "html").stdout
        assert Path(journal).stem in page
        text = stage.program("report", "report.json", "--format", "markdown").stdout
        assert "- Organization acme: succeeded" in text

    def test_github_is_told_all_journals(self, stage: Stage) -> None:
        outputs = write("outputs.txt", "").absolute()
        env = {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(outputs)}
        stage.env = {**stage.env, **env}
        assert stage.apart().exit_code == 0
        text = outputs.read_text(encoding="utf-8")
        for part in report()["organizations"]:
            assert f"{Path(part['journal']).absolute()}\n" in text


class TestWhatGoesWrong:
    def test_what_fails_for_one_organization_does_not_stop_the_others(self, stage: Stage) -> None:
        text = Path("b.yaml").read_text(encoding="utf-8").replace("[WKF1, WKF2]", "[GONE, WKF2]")
        write("b.yaml", text)
        ended = stage.apart()
        assert ended.exit_code == 1
        value = report()
        assert value["result"] == "failed"
        assert outcomes("globex") == ["failed", "not_sent"]
        assert value["totals"]["not_sent"] == 1
        part = value["organizations"][1]
        assert (part["organization"], part["result"], part["exit_code"]) == ("globex", "failed", 1)
        how = f"campaign-runner run --resume {part['journal']} --retry-failed"
        assert f"globex: To try again what failed, and go on: {how}" in ended.stderr
        shown = stage.program("report", "report.json").stdout
        assert "Organization globex: To send again what failed, and go on:" in shown
        assert how in shown

    def test_that_organization_alone_is_gone_on_with(self, stage: Stage) -> None:
        text = Path("b.yaml").read_text(encoding="utf-8").replace("[WKF1, WKF2]", "[GONE, WKF2]")
        write("b.yaml", text)
        assert stage.apart().exit_code == 1
        before = len(stage.sandbox.commands())
        ended = stage.run("--resume", report()["organizations"][1]["journal"], "--retry-failed")
        assert ended.exit_code == 1
        assert len(stage.sandbox.commands()) == before
        gone, other = report()["commands"]
        assert (gone["workflow"], len(gone["attempts"])) == ("GONE", 2)
        assert other["outcome"] == "not_sent"

    def test_a_guardrail_that_refuses_one_organization_refuses_all(self, stage: Stage) -> None:
        more = "guardrails: {protect: [WKF1]}\n"
        write("a.yaml", Path("a.yaml").read_text(encoding="utf-8") + more)
        assert stage.apart().exit_code == 5
        assert stage.sandbox.commands() == ()
        assert report()["result"] == "refused"
        assert journals() == []

    def test_a_desired_state_that_is_refused_lets_nothing_be_sent(self, stage: Stage) -> None:
        write("b.yaml", organization("globex", "desired: {GONE: started}"))
        assert stage.apart().exit_code == 1
        assert stage.sandbox.commands() == ()

    def test_a_journal_that_cannot_be_begun_lets_nothing_be_sent(self, stage: Stage) -> None:
        write("state", "a file")
        ended = stage.apart("--state-dir", "state")
        assert ended.exit_code == 7
        assert stage.sandbox.commands() == ()

    def test_a_window_that_closes_for_one_closes_for_no_other(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def why_closed(_demands: Any, organizations: Any, _now: Any) -> str:
            return "no window is open" if "globex" in organizations else ""

        monkeypatch.setattr("runner.guardrails.closing.why_closed", why_closed)
        assert stage.apart().exit_code == 1
        assert outcomes("globex") == ["not_sent", "not_sent"]
        assert report()["organizations"][1]["message"] == "no window is open"
        assert outcomes("acme") == ["succeeded"] * 4
        assert outcomes("hooli") == ["succeeded"]

    def test_a_part_whose_journal_was_gone_on_with_is_not_sent(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        take_up = journalling.take_up

        def late(begun: Any, path: Path, *rest: Any) -> Any:
            if "umbrella" in begun.name:
                with path.open("a", encoding="utf-8") as file:
                    file.write('{"type": "resumed"')
            return take_up(begun, path, *rest)

        monkeypatch.setattr(threads, "take_up", late)
        ended = stage.apart()
        assert ended.exit_code == 7
        assert stage.sent("umbrella") == []
        assert set(outcomes("umbrella")) == {"not_sent"}
        assert outcomes("acme") == ["succeeded"] * 4
        assert "was gone on with meanwhile" in report()["organizations"][2]["message"]

    def test_a_fault_in_one_leaves_the_others_and_what_is_known_of_it(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send = sending.send

        def faulty(plan: Any, *rest: Any) -> Any:
            ended = send(plan, *rest)
            if plan.organization == "globex":
                raise ValueError("a bug")
            return ended

        monkeypatch.setattr(threads, "send", faulty)
        ended = stage.apart()
        assert ended.exit_code == 7
        assert outcomes("globex") == ["succeeded"] * 2
        assert outcomes("hooli") == ["succeeded"]
        assert report()["organizations"][1]["message"] == "the runner itself failed: ValueError"


class TestOnce:
    def test_what_was_done_is_passed_over_whichever_way_it_was_done(self, stage: Stage) -> None:
        assert stage.apart("--once", "--init-state").exit_code == 0
        sent = len(stage.sandbox.commands())
        ended = stage.run("a.yaml", "b.yaml", "--once")
        assert ended.exit_code == 0, ended.output
        # What is desired holds already, and is never passed over.
        assert len(stage.sandbox.commands()) == sent
        assert report()["totals"]["skipped"] == 10
        ended = stage.apart("--once")
        assert ended.exit_code == 0, ended.output
        assert len(stage.sandbox.commands()) == sent
        assert report()["totals"]["skipped"] == 10

    def test_a_part_that_failed_is_refused_until_it_is_gone_on_with(self, stage: Stage) -> None:
        text = Path("b.yaml").read_text(encoding="utf-8").replace("[WKF1, WKF2]", "[WKF1, GONE]")
        write("b.yaml", text)
        assert stage.apart("--once", "--init-state").exit_code == 1
        ended = stage.apart("--once")
        assert ended.exit_code == 3
        assert "-2-globex.jsonl --retry-failed" in ended.stderr


class TestUsage:
    @pytest.mark.parametrize("most", ["0", "65", "x"])
    def test_a_number_from_1_to_64(self, stage: Stage, most: str) -> None:
        ended = stage.run("a.yaml", "--organizations-in-parallel", most)
        assert ended.exit_code == 64

    def test_not_with_a_journal(self, stage: Stage) -> None:
        ended = stage.run("--resume", "x.jsonl", "--organizations-in-parallel", "2")
        assert ended.exit_code == 64
        assert "leave out --organizations-in-parallel" in ended.stderr


@pytest.fixture
def gate() -> Iterator[Gate]:
    held = Gate()
    yield held
    held.close()


@pytest.fixture
def running(gate: Gate) -> Iterator[subprocess.Popen[str]]:
    write("a.yaml", "---\n".join(organization(it) for it in ("acme", "globex", "hooli")))
    started = subprocess.Popen(
        [sys.executable, "-m", "runner", "run", "a.yaml", "--organizations-in-parallel", "2"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, **SECRETS, "CAMPAIGN_RUNNER_BASE_URL": gate.url},
    )
    with started:
        yield started
        started.kill()


class TestAtATime:
    def test_two_are_under_way_and_the_third_waits_for_one_of_them(
        self, gate: Gate, running: subprocess.Popen[str]
    ) -> None:
        first = dict([gate.take(), gate.take()])
        assert set(first) == {"acme", "globex"}
        first["globex"].sendall(ACCEPTED)
        assert gate.read(first["globex"]) == "globex"
        first["globex"].sendall(ACCEPTED)
        # Over the connection that is free now.
        assert gate.read(first["globex"]) == "hooli"
        for connection in first.values():
            threading.Thread(target=accept_all, args=(connection,), daemon=True).start()
        _, stderr = running.communicate(timeout=20)
        assert running.returncode == 0, stderr
        assert report()["totals"]["succeeded"] == 6


@pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
class TestInterruption:
    def test_every_organization_ends_after_the_command_under_way(
        self, gate: Gate, running: subprocess.Popen[str]
    ) -> None:
        both = dict([gate.take(), gate.take()])
        running.send_signal(signal.SIGINT)
        assert running.stderr is not None
        while "Interrupted" not in running.stderr.readline():  # the main thread has heard it
            assert running.poll() is None
        for it in both.values():
            it.sendall(ACCEPTED)
        _, stderr = running.communicate(timeout=20)
        assert running.returncode == 6, stderr
        value = report()
        assert value["result"] == "interrupted"
        assert outcomes("acme") == outcomes("globex") == ["succeeded", "not_sent"]
        assert outcomes("hooli") == ["not_sent", "not_sent"]
        assert {it["result"] for it in value["organizations"]} == {"interrupted"}
        assert stderr.count("To go on: campaign-runner run --resume") == 3

    def test_a_second_signal_ends_at_once_and_what_is_under_way_is_unknown(
        self, gate: Gate, running: subprocess.Popen[str]
    ) -> None:
        gate.take()
        gate.take()
        running.send_signal(signal.SIGINT)
        running.send_signal(signal.SIGTERM)
        _, stderr = running.communicate(timeout=20)
        assert running.returncode == 6, stderr
        value = report()
        assert value["result"] == "interrupted"
        assert outcomes("acme") == outcomes("globex") == ["unknown", "not_sent"]
        assert outcomes("hooli") == ["not_sent", "not_sent"]
        assert "Traceback" not in stderr

    def test_a_killed_run_is_gone_on_with_by_organization(
        self, program: Program, gate: Gate, running: subprocess.Popen[str]
    ) -> None:
        both = dict([gate.take(), gate.take()])
        both["globex"].sendall(ACCEPTED)
        gate.read(both["globex"])
        running.kill()
        running.wait(timeout=20)
        found = {lines_of(it)[0]["plan"]["organization"]: it for it in journals()}
        assert set(found) == {"acme", "globex", "hooli"}
        answering = threading.Thread(target=lambda: accept_all(gate.take()[1]), daemon=True)
        answering.start()
        ended = program("run", "--resume", str(found["hooli"]), env=SECRETS)
        assert ended.exit_code == 0, ended.output
        assert outcomes("hooli") == ["succeeded"] * 2
