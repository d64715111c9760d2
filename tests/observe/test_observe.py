"""Many workflows, a few at a time: in order, and with an end whatever happens."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from runner.campaign.client import CampaignClient
from runner.campaign.hosts import check_target
from runner.campaign.retry import RetryPolicy
from runner.campaign.tokens import GivenToken, OAuthToken
from runner.campaign.transport import Transport
from runner.errors import CredentialsError
from runner.observe.observe import Wanted, observe
from runner.secrets.resolve import OAuthCredential
from runner.secrets.scrub import Scrubber
from runner.secrets.secret import Secret
from runner.states import DEFAULT_MAPPING, State, StateMapping
from runner.world import World
from tests.observe.conftest import client_of
from tests.support.scripted import ScriptedServer, answer_all, http, read, silence
from tests.support.wire import FakeTransport, WorkflowTransport, answered, refused, told
from tests.support.worlds import FakeTime, RecordingInterruption

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.campaign.transport import Answer
    from runner.states import Observation, Observations
    from tests.support.scripted import Peer
    from tests.support.wire import Reply

NO_WAIT = RetryPolicy(base=0.0)
BOTH = pytest.mark.parametrize("parallel", [0, 1, 8])


def want(workflow: str, organization: str = "acme", document: str = "a", **others: Any) -> Wanted:
    values = {"mapping": DEFAULT_MAPPING, "timeout": 70.0, **others}
    return Wanted(document, organization, workflow, **values)


def look(
    wanted: Sequence[Wanted], clients: Mapping[str, CampaignClient], **others: Any
) -> Observations:
    values = {"world": World(), "scrubber": Scrubber(), "policy": NO_WAIT, **others}
    return observe(wanted, clients, **values)


def wire_of(replies: Mapping[str, Sequence[Reply]]) -> tuple[WorkflowTransport, CampaignClient]:
    wire = WorkflowTransport(replies)
    return wire, client_of(wire)


@BOTH
def test_each_is_read_and_given_in_order(parallel: int) -> None:
    names = [f"WKF{number}" for number in range(40)]
    states = [state for state in State if state is not State.UNKNOWN]

    def slowly(number: int) -> Any:
        def reply() -> Any:
            time.sleep(0.001 * (number % 3))
            return told({"state": states[number % len(states)].value})

        return reply

    wire, client = wire_of({name: [slowly(number)] for number, name in enumerate(names)})
    heard: list[Observation] = []
    got = look(
        [want(name) for name in names], {"a": client}, parallel=parallel, on_read=heard.append
    )
    assert list(got) == [("acme", name) for name in names]
    assert [it.state for it in got.values()] == [states[n % len(states)] for n in range(40)]
    assert sorted(wire.asked) == sorted(names)
    assert {it.key: it for it in heard} == got
    assert len(heard) == 40


@BOTH
def test_each_is_read_once_as_it_is_wanted_first(parallel: int) -> None:
    reply = told({"state": "paused", "phase": "started"})
    wire, one = wire_of({"WKF1": [reply], "WKF2": [reply]})
    other_wire, other = wire_of({"WKF1": [reply]})
    by_phase = StateMapping(("phase",))
    got = look(
        [
            want("WKF2", mapping=by_phase, timeout=5.0),
            want("WKF1"),
            want("WKF2"),
            want("WKF1", document="b", mapping=by_phase),
            want("WKF1", "other", document="b"),
            want("WKF2"),
        ],
        {"a": one, "b": other},
        parallel=parallel,
    )
    assert [(key, it.state) for key, it in got.items()] == [
        (("acme", "WKF2"), State.STARTED),
        (("acme", "WKF1"), State.PAUSED),
        (("other", "WKF1"), State.PAUSED),
    ]
    assert sorted(wire.asked) == ["WKF1", "WKF2"]
    assert other_wire.asked == ["WKF1"]
    assert sorted(timeout for _, timeout in wire.requests) == [5.0, 70.0]


@BOTH
def test_nothing_is_wanted(parallel: int) -> None:
    assert look([], {}, parallel=parallel) == {}


@BOTH
def test_one_that_cannot_be_read_hinders_no_other(parallel: int) -> None:
    wire, client = wire_of(
        {
            "A": [refused()],
            "B": [answered(404)],
            "C": [answered(500)],
            "D": [told({"state": "paused"})],
        }
    )
    got = look([want(name) for name in "ABCD"], {"a": client}, parallel=parallel)
    assert [it.found for it in got.values()] == [None, False, None, True]
    assert wire.asked.count("A") == 5


def test_with_none_at_a_time_no_thread_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(threading.Thread, "start", fail)
    fake = FakeTime()
    wire, client = wire_of({"A": [refused(), told({"state": "paused"})], "B": [told({})]})
    got = look(
        [want("A"), want("B")],
        {"a": client},
        parallel=0,
        world=fake.world(),
        policy=RetryPolicy(),
    )
    assert [it.state for it in got.values()] == [State.PAUSED, State.UNKNOWN]
    assert fake.pauses == [1.0]
    assert wire.asked == ["A", "A", "B"]


class TestCredentials:
    """R18: who is rejected once is rejected always."""

    @BOTH
    def test_no_other_read_is_begun(self, parallel: int) -> None:
        names = [f"WKF{number}" for number in range(100)]
        wire, client = wire_of({name: [answered(401, name)] for name in names})
        with pytest.raises(CredentialsError, match=r"It says: 401 WKF0$"):
            look([want(name) for name in names], {"a": client}, parallel=parallel)
        assert len(wire.requests) <= max(1, parallel)

    @BOTH
    @pytest.mark.parametrize("slow", ["A", "B"])
    def test_the_first_in_order_is_told(self, parallel: int, slow: str) -> None:
        def reply(name: str) -> Any:
            def give() -> Any:
                time.sleep(0.03 if name == slow else 0)
                return answered(403, name)

            return give

        wire, client = wire_of({name: [reply(name)] for name in "AB"})
        for _ in range(3):
            with pytest.raises(CredentialsError, match=r"It says: 403 A$"):
                look([want("A"), want("B")], {"a": client}, parallel=parallel)
        assert "A" in wire.asked

    def test_a_token_that_is_rejected_for_all_is_fetched_once(self) -> None:
        first, second = "token-number-1", "token-number-2"
        lock, issued = threading.Lock(), iter([first, second])

        class Api(WorkflowTransport):
            def send(self, request: Any, timeout: float) -> Any:
                if request.method == "POST":
                    with lock:
                        self.requests.append((request, timeout))
                        text = f'{{"access_token": "{next(issued)}", "expires_in": 86399}}'
                    return answered(200, text)
                time.sleep(0.01)
                new = request.headers["Authorization"] == f"Bearer {second}"
                return told({"state": "paused"}) if new else answered(401)

        wire = Api({})
        credential = OAuthCredential(Secret("client-id"), Secret("client-secret"), "openid")
        tokens = OAuthToken(
            credential,
            token_url="http://127.0.0.1:9",
            transport=wire.as_transport(),
            scrubber=Scrubber(),
            world=World(),
        )
        names = [f"WKF{number}" for number in range(50)]
        got = look([want(name) for name in names], {"a": client_of(wire, tokens)})
        assert {it.state for it in got.values()} == {State.PAUSED}
        assert len(wire.requests) == 2


class TestStopping:
    @BOTH
    def test_after_a_wish_nothing_is_read(self, parallel: int) -> None:
        wire, client = wire_of({"A": [told({})]})
        world = World()
        world.interruption.request()
        with pytest.raises(KeyboardInterrupt):
            look([want("A")], {"a": client}, parallel=parallel, world=world)
        assert wire.requests == []

    @BOTH
    def test_a_wish_between_two_reads_ends_it(self, parallel: int) -> None:
        world = World()

        def ask_to_stop() -> Any:
            world.interruption.request()
            return told({})

        names = [f"WKF{number}" for number in range(100)]
        wire, client = wire_of({name: [ask_to_stop] for name in names})
        with pytest.raises(KeyboardInterrupt):
            look([want(name) for name in names], {"a": client}, parallel=parallel, world=world)
        assert len(wire.requests) < 100

    def test_a_wish_while_it_waits_for_another_attempt_ends_it(self) -> None:
        interruption = RecordingInterruption(lambda _number: interruption.request())
        fake = FakeTime(interruption)
        wire, client = wire_of({"A": [refused()]})
        with pytest.raises(KeyboardInterrupt):
            look([want("A")], {"a": client}, parallel=0, world=fake.world())
        assert wire.asked == ["A"]

    @BOTH
    def test_a_wish_while_it_waits_for_a_token_ends_it(self, parallel: int) -> None:
        interruption = RecordingInterruption(lambda _number: interruption.request())
        wire = FakeTransport(refused(), refused())
        world = FakeTime(interruption).world()
        tokens = OAuthToken(
            OAuthCredential(Secret("client-id"), Secret("client-secret"), "openid"),
            token_url="http://127.0.0.1:9",
            transport=wire.as_transport(),
            scrubber=Scrubber(),
            world=world,
        )
        wanted = [want(f"WKF{number}") for number in range(9)]
        with pytest.raises(KeyboardInterrupt):
            look(wanted, {"a": client_of(wire, tokens)}, parallel=parallel, world=world)
        assert [request.method for request, _ in wire.requests] == ["POST"]

    def test_a_wish_ends_the_waits_of_all_threads(self) -> None:
        world = World()
        all_asked = threading.Barrier(5)  # four threads that read, and the one that wishes

        def busy() -> Answer:
            all_asked.wait(10)
            return answered(503, retry_after="100")

        def wish() -> None:
            all_asked.wait(10)
            world.interruption.request()

        wire, client = wire_of({name: [busy] for name in "ABCD"})
        wisher = threading.Thread(target=wish)
        wisher.start()
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            look([want(name) for name in "ABCD"], {"a": client}, parallel=4, world=world)
        wisher.join()
        while any(it.name.startswith("crew-") for it in threading.enumerate()):
            time.sleep(0.001)
        assert time.monotonic() - began < 10
        assert sorted(wire.asked) == ["A", "B", "C", "D"]

    def test_reads_under_way_end_with_the_transport(self) -> None:
        world, transport = World(), Transport({})
        with ScriptedServer(*[[read, silence]] * 4) as server:
            client = real_client(transport, server.url)
            threading.Thread(target=ask_to_stop_once_read, args=(world, server, 4)).start()
            with pytest.raises(KeyboardInterrupt):
                look([want(f"W{n}") for n in range(9)], {"a": client}, parallel=4, world=world)
            transport.close()
            began = time.monotonic()
            while any(it.name.startswith("crew-") for it in threading.enumerate()):
                time.sleep(0.001)
            assert time.monotonic() - began < 5
            assert len(server.requests) == 4


def real_client(transport: Transport, url: str) -> CampaignClient:
    return CampaignClient(
        check_target(url, url),
        transport=transport,
        api_key=Secret("the-api-key"),
        tokens=GivenToken(Secret("the-token")),
    )


def ask_to_stop_once_read(world: World, server: ScriptedServer, count: int) -> None:
    while len(server.requests) < count:
        time.sleep(0.001)
    world.interruption.request()


def test_over_real_connections_which_are_kept() -> None:
    def answer(peer: Peer) -> None:
        while head := peer.socket.recv(65_536):
            name = head.split(b" ")[1].rpartition(b"/")[2]
            peer.socket.sendall(http(200, b'{"state": "paused", "ID": "%s"}' % name))

    transport = Transport({})
    with ScriptedServer(*[[answer]] * 8) as server:
        wanted = [want(f"WKF{number}") for number in range(300)]
        got = look(wanted, {"a": real_client(transport, server.url)})
        assert [it.workflow_id for it in got.values()] == [it.workflow for it in wanted]
        assert server.connections <= 8
        transport.close()


def test_a_workflow_of_some_megabytes_is_read() -> None:
    body = b'{"big": "%s", "state": "paused"}' % (b"x" * 1_500_000)
    transport = Transport({})
    with ScriptedServer([answer_all(http(200, body))]) as server:
        got = look([want("WKF1")], {"a": real_client(transport, server.url)})
        assert got["acme", "WKF1"].state is State.PAUSED
        transport.close()


PROGRAM = """
import contextlib, sys
from runner.campaign.client import CampaignClient
from runner.campaign.hosts import check_target
from runner.campaign.retry import RetryPolicy
from runner.campaign.tokens import GivenToken
from runner.campaign.transport import Transport
from runner.observe.observe import Wanted, observe
from runner.secrets.scrub import Scrubber
from runner.secrets.secret import Secret
from runner.states import DEFAULT_MAPPING
from runner.world import World

url, parallel, at_once = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "at_once"
world = World()
client = CampaignClient(
    check_target(url, url),
    transport=Transport({}),
    api_key=Secret("the-api-key"),
    tokens=GivenToken(Secret("the-token")),
)
wanted = [Wanted("a", "acme", f"WKF{n}", DEFAULT_MAPPING, 300.0) for n in range(20)]
with world.interruption.handling_signals():
    try:
        with world.interruption.at_once() if at_once else contextlib.nullcontext():
            observe(
                wanted,
                {"a": client},
                parallel=parallel,
                world=world,
                scrubber=Scrubber(),
                policy=RetryPolicy(),
            )
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("parallel", "mode"), [(8, "wish"), (8, "at_once"), (1, "wish"), (0, "at_once")]
)
def test_a_signal_ends_the_process_in_the_middle_of_slow_reads(
    number: signal.Signals, parallel: int, mode: str
) -> None:
    with ScriptedServer(*[[read, silence]] * 20) as server:
        arguments = [sys.executable, "-c", PROGRAM, server.url, str(parallel), mode]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
            while len(server.requests) < max(1, parallel):
                assert process.poll() is None
                time.sleep(0.001)
            began = time.monotonic()
            process.send_signal(number)
            output, _ = process.communicate(timeout=30)
        assert time.monotonic() - began < 10
        assert (output, process.returncode) == ("interrupted\n", 0)
        assert len(server.requests) == max(1, parallel)
