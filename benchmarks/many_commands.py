"""Whether time and memory grow with the commands, and no faster: 100,000 against 10,000."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.frame import OURS, Call, Row, Used, figures_row, in_turn, use
from benchmarks.texts import TEN_LINES, folder

if TYPE_CHECKING:
    from collections.abc import Sequence

FEW, MANY, EACH = 10_000, 100_000, 1_000
MOST_KILOBYTES = 1.5
_ROUNDS = 7


def rows() -> list[Row]:
    """Take `plan` and `run --dry-run`, whose report goes to the disk."""
    with tempfile.TemporaryDirectory() as name:
        where = Path(name)
        folder(where / "few", FEW // EACH, EACH)
        folder(where / "many", MANY // EACH, EACH)
        Path(where, "ten.yaml").write_text(TEN_LINES, encoding="utf-8")
        return [
            *_both("`plan`", ["plan"], where),
            *_both("`run --dry-run`", ["run", "--dry-run"], where),
        ]


def _both(name: str, command: Sequence[str], where: Path) -> list[Row]:
    """Give time and memory for each command, over what a file of ten lines takes."""
    starts = [use(Call([OURS, *command, "ten.yaml"], where)) for _ in range(_ROUNDS)]
    start = Used(median(it.seconds for it in starts), median(it.megabytes for it in starts))
    pairs = in_turn(
        Call([OURS, *command, "many"], where), Call([OURS, *command, "few"], where), _ROUNDS
    )
    seconds = [(_time(many, start, MANY), _time(few, start, FEW)) for many, few in pairs]
    memory = [(_memory(many, start, MANY), MOST_KILOBYTES) for many, _ in pairs]
    whole = f"{name}, {MANY:,} commands"
    return [
        figures_row(f"{whole}, time of each", f"at {FEW:,}", "us", seconds, 1.2),
        figures_row(f"{whole}, memory of each", "what is allowed", "KB", memory, 1.0),
    ]


def _time(used: Used, start: Used, commands: int) -> float:
    return (used.seconds - start.seconds) / commands * 1_000_000


def _memory(used: Used, start: Used, commands: int) -> float:
    return (used.megabytes - start.megabytes) / commands * 1024
