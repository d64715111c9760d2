"""Holds a report against what happened; shares no code with the runner, and none of its tables."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from runner.sandbox.faults import DATE, ErrorStatus, RateLimited
from tests.faults.facts import Facts, key_of
from tests.faults.scenario import AS_ASKED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from runner.sandbox.records import FaultRecord
    from tests.faults.scenario import Expected, Scenario
    from tests.faults.truth import Sent, Truth

ONCE = ("start", "signal")  # what must not take effect twice
_MOST_ATTEMPTS = 5
_BY_TOKEN = 6  # with the one that a new token is tried with
_CLOSE = 0.05  # seconds


class Wrong(NamedTuple):
    """What a report says, or a runner did, that is not as it is promised."""

    command: str
    why: str

    def __str__(self) -> str:
        return f"{self.command}: {self.why}"


def judge(
    scenario: Scenario, truth: Truth, report: Mapping[str, Any], faults: Sequence[FaultRecord] = ()
) -> list[Wrong]:
    """Give everything that is wrong with a run and its report; nothing where all is as promised."""
    return list(_Judge(scenario, truth, report, faults).all())


class _Judge(Facts):
    def all(self) -> Iterator[Wrong]:
        for stranger in self.truth.strangers:
            yield Wrong("run", f"a request that no command calls for: {stranger}")
        if self.truth.elsewhere:
            yield Wrong("run", f"{self.truth.elsewhere} connections to where a redirect leads")
        yield from self._completeness()
        yield from self._order()
        yield from self._exit_code()
        for key, entry in self.entries.items():
            yield from (Wrong(" ".join(key), why) for why in self._entry(key, entry))

    def _entry(self, key: tuple[str, str], entry: Mapping[str, Any]) -> Iterator[str]:
        checks: Mapping[str, Callable[[Expected, Mapping[str, Any]], Iterator[str]]] = {
            "succeeded": self._succeeded,
            "failed": self._failed,
            "unknown": self._unknown,
            "not_sent": self._not_sent,
        }
        if key[0] == "ensure":
            yield from self._ensured(entry)
        elif key in self.expected:  # else it was told already
            expected = self.expected[key]
            yield from checks.get(entry["outcome"], self._never)(expected, entry)
            yield from self._sending(expected, entry)

    # What holds for a run as a whole.

    def _completeness(self) -> Iterator[Wrong]:
        told = [key_of(it) for it in self.report["commands"]]
        if len(told) != len(set(told)):
            yield Wrong("run", "a command stands in the report twice")
        asked = [it.key for it in self.scenario.expected if not it.desired]
        if [it for it in told if it[1] not in self.scenario.wishes] != asked:
            yield Wrong("run", "the report does not hold the commands of the actions in order")
        for workflow in self.scenario.wishes:
            if not any(key[1] == workflow for key in told):
                yield Wrong("run", f"the report says nothing of the desired {workflow}")
        for key in self.truth.posts:
            if key not in self.expected or key not in told:
                yield Wrong(" ".join(key), "it was sent, and the report knows nothing of it")

    def _order(self) -> Iterator[Wrong]:
        by_number = sorted(
            (sent.number, key) for key, posts in self.truth.posts.items() for sent in posts
        )
        highest = -1
        for _, key in by_number:
            place = self._rank(key)
            if place < highest:
                yield Wrong(" ".join(key), "it was sent after a command that comes after it")
            highest = max(highest, place)
        for expected in self.scenario.expected:
            window = self.window(expected)
            if expected.desired or window is None:
                continue
            for read in self.truth.reads.get(expected.workflow, ()):
                if read.number >= window.last:
                    yield Wrong(" ".join(expected.key), "another action began before its outcome")

    def _rank(self, key: tuple[str, str]) -> int:
        """Give where a command stands; those that may be under way together stand at one place."""
        expected = self.expected.get(key)
        if expected is None:
            return -1
        return expected.step if self.scenario.parallel > 1 else self.places[key]

    def _exit_code(self) -> Iterator[Wrong]:
        outcomes = {it["outcome"] for it in self.report["commands"]}
        code = self.report["exit_code"]
        if "unknown" in outcomes:
            fits = code == 6
        elif "failed" in outcomes or "not_sent" in outcomes:
            fits = code in (1, 4)
        else:
            fits = code == 0
        if not fits:
            yield Wrong("run", f"exit code {code} with {', '.join(sorted(outcomes))}")

    # What an outcome promises.

    def _succeeded(self, expected: Expected, _: Mapping[str, Any]) -> Iterator[str]:
        records = self.truth.records(expected.key)
        said = any(it.says_accepted for it in self.posts(expected))
        if expected.action == "signal":
            if not said:
                yield "succeeded, and no signal was accepted and said to be"
            return
        as_asked = AS_ASKED[expected.action]
        if said and not expected.waited:
            if not any(it.state_after in as_asked for it in records):
                yield "succeeded, and the state was never as asked"
            return
        # The state alone can have told it, or was waited for.
        window = self.window(expected)
        if window is None or self.truth.state(expected.workflow, window.ends_at) not in as_asked:
            yield "succeeded, and the state was not as asked when the run went on"

    def _failed(self, expected: Expected, entry: Mapping[str, Any]) -> Iterator[str]:
        if entry.get("waited_s") is None:
            if self.truth.records(expected.key):
                yield "failed, and it took effect"
            elif any(it.is_doubtful for it in self.posts(expected)):
                yield "failed, though an answer was lost"
            return
        if not expected.waited:
            yield "failed in a wait that nobody asked for"
        last = self.last_look(expected)
        if last is not None and self.shows(expected, last):
            yield "failed in its wait, and the last look showed the state as asked"

    def _unknown(self, expected: Expected, entry: Mapping[str, Any]) -> Iterator[str]:
        posts = self.posts(expected)
        doubtful = [it for it in posts if it.is_doubtful]
        window = self.window(expected)
        if self.is_last(expected) and any(it.is_doubtful or it.is_500 for it in posts):
            return  # without a token nobody can look
        if not doubtful or window is None:
            yield "unknown, and no answer was lost"
            return
        if any(it.says_accepted for it in posts):
            yield "unknown, and it was said to be accepted"
        if expected.action == "signal":
            return
        looks = [it for it in self.looks(expected) if it.number > doubtful[0].number]
        if any(self.shows(expected, it) for it in looks):
            yield "unknown, and a look showed the state as asked"
        if posts[-1] is not doubtful[-1]:  # a later attempt was refused
            return
        if self.outage_in(window._replace(first=posts[-1].number)):
            return  # who looks finds nobody, of which the sandbox knows nothing
        looks = [it for it in looks if it.number > posts[-1].number]
        if not looks:
            yield "unknown, and nobody looked at the state"
        elif looks[-1].is_readable:
            yield from self._given_up(expected, entry, posts[-1], looks[-1])

    def _given_up(
        self, expected: Expected, entry: Mapping[str, Any], lost: Sent, look: Sent
    ) -> Iterator[str]:
        if look.at < lost.at + self.scenario.settle - _CLOSE:
            yield "unknown, and looked at for less than the time to settle"
        if expected.action not in ONCE and len(entry["attempts"]) < _MOST_ATTEMPTS:
            yield "unknown, and not sent again though a second one changes nothing"

    def _not_sent(self, expected: Expected, _: Mapping[str, Any]) -> Iterator[str]:
        if self.truth.records(expected.key):
            yield "not sent, and it took effect"
        elif any(it.is_doubtful for it in self.posts(expected)):
            yield "not sent, though an answer was lost"
        if expected.desired and any(
            it.workflow == expected.workflow
            and it.step < expected.step
            and self.entries.get(it.key, {}).get("outcome") != "succeeded"
            for it in self.scenario.expected
        ):
            return
        rank = self._rank(expected.key)
        if any(self._rank(key) > rank for key in self.truth.posts):
            yield "not sent, though commands after it were"
        if not self.token_is_to_blame():
            yield "not sent, for no reason"

    def _never(self, _: Expected, entry: Mapping[str, Any]) -> Iterator[str]:
        yield f"{entry['outcome']}, which no command of a run can be"

    def _ensured(self, entry: Mapping[str, Any]) -> Iterator[str]:
        """Judge a desired state for which nothing was to be sent."""
        workflow = entry["workflow"]
        if any(key[1] == workflow for key in self.truth.posts):
            yield f"{entry['outcome']}, and something was sent"
        looks = self.truth.reads.get(workflow, [])
        planned = any(it.workflow == workflow for it in self.scenario.expected)
        told = bool(looks) and looks[-1].is_readable
        if entry["outcome"] == "skipped" and (planned or not told):
            yield "skipped, and the state was not as desired"
        elif entry["outcome"] == "failed" and planned and told and not self.was_away(looks[-1]):
            yield "refused, and its state was read"
        elif entry["outcome"] not in ("skipped", "failed", "not_sent"):
            yield f"{entry['outcome']}, which nothing that is not sent can be"

    # What holds for all that is sent.

    def _sending(self, expected: Expected, entry: Mapping[str, Any]) -> Iterator[str]:
        posts = self.posts(expected)
        if len(posts) > len(entry["attempts"]):
            yield f"sent {len(posts)} times, and the report knows {len(entry['attempts'])} attempts"
        if len(posts) > _BY_TOKEN:
            yield f"sent {len(posts)} times"
        if expected.action in ONCE:
            if len(self.truth.records(expected.key)) > 1:
                yield "it took effect twice"
            if any(it.is_doubtful or it.is_500 for it in posts[:-1]):
                yield "sent again after an answer that left it in doubt"
        if any(it.says_accepted for it in posts[:-1]):
            yield "sent again after it was said to be accepted"
        for one, following in pairwise(posts):
            if following.at < one.at + _asked_to_wait(one):
                yield "sent again sooner than `Retry-After` asks for"


def _asked_to_wait(sent: Sent) -> float:
    fault = sent.fault
    if not isinstance(fault, (RateLimited, ErrorStatus)) or fault.retry_after is None:
        return 0.0
    # A date is read some milliseconds after it was written.
    return math.ceil(fault.retry_after) - (0.5 if fault.form == DATE else _CLOSE)
