"""Rules about timeouts, waits and pauses: each has to be possible, and to have been meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.durations import format_duration, parse_duration
from runner.printable import quoted
from runner.validate.config import DEFAULT_WAIT_TIMEOUT
from runner.validate.effects import REACHES
from runner.validate.lenient import actions, at, mapping, mappings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.load.document import Document, JsonValue, PathPart
    from runner.problems import Problem
    from runner.validate.lenient import Asked

_LONGEST = 24 * 3600  # seconds; what is longer was not meant, and sockets take no more
_SHORTEST_POLL = 0.1  # seconds


class _Kind(NamedTuple):
    """What a duration is for."""

    message: str
    hint: str
    least: float = 0.001


_ATTEMPT = _Kind("no time that an attempt could take", "more than 0s and at most 24h, such as 70s")
_WAIT = _Kind("no time that a wait could take", "more than 0s and at most 24h, such as 10m")
_SETTLE = _Kind("no time for which a state could be read", "at most 24h, such as 60s", 0.0)
_PAUSE = _Kind("no time that a pause could take", "more than 0s and at most 24h, such as 30s")
_POLL = _Kind(
    "no time between two looks", "at least 100ms and at most 24h, such as 5s", _SHORTEST_POLL
)


def durations_are_sane(document: Document, _: Asked) -> Iterator[Problem]:
    """A duration of nothing, or of more than a day, was not meant."""
    for path, kind, text in _durations(document):
        seconds = _seconds(text)
        if seconds is not None and not kind.least <= seconds <= _LONGEST:
            message = f"{quoted(text)} is {kind.message}"
            yield at(document, path, "duration", message, f"write {kind.hint}")


def polls_fit_into_waits(document: Document, asked: Asked) -> Iterator[Problem]:
    """Who looks more seldom than the whole wait takes never sees what is waited for."""
    top = mapping(document.value)
    over = mapping(mapping(top.get("environments")).get(asked.environment or ""))
    base = _whole(mapping(top.get("defaults")), format_duration(DEFAULT_WAIT_TIMEOUT))
    general = _whole(mapping(over.get("defaults")), base)
    for path, holder in _holders(document):
        wait = holder.get("wait")
        poll = wait.get("poll") if isinstance(wait, dict) else None
        if not isinstance(poll, str):
            continue
        whole = _whole(holder, general if path[0] in ("actions", "desired") else base)
        looks, longest = _seconds(poll), _seconds(whole)
        if looks is not None and longest is not None and looks > longest > 0:
            message = f"{quoted(poll)} between two looks is longer than the whole wait"
            hint = f"write at most {whole}, or a longer `timeout` beside it"
            yield at(document, [*path, "wait", "poll"], "duration", message, hint)


def waits_can_come_true(document: Document, _: Asked) -> Iterator[Problem]:
    """A command does not bring every state about."""
    for index, action in actions(document):
        wait = action.get("wait")
        if wait is None:
            continue
        until = wait.get("until") if isinstance(wait, dict) else None
        command = next((name for name in REACHES if name in action), None)
        if command is None or until not in ("started", "paused", "stopped"):
            continue
        reached = REACHES[command]
        if until not in reached:
            message = f"a workflow never becomes {until} by {command}"
            hint = f"write until: {reached[0]}"
            if len(reached) > 1:
                hint += f", or until: {reached[1]} to wait for its end"
            yield at(document, ["actions", index, "wait", "until"], "wait", message, hint)


def _durations(document: Document) -> Iterator[tuple[list[PathPart], _Kind, str]]:
    for path, holder in _holders(document):
        if "wait" not in holder and "timeout" not in holder and "settle" not in holder:
            continue
        wait = holder.get("wait")
        found: list[tuple[list[PathPart], _Kind, JsonValue]] = [
            (["timeout"], _ATTEMPT, holder.get("timeout")),
            (["settle"], _SETTLE, holder.get("settle")),
        ]
        if isinstance(wait, dict):
            found.append((["wait", "timeout"], _WAIT, wait.get("timeout")))
            found.append((["wait", "poll"], _POLL, wait.get("poll")))
        elif path[0] == "actions":
            found.append((["wait"], _PAUSE, wait))
        for below, kind, text in found:
            if isinstance(text, str):
                yield [*path, *below], kind, text


def _holders(document: Document) -> Iterator[tuple[list[PathPart], dict[str, JsonValue]]]:
    """Give every mapping that may hold a `timeout` and a `wait`."""
    yield from mappings(document, "defaults")
    for index, action in actions(document):
        yield ["actions", index], action
    for workflow, entry in mapping(mapping(document.value).get("desired")).items():
        yield ["desired", workflow], mapping(entry)


def _whole(holder: dict[str, JsonValue], inherited: str) -> str:
    """Give how long a wait may take, as it is written."""
    timeout = mapping(holder.get("wait")).get("timeout")
    return timeout if isinstance(timeout, str) else inherited


def _seconds(text: str) -> float | None:
    try:
        return parse_duration(text)
    except ValueError:
        return None
