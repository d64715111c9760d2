"""Where moments stand on the timeline."""

from __future__ import annotations

from itertools import pairwise

import pytest

from runner.render.html.scale import Scale


def test_without_gaps_the_line_is_even() -> None:
    scale = Scale([(0, 10)], 10, 1000)
    assert [scale.place(it) for it in (0, 5, 10)] == [0, 500, 1000]
    assert [scale.place(it) for it in (-1, 11)] == [0, 1000]
    assert [it.is_cut for it in scale.pieces] == [False]


def test_a_long_time_of_nothing_is_cut_out() -> None:
    scale = Scale([(0, 10), (3600, 3610)], 3610, 1036)
    assert [it.is_cut for it in scale.pieces] == [False, True, False]
    assert scale.place(10) == 500
    assert scale.place(3600) == 536
    assert scale.place(3610) == 1036
    assert not any(10 < it < 3600 for it in scale.ticks())


def test_a_short_time_of_nothing_is_part_of_the_picture() -> None:
    assert not any(it.is_cut for it in Scale([(0, 1), (20, 21)], 21, 1000).pieces)


def test_a_time_of_nothing_at_the_end_is_cut_out_as_well() -> None:
    pieces = Scale([(0, 10)], 4000, 1000).pieces
    assert [(it.begin, it.end, it.is_cut) for it in pieces] == [(0, 10, False), (10, 4000, True)]


def test_a_run_that_took_no_time_has_a_place() -> None:
    scale = Scale([(0, 0)], 0, 1000)
    assert scale.place(0) == 0
    assert scale.ticks()[0] == 0


@pytest.mark.parametrize(("end", "step"), [(1, 0.1), (10, 1), (600, 60), (86_400 * 30, 86_400 * 3)])
def test_ticks_are_round_and_stand_apart(end: float, step: float) -> None:
    scale = Scale([(0, end)], end, 1000)
    ticks = scale.ticks()
    assert ticks[1] - ticks[0] == pytest.approx(step)
    places = [scale.place(it) for it in ticks]
    assert all(after - before >= 54 for before, after in pairwise(places))
