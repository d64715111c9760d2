"""A mapping under construction: its next key, and what `<<` merges into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from runner.load.document import JsonValue, Marks, PathPart
    from runner.load.tree import Cost


class _Sentinel:
    """A key that is none: each of the three below is told apart by identity."""


NO_KEY: Final = _Sentinel()
SKIPPED: Final = _Sentinel()
_MERGE: Final = _Sentinel()


class MergeError(ValueError):
    """What stands behind `<<` cannot be merged."""

    hint = "write `<<: *name`, or `<<: [*first, *second]`, where each name is a mapping"


class MappingFrame:
    """A mapping under construction."""

    __slots__ = (
        "_merged",
        "anchor",
        "before",
        "height",
        "key",
        "key_mark",
        "label",
        "marks",
        "merges",
        "value",
    )

    def __init__(self, mark: int, anchor: str | None, before: Cost) -> None:
        self.value: dict[str, JsonValue] = {}
        self.marks: dict[str | None, Marks] = {None: mark}
        self.anchor = anchor
        self.before = before
        self.height = 1
        self.key: str | _Sentinel = NO_KEY
        self.key_mark = mark
        self.label = "?"
        self.merges = False
        self._merged: list[tuple[dict[str, JsonValue], dict[str | None, Marks]]] = []

    def start_merge(self) -> None:
        """Note that the next value is to be merged."""
        self.key = _MERGE
        self.merges = True

    def drop_merge(self) -> None:
        """Pass over the next value if it was to be merged."""
        if self.key is _MERGE:
            self.key = SKIPPED

    def add(self, value: JsonValue, marks: Marks) -> None:
        """Put the value behind the key that was read last.

        Raises:
            MergeError: if that key was `<<` and the value is no mapping and no list of mappings.
        """
        key, self.key = self.key, NO_KEY
        if isinstance(key, str):
            self.value[key] = value
            self.marks[key] = (self.key_mark, marks)
        elif key is _MERGE:
            self._add_merged(value, marks)
        self.label = "?"

    def merge(self) -> None:
        """Fill in what `<<` brought: own keys win, then what was named first (YAML 1.1, merge)."""
        if not self._merged:
            return
        value: dict[str, JsonValue] = {}
        marks: dict[str | None, Marks] = {}
        for merged_value, merged_marks in reversed(self._merged):
            value.update(merged_value)
            marks.update(merged_marks)
        value.update(self.value)
        marks.update(self.marks)
        self.value, self.marks = value, marks

    def part(self) -> PathPart:
        """Give the path part of what is being built inside: the key as it was read, or `?`."""
        return self.label

    def _add_merged(self, value: JsonValue, marks: Marks) -> None:
        if isinstance(value, dict):
            self._merged.append((value, marks))
            return
        if not isinstance(value, list) or not value:
            raise MergeError("`<<` merges a mapping, and this is none")
        if not all(isinstance(item, dict) for item in value):
            raise MergeError("`<<` merges mappings, and an item of this list is none")
        self._merged.extend(
            (item, mark)
            for item, mark in zip(value, marks[1:], strict=True)
            if isinstance(item, dict)
        )
