"""Where moments stand on a line of limited width, with long times of nothing cut out."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_BREAK_WIDTH = 36.0
_LEAST_CUT = 20.0  # seconds; a shorter time of nothing is part of the picture
_CUT_SHARE = 0.2  # of what is left
_STEPS = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400),
)


class Piece(Value, frozen=True):
    """A stretch of time, in seconds from the start, and of the line; a cut one stands for a gap."""

    begin: float
    end: float
    left: float
    right: float
    is_cut: bool = False


class Scale:
    """Maps seconds from the start to places on the line."""

    def __init__(self, busy: Iterable[tuple[float, float]], end: float, width: float) -> None:
        """Cut out what is long and empty.

        Args:
            busy: times in which something happened, in any order.
            end: the last second.
            width: of the line.
        """
        self.pieces = _pieces(_cuts(sorted(busy), end), max(end, 0.001), width)
        self._begins = [it.begin for it in self.pieces]

    def place(self, second: float) -> float:
        """Give where a second stands."""
        piece = self.pieces[max(0, bisect_right(self._begins, second) - 1)]
        share = (second - piece.begin) / (piece.end - piece.begin)
        return round(piece.left + (piece.right - piece.left) * min(max(share, 0.0), 1.0), 1)

    def ticks(self, distance: float = 90.0) -> list[float]:
        """Give round seconds that stand at least `distance` apart, none of them in a cut."""
        shown = [it for it in self.pieces if not it.is_cut]
        seconds = sum(it.end - it.begin for it in shown)
        width = sum(it.right - it.left for it in shown)
        wanted = seconds / width * distance
        step = next((it for it in _STEPS if it >= wanted), None) or _days(wanted)
        found: list[float] = []
        for piece in shown:
            number = -(-piece.begin // step)
            while number * step <= piece.end:
                if not found or self.place(number * step) - self.place(found[-1]) >= distance * 0.6:
                    found.append(number * step)
                number += 1
        return found


def _days(seconds: float) -> float:
    return float(-(-seconds // 86_400) * 86_400)


def _cuts(busy: Sequence[tuple[float, float]], end: float) -> list[tuple[float, float]]:
    """Give the gaps that are cut out, in order."""
    gaps: list[tuple[float, float]] = []
    reached = 0.0
    for begin, until in [*busy, (end, end)]:
        if begin - reached > _LEAST_CUT:
            gaps.append((reached, begin))
        reached = max(reached, until)
    left = end
    cut = []
    for gap in sorted(gaps, key=lambda it: it[0] - it[1]):
        length = gap[1] - gap[0]
        if length < _CUT_SHARE * left:
            break
        cut.append(gap)
        left -= length
    return sorted(cut)


def _pieces(cuts: Sequence[tuple[float, float]], end: float, width: float) -> list[Piece]:
    edges: list[tuple[float, float, bool]] = []
    reached = 0.0
    for begin, until in cuts:
        edges.append((reached, begin, False))
        edges.append((begin, until, True))
        reached = until
    edges.append((reached, end, False))
    edges = [it for it in edges if it[1] > it[0]]
    seconds = sum(until - begin for begin, until, cut in edges if not cut)
    room = width - _BREAK_WIDTH * len(cuts)
    pieces, left = [], 0.0
    for begin, until, cut in edges:
        wide = _BREAK_WIDTH if cut or not seconds else room * (until - begin) / seconds
        pieces.append(Piece(begin, until, round(left, 1), round(left + wide, 1), cut))
        left += wide
    return pieces
