"""The judge of the suite has nothing to say of a true report, and complains about false ones."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from runner.sandbox import WorkflowState
from runner.sandbox.faults import (
    Cut,
    ErrorStatus,
    ExpireTokens,
    Fault,
    InvalidJson,
    RateLimited,
    Redirect,
    Refuse,
    Reset,
)
from runner.sandbox.records import CommandRecord, FaultRecord
from runner.sandbox.states import next_state
from tests.faults.oracle import judge
from tests.faults.scenario import DESIRED, Expected, Scenario
from tests.faults.truth import Sent, Truth

if TYPE_CHECKING:
    from collections.abc import Callable

LOST = ErrorStatus(status=502)
LOST_AFTER = ErrorStatus(status=502, applied=True)
REFUSED = Redirect(to="http://localhost:1/")


class Story:
    """What happens in a run, event by event, and what a true report would say of it."""

    def __init__(self) -> None:
        self.scenario = Scenario("run 1", effect_delay=0.0, settle=3.0, token_lifetime=300.0)
        self.truth = Truth()
        self.faults: list[FaultRecord] = []
        self.report: dict[str, Any] = {"exit_code": 0, "commands": []}
        self.now = 100.0

    def command(
        self, action: str, workflow: str, state: str, step: int = 0, waited: bool = False
    ) -> Story:
        """Have the file ask for a command; the workflow is found in `state`."""
        expected = Expected(action, workflow, step, waited, step >= DESIRED)
        self.scenario.expected.append(expected)
        if workflow not in self.scenario.states:
            self.found(workflow, state)
        if expected.desired and workflow not in self.scenario.wishes:
            self.scenario.wishes.append(workflow)
        return self

    def found(self, workflow: str, state: str) -> None:
        self.scenario.states[workflow] = state
        self.truth.changes[workflow] = [(float("-inf"), state)]

    def post(
        self, action: str, workflow: str, fault: Fault | None = None, applied: bool = True
    ) -> Story:
        sent = self._sent(fault, action, workflow)
        if applied:
            self.now += 0.001  # it is accepted later than it arrives
            before = WorkflowState(self.truth.state(workflow, self.now))
            after = next_state(action, before)
            record = CommandRecord(
                sent.number, self.now, "acme", workflow, action, self.now, before, after
            )
            sent = Sent(sent.number, sent.at, fault, record)
            self.truth.changes[workflow].append((self.now, after.value))
        self.truth.posts.setdefault((action, workflow), []).append(sent)
        return self.after(0.01)

    def read(self, workflow: str, fault: Fault | None = None) -> Story:
        self.truth.reads.setdefault(workflow, []).append(self._sent(fault, "read", workflow))
        return self.after(0.01)

    def _sent(self, fault: Fault | None, action: str, workflow: str) -> Sent:
        self.truth.last_request += 1
        if fault is not None:
            number = self.truth.last_request
            self.faults.append(FaultRecord(number, fault, 1, action, "acme", workflow))
        return Sent(self.truth.last_request, self.now, fault)

    def after(self, seconds: float) -> Story:
        self.now += seconds
        self.truth.ended_at = self.now
        return self

    def told(
        self, action: str, workflow: str, outcome: str, attempts: int = 1, **more: Any
    ) -> Story:
        entry = {"action": action, "workflow": workflow, "outcome": outcome, **more}
        self.report["commands"].append({**entry, "attempts": [{}] * attempts})
        outcomes = {it["outcome"] for it in self.report["commands"]}
        failed = 1 if outcomes & {"failed", "not_sent"} else 0
        self.report["exit_code"] = 6 if "unknown" in outcomes else failed
        return self

    def entry(self, action: str, workflow: str) -> dict[str, Any]:
        found: dict[str, Any] = next(
            it
            for it in self.report["commands"]
            if (it["action"], it["workflow"]) == (action, workflow)
        )
        return found

    def wrong(self) -> list[str]:
        found = judge(self.scenario, self.truth, self.report, self.faults)
        return [str(it) for it in found]


def one(action: str, state: str, waited: bool = False) -> Story:
    return Story().command(action, "A", state, 0, waited)


def lost_pause() -> Story:
    """A pause that was lost before its effect, looked for, and sent again."""
    story = one("pause", "started").post("pause", "A", LOST, applied=False)
    return story.read("A").after(3).read("A").post("pause", "A")


def lost_start(*, look: float = 3.0) -> Story:
    story = one("start", "stopped").post("start", "A", LOST, applied=False).read("A")
    return story.after(look).read("A")


def whole_run() -> Story:
    """A run with something of everything, truly told."""
    story = Story()
    story.command("stop", "A", "started", 0).command("start", "B", "stopped", 1, waited=True)
    story.command("signal", "C", "started", 2).command("pause", "D", "started", 3)
    story.command("resume", "E", "paused", 4).command("start", "F", "stopped", 5)
    story.command("stop", "G", "failed", DESIRED, waited=True)
    story.command("start", "G", "failed", DESIRED + 1, waited=True)
    story.found("H", "stopped")
    story.scenario.wishes.append("H")
    story.read("G").read("H")
    story.post("stop", "A", LOST_AFTER).read("A").told("stop", "A", "succeeded")
    story.post("start", "B").read("B").told("start", "B", "succeeded", waited_s=0.1)
    story.read("C").post("signal", "C", Cut(at="head")).told("signal", "C", "unknown")
    story.post("pause", "D", RateLimited(retry_after=2), applied=False).after(2.0)
    story.post("pause", "D").told("pause", "D", "succeeded", attempts=2)
    story.post("resume", "E", REFUSED, applied=False).told("resume", "E", "failed")
    story.post("start", "F", Reset(), applied=False).read("F").after(3.0).read("F")
    story.told("start", "F", "unknown")
    story.post("stop", "G").read("G").told("stop", "G", "succeeded", waited_s=0.1)
    story.told("ensure", "H", "skipped", attempts=0)
    story.post("start", "G").read("G").told("start", "G", "succeeded", waited_s=0.1)
    return story


def test_a_true_report_is_not_complained_about() -> None:
    assert whole_run().wrong() == []


def test_a_command_may_be_unknown_where_whoever_looks_finds_nobody() -> None:
    story = one("pause", "started").command("stop", "B", "started", 1)
    story.post("pause", "A", Refuse(duration=1), applied=False).told("pause", "A", "unknown")
    assert story.post("stop", "B").told("stop", "B", "succeeded").wrong() == []


def test_a_run_may_end_where_its_token_does() -> None:
    story = one("pause", "started").command("stop", "B", "started", 1)
    story.post("pause", "A", ExpireTokens(), applied=False)
    story.post("pause", "A", ExpireTokens(), applied=False).told("pause", "A", "failed", attempts=2)
    story.told("stop", "B", "not_sent", attempts=0)
    story.report["exit_code"] = 4
    assert story.wrong() == []


def test_an_answer_that_a_busy_machine_gives_too_late_is_lost_like_others() -> None:
    story = one("signal", "started").post("signal", "A").told("signal", "A", "unknown")
    assert story.wrong() != []
    story.entry("signal", "A")["attempts"] = [{"status": None, "duration_s": 0.401}]
    assert story.wrong() == []


WRONG: dict[str, Callable[[], Story]] = {
    "pause A: succeeded, and the state was never as asked": lambda: (
        one("pause", "stopped").post("pause", "A").told("pause", "A", "succeeded")
    ),
    "start A: failed, though an answer was lost": lambda: lost_start().told("start", "A", "failed"),
    "start A: not sent, though an answer was lost": lambda: lost_start().told(
        "start", "A", "not_sent"
    ),
    "pause A: succeeded, and the state was not as asked when the run went on": lambda: (
        one("pause", "started").post("pause", "A", LOST, applied=False).read("A")
    ).told("pause", "A", "succeeded"),
    "start A: succeeded, and the state was not as asked when the run went": lambda: one(
        "start", "stopped", waited=True
    ).told("start", "A", "succeeded", waited_s=1.0),
    "signal A: succeeded, and no signal was accepted and said to be": lambda: (
        one("signal", "started").post("signal", "A", LOST_AFTER).told("signal", "A", "succeeded")
    ),
    "stop A: failed, and it took effect": lambda: (
        one("stop", "started").post("stop", "A", LOST_AFTER).told("stop", "A", "failed")
    ),
    "signal A: failed, and it took effect": lambda: (
        one("signal", "started").post("signal", "A", InvalidJson()).told("signal", "A", "failed")
    ),
    "stop A: failed in a wait that nobody asked for": lambda: (
        one("stop", "started").post("stop", "A").told("stop", "A", "failed", waited_s=1.0)
    ),
    "stop A: failed in its wait, and the last look showed the state as asked": lambda: (
        one("stop", "started", waited=True).post("stop", "A").read("A")
    ).told("stop", "A", "failed", waited_s=1.0),
    "pause A: unknown, and no answer was lost": lambda: (
        one("pause", "started").post("pause", "A", REFUSED, applied=False)
    ).told("pause", "A", "unknown"),
    "start A: unknown, and it was said to be accepted": lambda: (
        lost_start().post("start", "A").told("start", "A", "unknown", attempts=2)
    ),
    "start A: unknown, and a look showed the state as asked": lambda: (
        one("start", "stopped").post("start", "A", LOST_AFTER).read("A")
    ).told("start", "A", "unknown"),
    "start A: unknown, and nobody looked at the state": lambda: (
        one("start", "stopped").post("start", "A", LOST_AFTER).told("start", "A", "unknown")
    ),
    "start A: unknown, and looked at for less than the time to settle": lambda: lost_start(
        look=1.0
    ).told("start", "A", "unknown"),
    "pause A: unknown, and not sent again though a second one changes nothing": lambda: (
        one("pause", "started").post("pause", "A", LOST, applied=False).after(3).read("A")
    ).told("pause", "A", "unknown"),
    "start A: not sent, and it took effect": lambda: (
        one("start", "stopped").post("start", "A").told("start", "A", "not_sent")
    ),
    "start A: not sent, for no reason": lambda: one("start", "stopped").told(
        "start", "A", "not_sent", attempts=0
    ),
    "start A: not sent, though commands after it were": lambda: (
        (one("start", "stopped").command("stop", "B", "started", 1).post("stop", "B"))
        .told("start", "A", "not_sent", attempts=0)
        .told("stop", "B", "succeeded")
    ),
    "start A: planned, which no command of a run can be": lambda: one("start", "stopped").told(
        "start", "A", "planned", attempts=0
    ),
    "start A: it took effect twice": lambda: (
        lost_start().post("start", "A").post("start", "A").told("start", "A", "succeeded", 3)
    ),
    "signal A: it took effect twice": lambda: (
        one("signal", "started").post("signal", "A", LOST_AFTER).post("signal", "A")
    ).told("signal", "A", "succeeded", 2),
    "start A: sent again after an answer that left it in doubt": lambda: (
        lost_start().post("start", "A").told("start", "A", "succeeded", 2)
    ),
    "pause A: sent again after it was said to be accepted": lambda: (
        one("pause", "started").post("pause", "A").post("pause", "A")
    ).told("pause", "A", "succeeded", 2),
    "pause A: sent again sooner than `Retry-After` asks for": lambda: (
        (one("pause", "started").post("pause", "A", RateLimited(retry_after=2), applied=False))
        .after(1)
        .post("pause", "A")
        .told("pause", "A", "succeeded", 2)
    ),
    "pause A: sent 2 times, and the report knows 1 attempts": lambda: lost_pause().told(
        "pause", "A", "succeeded"
    ),
    "pause A: sent 7 times": lambda: _seven_times().told("pause", "A", "succeeded", 7),
    "stop A: it was sent after a command that comes after it": lambda: (
        (one("stop", "started").command("stop", "B", "started", 1).post("stop", "B"))
        .post("stop", "A")
        .told("stop", "A", "succeeded")
        .told("stop", "B", "succeeded")
    ),
    "stop A: another action began before its outcome": lambda: (
        (one("stop", "started", waited=True).command("stop", "B", "started", 1).post("stop", "A"))
        .post("stop", "B")
        .read("A")
        .told("stop", "A", "succeeded", waited_s=1.0)
        .told("stop", "B", "succeeded")
    ),
    "stop B: it was sent, and the report knows nothing of it": lambda: (
        (one("stop", "started").command("stop", "B", "started", 1).post("stop", "A"))
        .post("stop", "B")
        .told("stop", "A", "succeeded")
    ),
}


def _seven_times() -> Story:
    story = one("pause", "started")
    for _ in range(6):
        story.post("pause", "A", RateLimited(), applied=False)
    return story.post("pause", "A")


@pytest.mark.parametrize(("words", "story"), WRONG.items(), ids=list(WRONG))
def test_a_wrong_verdict_is_complained_about(words: str, story: Callable[[], Story]) -> None:
    assert any(it.startswith(words) for it in story().wrong())


def _requests_elsewhere(story: Story) -> None:
    story.truth.elsewhere = 1


def _a_stranger(story: Story) -> None:
    story.truth.strangers.append("GET /")


def _told_twice(story: Story) -> None:
    story.report["commands"].append(deepcopy(story.report["commands"][0]))


def _out_of_order(story: Story) -> None:
    story.report["commands"].reverse()


def _wish_forgotten(story: Story) -> None:
    story.report["commands"].remove(story.entry("ensure", "H"))


def _wish_refused(story: Story) -> None:
    story.scenario.expected.append(Expected("start", "H", DESIRED, True, True))
    story.entry("ensure", "H")["outcome"] = "failed"


def _wish_skipped(story: Story) -> None:
    story.scenario.expected.append(Expected("start", "H", DESIRED, True, True))


def _wish_sent(story: Story) -> None:
    story.post("start", "H")


def _wish_succeeded(story: Story) -> None:
    story.entry("ensure", "H")["outcome"] = "succeeded"


def _another_exit_code(story: Story) -> None:
    story.report["exit_code"] = 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_requests_elsewhere, "1 connections to where a redirect leads"),
        (_a_stranger, "a request that no command calls for: GET /"),
        (_told_twice, "a command stands in the report twice"),
        (_out_of_order, "the report does not hold the commands of the actions in order"),
        (_wish_forgotten, "the report says nothing of the desired H"),
        (_wish_refused, "refused, and its state was read"),
        (_wish_skipped, "skipped, and the state was not as desired"),
        (_wish_sent, "skipped, and something was sent"),
        (_wish_succeeded, "succeeded, which nothing that is not sent can be"),
        (_another_exit_code, "exit code 0 with failed, skipped, succeeded, unknown"),
    ],
)
def test_a_run_that_is_not_as_promised_is_complained_about(
    change: Callable[[Story], None], words: str
) -> None:
    story = whole_run()
    change(story)
    assert any(words in it for it in story.wrong())


@pytest.mark.parametrize("outcome", ["succeeded", "failed", "unknown", "not_sent", "skipped"])
@pytest.mark.parametrize(
    "key",
    [
        *(("stop", "A"), ("start", "B"), ("signal", "C"), ("pause", "D"), ("resume", "E")),
        *(("start", "F"), ("stop", "G"), ("start", "G")),
    ],
)
def test_no_other_outcome_than_the_true_one_passes(key: tuple[str, str], outcome: str) -> None:
    story = whole_run()
    entry = story.entry(*key)
    if entry["outcome"] == outcome:
        return
    entry["outcome"] = outcome
    entry.pop("waited_s", None)
    assert any(it.startswith(" ".join(key)) for it in story.wrong())
