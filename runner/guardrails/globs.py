"""Matches IDs against patterns: an ID, or a glob of `*`, `?` and `[...]`; letter case counts."""

from __future__ import annotations

import re
from fnmatch import translate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def is_glob(pattern: str) -> bool:
    """Whether it may cover more than the one ID that it spells."""
    return any(character in pattern for character in "*?[")


def matcher(pattern: str) -> Callable[[str], bool]:
    """Give the test of whether an ID is covered by `pattern`, which validation let through.

    It takes no exponential time, whatever the pattern: Python's translation of globs never goes
    back into a star that has another one after it.
    """
    match = re.compile(translate(pattern)).match
    return lambda text: match(text) is not None


def covers(pattern: str, text: str) -> bool:
    """Whether `text` is covered by `pattern`."""
    return matcher(pattern)(text)
