"""`--executor dask` without the engine: what is given to workers, and what is made of it.

A pool of threads takes the place of the workers, to which everything goes as bytes and from which
it comes so. `tests/dask` does the same with a real scheduler and real processes.
"""

from __future__ import annotations

import json
import pickle
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from runner import __version__
from runner.commands.locking import alone_as_worker
from runner.commands.organizations import distant, remote
from runner.commands.organizations.cluster import Cluster
from runner.errors import BrokenError, ExitCode, UsageError
from runner.journal.lines import end_line
from tests.support.campaign import SECRETS
from tests.support.journals import lines_of
from tests.support.organizations import comparable, organization, sandbox_of_all, write_all
from tests.support.program import report, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typing_extensions import Self

    from runner.sandbox import Sandbox
    from tests.support.program import Ended, Program

FOLDER = Path(".campaign-runner")


class Pool:
    """Threads that take and give bytes, as workers do.

    Attributes:
        lost: functions of which nobody hears again what they did, by their names.
        before: called by the thread before it does something.
    """

    threads = 2

    def __init__(self) -> None:
        self.lost: set[str] = set()
        self.before: Callable[[Any], None] = lambda _task: None
        self._is_over = threading.Event()

    def introduce(self, shared: Path) -> None:
        assert remote.introduce(str(shared)) == (__version__, True)

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        return self._executor.submit(self._do, pickle.dumps((function, args)))

    def call_off(self) -> None:
        self._is_over.set()

    def _do(self, sent: bytes) -> Any:
        function, args = pickle.loads(sent)  # noqa: S301 - it is our own
        self.before(args[-1])
        value = function(*args)
        if function.__name__ in self.lost:
            raise ConnectionError("the worker has gone away")
        return pickle.loads(pickle.dumps(value))  # noqa: S301 - likewise

    def __enter__(self) -> Self:
        self._executor = ThreadPoolExecutor(2)
        return self

    def __exit__(self, *_: object) -> None:
        self._executor.shutdown()


class Stage:
    """Runs by the pool against a sandbox of all organizations."""

    def __init__(self, program: Program, sandbox: Sandbox, pool: Pool) -> None:
        self.program = program
        self.sandbox = sandbox
        self.pool = pool
        self.env = dict(SECRETS)

    def run(self, *arguments: str) -> Ended:
        urls = ("--base-url", self.sandbox.base_url, "--token-url", self.sandbox.token_url)
        engine = ("--executor", "dask", "--scheduler", "tls://scheduler:8786")
        return self.program("run", "a.yaml", "b.yaml", *urls, *engine, *arguments, env=self.env)


@pytest.fixture
def stage(program: Program, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    pool = Pool()
    monkeypatch.setattr(distant, "Cluster", lambda *_: pool)
    monkeypatch.setattr(distant, "_LOST_TIMEOUT", 0.3)
    write_all()
    with sandbox_of_all() as sandbox:
        yield Stage(program, sandbox, pool)


def outcomes(name: str) -> list[str]:
    return [it["outcome"] for it in report()["commands"] if it["organization"] == name]


def part(name: str) -> dict[str, Any]:
    (found,) = [it for it in report()["organizations"] if it["organization"] == name]
    return dict(found)


def test_the_report_is_that_of_the_plain_run(program: Program, stage: Stage) -> None:
    ended = stage.run()
    assert ended.exit_code == 0, ended.output
    value = report()
    with sandbox_of_all() as other:
        urls = ("--base-url", other.base_url, "--token-url", other.token_url)
        assert program("run", "a.yaml", "b.yaml", *urls, env=SECRETS).exit_code == 0
        assert comparable(value, stage.sandbox) == comparable(report(), other)
    assert "/10 hooli: signal WKF3 signal1: succeeded" in ended.stderr
    assert {it.suffix for it in FOLDER.iterdir()} == {".jsonl", ".lock"}


def test_what_was_done_is_passed_over(stage: Stage) -> None:
    assert stage.run("--once", "--init-state").exit_code == 0
    sent = len(stage.sandbox.commands())
    ended = stage.run("--once")
    assert ended.exit_code == 0, ended.output
    assert len(stage.sandbox.commands()) == sent


def test_where_nothing_is_left_to_do_no_secret_is_needed(stage: Stage) -> None:
    write("b.yaml", organization("globex"))
    assert stage.run("--once", "--init-state").exit_code == 0
    stage.env = {}
    ended = stage.run("--once")
    assert ended.exit_code == 0, ended.output
    assert set(outcomes("acme") + outcomes("globex")) == {"skipped"}


def test_an_engine_that_takes_no_more_work_leaves_the_rest_to_be_gone_on_with(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit, submitted = stage.pool.submit, []

    def first_one_only(function: Any, *args: Any) -> Any:
        if function.__name__ == "carry_out_there":
            submitted.append(args)
            if len(submitted) > 1:
                raise RuntimeError("the client was closed")
        return submit(function, *args)

    monkeypatch.setattr(stage.pool, "submit", first_one_only)
    ended = stage.run()
    assert ended.exit_code == 6
    assert outcomes("acme") == ["succeeded"] * 4
    assert outcomes("globex") == ["not_sent", "not_sent"]
    assert part("globex")["message"] == "its worker was lost: RuntimeError"


def test_secrets_that_are_missing_lead_to_a_refusal(stage: Stage) -> None:
    stage.env = {}
    ended = stage.run()
    assert ended.exit_code == 4
    assert "CAMPAIGN_STANDARD_API_KEY" in ended.stderr
    assert stage.sandbox.requests() == ()
    assert report()["result"] == "refused"


def test_a_closed_window_ends_what_is_behind_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "why_closed", lambda *_: "no window is open")
    assert stage.run().exit_code == 1
    assert stage.sandbox.commands() == ()
    assert {it["message"] for it in report()["organizations"]} == {"no window is open"}


def test_a_window_that_is_lifted_is_lifted_there_too(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "why_closed", lambda *_: "no window is open")
    ended = stage.run("--override", "windows", "--reason", "it burns")
    assert ended.exit_code == 0, ended.output


def test_a_worker_that_is_lost_while_it_reads_ends_the_run_before_anything_is_sent(
    stage: Stage,
) -> None:
    stage.pool.lost = {"look_there"}
    ended = stage.run()
    assert ended.exit_code == 7
    assert "a worker was lost: ConnectionError; nothing was sent" in ended.stderr
    assert stage.sandbox.commands() == ()


def test_of_a_worker_that_is_lost_in_the_end_the_journal_tells(stage: Stage) -> None:
    stage.pool.lost = {"carry_out_there"}
    ended = stage.run()
    assert ended.exit_code == 0, ended.output
    assert report()["result"] == "succeeded"
    assert outcomes("acme") == ["succeeded"] * 4
    # It came to its end, and so there is nothing to write down about it.
    assert lines_of(Path(part("acme")["journal"]))[-1]["type"] == "finished"


def test_a_part_that_was_begun_with_is_left_alone(stage: Stage) -> None:
    def begun(task: Any) -> None:
        if isinstance(task, remote.Task) and task.part.organization == "globex":
            at = datetime(2026, 3, 2, tzinfo=timezone.utc)
            line = end_line(at, "unknown", ExitCode.UNSETTLED, "", is_over=False)
            with Path(task.journal).open("a", encoding="utf-8") as journal:
                journal.write(json.dumps(line) + "\n")

    stage.pool.before = begun
    ended = stage.run()
    assert ended.exit_code == 6, ended.output
    assert outcomes("globex") == ["not_sent", "not_sent"]
    assert outcomes("hooli") == ["succeeded"]
    message = "its worker was lost: another worker had begun with it, and was lost"
    assert part("globex")["message"] == message
    assert part("globex")["result"] == "unknown"
    last = lines_of(Path(part("globex")["journal"]))[-1]
    assert (last["type"], last["message"]) == ("stopped", message)


def test_a_worker_that_may_still_be_sending_leaves_everything_unknown(stage: Stage) -> None:
    stage.pool.lost = {"carry_out_there"}
    with alone_as_worker(FOLDER.absolute(), "acme", "another", 0.0):
        pass  # so that there is such a lock

    holding, over = threading.Event(), threading.Event()

    def hold() -> None:
        with alone_as_worker(FOLDER.absolute(), "umbrella", "another", 5.0):
            holding.set()
            over.wait(timeout=20)

    holder = threading.Thread(target=hold)

    def before(task: Any) -> None:
        if isinstance(task, remote.Task) and task.part.organization == "umbrella":
            holder.start()
            holding.wait(timeout=20)
            raise ConnectionError

    stage.pool.before = before
    ended = stage.run()
    over.set()
    holder.join()
    assert ended.exit_code == 6
    assert set(outcomes("umbrella")) == {"unknown"}
    assert "it may still be sending" in part("umbrella")["message"]
    assert len(list(FOLDER.glob("*.stop"))) == 1  # for whoever still looks


def test_a_worker_that_cannot_have_the_lock_sends_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any) -> Any:
        raise BrokenError("another run for acme is going on")

    monkeypatch.setattr(remote, "alone_as_worker", refused)
    ended = stage.run()
    assert ended.exit_code == 6
    assert stage.sandbox.commands() == ()
    assert part("acme")["message"] == "its worker was lost: another worker is at it"


def test_another_run_waits_for_a_worker_of_an_organization(stage: Stage) -> None:
    assert stage.run().exit_code == 0
    with alone_as_worker(FOLDER.absolute(), "acme", "another", 0.0):
        ended = stage.run()
        assert ended.exit_code == 7
        assert "another run for acme is going on: run another" in ended.stderr


def test_a_wish_to_stop_arrives_as_a_file(tmp_path: Path) -> None:
    stop = remote.StopFile(tmp_path / "stop")
    assert not stop.requested
    assert not stop.pause(0.0)
    threading.Timer(0.05, partial(Path.touch, tmp_path / "stop")).start()
    assert stop.pause(20)
    (tmp_path / "stop").unlink()
    assert stop.requested  # once heard, it stays


class TestUsage:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["--executor", "dask"],
            ["--scheduler", "tcp://127.0.0.1:1"],
            ["--executor", "threads", "--scheduler", "tcp://127.0.0.1:1"],
        ],
    )
    def test_both_or_none(self, program: Program, arguments: list[str]) -> None:
        write("a.yaml", organization("acme"))
        ended = program("run", "a.yaml", *arguments)
        assert ended.exit_code == 64
        assert "--executor dask and --scheduler URL belong together" in ended.stderr

    def test_not_with_the_embedded_sandbox(self, program: Program) -> None:
        write("a.yaml", organization("acme"))
        engine = ("--executor", "dask", "--scheduler", "tcp://127.0.0.1:1")
        ended = program("run", "a.yaml", "--sandbox", *engine)
        assert ended.exit_code == 64
        assert "the embedded sandbox is out of the workers' reach" in ended.stderr

    @pytest.mark.parametrize("address", ["127.0.0.1:1", "http://127.0.0.1:1", "tcp://", "x"])
    def test_an_address_that_is_none(self, program: Program, address: str) -> None:
        write("a.yaml", organization("acme"))
        ended = program("run", "a.yaml", "--executor", "dask", "--scheduler", address, env=SECRETS)
        assert ended.exit_code == 64
        assert "write tcp://HOST:PORT, or tls://HOST:PORT" in ended.stderr


class Heard:
    """Hears warnings."""

    def __init__(self) -> None:
        self.output = self
        self.told: list[str] = []

    def warning(self, text: str) -> None:
        self.told.append(text)


@pytest.mark.parametrize(
    ("address", "warns"),
    [("tcp://10.0.0.1:1", True), ("tls://10.0.0.1:1", False), ("tcp://127.0.0.1:1", False)],
)
def test_an_engine_without_tls_is_warned_about_where_it_is_not_this_machine(
    address: str, warns: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    around: Any = Heard()
    with pytest.raises(UsageError, match=r"install campaign-runner\[dask\]"):
        Cluster(address, around)
    assert bool(around.told) is warns
