"""The whole table of R13, written down here once more, from the rule and not from the code."""

from __future__ import annotations

from itertools import chain, product
from typing import Any, TypeAlias

import pytest

from runner.plan.desired import REACHED, decide, holds, worst_case
from runner.sandbox.states import WorkflowState, next_state
from runner.states import State
from tests.support.plans import desired

Settings: TypeAlias = "dict[str, Any]"

# desired, observed, the setting that this line needs: what is done. A line with a setting counts
# before one without.
RULE_13 = """
started  editing   -                 start
started  stopped   -                 start
started  paused    -                 resume
started  started   -                 nothing
started  finished  -                 nothing, with a warning
started  finished  restart_finished  start
started  failed    -                 refused
started  failed    restart_failed    stop start
started  unknown   -                 refused
started  unknown   assume_unknown    start, with a warning

paused   started   -                 pause
paused   paused    -                 nothing
paused   editing   -                 refused
paused   editing   allow_start       start pause
paused   stopped   -                 refused
paused   stopped   allow_start       start pause
paused   finished  -                 refused
paused   finished  allow_start       start pause
paused   failed    -                 refused
paused   failed    allow_start       start pause
paused   unknown   -                 refused
paused   unknown   assume_unknown    pause, with a warning

stopped  started   -                 stop
stopped  paused    -                 stop
stopped  failed    -                 stop
stopped  editing   -                 nothing
stopped  stopped   -                 nothing
stopped  finished  -                 nothing
stopped  unknown   -                 refused
stopped  unknown   assume_unknown    stop, with a warning
"""
ROWS = {
    (wanted, seen, setting): what
    for wanted, seen, setting, what in (
        line.split(maxsplit=3) for line in RULE_13.splitlines() if line
    )
}
TARGETS = ("started", "paused", "stopped")
SETTINGS = ("restart_finished", "restart_failed", "allow_start")
CHOICES: list[Settings] = [
    dict(zip(SETTINGS, given, strict=True)) for given in product([False, True], repeat=3)
]
CELLS = [(*cell, overlooked) for cell in product(TARGETS, State, CHOICES) for overlooked in (0, 1)]


def expected(target: str, seen: State, settings: Settings, overlooked: int) -> str:
    given = [name for name, on in settings.items() if on] + ["assume_unknown"] * overlooked
    lines = [ROWS.get((target, str(seen), setting)) for setting in (*given, "-")]
    return next(line for line in lines if line is not None)


def done(target: str, seen: State, settings: Settings, overlooked: int) -> str:
    """Give what is decided in the words of the rule."""
    commands, refused, warning = decide(
        desired(state=target, **settings), seen, assume_unknown=bool(overlooked)
    )
    if refused:
        assert not commands
        assert not warning
        return "refused"
    return (" ".join(commands) or "nothing") + (", with a warning" if warning else "")


def test_the_rule_says_something_about_every_pair_of_states_r13() -> None:
    assert {(wanted, seen) for wanted, seen, _ in ROWS} == set(product(TARGETS, map(str, State)))


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_is_as_the_rule_says_r13(cell: tuple[str, State, Settings, int]) -> None:
    assert done(*cell) == expected(*cell)


@pytest.mark.parametrize(
    ("target", "seen", "setting", "reason"),
    [
        ("started", "failed", "restart_failed", "starting it again could send a campaign again"),
        (
            "paused",
            "finished",
            "allow_start",
            "only a started one can be paused; starting it sends",
        ),
    ],
)
def test_a_refusal_says_why_and_what_to_write_instead_r13(
    target: str, seen: str, setting: str, reason: str
) -> None:
    hint = f"write {{state: {target}, {setting}: true}} to do it all the same"
    expected = ((), f"it is {seen}, and {reason}; {hint}", "")
    assert decide(desired(state=target), State(seen)) == expected


@pytest.mark.parametrize("target", TARGETS)
def test_an_unknown_one_is_refused_unasked_r13(target: str) -> None:
    assert decide(desired(state=target), State.UNKNOWN) == ((), "its state is unknown", "")


def test_the_warning_about_a_finished_one_says_what_to_write_r13() -> None:
    assert decide(desired(), State.FINISHED).warning == (
        "it has finished, and starting it again could send a campaign again; "
        "write {state: started, restart_finished: true} to do it all the same"
    )


def stands(target: str, state: WorkflowState) -> bool:
    """Whether a state is the desired one, as the sandbox has it; what does not run is stopped."""
    resting = {WorkflowState.STOPPED, WorkflowState.FINISHED, WorkflowState.EDITING}
    return state in resting if target == "stopped" else str(state) == target


def after(commands: tuple[str, ...], state: WorkflowState) -> WorkflowState:
    for command in commands:
        state = next_state(command, state)
    return state


DECIDED = sorted(
    {
        (target, seen, commands)
        for target, seen, settings in product(TARGETS, WorkflowState, CHOICES)
        if (commands := decide(desired(state=target, **settings), State(seen.value)).commands)
    }
)


@pytest.mark.parametrize(("target", "seen", "commands"), DECIDED)
def test_the_commands_bring_about_what_is_desired_in_the_sandbox_r13(
    target: str, seen: WorkflowState, commands: tuple[str, ...]
) -> None:
    state = seen
    for command in commands:
        state = next_state(command, state)
        assert state.value == REACHED[command].value
    assert stands(target, state)


@pytest.mark.parametrize(("target", "seen", "commands"), DECIDED)
def test_the_number_of_commands_is_the_least_that_the_rule_allows_r13(
    target: str, seen: WorkflowState, commands: tuple[str, ...]
) -> None:
    shorter = chain.from_iterable(product(REACHED, repeat=n) for n in range(len(commands)))
    ways = [way for way in shorter if stands(target, after(way, seen))]
    # Only a failed one is told to stop first: that is the rule's own word.
    assert ways == ([("start",)] if (target, seen.value) == ("started", "failed") else [])


@pytest.mark.parametrize("settings", CHOICES)
@pytest.mark.parametrize("target", TARGETS)
def test_the_worst_case_holds_every_real_case_and_nothing_else_r11(
    target: str, settings: Settings
) -> None:
    entry = desired(state=target, **settings)
    real = [
        decide(entry, seen, assume_unknown=overlooked).commands
        for seen, overlooked in product(State, [False, True])
    ]
    worst = worst_case(entry)
    assert set(worst) == set(real)
    assert len(worst) == len(set(worst))
    assert max(map(len, worst)) >= max(map(len, real))


@pytest.mark.parametrize(
    ("target", "settings", "sequences"),
    [
        ("started", {}, [(), ("resume",), ("start",)]),
        ("started", {"restart_finished": True}, [(), ("resume",), ("start",)]),
        ("started", {"restart_failed": True}, [(), ("resume",), ("start",), ("stop", "start")]),
        ("paused", {}, [(), ("pause",)]),
        ("paused", {"allow_start": True}, [(), ("pause",), ("start", "pause")]),
        ("stopped", {}, [(), ("stop",)]),
    ],
)
def test_the_worst_cases_of_each_desired_state_r11(
    target: str, settings: Settings, sequences: list[tuple[str, ...]]
) -> None:
    assert list(worst_case(desired(state=target, **settings))) == sequences


@pytest.mark.parametrize(("target", "seen"), list(product(TARGETS, State)))
def test_only_what_needs_nothing_holds_and_not_what_is_left_alone_r13(
    target: str, seen: State
) -> None:
    for settings in CHOICES:
        entry = desired(state=target, **settings)
        assert holds(entry, seen) == (ROWS[target, str(seen), "-"] == "nothing")
