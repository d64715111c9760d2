"""Builds one document's value and marks from YAML events, within limits."""

from __future__ import annotations

from typing import Any, NamedTuple

from runner.load.document import JsonValue, Marks, PathPart, Place, own_mark, pack, pointer, unpack
from runner.load.mapping import NO_KEY, SKIPPED, MappingFrame, MergeError
from runner.load.scalars import (
    MERGE,
    STR,
    ScalarError,
    implicit_tag,
    kind_of,
    read_scalar,
    shown_tag,
)
from runner.printable import printable, quoted
from runner.problems import Problem

MAX_NODES = 300_000
MAX_DEPTH = 100

_COLLECTION_TAGS = (None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


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


class _Anchored(NamedTuple):
    value: JsonValue
    marks: Marks
    nodes: int
    height: int


class ListFrame:
    """A list under construction."""

    __slots__ = ("anchor", "height", "marks", "nodes", "value")

    def __init__(self, mark: int, anchor: str | None, nodes: int) -> None:
        self.value: list[JsonValue] = []
        self.marks: list[Marks] = [mark]
        self.anchor = anchor
        self.nodes = nodes
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

    def __init__(self, file: str) -> None:
        self.trees: list[Tree] = []
        self.problems: list[Problem] = []
        self._file = file
        self._nodes = 0
        self._events = 0
        self._start_tree()

    def scalar(self, event: Any) -> None:
        """Take text, a number, a boolean or nothing, as a key or as a value."""
        mark = self._count(event)
        text: str = event.value
        tag = event.tag
        if tag is None:
            tag = implicit_tag(text) if event.implicit[0] else STR
        frame = self._stack[-1] if self._stack else None
        if isinstance(frame, MappingFrame) and frame.key is NO_KEY:
            self._key(frame, text, tag, mark)
            return
        value = self._value(text, tag, mark)
        if not isinstance(value, str):
            self._raws[mark] = text
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(value, mark, 1, 0)
        self._attach(value, mark)

    def start_mapping(self, event: Any) -> None:
        """Open a mapping."""
        self._open(MappingFrame(self._count(event), event.anchor, self._nodes - 1), event)

    def start_list(self, event: Any) -> None:
        """Open a list."""
        self._open(ListFrame(self._count(event), event.anchor, self._nodes - 1), event)

    def end_collection(self, _event: Any) -> None:
        """Close the innermost mapping or list and hand it to the one around it."""
        self._events += 1
        frame = self._stack.pop()
        if isinstance(frame, MappingFrame):
            frame.merge()
        if frame.anchor is not None:
            nodes = self._nodes - frame.nodes
            self._anchors[frame.anchor] = _Anchored(frame.value, frame.marks, nodes, frame.height)
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
            self._attach(event.anchor, mark)  # text, so that it is not reported again as empty
            return
        self._nodes += anchored.nodes - 1
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

    def _count(self, event: Any) -> int:
        start = event.start_mark
        mark = pack(start.line, start.column)
        self._nodes += 1
        self._events += 1
        self._check(mark, len(self._stack))
        return mark

    def _check(self, mark: int, depth: int) -> None:
        if max(self._nodes, self._events) > MAX_NODES:
            message = f"the file holds more than {MAX_NODES:,} values, aliases counted each time"
            raise LimitError(unpack(mark), message)
        if depth > MAX_DEPTH:
            message = f"values are nested deeper than {MAX_DEPTH} levels here"
            raise LimitError(unpack(mark), message)

    def _open(self, frame: ListFrame | MappingFrame, event: Any) -> None:
        if event.tag not in _COLLECTION_TAGS:
            message = f"the tag {quoted(shown_tag(event.tag))} may not stand here"
            self._problem(
                "tag", own_mark(frame.marks), message, "write a plain value, without a tag"
            )
        self._anchors.pop(event.anchor, None)
        self._stack.append(frame)
        self._check(pack(event.start_mark.line, event.start_mark.column), len(self._stack))

    def _value(self, text: str, tag: str, mark: int) -> JsonValue:
        if tag is STR:
            return text
        try:
            return read_scalar(text, tag)
        except ScalarError as error:
            self._problem(error.rule, mark, str(error), error.hint)
            return text

    def _key(self, frame: MappingFrame, text: str, tag: str, mark: int) -> None:
        frame.key_mark, frame.label = mark, text
        if tag == MERGE:
            frame.start_merge()
        elif tag != STR:
            frame.key = SKIPPED
            message = f"YAML reads the key {quoted(text)} as {kind_of(tag)}"
            self._problem("key", mark, message, f'put it in quotes: "{printable(text, 40)}"')
        elif text in frame.value:
            frame.key = SKIPPED
            line = unpack(frame.marks[text][0]).line
            message = f"the key {quoted(text)} stands twice in this mapping"
            self._problem(
                "duplicate-key", mark, message, f"keep this one or the one in line {line}"
            )
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
        if any(frame.anchor == anchor for frame in self._stack):
            message = f"the anchor {quoted('&' + anchor)} contains itself"
            self._problem("alias", mark, message, "write the value out instead of the alias")
            return
        message = f"there is no anchor {quoted('&' + anchor)} above this alias"
        self._problem(
            "alias", mark, message, "write the value out, or name an anchor that stands above"
        )

    def _problem(self, rule: str, mark: int, message: str, hint: str) -> None:
        path = pointer([frame.part() for frame in self._stack])
        self.problems.append(Problem(rule, self._file, *unpack(mark), path, message, hint))
