"""A command in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.render.titles import title
from runner.validate.config import Signal
from tests.support.plans import command, desired, live, offline, pausing

if TYPE_CHECKING:
    from runner.plan.command import Command


@pytest.mark.parametrize(
    ("titled", "says"),
    [
        (command("WKF1"), "start WKF1"),
        (command("WKF1", "signal", signal=Signal("go", "CI", ())), "signal WKF1 go"),
        (pausing(90), "wait 1m30s"),
        (offline(desired("WKF1", "paused")).commands[0], "ensure WKF1 paused"),
        (live(offline(desired("WKF1", "paused")), WKF1="started").commands[0], "pause WKF1"),
        (command("A\x1b[31m##[x]"), "start A[31m# #[x]"),
    ],
)
def test_it_is_the_same_everywhere(titled: Command, says: str) -> None:
    assert title(titled) == says
