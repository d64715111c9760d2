"""Finds what a misspelt word was meant to be."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from runner.printable import printable, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable


def closest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Give the known word that `word` looks like, or None; at a cutoff of 1 only itself."""
    return _closest(word.lower()[:100], tuple(known), cutoff)


@lru_cache(maxsize=256)  # of a thousand mistakes in one file, most are the same one
def _closest(word: str, known: tuple[str, ...], cutoff: float) -> str | None:
    from difflib import get_close_matches

    by_lower = {name.lower(): name for name in known}
    found = get_close_matches(word, by_lower, n=1, cutoff=cutoff)
    return by_lower[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Give a hint: the known word that is close, else all of them."""
    names = list(known)
    near = closest(word, names)
    if near is not None:
        return f"did you mean {quoted(near)}?"
    return f"write one of: {', '.join(map(printable, names))}" if names else ""
