"""Builds one document's value and marks from YAML events, within limits."""

from __future__ import annotations

from typing import Any, NamedTuple

from runner.load.document import JsonValue, Marks, PathPart, Place, own_mark, pack, pointer, unpack
from runner.load.mapping import NO_KEY, SKIPPED, MappingFrame, MergeError
from runner.load.scalars import (
    MERGE,
    STR,
    TEXT_TAGS,
    ScalarError,
    implicit_tag,
    is_plain,
    kind_of,
    plain_number,
    read_scalar,
    tag_error,
)
from runner.printable import printable, quoted
from runner.problems import Problem

MAX_NODES = 300_000
MAX_TEXT = 5_000_000  # characters; only aliases can bring a file of 5 MB beyond it
MAX_PROBLEMS = 1_000  # in one file; whoever has more mends a generator, not lines
MAX_DEPTH = 100
TOO_DEEP = f"values are nested deeper than {MAX_DEPTH} levels here"

_COLLECTION_TAGS = (None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


class FullError(ValueError):
    """So much is wrong that nobody would read what else is."""


class LimitError(ValueError):
    """The file holds more than is read; `place` is where the limit was met."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place


class Tree(NamedTuple):
    """One finished document: its value, its marks, and the raw text of what is not text."""

    value: JsonValue
    marks: Marks
    raws: dict[int, str]


class Cost(NamedTuple):
    """How much was built: values, and the characters of all text in them."""

    nodes: int
    text: int


class _Anchored(NamedTuple):
    value: JsonValue
    marks: Marks
    cost: Cost
    height: int


class ListFrame:
    """A list under construction."""

    __slots__ = ("anchor", "before", "height", "marks", "value")

    def __init__(self, mark: int, anchor: str | None, before: Cost) -> None:
        self.value: list[JsonValue] = []
        self.marks: list[Marks] = [mark]
        self.anchor = anchor
        self.before = before
        self.height = 1

    def add(self, value: JsonValue, marks: Marks) -> None:
        """Append one finished item."""
        self.value.append(value)
        self.marks.append(marks)

    def part(self) -> PathPart:
        """Give the path part of what is being built inside."""
        return len(self.value)


class TreeBuilder:
    """Takes the events of one file; `trees` and `problems` hold what came of them."""

    def __init__(self, file: str, end: tuple[int, int]) -> None:
        """Begin.

        Args:
            file: the path as commands show it.
            end: of its text, line and column from 0; no place lies beyond it.
        """
        self._end = pack(*end)
        self.trees: list[Tree] = []
        self.problems: list[Problem] = []
        self._file = file
        self._nodes = 0
        self._text = 0
        self._events = 0
        self._keys: dict[str, str] = {}
        self._start_tree()

    def scalar(self, event: Any) -> None:
        """Take text, a number, a boolean or nothing, as a key or as a value."""
        text: str = event.value
        self._text += len(text)
        mark = self._count(event)
        tag = event.tag
        if tag is None:
            tag = implicit_tag(text) if event.implicit[0] else STR
        frame = self._stack[-1] if self._stack else None
        if isinstance(frame, MappingFrame) and frame.key is NO_KEY:
            self._key(frame, text, tag, mark)
            self._remember(event.anchor, text, text, mark)
            return
        value = text if tag is STR else self._value(text, tag, mark)
        if not isinstance(value, str):
            self._raws[mark] = text
        self._remember(event.anchor, value, text, mark)
        self._attach(value, mark)

    def start_mapping(self, event: Any) -> None:
        """Open a mapping."""
        before = self._cost()
        self._open(MappingFrame(self._count(event), event.anchor, before), event)

    def start_list(self, event: Any) -> None:
        """Open a list."""
        before = self._cost()
        self._open(ListFrame(self._count(event), event.anchor, before), event)

    def end_collection(self, _event: Any) -> None:
        """Close the innermost mapping or list and hand it to the one around it."""
        self._events += 1
        frame = self._stack.pop()
        if isinstance(frame, MappingFrame):
            frame.merge()
        if frame.anchor is not None:
            cost = Cost(self._nodes - frame.before.nodes, self._text - frame.before.text)
            self._anchors[frame.anchor] = _Anchored(frame.value, frame.marks, cost, frame.height)
        if self._stack:
            around = self._stack[-1]
            around.height = max(around.height, frame.height + 1)
        self._attach(frame.value, frame.marks)

    def alias(self, event: Any) -> None:
        """Take `*name`: what the anchor holds, counted again in full."""
        mark = self._count(event)
        anchored = self._anchors.get(event.anchor)
        if anchored is None:
            self._undefined(event.anchor, mark)
            if self._stack and isinstance(self._stack[-1], MappingFrame):
                self._stack[-1].drop_merge()  # one mistake, one problem
            self._attach(event.anchor, mark)  # text, so that it is not reported again as empty
            return
        self._nodes += anchored.cost.nodes - 1
        self._text += anchored.cost.text
        self._check(mark, len(self._stack) + anchored.height)
        if self._stack:
            around = self._stack[-1]
            around.height = max(around.height, anchored.height + 1)
        self._attach(anchored.value, anchored.marks)

    def end_document(self, _event: Any) -> None:
        """Close the document."""
        self._events += 1
        self.trees.append(Tree(self._root[0], self._root[1], self._raws))
        self._start_tree()

    def _start_tree(self) -> None:
        self._stack: list[ListFrame | MappingFrame] = []
        self._anchors: dict[str, _Anchored] = {}
        self._raws: dict[int, str] = {}
        self._root: tuple[JsonValue, Marks] = (None, 0)

    def _remember(self, anchor: str | None, value: JsonValue, text: str, mark: int) -> None:
        if anchor is not None:
            self._anchors[anchor] = _Anchored(value, mark, Cost(1, len(text)), 0)

    def _cost(self) -> Cost:
        return Cost(self._nodes, self._text)

    def _count(self, event: Any) -> int:
        start = event.start_mark
        mark = min(pack(start.line, start.column), self._end)
        self._nodes += 1
        self._events += 1
        self._check(mark, len(self._stack))
        return mark

    def _check(self, mark: int, depth: int) -> None:
        if self._nodes > MAX_NODES or self._events > MAX_NODES:
            message = f"the file holds more than {MAX_NODES:,} values, aliases counted each time"
            raise LimitError(unpack(mark), message)
        if self._text > MAX_TEXT:
            message = f"the file holds more than {MAX_TEXT:,} characters, aliases counted each time"
            raise LimitError(unpack(mark), message)
        if depth > MAX_DEPTH:
            raise LimitError(unpack(mark), TOO_DEEP)

    def _open(self, frame: ListFrame | MappingFrame, event: Any) -> None:
        if event.tag not in _COLLECTION_TAGS:
            self._refuse(tag_error(event.tag, hidden=self._hides()), own_mark(frame.marks))
        self._anchors.pop(event.anchor, None)
        self._stack.append(frame)
        self._check(pack(event.start_mark.line, event.start_mark.column), len(self._stack))

    def _value(self, text: str, tag: str, mark: int) -> JsonValue:
        if (number := plain_number(text, tag)) is not None:
            return number
        try:
            return read_scalar(text, tag, hidden=self._hides())
        except ScalarError as error:
            self._refuse(error, mark)
            return text

    def _key(self, frame: MappingFrame, text: str, tag: str, mark: int) -> None:
        frame.key_mark, frame.label, frame.key = mark, text, SKIPPED
        if tag is STR and text not in frame.value:  # as nearly every key is
            frame.key = self._keys.setdefault(text, text)  # the same few stand in every action
            return
        hidden = self._hides()
        shown = "this key" if hidden else f"the key {quoted(text)}"
        if tag == MERGE and not frame.merges:
            frame.start_merge()
        elif tag == MERGE:
            hint = "write it once: `<<: [*first, *second]`"
            self._problem("duplicate-key", mark, f"{shown} stands twice in this mapping", hint)
        elif is_plain(tag):
            example = "" if hidden else f': "{printable(text, 40)}"'
            message = f"YAML reads {shown} as {kind_of(tag)}"
            self._problem("key", mark, message, f"put it in quotes{example}")
        elif tag not in TEXT_TAGS:
            self._refuse(tag_error(tag, hidden=hidden), mark)
        elif text in frame.value:
            line = unpack(frame.marks[text][0]).line
            hint = f"keep this one or the one in line {line}"
            self._problem("duplicate-key", mark, f"{shown} stands twice in this mapping", hint)
        else:
            frame.key = text

    def _attach(self, value: JsonValue, marks: Marks) -> None:
        if not self._stack:
            self._root = (value, marks)
            return
        frame = self._stack[-1]
        if isinstance(frame, MappingFrame) and frame.key is NO_KEY:
            self._attach_as_key(frame, value, marks)
            return
        try:
            frame.add(value, marks)
        except MergeError as error:
            self._problem("merge-key", own_mark(marks), str(error), error.hint)

    def _attach_as_key(self, frame: MappingFrame, value: JsonValue, marks: Marks) -> None:
        """A key that is an alias of text is as good as the text; a list or mapping is not."""
        if isinstance(value, str):
            self._key(frame, value, STR, marks)
            return
        frame.key, frame.label = SKIPPED, "?"
        self._problem("key", own_mark(marks), "this key is not text", "write a key that is text")

    def _undefined(self, anchor: str, mark: int) -> None:
        shown = "this anchor" if self._hides() else f"the anchor {quoted('&' + anchor)}"
        if any(frame.anchor == anchor for frame in self._stack):
            message = f"{shown} contains itself"
            self._problem("alias", mark, message, "write the value out instead of the alias")
            return
        message = f"{shown} does not stand above this alias"
        hint = "write the value out, name an anchor that stands above, or put the text in quotes"
        self._problem("alias", mark, message, hint)

    def _hides(self) -> bool:
        """Whether the next key or value may be a secret that was written down by mistake."""
        return any(isinstance(it, MappingFrame) and it.label == "auth" for it in self._stack)

    def _refuse(self, error: ScalarError, mark: int) -> None:
        self._problem(error.rule, mark, str(error), error.hint)

    def _problem(self, rule: str, mark: int, message: str, hint: str) -> None:
        path = pointer(self._path())
        self.problems.append(Problem(rule, self._file, *unpack(mark), path, message, hint))
        if len(self.problems) >= MAX_PROBLEMS:
            raise FullError

    def _path(self) -> list[PathPart]:
        """Give the path of what is being built, down to an `auth`, whose keys may be secrets."""
        path: list[PathPart] = []
        for frame in self._stack:
            path.append(frame.part())
            if path[-1] == "auth":
                break
        return path
