"""Says at the end what the examples took; figures of worker processes stay with those."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fuzz.bounds import FIGURES

if TYPE_CHECKING:
    import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for kind, it in FIGURES.items():
        terminalreporter.write_line(
            f"fuzzing, {kind}: {it.examples:,} examples, {it.calls:,} calls;"
            f" the slowest took {it.seconds:.2f} s of CPU time, the largest {it.megabytes:.0f} MB"
        )
