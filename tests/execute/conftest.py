"""A stage on which plans are carried out against listed replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.campaign.client import CampaignClient
from runner.campaign.hosts import check_target
from runner.campaign.retry import RetryPolicy
from runner.campaign.tokens import GivenToken
from runner.execute.executor import execute
from runner.secrets.scrub import Scrubber
from runner.secrets.secret import Secret
from tests.support.plans import plan_of
from tests.support.wire import FakeTransport
from tests.support.worlds import FakeTime, RecordingInterruption

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.campaign.tokens import TokenSource
    from runner.execute.events import Event
    from runner.execute.results import Execution
    from runner.plan.plan import Command
    from tests.support.wire import Reply

TOKEN = "first-token-of-the-run"


class Stage:
    """Carries plans out, and keeps all that can be seen of it.

    Attributes:
        on_event: is told each event after it was taken down.
    """

    def __init__(self) -> None:
        self.interruption = RecordingInterruption(self._paused)
        self.time = FakeTime(self.interruption)
        self.wire = FakeTransport()
        self.tokens: TokenSource = GivenToken(Secret(TOKEN))
        self.scrubber = Scrubber()
        self.events: list[Event] = []
        self.on_event: Callable[[Event], None] = lambda _event: None
        self.on_pause: Callable[[int], None] = lambda _number: None

    def run(self, commands: list[Command], *replies: Reply) -> Execution:
        self.wire.replies = list(replies)
        client = CampaignClient(
            check_target("http://127.0.0.1:9", "http://127.0.0.1:9"),
            transport=self.wire.as_transport(),
            api_key=Secret("the-api-key"),
            tokens=self.tokens,
        )
        return execute(
            plan_of(commands),
            {"a.yaml": client},
            policy=RetryPolicy(),
            world=self.time.world(),
            scrubber=self.scrubber,
            emit=self._heard,
        )

    @property
    def sent(self) -> list[str]:
        """The workflow and action of every request, in order."""
        return [
            f"{request.body.decode().split(chr(34))[3]} {request.url.split('/')[-2]}"
            for request, _ in self.wire.requests
        ]

    @property
    def pauses(self) -> list[float]:
        return self.interruption.pauses

    def _paused(self, number: int) -> None:
        self.on_pause(number)

    def _heard(self, event: Event) -> None:
        self.events.append(event)
        self.on_event(event)


@pytest.fixture
def stage() -> Stage:
    return Stage()
