"""Rules about guardrails, those of a file, of its environments and of a policy alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runner.printable import quoted
from runner.schemas import schema
from runner.validate.lenient import at, mapping, mappings
from runner.validate.rules.repeats import repeats
from runner.validate.timezones import known_timezones, near_timezone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runner.load.document import Document, JsonValue, PathPart
    from runner.problems import Problem
    from runner.validate.lenient import Asked

_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_RANGE = re.compile(r"[A-Za-z0-9_]-[A-Za-z0-9_]")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
MIDNIGHT = "00:00"
END_OF_DAY = "24:00"


def actions_stand_once(document: Document, _: Asked) -> Iterator[Problem]:
    """A list of actions or days is a set."""
    for path, guardrails in mappings(document, "guardrails"):
        yield from repeats(document, [*path, "allow"], guardrails.get("allow"))
        for n, protection in _items(guardrails, "protect"):
            refused = protection.get("refuse")
            yield from repeats(document, [*path, "protect", n, "refuse"], refused)
        for n, window in _items(guardrails, "windows"):
            yield from repeats(document, [*path, "windows", n, "days"], window.get("days"))


def globs_can_match(document: Document, _: Asked) -> Iterator[Problem]:
    """A range that runs backwards matches nothing, and so would protect nothing."""
    for path, guardrails in mappings(document, "guardrails"):
        protect = guardrails.get("protect")
        for n, protection in enumerate(protect if isinstance(protect, list) else []):
            if isinstance(protection, dict):
                glob, where = protection.get("workflow"), [*path, "protect", n, "workflow"]
            else:
                glob, where = protection, [*path, "protect", n]
            yield from backward_ranges(document, where, glob)


def windows_open(document: Document, _: Asked) -> Iterator[Problem]:
    """A window opens at one time and closes at another, in a time zone that there is (R32)."""
    for path, guardrails in mappings(document, "guardrails"):
        for n, window in _items(guardrails, "windows"):
            place = [*path, "windows", n]
            start, end = window.get("from", MIDNIGHT), window.get("to", END_OF_DAY)
            if start == end and isinstance(start, str) and _TIME.fullmatch(start):
                message = f"this window opens and closes at the same time, {quoted(start)}"
                hint = "write another time, or neither `from` nor `to` for the whole day"
                given = "from" if "from" in window else "to"
                yield at(document, [*place, given], "window", message, hint)
            yield from _timezone(document, place, window.get("timezone"))


GUARDRAIL_RULES: tuple[Callable[[Document, Asked], Iterator[Problem]], ...] = (
    actions_stand_once,
    globs_can_match,
    windows_open,
)


def backward_ranges(document: Document, path: list[PathPart], glob: JsonValue) -> Iterator[Problem]:
    """Give a problem for each range in the brackets of a glob that runs backwards."""
    for brackets in _BRACKETS.findall(glob) if isinstance(glob, str) else ():
        for span in _RANGE.findall(brackets):
            if span[0] > span[2]:
                message = f"the range {quoted(span)} runs backwards, so that it matches nothing"
                yield at(document, path, "glob", message, f"write {span[2]}-{span[0]}")


def _timezone(document: Document, place: list[PathPart], name: JsonValue) -> Iterator[Problem]:
    if not isinstance(name, str) or name in known_timezones():
        return
    if re.search(schema("config")["$defs"]["timezone"]["pattern"], name) is None:
        return  # the schema has refused it
    near = near_timezone(name)
    hint = f"did you mean {quoted(near)}?" if near else "write an IANA name, such as Europe/Berlin"
    message = f"{quoted(name)} is not a known time zone"
    yield at(document, [*place, "timezone"], "timezone", message, hint)


def _items(
    guardrails: dict[str, JsonValue], key: str
) -> Iterator[tuple[int, dict[str, JsonValue]]]:
    listed = guardrails.get(key)
    for n, item in enumerate(listed if isinstance(listed, list) else []):
        yield n, mapping(item)
