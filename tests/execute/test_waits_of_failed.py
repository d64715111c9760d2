"""What a failed workflow means for a wait where nobody says that it was failed before (R15)."""

from __future__ import annotations

import pytest

from runner.execute.waits import WaitVerdict, judge_wait
from runner.states import State


@pytest.mark.parametrize("action", ["start", "resume", "pause"])
def test_a_workflow_is_not_taken_to_have_been_failed_before_r15(action: str) -> None:
    assert judge_wait(action, State.STARTED, [State.FAILED]) is WaitVerdict.FAILED
    known = judge_wait(action, State.STARTED, [State.FAILED], was_failed=True)
    assert known is WaitVerdict.GOES_ON
