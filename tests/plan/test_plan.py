"""What a plan says of its commands as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from runner.plan.command import Decided
from runner.validate.config import Signal
from tests.support.plans import (
    action,
    command,
    desired,
    document,
    live,
    observed,
    offline,
    plan_of,
)

if TYPE_CHECKING:
    from runner.plan.command import Command

SIGNAL = Signal("signal1", "CI", ())
PAUSE = command(None, "wait", pause=30.0)
START = command()
UNDECIDED = command(action="ensure", desired=desired())
HELD = replace(UNDECIDED, decided=Decided(False, "it is started already"))
REFUSED = replace(UNDECIDED, decided=Decided(True, "its state is unknown"))
TOLERATED = replace(REFUSED, on_failure="continue")
SENT = [command(action=it) for it in ("start", "stop", "pause", "resume")] + [
    command(action="signal", signal=SIGNAL)
]


def test_counts_are_in_order_of_appearance_and_without_pauses_r8() -> None:
    plan = plan_of([command(action="stop"), PAUSE, START, HELD, command(action="stop"), PAUSE])
    assert list(plan.counts.items()) == [("stop", 2), ("start", 1), ("ensure", 1)]
    assert plan.total == sum(plan.counts.values()) == 4
    assert plan.to_send == 3


def test_an_empty_plan_has_nothing_of_anything() -> None:
    plan = plan_of([])
    assert (plan.total, plan.to_send, dict(plan.counts)) == (0, 0, {})
    assert (plan.has_work, plan.undecided, plan.blockers) == (False, (), ())
    assert (plan.organizations, plan.organization, plan.desired, plan.drift) == ((), None, (), ())


@pytest.mark.parametrize(
    ("commands", "has_work"),
    [
        ([PAUSE], False),
        ([HELD], False),
        ([HELD, PAUSE, HELD], False),
        ([UNDECIDED], True),
        ([REFUSED], True),
        ([TOLERATED], True),
        *[([it], True) for it in SENT],
        ([HELD, PAUSE, START], True),
    ],
)
def test_there_is_work_where_something_is_or_may_be_sent_or_is_refused(
    commands: list[Command], has_work: bool
) -> None:
    assert plan_of(commands).has_work is has_work


def test_every_kind_of_command_is_sent_and_nothing_else() -> None:
    assert plan_of([*SENT, PAUSE, UNDECIDED, HELD, REFUSED]).to_send == len(SENT)


def test_undecided_is_what_nobody_has_looked_at_yet_r11() -> None:
    assert plan_of([UNDECIDED, HELD, REFUSED, START, PAUSE]).undecided == (UNDECIDED,)


def test_only_a_refusal_that_stops_holds_everything_back_r13() -> None:
    assert plan_of([HELD, TOLERATED, REFUSED, START]).blockers == (REFUSED,)
    assert plan_of([HELD, TOLERATED, START]).blockers == ()


def test_the_organization_is_the_one_of_all_commands() -> None:
    other = command(organization="other")
    unnamed = command(organization=None)
    assert plan_of([START, START]).organization == "acme"
    assert plan_of([START, other, START]).organization is None
    assert plan_of([START, other, START]).organizations == ("acme", "other")
    assert plan_of([START, unnamed]).organization is None
    assert plan_of([unnamed]).organizations == (None,)


class TestDrift:
    """Which desired states do not hold, in the order of the files."""

    def test_without_a_look_there_is_none(self) -> None:
        plan = offline(desired("A"))
        assert plan.drift == ()
        assert plan.desired == plan.commands

    @pytest.mark.parametrize(
        ("state", "held"),
        [
            ("started", ["started"]),
            ("paused", ["paused"]),
            ("stopped", ["stopped", "finished", "editing"]),
        ],
    )
    @pytest.mark.parametrize(
        "seen", ["editing", "started", "paused", "stopped", "finished", "failed", "unknown"]
    )
    def test_what_does_not_hold_is_told_whether_it_is_mended_refused_or_left_alone(
        self, state: str, held: list[str], seen: str
    ) -> None:
        for settings in ({}, {"restart_finished": True, "restart_failed": True}):
            entry = desired("A", state, **settings)
            plan = live(offline(entry), observed("A", seen))
            expected = [] if seen in held else [("A", seen)]
            assert [(it.workflow, str(state)) for it, state in plan.drift] == expected

    def test_one_that_is_overlooked_is_still_told(self) -> None:
        plan = live(offline(desired("A")), observed("A", "unknown"), assume_unknown=True)
        assert [(it.action, str(state)) for it, state in plan.drift] == [("start", "unknown")]

    def test_each_is_told_once_in_the_order_of_the_files_whatever_the_rounds(self) -> None:
        entries = [
            desired("A", index=1, restart_failed=True),
            desired("B", index=2),
            desired("C", index=3),
        ]
        plan = live(
            offline(document(*entries), document(desired("A"), name="b.yaml", organization="b")),
            observed("A", "failed"),
            observed("B", "stopped"),
            observed("C", "started"),
            observed("A", "editing", organization="b"),
        )
        assert [it.id for it in plan.desired] == [
            "a.yaml#desired.1.1",
            "a.yaml#desired.2",
            "a.yaml#desired.3",
            "b.yaml#desired.1",
        ]
        assert [(it.id, str(state)) for it, state in plan.drift] == [
            ("a.yaml#desired.1.1", "failed"),
            ("a.yaml#desired.2", "stopped"),
            ("b.yaml#desired.1", "editing"),
        ]

    def test_actions_are_no_drift(self) -> None:
        plan = live(offline(action("start", "A")), A="stopped")
        assert (plan.desired, plan.drift) == ((), ())
