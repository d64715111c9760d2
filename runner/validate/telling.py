"""Which of the problems that were found are told, and in which order."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from runner.load.tree import MAX_PROBLEMS
from runner.problems import file_problem, file_warning

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runner.load import Loaded
    from runner.problems import Problem

# Problems of shape, which may come of another one at the same place.
_CONSEQUENCES = frozenset({"type", "value", "quotes", "empty", "one-command"})


class Told:
    """The problems of some files: one for each mistake, and not very many of one file."""

    def __init__(self, loaded: Loaded) -> None:
        self._problems = list(loaded.problems)
        self._order = {file.path: n for n, file in enumerate(loaded.files)}
        self._errors = Counter(it.file for it in loaded.problems if it.is_error)
        self._warnings: Counter[str] = Counter()
        self._loading = {(it.file, it.line, it.column) for it in loaded.problems}

    def is_full(self, file: str) -> bool:
        """Whether so much is told of a file that nobody reads on."""
        return self._errors[file] >= MAX_PROBLEMS

    def add(self, found: Iterable[Problem]) -> None:
        """Add what was found, but for what comes of another mistake at the same place.

        What fails to load, or is a reference where none may stand, also fails its schema.
        """
        found = list(found)
        causes = {(it.file, it.line, it.column) for it in found if it.rule == "reference"}
        causes |= self._loading
        for it in found:
            if it.rule in _CONSEQUENCES and (it.file, it.line, it.column) in causes:
                continue
            if it.is_error:
                self._errors[it.file] += 1
            else:
                self._warnings[it.file] += 1
            if it.is_error or self._warnings[it.file] <= MAX_PROBLEMS:
                self._problems.append(it)

    def in_order(self) -> list[Problem]:
        """Give them all: unreadable files first, then in the order of the files."""
        too_many = [_too_many(file) for file in self._errors if self.is_full(file)]
        too_many += [
            _too_many_warnings(file)
            for file, number in self._warnings.items()
            if number > MAX_PROBLEMS
        ]
        return sorted(
            [*self._problems, *too_many],
            key=lambda it: (self._order.get(it.file, -1), it.line, it.column),
        )


def _too_many(file: str) -> Problem:
    message = f"there are {MAX_PROBLEMS:,} problems or more in this file; the first are shown"
    return file_problem("too-many", file, message, "mend these first")


def _too_many_warnings(file: str) -> Problem:
    message = f"there are more than {MAX_PROBLEMS:,} warnings in this file; the first are shown"
    return file_warning("too-many", file, message, "whatever made this file repeats a mistake")
