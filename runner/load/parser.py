"""YAML events to documents, in one pass: values, places and limits together.

Composing nodes first would take longer, crash on a few hundred thousand nested brackets, and show
nothing that the events do not: aliases, merge keys and duplicate keys are all plain in them.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import yaml

from runner.load.document import Document
from runner.load.syntax import syntax_problem
from runner.load.text import end_of
from runner.load.tree import TOO_DEEP, FullError, LimitError, TreeBuilder
from runner.problems import Problem, file_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

# The C parser is many times faster; PyYAML has it wherever it was built with libyaml.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse_documents(file: str, text: str) -> tuple[list[Document], list[Problem]]:
    """Give the documents of one file, and every problem that YAML itself shows.

    A syntax error ends the file there, and so do `MAX_PROBLEMS`; the documents before it are given
    all the same.

    Args:
        file: the path as commands show it.
        text: the file's text, without a byte order mark.
    """
    builder = TreeBuilder(file, end_of(text))
    with _garbage_collector_off():
        end = _feed(builder, file, text)
    trees = builder.trees
    if not trees and end is None and not builder.problems:
        hint = "write a configuration, such as `campaign-runner schema` describes"
        end = file_problem("empty", file, "the file is empty", hint)
    alone = len(trees) == 1 and end is None
    documents = [
        Document(file, number, alone, tree.value, tree.marks, tree.raws)
        for number, tree in enumerate(trees, 1)
    ]
    return documents, builder.problems + ([] if end is None else [end])


def _feed(builder: TreeBuilder, file: str, text: str) -> Problem | None:
    """Read all events; give the problem that ended the file early, if one did."""
    loader = _LOADER(text)
    handlers = {
        yaml.ScalarEvent: builder.scalar,
        yaml.MappingStartEvent: builder.start_mapping,
        yaml.SequenceStartEvent: builder.start_list,
        yaml.MappingEndEvent: builder.end_collection,
        yaml.SequenceEndEvent: builder.end_collection,
        yaml.AliasEvent: builder.alias,
        yaml.DocumentEndEvent: builder.end_document,
    }
    try:
        while True:
            event = loader.get_event()
            handler = handlers.get(type(event))
            if handler is not None:
                handler(event)
            elif isinstance(event, yaml.StreamEndEvent):
                return None
    except yaml.MarkedYAMLError as error:
        # libyaml 0.2.6 has a limit of its own, and meets it before the first event of a line.
        if error.problem_mark is not None and "maximum nesting depth" in (error.problem or ""):
            mark = error.problem_mark
            return _too_large(file, (mark.line + 1, mark.column + 1), TOO_DEEP)
        return syntax_problem(file, text, error)
    except yaml.YAMLError as error:
        return syntax_problem(file, text, error)
    except FullError:
        return None
    except LimitError as error:
        return _too_large(file, error.place, str(error))
    finally:
        loader.dispose()


def _too_large(file: str, place: tuple[int, int], message: str) -> Problem:
    return Problem("too-large", file, *place, "", message, "split the file into several")


@contextmanager
def _garbage_collector_off() -> Iterator[None]:
    """Building only adds live objects, which the collector would visit again and again in vain."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
