"""What all benchmarks share: processes taken in turn, their medians and their ratios.

A machine drifts, and other work runs on it. So ours and the other are called in turn, each pair
gives one ratio, and the median of the ratios is what counts. Both begin with byte code at hand, by
the environment's own Python.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

T = TypeVar("T")
ROUNDS = 9
ROOT = Path(__file__).parents[1]
PYTHON = sys.executable
OURS = str(Path(PYTHON).with_name("campaign-runner"))
SCHEMA = str(ROOT / "schema" / "config.schema.json")
MODULES = ROOT / "benchmarks" / "node_modules"
_MEGABYTE = 2**20 if sys.platform == "darwin" else 1024  # in what the system counts in


@dataclass(frozen=True, slots=True)
class Call:
    """One process, from its start to its end.

    Attributes:
        command: what is called.
        cwd: where.
        env: variables besides those that are there.
        exit_code: what it has to end with; all else is no measurement.
    """

    command: Sequence[str]
    cwd: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class Used:
    """What one call took: seconds until it ended, and the peak of its resident memory."""

    seconds: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Several measurements of the same."""

    median: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        name: what of ours was measured.
        against: what it was held against.
        unit: of both figures.
        ours: our figure.
        other: the floor's or the peer's.
        ratio: of each pair, ours to the other.
        limit: what the ratio should be at most, or None where nobody has said.
        aim: what it would better be at most; to miss it is no fault.
    """

    name: str
    against: str
    unit: str
    ours: Spread
    other: Spread
    ratio: Spread
    limit: float | None = None
    aim: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether the ratio is within its limit."""
        return self.limit is None or self.ratio.median <= self.limit


def spread(values: Sequence[float]) -> Spread:
    """Give the median of several measurements, the least and the most."""
    return Spread(statistics.median(values), min(values), max(values))


def use(call: Call) -> Used:
    """Make one call and give what it took.

    Raises:
        RuntimeError: if it ended otherwise than it should.
    """
    started = time.perf_counter()
    with subprocess.Popen(
        call.command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        cwd=call.cwd,
        env=_environ(call),
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != call.exit_code:
        raise RuntimeError(f"{' '.join(call.command)} ended with {process.returncode}")
    return Used(seconds, usage.ru_maxrss / _MEGABYTE)


def told(call: Call) -> float:
    """Make one call, and give the figure that it measured itself and prints.

    Raises:
        RuntimeError: if it ended otherwise than it should.
    """
    asked = subprocess.run(
        call.command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        cwd=call.cwd,
        env=_environ(call),
        text=True,
        check=False,
    )
    if asked.returncode != call.exit_code:
        raise RuntimeError(f"{' '.join(call.command)} ended with {asked.returncode}")
    return float(asked.stdout)


def in_turn(ours: Call, other: Call, rounds: int = ROUNDS) -> list[tuple[Used, Used]]:
    """Make both calls in turn, the first of a round being the other one each time."""
    return taken_in_turn(lambda: use(ours), lambda: use(other), rounds)


def taken_in_turn(
    ours: Callable[[], T], other: Callable[[], T], rounds: int = ROUNDS
) -> list[tuple[T, T]]:
    """Take both measurements in turn, as `in_turn` does, whatever they are."""
    ours()
    other()  # both are in the disk's cache now
    pairs = []
    for number in range(rounds):
        if number % 2:
            second = other()
            pairs.append((ours(), second))
        else:
            first = ours()
            pairs.append((first, other()))
    return pairs


def time_row(
    name: str, against: str, pairs: Sequence[tuple[Used, Used]], limit: float | None = None
) -> Row:
    """Give the row of how long both took."""
    return row(name, against, "s", pairs, lambda used: used.seconds, limit)


def memory_row(
    name: str, against: str, pairs: Sequence[tuple[Used, Used]], limit: float | None = None
) -> Row:
    """Give the row of how much memory both took."""
    return row(name, against, "MB", pairs, lambda used: used.megabytes, limit)


def row(
    name: str,
    against: str,
    unit: str,
    pairs: Sequence[tuple[Used, Used]],
    figure: Callable[[Used], float],
    limit: float | None = None,
) -> Row:
    """Give the row of one figure of pairs of calls."""
    ours = [figure(it) for it, _ in pairs]
    other = [figure(it) for _, it in pairs]
    return figures_row(name, against, unit, list(zip(ours, other, strict=True)), limit)


def figures_row(
    name: str,
    against: str,
    unit: str,
    pairs: Sequence[tuple[float, float]],
    limit: float | None = None,
    *,
    aim: float | None = None,
) -> Row:
    """Give the row of pairs of figures that were measured already."""
    ours = spread([it for it, _ in pairs])
    other = spread([it for _, it in pairs])
    return Row(name, against, unit, ours, other, spread([a / b for a, b in pairs]), limit, aim)


def _environ(call: Call) -> dict[str, str]:
    # Whoever measures without byte code measures the compiler.
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**environ, **call.env}
