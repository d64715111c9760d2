"""The table of R15, written down a second time, and how long it takes between two looks."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.execute.waits import WaitVerdict, judge_wait, pause_after
from runner.states import State
from runner.validate.effects import REACHES

STATES = ["editing", "started", "paused", "stopped", "finished", "failed", "unknown"]
# What one state means: reached, (F)ailed, or not yet. `m` is reached once another state was seen
# since the command; `p` so, too, or where the state before is known and proves that it is news.
#                                  edi sta pau sto fin fai unk
TABLE = {
    ("start", "started"): "         .   R   .   .   p   F   F",
    ("start", "paused"): "          .   .   R   .   .   F   F",  # nobody can ask for it
    ("start", "stopped"): "         .   .   .   m   m   F   F",
    ("resume", "started"): "        .   R   .   .   p   F   F",
    ("resume", "stopped"): "        .   .   .   R   R   F   F",
    ("pause", "paused"): "          .   .   R   .   .   F   F",
    ("stop", "stopped"): "          .   .   .   R   R   .   F",
    ("signal", "started"): "        .   R   .   .   p   F   F",
    ("signal", "paused"): "         .   .   R   .   .   F   F",
    ("signal", "stopped"): "        .   .   .   R   R   F   F",
}
CELLS = [
    (action, until, state, cell)
    for (action, until), row in TABLE.items()
    for state, cell in zip(STATES, row.split(), strict=True)
]
BEFORE = [None, *STATES]
PROOFS = ["editing", "started", "paused", "stopped", "failed"]
LETTERS = {WaitVerdict.REACHED: "R", WaitVerdict.FAILED: "F", WaitVerdict.GOES_ON: "."}

states = st.sampled_from(STATES)
waits = st.sampled_from(list(TABLE))


def verdict(
    action: str, until: str, *since: str, before: str | None = None, was_failed: bool = False
) -> str:
    given_before = None if before is None else State(before)
    seen = [State(it) for it in since]
    found = judge_wait(action, State(until), seen, given_before, was_failed=was_failed)
    return LETTERS[found]


def goes_on(action: str, until: str, state: str) -> bool:
    """Whether a wait may see this state and then another one."""
    return verdict(action, until, state) == "."


def test_every_wait_that_a_file_may_ask_for_is_in_the_table() -> None:
    asked = {(action, until) for action, reached in REACHES.items() for until in reached}
    assert asked | {("start", "paused")} == set(TABLE)


@pytest.mark.parametrize(("action", "until", "state", "cell"), CELLS)
def test_a_state_that_was_there_from_the_first_look_on_r15(
    action: str, until: str, state: str, cell: str
) -> None:
    for before, looks in product(BEFORE, (1, 2, 5)):
        proven = cell == "p" and before in PROOFS
        expected = "R" if proven else cell.replace("m", ".").replace("p", ".")
        found = verdict(action, until, *[state] * looks, before=before)
        assert (before, found) == (before, expected)


@pytest.mark.parametrize(("action", "until", "state", "cell"), CELLS)
def test_a_state_that_came_after_another_one_r15(
    action: str, until: str, state: str, cell: str
) -> None:
    expected = cell.replace("m", "R").replace("p", "R")
    earlier = [it for it in STATES if it != state and goes_on(action, until, it)]
    assert earlier
    for before, first, second in product(BEFORE, earlier, earlier):
        for since in ([first, state], [first, second, state], [first, state, state]):
            found = verdict(action, until, *since, before=before)
            assert (before, since, found) == (before, since, expected)


class TestAWorkflowThatWasFailed:
    """Before a command that is made for a desired state: it is read more often than it is left."""

    @pytest.mark.parametrize("looks", [1, 2, 5])
    def test_it_may_still_be_failed_at_first_r15(self, looks: int) -> None:
        assert verdict("start", "started", *["failed"] * looks, was_failed=True) == "."

    @pytest.mark.parametrize("between", ["editing", "paused", "stopped", "finished"])
    def test_it_has_failed_anew_where_another_state_was_seen_r15(self, between: str) -> None:
        since = ["failed", between, "failed"]
        assert verdict("start", "started", *since, was_failed=True) == "F"
        assert verdict("start", "started", between, "failed", was_failed=True) == "F"

    @given(wait=waits, state=states, before=st.sampled_from(BEFORE))
    def test_that_changes_nothing_about_other_states(
        self, wait: tuple[str, str], state: str, before: str | None
    ) -> None:
        if state != "failed":
            plainly = verdict(*wait, state, before=before)
            assert verdict(*wait, state, before=before, was_failed=True) == plainly


@given(wait=waits, since=st.lists(states, min_size=1, max_size=5), before=st.sampled_from(BEFORE))
def test_looking_more_often_changes_nothing(
    wait: tuple[str, str], since: list[str], before: str | None
) -> None:
    twice = [state for state in since for _ in range(2)]
    assert verdict(*wait, *twice, before=before) == verdict(*wait, *since, before=before)


class TestPauses:
    @pytest.mark.parametrize(
        ("poll", "pauses"),
        [
            (5.0, [0.25, 0.5, 1, 2, 4, 5, 5, 5]),
            (60.0, [0.25, 0.5, 1, 2, 4, 60, 60, 60]),
            (4.0, [0.25, 0.5, 1, 2, 4, 4, 4, 4]),
            (3.0, [0.25, 0.5, 1, 2, 3, 3, 3, 3]),
            (0.3, [0.25, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3]),
            (0.1, [0.1] * 8),
        ],
    )
    def test_looks_come_soon_at_first_and_never_more_seldom_than_asked(
        self, poll: float, pauses: list[float]
    ) -> None:
        assert [pause_after(looks, poll) for looks in range(1, 9)] == pauses
