"""One YAML document: plain values beside the places where they were written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"
PathPart: TypeAlias = "str | int"

# Marks mirror a value's shape: a scalar's is its packed place; a list's is [own place, marks of its
# items...]; a mapping's is {None: own place, key: (place of the key, marks of the value)}.
Marks: TypeAlias = Any

_LONGEST_PART = 100  # characters of a key in a pointer; a thousand problems may lie below one key
_COLUMN_BITS = 24  # a column is below 2**24, since a file has at most five million characters


class Place(NamedTuple):
    """A place in a file; both count from 1."""

    line: int
    column: int


def pack(line: int, column: int) -> int:
    """Give a place, counted from 0, as one number: a large file has hundreds of thousands."""
    return line << _COLUMN_BITS | column


def unpack(mark: int) -> Place:
    """Give the place, counted from 1, that `pack` put into a number."""
    return Place((mark >> _COLUMN_BITS) + 1, (mark & (1 << _COLUMN_BITS) - 1) + 1)


class Document(Value, frozen=True):
    """One YAML document, as it was written.

    Attributes:
        file: the path as commands show it.
        number: 1 for the first document of its file.
        alone: whether its file holds this document only.
        value: mappings, lists, text, numbers, booleans and None; callers must not change it.
        marks: where each value and key stands.
        raws: the text, by packed place, of what YAML read as something else than text.
    """

    file: str
    number: int
    alone: bool
    value: JsonValue
    marks: Marks
    raws: Mapping[int, str]

    @property
    def name(self) -> str:
        """The first part of the ids of its commands: `<path>`, or `<path>/<document>` (R8)."""
        return self.file if self.alone else f"{self.file}/{self.number}"

    def place(self, path: Sequence[PathPart] = ()) -> Place:
        """Give where the value at `path` stands, or the nearest one around it that exists."""
        return unpack(own_mark(self._follow(path)))

    def key_place(self, path: Sequence[PathPart]) -> Place:
        """Give where the key of the value at `path` stands; for a list's item, the item."""
        parent = self._follow(path[:-1])
        entry = parent.get(path[-1]) if isinstance(parent, dict) else None
        return self.place(path) if entry is None else unpack(entry[0])

    def raw(self, path: Sequence[PathPart]) -> str | None:
        """Give the text at `path` that YAML read as a number, boolean or null, else None."""
        return self.raws.get(own_mark(self._follow(path)))

    def _follow(self, path: Sequence[PathPart]) -> Marks:
        marks = self.marks
        for part in path:
            if isinstance(marks, dict) and isinstance(part, str) and part in marks:
                marks = marks[part][1]
            elif isinstance(marks, list) and isinstance(part, int) and part + 1 < len(marks):
                marks = marks[part + 1]
            else:
                break
        return marks


def pointer(path: Sequence[PathPart]) -> str:
    """Give a path in a document as people write it: `actions[0].start`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            key = part if len(part) <= _LONGEST_PART else f"{part[:_LONGEST_PART]}..."
            text += f".{key}" if text else key
    return text


def own_mark(marks: Marks) -> int:
    """Give the packed place of the value that `marks` belong to."""
    if isinstance(marks, dict):
        marks = marks[None]
    elif isinstance(marks, list):
        marks = marks[0]
    place: int = marks
    return place
