"""Rules about signals: what is declared, what YAML made of a parameter, and how much is sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from runner.printable import printable, quoted
from runner.validate.config import MOST_SIGNAL_BYTES, SIGNAL, Signal
from runner.validate.kinds import kind_of
from runner.validate.lenient import actions, at, at_key, mapping
from runner.validate.signals import is_date_time, signal_body
from runner.validate.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.load.document import Document, JsonValue, PathPart
    from runner.problems import Problem
    from runner.validate.lenient import Asked

# A number as JSON writes it, and so as everybody reads it.
_PLAIN_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_MOST_NAMES = 20  # that are compared, and how long they may be
_LONGEST_NAME = 60


class _Type(NamedTuple):
    """One of the types that a parameter may be declared with."""

    noun: str
    hint: str


_TYPES = {
    "string": _Type("text", "put it in quotes"),
    "number": _Type("a number", "write a number without quotes, such as 100"),
    "boolean": _Type("a boolean", "write true or false, without quotes"),
    "date-time": _Type(
        "a date-time", 'write it with its time zone, such as "2026-03-01T12:00:00Z"'
    ),
}


def signals_are_as_declared(document: Document, _: Asked) -> Iterator[Problem]:
    """A signal to a workflow that `signals` declares has an activity and parameters of there."""
    signals = mapping(mapping(document.value).get("signals"))
    for path, signal in _signals(document) if signals else ():
        workflow, activity = signal.get("workflow"), signal.get("activity")
        declared = signals.get(workflow) if isinstance(workflow, str) else None
        if not isinstance(declared, dict) or not isinstance(activity, str):
            continue
        types = declared.get(activity)
        if activity not in declared:
            message = f"{quoted(activity)} is not declared for {quoted(str(workflow))} in `signals`"
            hint = _declared_hint(activity, declared)
            yield at(document, [*path, "activity"], "undeclared", message, hint)
        elif isinstance(types, dict):
            yield from _as_declared(document, path, signal, types)


def parameters_are_as_written(document: Document, _: Asked) -> Iterator[Problem]:
    """YAML makes 668 of 01234, 1080 of 18:00 and false of `no`, which nobody means (R4)."""
    for path, signal in _signals(document):
        for name, value in mapping(signal.get("parameters")).items():
            place = [*path, "parameters", name]
            raw = _misread(document, place, value)
            if raw is not None:
                shown = str(value).lower()
                kind = "a boolean" if isinstance(value, bool) else f"the number {shown}"
                message = f"YAML reads {quoted(raw)} as {kind}"
                hint = f'put it in quotes: "{printable(raw, 60)}", or write {shown} if it is meant'
                yield at(document, place, "quotes", message, hint)


def signal_bodies_are_small(document: Document, _: Asked) -> Iterator[Problem]:
    """Campaign takes no larger body (API.md)."""
    for path, signal in _signals(document):
        source = signal.get("source")
        parameters = tuple(
            (name, value)
            for name, value in mapping(signal.get("parameters")).items()
            if isinstance(value, (str, int, float))
        )
        body = signal_body(Signal("", source if isinstance(source, str) else "", parameters))
        if len(body) > MOST_SIGNAL_BYTES:
            message = f"the body of this signal has {len(body):,} bytes"
            hint = f"write less text; Campaign takes at most {MOST_SIGNAL_BYTES:,} bytes"
            yield at_key(document, [*path, "parameters"], "too-large", message, hint)


def _as_declared(
    document: Document,
    path: list[PathPart],
    signal: dict[str, JsonValue],
    types: dict[str, JsonValue],
) -> Iterator[Problem]:
    for name, value in mapping(signal.get("parameters")).items():
        place = [*path, "parameters", name]
        declared = types.get(name)
        if name not in types:
            activity = quoted(str(signal["activity"]))
            message = f"the parameter {quoted(name)} is not declared for {activity} in `signals`"
            hint = _declared_hint(name, types) if types else f"remove it; {activity} takes none"
            yield at_key(document, place, "undeclared", message, hint)
        elif not _fits(value, declared) and _misread(document, place, value) is None:
            yield _mistyped(document, place, value, str(declared))


def _declared_hint(name: str, declared: dict[str, JsonValue]) -> str:
    """Give a hint to the names that may stand there; a hostile file asks a thousand times."""
    if len(declared) > _MOST_NAMES or any(len(known) > _LONGEST_NAME for known in declared):
        return "write one that `signals` declares, or declare it there"
    return did_you_mean(name, declared)


def _fits(value: JsonValue, declared: JsonValue) -> bool:
    if not isinstance(declared, str) or declared not in _TYPES:
        return True  # the schema has refused the declaration
    if isinstance(value, bool):
        return declared == "boolean"
    if isinstance(value, (int, float)):
        return declared == "number"
    if isinstance(value, str):
        return declared == "string" or (declared == "date-time" and is_date_time(value))
    return True  # the schema has refused it


def _mistyped(document: Document, path: list[PathPart], value: JsonValue, declared: str) -> Problem:
    noun, hint = _TYPES[declared]
    raw = document.raw(path)
    if declared == "date-time" and isinstance(value, str):
        message = f"{quoted(value)} is not a date-time"
    else:
        message = f"{quoted(str(path[-1]))} takes {noun}, and this is {kind_of(value)}"
    if declared == "string" and raw is not None:
        hint += f': "{printable(raw, 60)}"'
    return at(document, path, "type", message, hint)


def _misread(document: Document, path: list[PathPart], value: JsonValue) -> str | None:
    """Give what is written, where people read it otherwise than YAML does."""
    raw = document.raw(path)
    if raw is None or value is None:
        return None
    if isinstance(value, bool):
        plain = raw.lower() == str(value).lower()
    else:
        plain = _PLAIN_NUMBER.fullmatch(raw) is not None
    return None if plain else raw


def _signals(document: Document) -> Iterator[tuple[list[PathPart], dict[str, JsonValue]]]:
    """Give every signal with its path."""
    for index, action in actions(document):
        signal = action.get(SIGNAL)
        if isinstance(signal, dict):
            yield ["actions", index, SIGNAL], signal
