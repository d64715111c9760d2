"""Runs the suite and prints what came of it; the exit code is 1 where a verdict was wrong."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

from tests.faults import __doc__ as about
from tests.faults.suite import Tally, run_many, run_one

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_OUTCOMES = ("succeeded", "failed", "unknown", "not_sent", "skipped")
_BEFELL = ("command", "read", "token")


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=about)
    parser.add_argument("--commands", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workers", type=int, help="processes; two for each core if left out")
    parser.add_argument(
        "--parallel",
        type=int,
        default=1,
        help="of one action, under way at a time",
    )
    parser.add_argument("--run", type=int, help="only the run of this number, in this process")
    asked = parser.parse_args()
    started, total = time.monotonic(), Tally()
    if asked.run is None:
        made: Iterable[Tally] = run_many(asked.seed, asked.commands, asked.workers, asked.parallel)
    else:
        made = [run_one(asked.seed, asked.run, parallel=asked.parallel)]
    for tally in made:
        total.add(tally)
        for wrong in tally.wrong:
            sys.stderr.write(f"{wrong}\n")
    sys.stdout.write(text(total, time.monotonic() - started) + "\n")
    return 1 if total.wrong else 0


def text(tally: Tally, seconds: float) -> str:
    """Give the figures as Markdown."""
    faults = sum(tally.faults.values())
    sizes = (
        f"{tally.commands:,} commands in {tally.runs:,} runs; {tally.requests:,} requests,"
        f" {faults:,} of them with a fault; {seconds:.0f} s."
    )
    ways = (
        f"{tally.again:,} commands were tried more than once. {tally.settled:,} succeeded by what"
        f" the state says. {tally.in_waits:,} were accepted and failed in their wait."
    )
    lines = [
        sizes,
        ways,
        f"Wrong verdicts: {len(tally.wrong)}.",
        "",
        *_table("command", _OUTCOMES, tally.outcomes),
        "",
        *_table("fault", _BEFELL, tally.faults),
    ]
    return "\n".join(lines)


def _table(head: str, columns: Sequence[str], counts: Counter[tuple[str, str]]) -> list[str]:
    rows = [*sorted({row for row, _ in counts}), "all"]
    every = Counter(counts)
    for (_, column), count in counts.items():
        every["all", column] += count
    titles = " | ".join(it.replace("_", " ") for it in columns)
    return [
        f"| {head} | {titles} |",
        "| --- |" + " ---: |" * len(columns),
        *(f"| {row} | {' | '.join(f'{every[row, it]:,}' for it in columns)} |" for row in rows),
    ]


if __name__ == "__main__":
    sys.exit(main())
