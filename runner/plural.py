"""Counts things in words."""

from __future__ import annotations


def counted(number: int, thing: str) -> str:
    """Give `1 file`, `2 files`, `10,000 commands`."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
