"""Makes an observation of the text that the API gives for a workflow, whatever that text is."""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from runner.states import NOTHING_READ, ReadState, SignalActivity, scalar_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runner.secrets.scrub import Scrubber
    from runner.states import StateMapping

_MOST = 200  # fields or signal activities of one workflow; a real one has a few dozen
_DEPTH = 3  # names in a row, as in `execution.last.state`
_LONGEST_NAME = 100  # characters
_LONGEST_ACTIVITY = 200  # characters, as many as a configuration may name
_LONGEST_VALUE = 200
_LONGEST_HREF = 4096  # more than is ever posted to
_LONGEST_NUMBER = 400  # digits; longer ones take time, and mean nothing
_ACTIVITIES = "activities"
_ID = re.compile(r"[A-Za-z0-9_-]+")


def parse_object(text: str) -> dict[str, Any] | None:
    """Give the JSON object that a text is, or None where it is none.

    Of a name that stands there twice the last value counts, as everywhere.
    """
    try:
        value = json.loads(text.removeprefix("\ufeff"), parse_int=_integer)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


class Payload:
    """The answer for one workflow, read field by field; what is odd counts as absent."""

    def __init__(self, payload: Mapping[str, Any], scrubber: Scrubber) -> None:
        self._payload = payload
        self._scrubber = scrubber

    def state(self, mapping: StateMapping) -> ReadState:
        """Give the state, with the value that it was made of."""
        state, raw, field = mapping.read(self._payload)
        if raw is None:
            return NOTHING_READ
        return ReadState(state, self._clean(raw, _LONGEST_NAME), field)

    def workflow_id(self) -> str | None:
        """Give the workflow's ID.

        API.md documents no field for it, so its absence is the usual case, and the safe one: where
        something is protected, a workflow that is named by its key is then refused (rule R30).
        """
        for name in ("ID", "id"):
            value = self._payload.get(name)
            # A key begins with `@`; and the ID of a mapping deeper down is not the workflow's.
            if isinstance(value, str) and _ID.fullmatch(self._clean(value, _LONGEST_NAME)):
                return value
        return None

    def next_processing(self) -> str | None:
        """Give the date of the next processing, as the API writes it."""
        value = self._payload.get("nextProcessingDate")
        if not value or isinstance(value, bool):
            return None
        text = scalar_text(value)
        return None if text is None else self._clean(text, _LONGEST_NAME) or None

    def signals(self) -> tuple[SignalActivity, ...]:
        """Give the External signal activities: those that have a trigger."""
        holder = self._payload.get(_ACTIVITIES)
        found = holder.get("activity") if isinstance(holder, dict) else None
        made = (
            SignalActivity(self._clean(name, _LONGEST_ACTIVITY), _href(activity["trigger"]))
            for name, activity in _named(found)
            if isinstance(activity, dict) and "trigger" in activity
        )
        return tuple(islice(made, _MOST))

    def fields(self) -> tuple[tuple[str, str], ...]:
        """Give every plain field with its value, names of names joined by points."""
        rest = {name: value for name, value in self._payload.items() if name != _ACTIVITIES}
        made = (
            (self._clean(name, _LONGEST_NAME * _DEPTH), self._clean(text, _LONGEST_VALUE))
            for name, text in _flat(rest, "", _DEPTH)
        )
        return tuple(islice(made, _MOST))

    def _clean(self, text: str, limit: int) -> str:
        # Beyond twice the limit nothing is shown, and a long text takes long to clean.
        kept = text[: limit * 2 + _LONGEST_HREF]
        return self._scrubber.remote_text(kept, cut=len(kept) < len(text), limit=limit)


def _flat(values: Mapping[str, Any], before: str, depth: int) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        text = scalar_text(value)
        if text is not None:
            yield before + name, text
        elif isinstance(value, dict) and depth > 1:
            yield from _flat(value, f"{before}{name}.", depth - 1)


def _named(activities: object) -> Iterator[tuple[str, Any]]:
    """Give activities with their names, from a mapping by name or from a list."""
    if isinstance(activities, dict):
        yield from activities.items()
    elif isinstance(activities, list):
        for activity in activities:
            name = activity.get("name") if isinstance(activity, dict) else None
            if isinstance(name, str):
                yield name, activity


def _href(trigger: object) -> str | None:
    """Give the address in a trigger as it is: altered it would be another one."""
    href = trigger.get("href") if isinstance(trigger, dict) else None
    usable = isinstance(href, str) and 0 < len(href) <= _LONGEST_HREF and href.isprintable()
    return href if usable else None
