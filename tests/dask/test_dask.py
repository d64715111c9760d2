"""`run --executor dask`: workers send, with their own secrets; a lost one is not forgotten."""

from __future__ import annotations

import json
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from runner.commands.organizations.cluster import Cluster
from tests.support.campaign import KEY, SECRETS, TOKEN
from tests.support.engine import Engine
from tests.support.gate import ACCEPTED, Gate, accept_all
from tests.support.journals import journals, lines_of
from tests.support.organizations import (
    NUMBERS,
    comparable,
    organization,
    sandbox_of_all,
    write_all,
)
from tests.support.program import process, report, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runner.sandbox import Sandbox
    from tests.support.program import Ended, Program


class Stage:
    """Runs `a.yaml` and `b.yaml` by workers against a sandbox; this process has no secret."""

    def __init__(self, program: Program, engine: Engine, sandbox: Sandbox) -> None:
        self.program = program
        self.engine = engine
        self.sandbox = sandbox

    def run(self, *arguments: str) -> Ended:
        urls = ("--base-url", self.sandbox.base_url, "--token-url", self.sandbox.token_url)
        engine = ("--executor", "dask", "--scheduler", self.engine.address)
        return self.program("run", "a.yaml", "b.yaml", *urls, *engine, *arguments)


@pytest.fixture
def stage(program: Program, engine: Engine) -> Iterator[Stage]:
    write_all()
    with sandbox_of_all() as sandbox:
        yield Stage(program, engine, sandbox)


def outcomes(name: str) -> list[str]:
    return [it["outcome"] for it in report()["commands"] if it["organization"] == name]


def part(name: str) -> dict[str, Any]:
    (found,) = [it for it in report()["organizations"] if it["organization"] == name]
    return dict(found)


class TestTheWhole:
    def test_the_report_is_that_of_the_plain_run(self, program: Program, stage: Stage) -> None:
        ended = stage.run()
        assert ended.exit_code == 0, ended.output
        value = report()
        with sandbox_of_all() as other:
            urls = ("--base-url", other.base_url, "--token-url", other.token_url)
            assert program("run", "a.yaml", "b.yaml", *urls, env=SECRETS).exit_code == 0
            assert comparable(value, stage.sandbox) == comparable(report(), other)
        assert {it["organization"] for it in value["organizations"]} == set(NUMBERS)
        assert {it["result"] for it in value["organizations"]} == {"succeeded"}
        for it in value["organizations"]:
            assert lines_of(Path(it["journal"]))[-1]["type"] == "finished"
        assert not list(Path(".campaign-runner").glob("*.stop"))
        assert not list(Path(".campaign-runner").glob("*.shared"))

    def test_people_see_what_the_workers_have_done(self, stage: Stage) -> None:
        told = stage.run().stderr
        assert "/10 acme: stop WKF1: succeeded" in told
        assert "/10 hooli: signal WKF3 signal1: succeeded" in told

    def test_one_at_a_time(self, stage: Stage) -> None:
        ended = stage.run("--organizations-in-parallel", "1")
        assert ended.exit_code == 0, ended.output
        sent = [it.organization for it in stage.sandbox.commands()]
        assert list(dict.fromkeys(sent)) == ["acme", "globex", "umbrella", "initech", "hooli"]

    def test_what_fails_for_one_does_not_stop_the_others(self, stage: Stage) -> None:
        text = Path("b.yaml").read_text(encoding="utf-8").replace("[WKF1, WKF2]", "[GONE, WKF2]")
        write("b.yaml", text)
        assert stage.run().exit_code == 1
        assert outcomes("globex") == ["failed", "not_sent"]
        assert report()["totals"]["not_sent"] == 1

    def test_what_was_done_is_passed_over(self, stage: Stage) -> None:
        assert stage.run("--once", "--init-state").exit_code == 0
        sent = len(stage.sandbox.commands())
        assert stage.run("--once").exit_code == 0
        assert len(stage.sandbox.commands()) == sent
        assert report()["totals"]["skipped"] == 10

    def test_a_journal_of_a_worker_can_be_gone_on_with_here(
        self, program: Program, stage: Stage
    ) -> None:
        assert stage.run().exit_code == 0
        sent = len(stage.sandbox.commands())
        ended = program("run", "--resume", part("acme")["journal"])
        assert ended.exit_code == 0
        assert "nothing was sent" in ended.stderr
        assert len(stage.sandbox.commands()) == sent

    def test_a_refused_desired_state_lets_nothing_be_sent(self, stage: Stage) -> None:
        write("b.yaml", organization("globex", "desired: {GONE: started}"))
        assert stage.run().exit_code == 1
        assert stage.sandbox.commands() == ()

    def test_a_guardrail_lets_nothing_be_sent(self, stage: Stage) -> None:
        more = "guardrails: {protect: [WKF1]}\n"
        write("a.yaml", Path("a.yaml").read_text(encoding="utf-8") + more)
        assert stage.run().exit_code == 5
        assert stage.sandbox.commands() == ()


class TestSecrets:
    def test_none_is_shipped_and_none_comes_back(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shipped: list[bytes] = []
        submit = Cluster.submit

        def seen(self: Cluster, *task: Any) -> Any:
            shipped.append(pickle.dumps(task))
            future = submit(self, *task)
            future.add_done_callback(lambda it: shipped.append(pickle.dumps(it.result())))
            return future

        monkeypatch.setattr(Cluster, "submit", seen)
        # This process has other ones, which are of no use to anybody.
        for name in SECRETS:
            monkeypatch.setenv(name, "a-secret-of-this-process")
        ended = stage.run()
        assert ended.exit_code == 0, ended.output
        everything = b"".join(shipped) + b"".join(
            it.read_bytes() for it in Path.cwd().rglob("*") if it.is_file()
        )
        assert len(shipped) >= 2 * len(NUMBERS)
        for secret in (KEY, TOKEN, "a-secret-of-this-process"):
            assert secret.encode() not in everything

    def test_workers_without_secrets_refuse_before_anything_is_sent(
        self, program: Program, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        write_all()
        bare = Engine(tmp_path_factory.mktemp("engine"))
        try:
            bare.begin(1, env={})
            with sandbox_of_all() as sandbox:
                ended = Stage(program, bare, sandbox).run()
                assert sandbox.requests() == ()
        finally:
            bare.end()
        assert ended.exit_code == 4
        assert "CAMPAIGN_STANDARD_ACCESS_TOKEN" in ended.stderr
        assert report()["result"] == "refused"


class TestTls:
    def test_the_certificates_are_those_of_the_engines_own_configuration(
        self, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        folder = tmp_path_factory.mktemp("engine")
        authority = trustme.CA()
        files = {it: str(folder / f"{it}.pem") for it in ("ca", "cert", "key")}
        made = authority.issue_cert("127.0.0.1")
        authority.cert_pem.write_to_path(files["ca"])
        made.cert_chain_pems[0].write_to_path(files["cert"])
        made.private_key_pem.write_to_path(files["key"])
        tls = "DASK_DISTRIBUTED__COMM__TLS"
        env = {f"{tls}__CA_FILE": files["ca"]}
        for role in ("CLIENT", "SCHEDULER", "WORKER"):
            env[f"{tls}__{role}__CERT"] = files["cert"]
            env[f"{tls}__{role}__KEY"] = files["key"]
        encrypted = Engine(folder, ("--protocol", "tls"), env)
        write_all()
        try:
            encrypted.begin(1)
            assert encrypted.address.startswith("tls://")
            with sandbox_of_all() as sandbox:
                urls = ("--base-url", sandbox.base_url, "--token-url", sandbox.token_url)
                dask = ("--executor", "dask", "--scheduler", encrypted.address)
                ended = process("run", "a.yaml", "b.yaml", *urls, *dask, env=env)
                assert ended.exit_code == 0, ended.output
                bare = process("run", "a.yaml", *urls, *dask)
        finally:
            encrypted.end()
        assert bare.exit_code == 7
        assert "does not answer" in bare.stderr


class TestRefusals:
    def test_nobody_at_the_address(self, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("runner.commands.organizations.cluster._ANSWER_TIMEOUT", 0.5)
        write_all()
        urls = ("--base-url", "http://127.0.0.1:1", "--token-url", "http://127.0.0.1:1/t")
        engine = ("--executor", "dask", "--scheduler", "tcp://127.0.0.1:1")
        ended = program("run", "a.yaml", *urls, *engine)
        assert ended.exit_code == 7
        assert re.search("the scheduler .?tcp://127.0.0.1:1.? does not answer", ended.stderr)
        assert report()["result"] == "failed"
        assert report()["totals"]["not_sent"] == report()["totals"]["commands"]

    def test_a_worker_that_does_not_see_the_state_directory(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "runner.commands.organizations.cluster.introduce",
            lambda _path: ("0.1.0", False, False),
        )
        ended = stage.run()
        assert ended.exit_code == 7
        assert "does not see the state directory" in ended.stderr
        assert stage.sandbox.requests() == ()

    def test_a_worker_of_another_version(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "runner.commands.organizations.cluster.introduce",
            lambda _path: ("0.0.1", True, True),
        )
        ended = stage.run()
        assert ended.exit_code == 7
        assert "has campaign-runner 0.0.1, and this is 0.1.0" in ended.stderr


HELD = ("acme", "globex")


def start(
    engine: Engine, gate: Gate, names: Sequence[str] = (*HELD, "hooli")
) -> subprocess.Popen[str]:
    """Start a run of three organizations, of which two are under way at a time."""
    write("a.yaml", "---\n".join(organization(it) for it in names))
    urls = ("--base-url", gate.url, "--token-url", f"{gate.url}/token")
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "runner", "run", "a.yaml", *urls),
            *("--executor", "dask", "--scheduler", engine.address),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=dict(os.environ),
    )


def worker_of(name: str) -> int:
    """Give the process that sends to an organization, as its lock names it."""
    holder = Path(".campaign-runner", f"{name}.worker.holder.json")
    return int(json.loads(holder.read_text(encoding="utf-8"))["pid"])


def wait_for_wish(running: subprocess.Popen[str]) -> None:
    """Wait until the file that asks workers to stop says so."""
    while not any(it.read_bytes() for it in Path(".campaign-runner").glob("*.stop")):
        assert running.poll() is None


def accept(connection: Any) -> None:
    threading.Thread(target=accept_all, args=(connection,), daemon=True).start()


class TestLostWorkers:
    def test_its_organization_is_unknown_and_never_sent_to_twice(
        self, program: Program, frail: Engine, gate: Gate
    ) -> None:
        with start(frail, gate) as running:
            held = dict([gate.take(), gate.take()])
            assert set(held) == set(HELD)
            frail.process(worker_of("acme")).kill()
            accept(held["globex"])
            # Another worker takes the part up, sees that it was begun, and leaves it alone; hooli
            # is sent to by the one that is left.
            name, connection = gate.take()
            assert name == "hooli"
            accept(connection)
            _, stderr = running.communicate(timeout=60)
        assert running.returncode == 6, stderr
        value = report()
        assert value["result"] == "unknown"
        assert outcomes("acme") == ["unknown", "not_sent"]
        assert outcomes("globex") == outcomes("hooli") == ["succeeded", "succeeded"]
        lost = part("acme")
        assert (lost["result"], lost["exit_code"]) == ("unknown", 6)
        assert "its worker was lost" in lost["message"]
        assert f"campaign-runner run --resume {lost['journal']}" in stderr
        assert lines_of(Path(lost["journal"]))[-1]["type"] == "stopped"

        answering = threading.Thread(target=lambda: accept_all(gate.take()[1]), daemon=True)
        answering.start()
        identity = next(it["id"] for it in value["commands"] if it["outcome"] == "unknown")
        ended = program(
            "run", "--resume", lost["journal"], "--settle", f"{identity}=sent", env=SECRETS
        )
        assert ended.exit_code == 0, ended.output
        assert outcomes("acme") == ["succeeded", "succeeded"]
        sending = [it for it in lines_of(Path(lost["journal"])) if it["type"] == "sending"]
        assert len({it["id"] for it in sending}) == len(sending) == 2

    def test_one_that_is_only_out_of_reach_keeps_others_from_its_organization(
        self, program: Program, frail: Engine, gate: Gate
    ) -> None:
        # More than the engine has room for: what it has not begun with comes to an end, too.
        with start(frail, gate, (*HELD, "hooli", "initech", "umbrella")) as running:
            held = dict([gate.take(), gate.take()])
            workers = [worker_of(it) for it in HELD]
            frail.scheduler.kill()
            _, stderr = running.communicate(timeout=90)
        assert running.returncode == 6, stderr
        assert outcomes("acme") == outcomes("globex") == ["unknown", "unknown"]
        assert "it may still be sending" in part("acme")["message"]
        assert len(workers) == 2
        for name in ("hooli", "initech", "umbrella"):
            assert outcomes(name) == ["not_sent", "not_sent"]
            assert part(name)["result"] == "unknown"
        assert len(list(Path(".campaign-runner").glob("*.stop"))) == 1
        journal = part("acme")["journal"]
        ended = program("run", "--resume", journal, env=SECRETS)
        assert ended.exit_code == 7
        assert "another run for acme is going on" in ended.stderr
        # It gets its answer, hears that it is to stop, and sends nothing more.
        held["acme"].sendall(ACCEPTED)
        assert held["acme"].recv(1) == b""
        lines = lines_of(Path(journal))
        assert [it["type"] for it in lines].count("sending") == 1


class TestWithoutWorkers:
    def test_a_run_whose_last_worker_is_lost_ends_all_the_same(
        self,
        program: Program,
        frail: Engine,
        gate: Gate,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("runner.commands.organizations.cluster.LONGEST_WITHOUT_WORKERS", 3.0)
        monkeypatch.setattr("runner.commands.organizations.cluster._LOOK", 0.5)
        write("a.yaml", "---\n".join(organization(it) for it in (*HELD, "hooli")))

        def kill_all() -> None:
            gate.take()
            gate.take()
            for it in frail.processes[1:]:
                it.kill()

        killer = threading.Thread(target=kill_all)
        killer.start()
        urls = ("--base-url", gate.url, "--token-url", f"{gate.url}/token")
        engine = ("--executor", "dask", "--scheduler", frail.address)
        ended = program("run", "a.yaml", *urls, *engine)
        killer.join()
        assert ended.exit_code == 6
        assert outcomes("acme") == outcomes("globex") == ["unknown", "not_sent"]
        assert outcomes("hooli") == ["not_sent", "not_sent"]
        assert {it["result"] for it in report()["organizations"]} == {"unknown"}


@pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
class TestInterruption:
    def test_every_worker_ends_after_the_command_under_way(
        self, engine: Engine, gate: Gate
    ) -> None:
        with start(engine, gate) as running:
            held = dict([gate.take(), gate.take()])
            running.send_signal(signal.SIGINT)
            wait_for_wish(running)
            for it in held.values():
                it.sendall(ACCEPTED)
            _, stderr = running.communicate(timeout=60)
        assert running.returncode == 6, stderr
        assert report()["result"] == "interrupted"
        assert outcomes("acme") == outcomes("globex") == ["succeeded", "not_sent"]
        assert outcomes("hooli") == ["not_sent", "not_sent"]

    def test_a_second_signal_waits_for_no_worker(self, frail: Engine, gate: Gate) -> None:
        with start(frail, gate) as running:
            gate.take()
            gate.take()
            running.send_signal(signal.SIGINT)
            wait_for_wish(running)
            running.send_signal(signal.SIGTERM)
            _, stderr = running.communicate(timeout=60)
        assert running.returncode == 6, stderr
        assert outcomes("acme") == outcomes("globex") == ["unknown", "unknown"]
        assert outcomes("hooli") == ["not_sent", "not_sent"]
        assert report()["result"] == "interrupted"
        assert "stopped by force before its worker answered" in part("acme")["message"]
        assert journals()
        assert "Traceback" not in stderr
