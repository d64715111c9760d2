"""What a run writes down, and when: before the network is touched, and never a secret."""

from __future__ import annotations

import errno
import os
import re
import stat
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner.campaign.transport import Transport
from runner.sandbox.faults import ErrorStatus, RateLimited, Reset
from tests.support.campaign import (
    FOUR,
    KEY,
    ONE,
    TOKEN,
    methods,
    pointing_at,
    sandbox_of,
    sent_to,
)
from tests.support.journals import (
    FOLDER,
    QUICK,
    STARTED,
    THREE,
    Stage,
    cut_after,
    failing_disk,
    journals,
    kinds,
    lines_of,
    outcomes,
    resume_line,
    the_journal,
)
from tests.support.program import report, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from tests.support.program import Program

posix = pytest.mark.skipif(os.name == "nt", reason="as POSIX has it")
WAITS = f"{QUICK}actions: [{{stop: [WKF1, WKF2], wait: {{until: stopped}}}}, {{stop: WKF3}}]\n"


@pytest.fixture
def stage(program: Program) -> Iterator[Stage]:
    with sandbox_of(STARTED) as sandbox:
        yield Stage(program, sandbox)


class TestWhatStandsInIt:
    def test_a_line_before_each_request_and_what_came_of_it(self, stage: Stage) -> None:
        write("a.yaml", THREE)
        assert stage.run().exit_code == 0
        assert kinds(the_journal()) == [
            "header",
            *(f"{kind} {n}" for n in (1, 2, 3) for kind in ("sending", "answer", "result")),
            "finished",
        ]

    def test_its_name_is_that_of_the_run_and_the_report_names_it(self, stage: Stage) -> None:
        write("a.yaml", ONE)
        stage.run()
        value = report()
        assert value["journal"] == f"{FOLDER}/{value['run_id']}.jsonl" == the_journal().as_posix()

    def test_its_header_says_what_was_going_to_be_done(self, stage: Stage) -> None:
        write("a.yaml", f"{THREE}environments: {{prod: {{}}}}\n")
        stage.env |= {"GITHUB_ACTIONS": "true", "GITHUB_SHA": "0" * 40}
        stage.run("--env", "prod")
        value, head = report(), lines_of(the_journal())[0]
        for name in ("run_id", "environment", "plan_digest", "source_control", "overrides"):
            assert head[name] == value[name]
        assert head["target"]["base_url"] == stage.sandbox.base_url
        assert head["plan"]["config"] == value["config"]
        assert [it["id"] for it in head["plan"]["commands"]] == [
            it["id"] for it in value["commands"]
        ]
        assert head["started_at"][:23] == value["started_at"][:23]

    def test_states_that_were_seen_stand_in_it_once_each_r15(self, program: Program) -> None:
        write("a.yaml", WAITS)
        with sandbox_of(STARTED, effect_delay=0.6) as sandbox:
            assert Stage(program, sandbox).run().exit_code == 0
        lines = lines_of(the_journal())
        told = [it["state"] for it in lines if it["type"] == "state" and it["n"] == 1]
        assert told in (["started", "stopped"], ["started", "stopping", "stopped"])

    def test_each_attempt_stands_in_it(self, stage: Stage) -> None:
        write("a.yaml", f"{QUICK}actions: [{{stop: WKF1}}]\n")
        stage.sandbox.next_faults(RateLimited(retry_after=0))
        assert stage.run().exit_code == 0
        lines = lines_of(the_journal())
        assert [it["verdict"] for it in lines if it["type"] == "answer"] == [
            "not_applied",
            "succeeded",
        ]

    def test_the_state_directory_can_be_elsewhere(self, stage: Stage) -> None:
        write("a.yaml", ONE)
        stage.run("--state-dir", "some/where else")
        assert report()["journal"] == the_journal("some/where else").as_posix()
        stage.env["CAMPAIGN_RUNNER_STATE_DIR"] = "by-variable"
        stage.run()
        assert journals("by-variable")
        assert not Path(FOLDER).exists()

    @posix
    def test_it_is_for_its_owner_alone(self, stage: Stage) -> None:
        write("a.yaml", ONE)
        stage.run()
        for path, mode in ((Path(FOLDER), 0o700), (the_journal(), 0o600)):
            assert stat.S_IMODE(path.stat().st_mode) == mode

    def test_a_dry_run_and_a_refused_run_leave_none_r25(self, stage: Stage) -> None:
        write("a.yaml", ONE)
        stage.run("--dry-run")
        del stage.env["CAMPAIGN_STANDARD_API_KEY"]
        assert stage.run().exit_code == 4
        write("a.yaml", f"{ONE}guardrails: {{protect: [WKF1]}}\n")
        assert stage.run().exit_code == 5
        assert journals() == []


class TestSecrets:
    def test_none_stands_in_any_byte_of_it(self, program: Program) -> None:
        """Whatever the API tells back, and wherever a file names it."""
        write("a.yaml", WAITS)
        values = {"stopped": f"{TOKEN} {KEY}"}
        with sandbox_of(STARTED, state_values=values) as sandbox:
            stage = Stage(program, sandbox)
            stage.run()
        write("b.yaml", f"{QUICK}actions: [{{name: '{KEY}', stop: WKF3}}]\n")
        with sandbox_of(STARTED) as sandbox:
            stage = Stage(program, sandbox)
            stage.env |= {"GITHUB_ACTIONS": "true", "GITHUB_REF": f"refs/heads/{TOKEN}"}
            stage.run("b.yaml")
        for journal in journals():
            data = journal.read_bytes()
            for secret in (KEY, TOKEN):
                assert secret.encode() not in data
        assert b"***" in journals()[1].read_bytes()


class Sequence:
    """Takes down, in one order, what goes to the journal, to the disk and over the network."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.told: list[str] = []
        write, fsync, send = os.write, os.fsync, Transport.send

        def writing(descriptor: int, data: bytes) -> int:
            kind = re.match(rb'\{"type":"(\w+)"', bytes(data))
            if kind is not None:
                self.told.append(kind[1].decode())
            return write(descriptor, data)

        def syncing(descriptor: int) -> None:
            opened = [it.stat().st_ino for it in Path(FOLDER).glob("*.jsonl")]
            if os.fstat(descriptor).st_ino in opened:
                self.told.append("fsync")
            fsync(descriptor)

        def sending(transport: Transport, request: Any, timeout: float) -> Any:
            self.told.append(request.method)
            return send(transport, request, timeout)

        patch.setattr(os, "write", writing)
        patch.setattr(os, "fsync", syncing)
        patch.setattr(Transport, "send", sending)

    @property
    def unsynced(self) -> list[str]:
        """What was not on disk yet when a request went out, as `line>method`."""
        found: list[str] = []
        waiting: list[str] = []
        for it in self.told:
            if it in ("POST", "GET"):
                found += [f"{line}>{it}" for line in waiting]
            elif it == "fsync":
                waiting = []
            else:
                waiting.append(it)
        assert waiting == []  # at the end all is on disk
        return found


class TestOrderOnDisk:
    def test_an_answer_shares_the_sync_of_the_next_sending_r25(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write("a.yaml", THREE)
        sequence = Sequence(monkeypatch)
        assert stage.run().exit_code == 0
        one = ["sending", "fsync", "POST", "answer", "result"]
        assert sequence.told == [*one * 3, "finished", "fsync"]

    def test_but_not_across_a_read(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        write("a.yaml", WAITS)
        sequence = Sequence(monkeypatch)
        assert stage.run().exit_code == 0
        assert sequence.told[:9] == [
            *["sending", "fsync", "POST", "answer"] * 2,
            "fsync",
        ]
        assert sequence.told[9:11] == ["GET", "GET"]
        assert sequence.unsynced == []

    @pytest.mark.parametrize(
        "text",
        [
            THREE,
            WAITS,
            f"{QUICK}desired: {{WKF1: stopped, WKF2: paused, WKF3: started}}\n",
            f"{QUICK}actions: [{{start: WKF1, wait: {{until: started}}}}, {{pause: WKF2}}]\n",
        ],
    )
    @pytest.mark.parametrize("fault", ["none", "lost", "busy", "500"])
    def test_nothing_is_off_the_disk_when_a_request_goes_out(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch, text: str, fault: str
    ) -> None:
        write("a.yaml", text)
        if fault != "none":
            kind = {"lost": Reset(), "busy": RateLimited(retry_after=0), "500": ErrorStatus(500)}
            stage.sandbox.next_faults(kind[fault], actions=["stop", "start"])
        sequence = Sequence(monkeypatch)
        stage.run()
        assert sequence.told.count("POST") >= 1
        assert sequence.unsynced == []

    def test_nor_when_a_new_token_is_asked_for(
        self, program: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        auth = (
            "auth: {oauth: {client_id: '${env:CAMPAIGN_STANDARD_API_KEY}',"
            " client_secret: '${env:CAMPAIGN_SECRET}', scopes: [a]}}\n"
        )
        write("a.yaml", f"{QUICK}{auth}actions: [{{stop: WKF1}}, {{stop: WKF2}}]\n")
        with sandbox_of(STARTED) as sandbox:
            stage = Stage(program, sandbox)
            stage.env["CAMPAIGN_SECRET"] = sandbox.settings.client_secret
            sandbox.next_faults(ErrorStatus(401), workflows=["WKF2"])
            sequence = Sequence(monkeypatch)
            ended = stage.run()
        assert ended.exit_code == 0, ended.output
        # For a token, a command, a refused one, another token, and the command again.
        assert sequence.told.count("POST") == 5
        assert sequence.unsynced == []


class TestADiskThatFails:
    """Nothing more is sent after it, the report is true, and the run can be gone on with."""

    WRITES = 10  # of the lines of three commands and the last one
    SYNCS = 4

    @pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
    @pytest.mark.parametrize(
        ("kind", "at"),
        [
            *(("write", it) for it in range(1, WRITES + 1)),
            *(("fsync", it) for it in range(1, SYNCS + 1)),
        ],
    )
    def test_at_each_line(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch, kind: str, at: int, code: int
    ) -> None:
        write("a.yaml", THREE)
        with failing_disk(monkeypatch, kind, at, code) as disk:
            ended = stage.run()
        assert disk.count >= at
        assert ended.exit_code == 7, ended.output
        value = report()
        assert value["exit_code"] == 7
        assert value["result"] != "succeeded"
        assert "cannot be written: " + os.strerror(code).lower() in value["message"]
        sent = len(stage.sent)
        # Whatever was sent is told, and nothing else.
        assert outcomes() == ["succeeded"] * sent + ["not_sent"] * (3 - sent)
        assert sent == (at - 1 if kind == "fsync" else (at + 1) // 3)
        assert "Traceback" not in ended.output

        line = resume_line(ended.stderr)
        ended = stage.program(*line, env=stage.env)
        assert ended.exit_code == 0, ended.output
        assert outcomes() == ["succeeded"] * 3
        assert {it.workflow for it in stage.sandbox.commands()} == {"WKF1", "WKF2", "WKF3"}
        assert lines_of(the_journal())[-1]["type"] == "finished"

    def test_a_header_that_cannot_be_written_means_that_nothing_is_sent(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write("a.yaml", THREE)
        fsync = os.fsync

        def syncing(descriptor: int) -> None:
            if os.fstat(descriptor).st_ino in {it.stat().st_ino for it in Path(FOLDER).iterdir()}:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            fsync(descriptor)

        Path(FOLDER).mkdir()
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", syncing)
            patch.setattr("runner.journal.lock.holding", lambda *_: nullcontext())
            ended = stage.run()
        assert ended.exit_code == 7
        assert stage.sandbox.requests() == ()
        assert outcomes() == ["not_sent"] * 3
        assert "no space left on device" in report()["message"]
        assert journals() == []

    @posix
    @pytest.mark.parametrize("more", [[], ["--sandbox"]])
    @pytest.mark.parametrize("where", ["file", "file/in/it", "link", "read-only/in/it"])
    def test_a_state_directory_that_is_none_refuses_before_anything_is_sent(
        self, stage: Stage, where: str, more: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write("a.yaml", THREE)
        write("file", "x")
        Path("elsewhere").mkdir()
        Path("link").symlink_to("elsewhere")
        mkdir = Path.mkdir

        def making(path: Path, *args: Any, **kwargs: Any) -> None:
            # Who may write everywhere, as in a container, is refused nothing by permissions.
            if "read-only" in path.parts:
                raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
            mkdir(path, *args, **kwargs)

        monkeypatch.setattr(Path, "mkdir", making)
        ended = stage.run("--state-dir", where, *more)
        assert ended.exit_code == 7, ended.output
        assert "Traceback" not in ended.output
        assert "a fault in campaign-runner" not in ended.output
        assert stage.sandbox.requests() == ()
        assert outcomes() == ["not_sent"] * 3
        assert list(Path("elsewhere").iterdir()) == []


class TestThroughStdin:
    def test_a_run_of_standard_input_has_a_journal_and_cannot_be_gone_on_with_r26(
        self, program: Program
    ) -> None:
        with sandbox_of(STARTED) as sandbox:
            stage = Stage(program, sandbox)
            text = THREE.replace("WKF2", "WKF99")
            ended = program("run", "-", stdin=text, env=pointing_at(sandbox))
            assert ended.exit_code == 1
            assert "--resume" not in ended.stderr
            cut_after(the_journal(), "result 1")
            ended = stage.resume()
            assert ended.exit_code == 3
            assert "the run read its files from standard input, which is gone" in ended.stderr
            assert [it for _, it in sent_to(sandbox)] == ["WKF1"]
            assert methods(sandbox) == ["POST", "POST"]


def test_a_whole_organizations_name_is_no_path(program: Program) -> None:
    """The lock is named by it; the schema keeps everything else out."""
    write("a.yaml", FOUR.replace("organization: acme", "organization: ../acme"))
    assert program("run", "a.yaml", env={}).exit_code == 3
    assert not Path(FOLDER).exists()
