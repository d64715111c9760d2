"""Settings of desired states that change nothing (R13)."""

from __future__ import annotations

import pytest

from tests.support.problems import HEAD, told


@pytest.mark.parametrize(
    ("setting", "meant"),
    [("allow_start", "paused"), ("restart_finished", "started"), ("restart_failed", "started")],
)
@pytest.mark.parametrize("state", ["started", "paused", "stopped"])
@pytest.mark.parametrize("value", ["true", "false"])
def test_a_setting_belongs_to_one_state_r13(
    setting: str, meant: str, state: str, value: str
) -> None:
    problems = told(HEAD + f"desired: {{W: {{state: {state}, {setting}: {value}}}}}\n")
    if state == meant:
        assert problems == []
    else:
        message = f"`{setting}` has no meaning beside state: {state}"
        hint = f"remove it; it belongs to state: {meant}"
        assert [it[1:] for it in problems] == [(message, hint)]
        assert problems[0][0] == f"3:{24 + len(state)}"
