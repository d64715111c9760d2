"""A stage on which plans are carried out against listed replies."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from runner.campaign.client import CampaignClient
from runner.campaign.hosts import check_target
from runner.campaign.retry import RetryPolicy
from runner.campaign.tokens import GivenToken
from runner.execute.budget import Budget
from runner.execute.executor import Means, execute
from runner.observe.observe import Wanted, observe
from runner.secrets.scrub import Scrubber
from runner.secrets.secret import Secret
from runner.states import DEFAULT_MAPPING
from tests.support.plans import plan_of
from tests.support.wire import FakeTransport, told
from tests.support.worlds import FakeTime, RecordingInterruption

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runner.campaign.tokens import TokenSource
    from runner.campaign.transport import Answer, NoAnswer, Request
    from runner.execute.events import Event
    from runner.execute.past import Past
    from runner.execute.results import Execution
    from runner.plan.command import Command
    from runner.plan.plan import Plan
    from runner.states import Observations
    from tests.support.wire import Reply

BASE_URL = "http://127.0.0.1:9"
TOKEN = "first-token-of-the-run"


class Wire(FakeTransport):
    """Gives each read the next reply of its workflow, the last one again and again.

    Attributes:
        reads: by workflow; a word is the state that an answer gives.
        on_request: is told each request before it is answered.
    """

    def __init__(self) -> None:
        super().__init__()
        self.reads: dict[str, list[str | Reply]] = {}
        self.on_request: Callable[[Request], None] = lambda _request: None

    def send(self, request: Request, timeout: float) -> Answer | NoAnswer:
        self.requests.append((request, timeout))
        self.on_request(request)
        if request.method != "GET":
            return self.give(self.replies.pop(0))
        workflow = workflow_of(request)
        assert workflow in self.reads, f"nothing was to be read of {workflow}"
        left = self.reads[workflow]
        reply = left.pop(0) if len(left) > 1 else left[0]
        return self.give(told({"state": reply}) if isinstance(reply, str) else reply)


class RenewableToken:
    """Gives tokens one after another; an exception among them is raised."""

    def __init__(self, *others: str | Exception) -> None:
        self.current = Secret("token-0")
        self.others = list(others)

    def token(self) -> Secret:
        return self.current

    def renew(self) -> bool:
        other = self.others.pop(0)
        if isinstance(other, Exception):
            raise other
        self.current = Secret(other)
        return True

    def left(self) -> float | None:
        return None


class Stage:
    """Carries plans out, and keeps all that can be seen of it.

    Time passes while somebody waits, and stands still otherwise.

    Attributes:
        on_event: is told each event after it was taken down.
        on_pause: is told the number of each wait, which an interruption ends at once.
        closed: says why nothing may begin now (rule R32).
        deadline: of the run, in seconds.
        history: what is known of commands from before, by their places.
        commit: is called before each request.
    """

    def __init__(self) -> None:
        self.interruption = RecordingInterruption(self._paused)
        self.time = FakeTime(self.interruption)
        self.wire = Wire()
        self.tokens: TokenSource = GivenToken(Secret(TOKEN))
        self.scrubber = Scrubber()
        self.events: list[Event] = []
        self.on_event: Callable[[Event], None] = lambda _event: None
        self.on_pause: Callable[[int], None] = lambda _number: None
        self.closed: Callable[[], str] = lambda: ""
        self.deadline: float | None = None
        self.most_failures = 5
        self.history: dict[int, Past] = {}
        self.commit: Callable[[], None] = lambda: None

    def run(self, commands: Sequence[Command], *replies: Reply) -> Execution:
        """Carry out commands; each request but a read gets the next of the replies."""
        return self.carry_out(plan_of(commands), *replies)

    def carry_out(self, plan: Plan, *replies: Reply) -> Execution:
        self.wire.replies = list(replies)
        client = CampaignClient(
            check_target(BASE_URL, BASE_URL),
            transport=self.wire.as_transport(),
            api_key=Secret("the-api-key"),
            tokens=self.tokens,
        )
        world = self.time.world()

        def look(commands: Sequence[Command], within: float | None = None) -> Observations:
            return observe(
                [
                    Wanted(it.document, "acme", it.workflow or "", DEFAULT_MAPPING, it.timeout)
                    for it in commands
                ],
                {"a.yaml": client},
                parallel=0,
                world=world,
                scrubber=self.scrubber,
                policy=RetryPolicy(within=math.inf if within is None else within),
            )

        means = Means(
            clients={"a.yaml": client},
            look=look,
            policy=RetryPolicy(),
            world=world,
            scrubber=self.scrubber,
            emit=self._heard,
            closed=self.closed,
            budget=Budget(world, self.deadline, self.most_failures),
            history=self.history,
            is_resumed=bool(self.history),
            commit=self.commit,
        )
        execution = execute(plan, means)
        if isinstance(execution.fault, (AssertionError, IndexError)):
            raise execution.fault  # a test's own: a request for which it lists no reply
        return execution

    @property
    def traffic(self) -> list[str]:
        """What every request does to which workflow, in order."""
        return [f"{_deed(request)} {workflow_of(request)}" for request, _ in self.wire.requests]

    @property
    def sent(self) -> list[str]:
        """The same without the reads."""
        return [it for it in self.traffic if not it.startswith("read ")]

    @property
    def heard(self) -> list[str]:
        """The kinds of all events, in order."""
        return [type(event).__name__ for event in self.events]

    @property
    def pauses(self) -> list[float]:
        return self.interruption.pauses

    def renew_with(self, *others: str | Exception) -> None:
        """Let the token be renewed, with these tokens one after another."""
        self.tokens = RenewableToken(*others)

    def interrupt(self) -> None:
        """Ask to stop, as the first Ctrl-C does."""
        self.interruption.request()

    def _paused(self, number: int) -> None:
        self.on_pause(number)
        if not self.interruption.requested:
            self.time.passed += self.pauses[-1]

    def _heard(self, event: Event) -> None:
        self.events.append(event)
        self.on_event(event)


def workflow_of(request: Request) -> str:
    return unquote(request.url.partition("/execution/")[2].partition("/")[0])


def _deed(request: Request) -> str:
    if request.method == "GET":
        return "read"
    deed: str = json.loads(request.body or b"{}").get("method", "signal")
    return deed


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def new_stage() -> type[Stage]:
    """Gives a stage for each example of a property."""
    return Stage
