from __future__ import annotations

import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as WaitedTooLongError
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import requests

from runner.sandbox import Sandbox, SandboxSettings, WorkflowState
from runner.sandbox.connections import Connections

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox.conftest import Api

SETTINGS = SandboxSettings({"acme": {"WKF1": WorkflowState.EDITING}})
HEADERS = {"Authorization": "Bearer sandbox-access-token", "X-Api-Key": "sandbox-api-key"}
COMMANDS = "/acme/campaign/workflow/execution/WKF1/commands"


def port_of(sandbox: Sandbox) -> int:
    return int(sandbox.base_url.rpartition(":")[2])


def sandbox_threads() -> list[threading.Thread]:
    """Give those of all sandboxes; one of other tests may be there, too."""
    return [thread for thread in threading.enumerate() if thread.name == "sandbox"]


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_it_listens_as_soon_as_it_has_started_and_on_loopback_only(sandbox: Sandbox) -> None:
    assert sandbox.base_url.startswith("http://127.0.0.1:")
    assert sandbox.token_url == sandbox.base_url + "/ims/token/v3"
    assert is_open(port_of(sandbox))
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.2", port_of(sandbox))) != 0


def test_after_its_end_nothing_is_left_and_the_log_can_be_read() -> None:
    others = sandbox_threads()
    with Sandbox(SETTINGS) as sandbox:
        port = port_of(sandbox)
        with requests.Session() as session:
            url = sandbox.base_url + COMMANDS
            session.post(url, json={"method": "start"}, headers=HEADERS, timeout=5)
    assert sandbox_threads() == others
    assert not is_open(port)
    assert [record.action for record in sandbox.commands()] == ["start"]
    assert sandbox.states() == {"acme": {"WKF1": WorkflowState.STARTED}}
    assert len(sandbox.requests()) == 1
    assert sandbox.base_url.endswith(f":{port}")


def test_it_ends_at_once_although_clients_keep_their_connections() -> None:
    sandbox = Sandbox(SETTINGS)
    sandbox.start()
    clients = [socket.create_connection(("127.0.0.1", port_of(sandbox)), 2) for _ in range(5)]
    for client in clients:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 401 ")
    clients[0].sendall(b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf")
    began = time.monotonic()
    sandbox.close()
    assert time.monotonic() - began < 20
    for client in clients:
        assert client.recv(100) == b""
        client.close()


def test_closing_twice_or_before_the_start_does_nothing() -> None:
    sandbox = Sandbox(SETTINGS)
    sandbox.close()
    sandbox.start()
    sandbox.close()
    sandbox.close()


def test_many_threads_may_close_it_and_each_returns_once_it_is_closed() -> None:
    sandbox = Sandbox(SETTINGS)
    sandbox.start()
    port = port_of(sandbox)

    def close() -> bool:
        sandbox.close()
        return is_open(port)

    with ThreadPoolExecutor(8) as pool:
        closings = [pool.submit(close) for _ in range(8)]
    assert not any(closing.result() for closing in closings)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs POSIX timers")
def test_a_signal_handler_may_close_it() -> None:
    others = sandbox_threads()
    sandbox = Sandbox(SETTINGS)
    before = signal.signal(signal.SIGALRM, lambda *_: sandbox.close())
    try:
        sandbox.start()
        signal.setitimer(signal.ITIMER_REAL, 0.001)
        sandbox.close()
        signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert sandbox_threads() == others


def test_it_can_be_started_again_and_remembers(
    start_sandbox: Callable[..., Sandbox], open_api: Callable[[Sandbox], Api]
) -> None:
    sandbox = start_sandbox()
    open_api(sandbox).command("WKF1", "start")
    sandbox.close()
    sandbox.start()
    assert open_api(sandbox).read("WKF1")["state"] == "started"


def test_a_port_is_free_again_at_once() -> None:
    with Sandbox(SETTINGS) as first:
        port = port_of(first)
        requests.get(first.base_url, timeout=5)
    again = SandboxSettings(SETTINGS.workflows, port=port)
    with Sandbox(again) as second:
        assert port_of(second) == port


def test_a_port_that_is_taken_is_an_os_error(sandbox: Sandbox) -> None:
    second = Sandbox(SandboxSettings(SETTINGS.workflows, port=port_of(sandbox)))
    with pytest.raises(OSError, match=r"in use|only one usage"):
        second.start()
    second.close()


def test_starting_twice_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(RuntimeError, match="running already"):
        sandbox.start()


def test_there_is_no_address_before_the_start() -> None:
    with pytest.raises(RuntimeError, match="no address"):
        _ = Sandbox(SETTINGS).token_url


def test_no_command_of_many_threads_is_lost() -> None:
    threads, each = 16, 10
    names = [f"WKF{number}" for number in range(threads)]
    workflows = {"acme": dict.fromkeys(names, WorkflowState.EDITING)}
    with Sandbox(SandboxSettings(workflows)) as sandbox:

        def work(name: str) -> set[int]:
            url = sandbox.base_url + COMMANDS.replace("WKF1", name)
            with requests.Session() as session:
                session.headers.update(HEADERS)
                return {
                    session.post(url, json={"method": action}, timeout=10).status_code
                    for _ in range(each)
                    for action in ("start", "pause")
                }

        with ThreadPoolExecutor(threads) as pool:
            assert set().union(*pool.map(work, names)) == {204}
    records = sandbox.commands()
    assert [record.sequence for record in records] == list(range(1, 2 * threads * each + 1))
    assert all(record.had_effect for record in records)
    assert sandbox.states() == {"acme": dict.fromkeys(names, WorkflowState.PAUSED)}
    assert len(sandbox.requests()) == len(records)


def test_each_of_many_commands_for_one_workflow_follows_the_last() -> None:
    with Sandbox(SETTINGS) as sandbox:

        def work(action: str) -> None:
            with requests.Session() as session:
                for _ in range(25):
                    url = sandbox.base_url + COMMANDS
                    session.post(url, json={"method": action}, headers=HEADERS, timeout=10)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, ["start", "pause", "resume", "stop"]))
    records = sandbox.commands()
    assert len(records) == 100
    for earlier, later in pairwise(records):
        assert later.state_before is earlier.state_after


def test_a_state_can_be_changed_from_outside_by_id_and_by_key(api: Api) -> None:
    api.sandbox.set_state("acme-mkt-stage", "WKF2", WorkflowState.FINISHED)
    assert api.read("WKF2")["state"] == "finished"
    api.sandbox.set_state("acme-mkt-stage", api.read("WKF2")["PKey"], WorkflowState.FAILED)
    assert api.read("WKF2")["state"] == "failed"
    assert api.sandbox.commands() == ()


@pytest.mark.parametrize("place", [("acme-mkt-stage", "WKF9"), ("umbrella", "WKF1")])
def test_a_state_of_nothing_cannot_be_changed(place: tuple[str, str]) -> None:
    with Sandbox(SETTINGS) as sandbox, pytest.raises(LookupError, match=f"'{place[1]}'"):
        sandbox.set_state(*place, WorkflowState.FAILED)


def test_beyond_the_limit_starts_queue_until_others_leave(
    start_sandbox: Callable[..., Sandbox], open_api: Callable[[Sandbox], Api]
) -> None:
    names = [f"WKF{number}" for number in range(5)]
    workflows = {"acme-mkt-stage": dict.fromkeys(names, WorkflowState.EDITING)}
    api = open_api(start_sandbox(workflows=workflows, max_active=2))
    assert {api.command(name, "start").status_code for name in names} == {204}
    assert [api.read(name)["state"] for name in names] == ["started"] * 2 + ["editing"] * 3
    api.command("WKF3", "stop")
    api.sandbox.set_state("acme-mkt-stage", "WKF0", WorkflowState.FINISHED)
    api.command("WKF1", "pause")
    assert [api.read(name)["state"] for name in names] == [
        *("finished", "paused", "started", "editing", "started")
    ]


def test_twenty_may_be_active() -> None:
    assert SETTINGS.max_active == 20


def test_many_clients_never_start_more_than_the_limit_and_no_start_is_lost() -> None:
    clients, each, limit = 8, 4, 3
    names = [f"WKF{number}" for number in range(clients * each)]
    workflows = {"acme": dict.fromkeys(names, WorkflowState.EDITING)}
    with Sandbox(SandboxSettings(workflows, max_active=limit)) as sandbox:

        def send(session: requests.Session, name: str, action: str) -> int:
            url = sandbox.base_url + COMMANDS.replace("WKF1", name)
            return session.post(url, json={"method": action}, timeout=10).status_code

        def started() -> list[str]:
            states = sandbox.states()["acme"]
            return [name for name, state in states.items() if state is WorkflowState.STARTED]

        def work(number: int) -> int:
            most = 0
            with requests.Session() as session:
                session.headers.update(HEADERS)
                for name in names[number::clients]:
                    assert send(session, name, "start") == 204
                    most = max(most, len(started()))
            return most

        with ThreadPoolExecutor(clients) as pool:
            assert max(pool.map(work, range(clients))) == limit
        with requests.Session() as session:
            session.headers.update(HEADERS)
            while running := started():
                assert len(running) <= limit
                for name in running:
                    send(session, name, "stop")
    assert sandbox.states() == {"acme": dict.fromkeys(names, WorkflowState.STOPPED)}
    starts = [record for record in sandbox.commands() if record.action == "start"]
    assert len(starts) == len(names)
    assert all(record.had_effect for record in starts)


def test_waiting_for_connections_has_an_end() -> None:
    connections = Connections()
    with socket.socket() as never_closed:
        connections.add(never_closed)
        assert not connections.end_all(timeout=0.01)
        connections.discard(never_closed)
        assert connections.end_all(timeout=0.01)


def test_a_bug_in_the_sandbox_is_shown_and_not_hidden(capfd: pytest.CaptureFixture[str]) -> None:
    times = iter([1000.0])  # for the making; the next look at the clock is a StopIteration
    clock = partial(next, times)
    with Sandbox(SETTINGS, clock=clock) as sandbox, pytest.raises(requests.ConnectionError):
        requests.get(sandbox.base_url, timeout=5)
    assert "StopIteration" in capfd.readouterr().err


def test_a_server_that_is_woken_for_nothing_goes_on(api: Api) -> None:
    server = api.sandbox._server
    assert server is not None
    server.shutdown()
    assert api.command("WKF2", "pause").status_code == 204


def test_a_port_that_somebody_snatched_is_waited_for(sandbox: Sandbox) -> None:
    server = sandbox._server
    assert server is not None
    with ThreadPoolExecutor(1) as pool:
        with socket.create_server(("127.0.0.1", 0)) as other:
            server.port = other.getsockname()[1]
            waiting = pool.submit(server._bound)
            with pytest.raises(WaitedTooLongError):
                waiting.result(timeout=0.1)
        with waiting.result(timeout=10) as bound:
            assert bound.getsockname()[1] == server.port


def test_nobody_waits_for_a_port_once_it_is_closed(sandbox: Sandbox) -> None:
    server = sandbox._server
    assert server is not None
    sandbox.close()
    with socket.create_server(("127.0.0.1", 0)) as other:
        server.port = other.getsockname()[1]
        assert server._bound().fileno() == -1
