"""What a command would change, for every command and state, alone and after others."""

from __future__ import annotations

from itertools import product

import pytest

from runner.plan.command import Decided
from runner.plan.effects import Effect, Kind, foresee
from runner.states import State
from runner.validate.config import Signal, Wait
from tests.support.plans import command, desired, observations, observed

SIGNAL = Signal("signal1", "CI", ())
# The state after each command. `=` changes nothing, `!` is a signal that arrives, `-` does not fit.
TABLE = """
observed  start    stop     pause   resume   signal
editing   started  =        -       -        -
started   =        stopped  paused  =        !
paused    started  stopped  =       started  -
stopped   started  =        -       -        -
finished  started  =        -       -        -
failed    started  stopped  -       -        -
"""
HEAD, *ROWS = [line.split() for line in TABLE.splitlines() if line]
CELLS = [
    (action, row[0], cell) for row in ROWS for action, cell in zip(HEAD[1:], row[1:], strict=True)
]
ACTIONS = tuple(HEAD[1:])


def expected(before: str, cell: str) -> Effect:
    kinds = {"=": Kind.NO_CHANGE, "!": Kind.CHANGE, "-": Kind.DOES_NOT_FIT}
    after = before if cell in kinds else cell
    return Effect(kinds.get(cell, Kind.CHANGE), State(before), State(after))


def test_the_table_has_every_state_but_the_unknown() -> None:
    assert {row[0] for row in ROWS} == {str(it) for it in State} - {"unknown"}


@pytest.mark.parametrize(("action", "before", "cell"), CELLS)
def test_each_command_in_each_state(action: str, before: str, cell: str) -> None:
    sent = command(action=action, signal=SIGNAL if action == "signal" else None)
    seen = observed("WKF1", before, signals=["signal1"])
    assert foresee([sent], observations(seen)) == (expected(before, cell),)


@pytest.mark.parametrize("before", ["started", "stopped", "unknown"])
def test_a_signal_for_an_activity_that_is_not_there(before: str) -> None:
    sent = command(action="signal", signal=SIGNAL)
    (effect,) = foresee([sent], observations(WKF1=before))
    assert effect == Effect(Kind.UNKNOWN_ACTIVITY, State(before), State(before))


@pytest.mark.parametrize("found", [True, None])
def test_where_nothing_could_be_read_no_activity_is_said_to_be_missing(
    found: bool | None,
) -> None:
    seen = observed(state="unknown", found=found, error="no answer")
    (effect,) = foresee([command(action="signal", signal=SIGNAL)], observations(seen))
    assert effect == Effect(Kind.UNKNOWN_STATE, State.UNKNOWN, State.UNKNOWN)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("found", [True, None])
def test_of_an_unknown_state_nothing_is_foreseen(action: str, found: bool | None) -> None:
    seen = observed(state="unknown", found=found)
    effects = foresee([command(action=action), command()], observations(seen))
    assert effects == (Effect(Kind.UNKNOWN_STATE, State.UNKNOWN, State.UNKNOWN),) * 2


@pytest.mark.parametrize("action", [*ACTIONS, "ensure"])
def test_a_workflow_that_is_not_there_is_told_for_every_command(action: str) -> None:
    seen = observed(state="unknown", found=False)
    sent = command(action=action, decided=Decided(True, "") if action == "ensure" else None)
    (effect,) = foresee([sent], observations(seen))
    assert effect is not None
    assert effect.kind is Kind.UNKNOWN_WORKFLOW


@pytest.mark.parametrize(
    ("before", "actions", "after"),
    [
        ("failed", ["stop", "start"], "failed -> stopped -> started"),
        ("editing", ["start", "pause"], "editing -> started -> paused"),
        ("started", ["pause", "resume"], "started -> paused -> started"),
        ("started", ["stop", "resume"], "started -> stopped -> stopped"),
        ("stopped", ["pause", "start", "pause"], "stopped -> stopped -> started -> paused"),
        ("paused", ["signal", "start", "signal"], "paused -> paused -> started -> started"),
    ],
)
def test_each_command_meets_the_state_that_the_ones_before_it_leave(
    before: str, actions: list[str], after: str
) -> None:
    effects = foresee([command(action=it) for it in actions], observations(WKF1=before))
    states = [before]
    for effect in effects:
        assert effect is not None
        assert effect.before == states[-1]
        states.append(str(effect.after))
    assert " -> ".join(states) == after


def test_workflows_of_that_name_in_several_organizations_are_several() -> None:
    here, there = command(action="stop"), command(action="stop", organization="other")
    states = observations(observed(), observed(organization="other", state="stopped"))
    kinds = [it.kind for it in foresee([here, there, here, there], states) if it is not None]
    assert kinds == [Kind.CHANGE, Kind.NO_CHANGE, Kind.NO_CHANGE, Kind.NO_CHANGE]


def test_a_pause_and_a_workflow_that_nobody_looked_at_have_no_effect() -> None:
    pause = command(None, "wait", pause=30.0)
    assert foresee([pause, command("WKF2"), command()], observations(WKF1="stopped")) == (
        None,
        None,
        Effect(Kind.CHANGE, State.STOPPED, State.STARTED),
    )


@pytest.mark.parametrize(("refused", "kind"), [(True, Kind.REFUSED), (False, Kind.NO_CHANGE)])
@pytest.mark.parametrize("seen", State)
def test_a_desired_state_without_commands_changes_nothing(
    seen: State, refused: bool, kind: Kind
) -> None:
    ensure = command(action="ensure", desired=desired(), decided=Decided(refused, "why"))
    effects = foresee([ensure], observations(observed(state=seen.value)))
    assert effects == (Effect(kind, seen, seen),)


def test_a_desired_state_that_nobody_decided_is_not_said_to_be_refused() -> None:
    (effect,) = foresee([command(action="ensure", desired=desired())], observations(WKF1="failed"))
    assert effect == Effect(Kind.NO_CHANGE, State.FAILED, State.FAILED)


@pytest.mark.parametrize(
    ("action", "until", "found"),
    [
        ("start", "stopped", "finished"),
        ("start", "started", "started"),
        ("stop", "stopped", "stopped"),
    ],
)
def test_what_ends_before_the_next_command_is_found_finished(
    action: str, until: str, found: str
) -> None:
    first = command(action=action, wait=Wait(State(until)))
    _, second = foresee([first, command()], observations(WKF1="paused"))
    assert second is not None
    assert (str(second.before), str(second.after)) == (found, "started")


def test_the_observations_are_left_as_they_are() -> None:
    states = observations(WKF1="failed")
    before = dict(states)
    foresee([command(action="stop"), command()], states)
    assert states == before


def test_kinds_are_shown_and_kept_in_plain_words_r35() -> None:
    words = [
        "change",
        "no change",
        "does not fit",
        "unknown workflow",
        "unknown state",
        "unknown activity",
        "refused",
    ]
    assert [str(it) for it in Kind] == [it.value for it in Kind] == words


@pytest.mark.parametrize(("action", "before"), list(product(ACTIONS, State)))
def test_a_change_is_said_of_nothing_but_another_state_or_a_signal(
    action: str, before: State
) -> None:
    (effect,) = foresee([command(action=action)], observations(WKF1=before.value))
    assert effect is not None
    if action == "signal":
        assert effect.after is effect.before
    else:
        assert (effect.kind is Kind.CHANGE) == (effect.before is not effect.after)
