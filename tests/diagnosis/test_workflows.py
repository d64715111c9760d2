"""What was read of workflows, as findings."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from runner.diagnosis.check import Result
from runner.diagnosis.workflows import organization_check, signal_checks, workflow_checks
from runner.states import Observation, ReadState, SignalActivity, State
from runner.validate.config import Signal
from tests.support.plans import command, observed

BASE = "https://mc.adobe.io"
HREF = f"{BASE}/acme/campaign/workflow/execution/@k/activities/activity/@l/trigger/"
GONE = observed("B", "unknown", found=None, error="no answer: timed out")


class TestOrganization:
    def test_one_answer_about_one_workflow_is_enough(self) -> None:
        missing = observed("A", "unknown", found=False, error="not there")
        assert organization_check("acme", "h", [GONE, missing]).result is Result.OK

    def test_none_is_a_finding_with_its_reason(self) -> None:
        check = organization_check("acme", "h", [GONE, replace(GONE, workflow="C")])
        assert (check.subject, check.result) == ("acme at h", Result.FAILED)
        assert check.message == "no answer: timed out"
        assert check.who == "you"


class TestWorkflows:
    @pytest.mark.parametrize("state", ["editing", "started", "paused", "stopped", "finished"])
    def test_a_known_state_is_in_order(self, state: str) -> None:
        (check,) = workflow_checks([observed("A", state)])
        assert check.result is Result.OK
        assert check.message == f"{state} (`state` says `{state}`)"

    def test_a_failed_one_is_a_warning(self) -> None:
        (check,) = workflow_checks([observed("A", "failed")])
        assert (check.result, check.who) == (Result.WARNING, "you")

    def test_an_unknown_state_points_to_its_own_heading(self) -> None:
        seen = Observation("acme", "A", True, ReadState(State.UNKNOWN, "11", "state"))
        (check,) = workflow_checks([seen])
        assert check.result is Result.FAILED
        assert check.message.endswith("see States")

    def test_what_keeps_all_from_being_read_is_not_told_again(self) -> None:
        other = replace(GONE, workflow="C", error="no answer: refused")
        assert [it.subject for it in workflow_checks([GONE, GONE, other])] == ["C"]

    def test_where_one_was_read_all_are_told(self) -> None:
        assert [it.subject for it in workflow_checks([GONE, observed("A")])] == ["B", "A"]

    def test_none_are_none(self) -> None:
        assert list(workflow_checks([])) == []


class TestSignals:
    def signal(self, activity: str = "go", line: int = 1) -> object:
        return command("A", "signal", signal=Signal(activity, "CI", ()), line=line)

    def seen(self, **hrefs: str | None) -> Observation:
        signals = tuple(SignalActivity(name, href) for name, href in hrefs.items())
        return replace(observed("A"), signals=signals)

    def checks(self, seen: Observation, *commands: object) -> list[tuple[str, str]]:
        found = signal_checks(commands, seen, BASE)  # type: ignore[arg-type]
        return [(it.result.value, it.message) for it in found]

    def test_one_that_is_there(self) -> None:
        assert [it for it, _ in self.checks(self.seen(go=HREF), self.signal())] == ["ok"]

    def test_each_is_told_once(self) -> None:
        commands = [self.signal(), self.signal(line=2), self.signal("on")]
        assert len(self.checks(self.seen(go=HREF), *commands)) == 2

    @pytest.mark.parametrize(
        ("hrefs", "says"),
        [
            ({}, "it has none at all"),
            ({"go": None}, "it has none at all"),
            ({"Go": HREF}, "did you mean `Go`?"),
            ({"x": HREF, "y": HREF}, "write one of: x, y"),
        ],
    )
    def test_one_that_is_not(self, hrefs: dict[str, str | None], says: str) -> None:
        ((result, message),) = self.checks(self.seen(**hrefs), self.signal())
        assert result == "failed"
        assert message.endswith(says)

    @pytest.mark.parametrize("state", ["editing", "paused", "stopped", "finished", "failed"])
    def test_one_whose_workflow_does_not_run_is_a_warning(self, state: str) -> None:
        seen = replace(self.seen(go=HREF), read=ReadState(State(state), state, "state"))
        ((result, message),) = self.checks(seen, self.signal())
        assert result == "warning"
        assert message.endswith(f"a signal needs its workflow started, and it is {state}")

    def test_one_of_a_state_that_is_not_known_is_there_all_the_same(self) -> None:
        seen = replace(self.seen(go=HREF), read=ReadState(State.UNKNOWN, "11", "state"))
        assert [it for it, _ in self.checks(seen, self.signal())] == ["ok"]

    def test_one_whose_trigger_leads_elsewhere(self) -> None:
        elsewhere = HREF.replace("mc.adobe.io", "evil.example")
        ((result, message),) = self.checks(self.seen(go=elsewhere), self.signal())
        assert result == "failed"
        assert "not to be trusted, so no run uses it: its host is `evil.example`" in message

    def test_of_a_workflow_that_is_not_there_nothing_is_said(self) -> None:
        assert self.checks(replace(GONE, found=False), self.signal()) == []

    def test_other_commands_have_none(self) -> None:
        assert self.checks(self.seen(), command("A")) == []
