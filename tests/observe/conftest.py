"""Reads workflows from listed replies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from runner.campaign.client import CampaignClient
from runner.campaign.hosts import check_target
from runner.campaign.retry import RetryPolicy
from runner.campaign.tokens import GivenToken
from runner.observe.reader import read_workflow
from runner.secrets.scrub import Scrubber
from runner.secrets.secret import Secret
from runner.states import DEFAULT_MAPPING
from tests.support.wire import FakeTransport, told
from tests.support.worlds import FakeTime, RecordingInterruption

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.campaign.tokens import TokenSource
    from runner.states import Observation
    from tests.support.wire import Reply

TOKEN = "first-token-of-the-run"


def client_of(wire: FakeTransport, tokens: TokenSource | None = None) -> CampaignClient:
    return CampaignClient(
        check_target("http://127.0.0.1:9", "http://127.0.0.1:9"),
        transport=wire.as_transport(),
        api_key=Secret("the-api-key"),
        tokens=tokens or GivenToken(Secret(TOKEN)),
    )


class Desk:
    """Reads workflows, and keeps all that can be seen of it."""

    def __init__(self) -> None:
        self.interruption = RecordingInterruption(self._paused)
        self.on_pause: Callable[[int], None] = lambda _number: None
        self.time = FakeTime(self.interruption)
        self.wire = FakeTransport()
        self.tokens: TokenSource = GivenToken(Secret(TOKEN))
        self.scrubber = Scrubber()
        self.scrubber.add(Secret(TOKEN))

    def read(self, *replies: Reply, workflow: str = "WKF1", **others: Any) -> Observation:
        self.wire.replies = list(replies)
        values: dict[str, Any] = {
            "mapping": DEFAULT_MAPPING,
            "timeout": 70.0,
            "policy": RetryPolicy(),
            "world": self.time.world(),
            "scrubber": self.scrubber,
        }
        client = client_of(self.wire, self.tokens)
        return read_workflow(client, "acme", workflow, **{**values, **others})

    def _paused(self, number: int) -> None:
        self.on_pause(number)

    def told(self, payload: Any, **others: Any) -> Observation:
        """Read a workflow that the API gives as it is."""
        return self.read(told(payload), **others)


@pytest.fixture
def desk() -> Desk:
    return Desk()
