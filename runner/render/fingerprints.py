"""Marks by which a problem is known again when the lines around it have moved."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.ci.places import Places
    from runner.problems import Problem

# `in line 3`, `at a.yaml:3:5`
_PLACE_IN_WORDS = re.compile(r"\b(?:line|column) \d+|:\d+")
_INDEX = re.compile(r"\[\d+\]")


def fingerprints(problems: Sequence[Problem], places: Places) -> list[str]:
    """Give the fingerprint of each problem: 64 hexadecimal digits, no two the same.

    They are made of rule, file, pointer and message, and of no line: a comment put above a problem
    does not make it a new one. Problems alike in all of these are told apart by their order.
    """
    seen: dict[tuple[str, ...], int] = {}
    found = []
    for problem in problems:
        message = _PLACE_IN_WORDS.sub("", problem.message)
        pointer = _INDEX.sub("[]", problem.pointer)
        alike = (problem.rule, places.path(problem.file), pointer, message)
        seen[alike] = count = seen.get(alike, 0) + 1
        text = json.dumps([*alike, count])
        found.append(hashlib.sha256(text.encode()).hexdigest())
    return found
