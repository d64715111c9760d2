"""What the judge asks of a run: who was sent when, and what whoever looked could see."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from runner.sandbox.faults import ClockSkew, ExpireTokens, Refuse
from tests.faults.faultmix import TIMEOUT
from tests.faults.scenario import AS_ASKED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.sandbox.records import FaultRecord
    from tests.faults.scenario import Expected, Scenario
    from tests.faults.truth import Sent, Truth

_LAST_REQUESTS = 12  # that may be about the token which ended a run


class Window(NamedTuple):
    """The time from a command's first request until something after it begins."""

    first: float
    last: float
    ends_at: float

    def holds(self, sent: Sent) -> bool:
        return self.first <= sent.number < self.last


class Facts:
    """A run with its report."""

    def __init__(
        self,
        scenario: Scenario,
        truth: Truth,
        report: Mapping[str, Any],
        faults: Sequence[FaultRecord],
    ) -> None:
        self.scenario = scenario
        self.truth = truth
        self.report = report
        self.faults = faults
        self.expected = {it.key: it for it in scenario.expected}
        self.places = {it.key: place for place, it in enumerate(scenario.expected)}
        self.entries = {key_of(it): it for it in report["commands"]}

    def posts(self, expected: Expected) -> list[Sent]:
        posts = self.truth.posts.get(expected.key, [])
        attempts = self.entries.get(expected.key, {}).get("attempts", ())
        if len(posts) != len(attempts):  # some attempts never arrived
            return posts
        pairs = zip(posts, attempts, strict=True)
        return [replace(it, came_late=_is_late(attempt)) for it, attempt in pairs]

    def window(self, expected: Expected) -> Window | None:
        """Give when a command was sent and its outcome awaited; None where it never was."""
        posts = self.posts(expected)
        if not posts:
            return None
        after = [
            sent[0]
            for key, sent in self.truth.posts.items()
            if (other := self.expected.get(key)) is not None
            and self.scenario.is_after(other, expected)
            and (not expected.waited or other.step > expected.step)
        ]
        following = min(after, key=lambda it: it.number, default=None)
        if following is None:
            return Window(posts[0].number, math.inf, self.truth.ended_at)
        return Window(posts[0].number, following.number, following.at)

    def looks(self, expected: Expected) -> list[Sent]:
        """Give the reads of a command's workflow from when it was sent until the run went on."""
        window = self.window(expected)
        reads = self.truth.reads.get(expected.workflow, [])
        return [it for it in reads if window is not None and window.holds(it)]

    def last_look(self, expected: Expected) -> Sent | None:
        looks, window = self.looks(expected), self.window(expected)
        if not looks or window is None or self.is_last(expected):
            return None
        return None if self.outage_in(window._replace(first=looks[-1].number)) else looks[-1]

    def shows(self, expected: Expected, look: Sent) -> bool:
        state = self.truth.state(expected.workflow, look.at)
        return look.is_readable and state in AS_ASKED[expected.action]

    def is_last(self, expected: Expected) -> bool:
        """Whether the run ended with it, maybe since its token was not believed any more."""
        window = self.window(expected)
        return window is not None and window.last == math.inf and self.token_is_to_blame()

    def outage_in(self, window: Window) -> bool:
        return any(
            isinstance(it.fault, Refuse) and window.first <= it.request < window.last
            for it in self.faults
        )

    def was_away(self, look: Sent) -> bool:
        later = min((posts[0].number for posts in self.truth.posts.values()), default=math.inf)
        return self.outage_in(Window(look.number, later, 0))

    def token_is_to_blame(self) -> bool:
        """Whether something was wrong with the tokens, or with who gives them, as the run ended."""
        kinds = (ExpireTokens, ClockSkew, Refuse)
        return any(
            it.request > self.truth.last_request - _LAST_REQUESTS * self.scenario.parallel
            and (isinstance(it.fault, kinds) or it.action == "token")
            for it in self.faults
        )


def key_of(entry: Mapping[str, Any]) -> tuple[str, str]:
    return entry["action"], entry["workflow"]


def _is_late(attempt: Mapping[str, Any]) -> bool:
    return attempt.get("status") is None and attempt.get("duration_s", 0.0) >= TIMEOUT
