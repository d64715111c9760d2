"""Finds the field of answers that looks like the workflows' state, and the YAML that names it."""

from __future__ import annotations

import json
import re
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from runner.states import DEFAULT_MAPPING, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

TO_FILL_IN = "FILL_IN"  # no state is called so: pasted as it is, it is refused
_STATES = ", ".join(state.value for state in State if state is not State.UNKNOWN)
_NAMED_SO = re.compile(r"stat(e|us)|etat|phase|execution", re.IGNORECASE)
_LONGEST_FIELD = 200  # characters that `defaults.state.fields` takes
_LONGEST_VALUE = 60  # no state is as long
# How Campaign's own pages speak of states (API.md, "Read a workflow"); a guess for people to check.
_SPOKEN = {
    "in edition": State.EDITING,
    "being edited": State.EDITING,
    "in progress": State.STARTED,
    "running": State.STARTED,
    "pause": State.PAUSED,
    "suspended": State.PAUSED,
    "complete": State.FINISHED,
    "completed": State.FINISHED,
    "stop": State.STOPPED,
    "canceled": State.STOPPED,
    "erroneous": State.FAILED,
    "error": State.FAILED,
    "in error": State.FAILED,
}


class Likeness(IntEnum):
    """How much a field looks like the state, the most first."""

    NAMES = 0  # it says nothing but the very names of states
    WORDS = 1  # nothing but what Campaign's own pages call states
    CALLED_SO = 2  # it is called so, whatever it says
    SOMETIMES = 3  # some of what it says could be a state


class Candidate(NamedTuple):
    """A field that may hold the state, with each value that it has, in order of appearance."""

    field: str
    values: tuple[str, ...]
    likeness: Likeness


def candidates(answers: Iterable[Sequence[tuple[str, str]]]) -> list[Candidate]:
    """Give the fields that look like the state, the likeliest first.

    Args:
        answers: of each workflow its plain fields, with their values.
    """
    values: dict[str, dict[str, int]] = {}
    for fields in answers:
        for field, raw in fields:
            counts = values.setdefault(field, {})
            counts[raw] = counts.get(raw, 0) + 1
    found = [
        (Candidate(field, tuple(counts), likeness), sum(counts.values()))
        for field, counts in values.items()
        if (likeness := _likeness(field, counts)) is not None
    ]
    found.sort(key=lambda it: (it[0].likeness, -it[1], len(it[0].field)))
    return [candidate for candidate, _ in found]


def meaning_of(raw: str) -> State | None:
    """Give what a value most likely means; None where nobody can say."""
    return _own_name(raw) or _SPOKEN.get(raw.strip().casefold())


def fields_yaml(candidate: Candidate) -> Iterator[str]:
    """Give the lines that make the runner read the state from a field."""
    yield "defaults:"
    yield "  state:"
    yield f"    fields: [{_text(candidate.field)}]"
    yield from _values_yaml(candidate.values)


def values_yaml(values: Iterable[str]) -> Iterator[str]:
    """Give the lines that say what the values of a known field mean."""
    yield "defaults:"
    yield "  state:"
    yield from _values_yaml(values)


def _values_yaml(values: Iterable[str]) -> Iterator[str]:
    """Give a line for each value that is not the name of a state, and one above them."""
    foreign = {raw.strip().casefold(): raw.strip() for raw in values if _own_name(raw) is None}
    foreign.pop("", None)
    if foreign:
        yield "    values:"
    for raw in foreign.values():
        meaning = meaning_of(raw)
        said = f"write one of: {_STATES}" if meaning is None else "check that it means this"
        yield f"      {_text(raw)}: {meaning or TO_FILL_IN}  # {said}"


def _likeness(field: str, values: Iterable[str]) -> Likeness | None:
    if len(field) > _LONGEST_FIELD or any(len(raw) > _LONGEST_VALUE for raw in values):
        return None
    said = [raw for raw in values if raw.strip()]
    meanings = [meaning_of(raw) for raw in said]
    if said and all(map(_own_name, said)):
        return Likeness.NAMES
    if said and all(meanings):
        return Likeness.WORDS
    if said and _NAMED_SO.search(field):
        return Likeness.CALLED_SO
    return Likeness.SOMETIMES if any(meanings) else None


def _own_name(raw: str) -> State | None:
    state = DEFAULT_MAPPING.read({DEFAULT_MAPPING.fields[0]: raw}).state
    return None if state is State.UNKNOWN else state


def _text(text: str) -> str:
    """Give a text as YAML in quotes, so that it is no boolean, number or date to any reader."""
    return json.dumps(text, ensure_ascii=False)
