"""What listeners and readers of the report hear of settling, and where its table comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.execute.events import SettlingSeen
from runner.execute.settling import TABLE, Doubt, _row
from tests.support.plans import command
from tests.support.wire import answered, lost

if TYPE_CHECKING:
    from tests.execute.conftest import Stage
    from tests.support.wire import Reply


@pytest.mark.parametrize(
    ("reply", "doubt"),
    [
        (lost(), Doubt.LOST),
        (answered(504), Doubt.LOST),
        (answered(500, "oops"), Doubt.SERVER_ERROR),
    ],
)
def test_listeners_hear_why_the_state_is_read_r16_r17(
    stage: Stage, reply: Reply, doubt: Doubt
) -> None:
    stage.wire.reads = {"WKF1": ["started"]}
    stage.run([command("WKF1")], reply)
    assert [it.doubt for it in stage.events if isinstance(it, SettlingSeen)] == [doubt]


def test_one_that_was_interrupted_says_when_r21(stage: Stage) -> None:
    stage.wire.reads = {"WKF1": ["started"]}
    stage.on_pause = lambda _number: stage.interrupt()
    (result,) = stage.run([command("WKF1", "stop")], lost()).results
    assert result.message.startswith("interrupted while its state was read")


def test_the_table_is_the_one_that_its_rows_make() -> None:
    assert {key: _row(*key) for key in TABLE} == TABLE
