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
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from runner import __version__
from runner.campaign.hosts import check_target
from runner.commands.connect import Remote
from runner.commands.locking import alone_as_worker
from runner.commands.organizations import cluster as cluster_module
from runner.commands.organizations import distant, remote
from runner.commands.organizations.cluster import Cluster
from runner.commands.organizations.stopping import StopFile, StopSign
from runner.errors import BrokenError, ExitCode, UsageError
from runner.execute.results import Attempt, CommandResult, Outcome
from runner.journal.lines import end_line
from runner.states import Observation, SignalActivity
from runner.validate.references import NOTHING_MORE
from tests.support import plans
from tests.support.campaign import SECRETS, TOKEN
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
    is_lost = False

    def __init__(self) -> None:
        self.lost: set[str] = set()
        self.before: Callable[[Any], None] = lambda _task: None
        self.is_over = False
        self.pending: list[Future[Any]] = []

    def introduce(self, shared: Path) -> None:
        with FileLock(shared.with_suffix(".shared.lock")):
            assert remote.introduce(str(shared)) == (__version__, True, True)
        assert remote.introduce(str(shared)) == (__version__, True, False)

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        return self._executor.submit(self._do, pickle.dumps((function, args)))

    def call_off(self) -> None:
        self.is_over = True
        for it in self.pending:
            it.cancel()

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


def test_a_worker_that_comes_late_sends_nothing_where_the_run_has_ended(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    late: list[Any] = []

    def dropped(task: Any) -> None:
        if isinstance(task, remote.Task):
            late.append(task)
            raise ConnectionError

    stage.pool.before = dropped
    monkeypatch.setattr(distant, "seal", lambda *_: None)  # as where the run was killed
    assert stage.run().exit_code == 6
    assert stage.sandbox.commands() == ()
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    for task in late:
        site = remote.Site((), task_remote(stage), str(FOLDER / "gone.stop"))
        came = remote.carry_out_there(site, task)
        assert isinstance(came, remote.Refusal)
        assert came.message == "the run that it belongs to has ended"
    assert stage.sandbox.commands() == ()


def task_remote(stage: Stage) -> Remote:
    target = check_target(stage.sandbox.base_url, stage.sandbox.token_url)
    return Remote(target, NOTHING_MORE, 1)


def test_a_worker_of_another_version_sends_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distant, "__version__", "0.0.1")
    ended = stage.run()
    assert ended.exit_code == 7
    assert stage.sandbox.commands() == ()
    assert "its worker has campaign-runner 0.1.0, not 0.0.1" in part("acme")["message"]


def test_what_comes_back_holds_nothing_that_only_the_worker_knows() -> None:
    command = plans.command()
    attempt = Attempt(datetime(2026, 3, 2, tzinfo=timezone.utc), 0.1, 200, f"a {TOKEN}", TOKEN)
    result = CommandResult(command, Outcome.FAILED, (attempt,), f"b {TOKEN}", f"https://c/{TOKEN}")
    cleaned = remote._cleaned(result, lambda text: text.replace(TOKEN, "***"))
    assert TOKEN not in repr(cleaned)
    href = f"https://mc.adobe.io/{TOKEN}"
    seen = Observation("acme", "WKF1", True, signals=(SignalActivity("signal1", href),))
    assert TOKEN.encode() not in pickle.dumps(remote._without_addresses(seen))


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


def test_a_plain_run_begins_nowhere_where_a_worker_has_not_ended(stage: Stage) -> None:
    urls = ("--base-url", stage.sandbox.base_url, "--token-url", stage.sandbox.token_url)
    with alone_as_worker(FOLDER.absolute(), "acme", "another", 0.0):
        ended = stage.program("run", "a.yaml", *urls, env=SECRETS)
    assert ended.exit_code == 7
    assert "another run for acme is going on: run another" in ended.stderr
    assert stage.sandbox.commands() == ()
    assert stage.program("run", "a.yaml", *urls, env=SECRETS).exit_code == 0


def test_a_wish_to_stop_arrives_as_a_file(tmp_path: Path) -> None:
    path = tmp_path / "stop"
    with StopSign(path) as sign:
        stop = StopFile(path)
        assert [stop.requested, stop.pause(0.0)] == [False, False]
        threading.Timer(0.05, sign.put).start()
        assert stop.pause(20)
        path.write_bytes(b"")
        assert stop.requested  # once heard, it stays
    assert StopFile(path).requested  # the run is gone


def test_a_wish_to_stop_stays_for_those_who_may_hear_of_it_late(tmp_path: Path) -> None:
    path = tmp_path / "stop"
    with StopSign(path) as sign:
        sign.put(for_good=True)
    assert StopFile(path).requested
    path.unlink()
    path.mkdir()
    assert not StopFile(path).requested  # nobody can say


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


class Client:
    """A client of the engine, as far as a cluster looks at it."""

    def __init__(self, status: str, workers: int) -> None:
        self.status = status
        self._workers = workers
        self.asked = threading.Event()

    def nthreads(self) -> dict[str, int]:
        self.asked.set()
        return dict.fromkeys(map(str, range(self._workers)), 2)

    def submit(self, *_: Any) -> Future[Any]:
        return Future()

    def shutdown(self, **_: Any) -> None:
        raise OSError("the scheduler has gone away")


def cluster_of(client: Client, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(sys.modules, "distributed", ModuleType("distributed"))
    around: Any = Heard()
    cluster: Any = Cluster("tls://scheduler:1", around)
    cluster._client = cluster._executor = client
    return cluster


class TestCluster:
    def test_takes_nothing_once_the_scheduler_is_gone(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = Client("running", 1)
        cluster = cluster_of(client, monkeypatch)
        assert not cluster.is_lost
        future = cluster.submit(print)
        client.status = "closed"
        assert cluster.is_lost
        with pytest.raises(ConnectionError):
            cluster.submit(print)
        cluster.call_off()  # though nobody answers
        assert future.cancelled()

    def test_is_lost_without_any_worker_for_long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cluster_module, "_LOOK", 0.01)
        monkeypatch.setattr(cluster_module, "LONGEST_WITHOUT_WORKERS", -1.0)
        cluster = cluster_of(Client("running", 0), monkeypatch)
        assert cluster.is_lost

    def test_looks_for_workers_until_it_is_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cluster_module, "_LOOK", 0.01)
        client = Client("running", 3)
        cluster = cluster_of(client, monkeypatch)
        assert cluster.threads == 6
        client.asked.clear()
        cluster._seen_at = 0.0
        thread = threading.Thread(target=cluster._watch)
        thread.start()
        assert client.asked.wait(timeout=20)
        cluster.call_off()
        thread.join(timeout=20)
        assert not thread.is_alive()
        assert cluster._seen_at > 0


def test_without_workers_the_run_ends_by_what_the_journals_say(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit = stage.pool.submit

    def never(function: Any, *args: Any) -> Future[Any]:
        if function.__name__ != "carry_out_there":
            return submit(function, *args)
        if stage.pool.is_over:
            raise ConnectionError("the scheduler has gone away")
        stage.pool.is_lost = True
        future: Future[Any] = Future()
        stage.pool.pending.append(future)
        return future

    monkeypatch.setattr(stage.pool, "submit", never)
    ended = stage.run()
    assert ended.exit_code == 6, ended.output
    assert "no worker is there any more" in ended.stderr
    assert part("acme")["message"] == "its worker was lost, and there is no other"
    assert report()["result"] == "unknown"


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
