"""Words what the schema found in an action: which command it holds, and what it waits for."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from runner.durations import parse_duration
from runner.printable import quoted
from runner.validate.config import COMMANDS, PARALLEL, SIGNAL, WAIT
from runner.validate.effects import REACHES
from runner.validate.kinds import kind_of
from runner.validate.suggest import closest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.problems import Problem
    from runner.validate.wording.finding import Finding

_COMMANDS = (*COMMANDS, SIGNAL)
_PAUSE_KEYS = ("name", WAIT)
_STATES = ("started", "paused", "stopped")
_ALONE = "write wait: {until: stopped} into the action it is for; a pause is a duration, such as"


def one_command(found: Finding) -> Iterator[Problem]:
    """An action that is not exactly one command, signal or pause."""
    if not isinstance(found.value, dict):
        return  # its type is named already
    commands = [key for key in found.value if key in _COMMANDS]
    if len(commands) > 1:
        names = " and ".join(f"`{name}`" for name in commands)
        place = found.document.key_place([*found.path, commands[1]])
        hint = "write an action of its own for each; they run from top to bottom"
        yield found.problem_at(place, "one-command", f"{names} stand in one action", hint)
    elif SIGNAL in found.value and PARALLEL in found.value:
        place = found.document.key_place([*found.path, PARALLEL])
        message = f"`{PARALLEL}` has no meaning beside a signal, which is for one workflow"
        yield found.problem_at(place, "one-command", message, "remove it")
        if WAIT in found.value:
            yield from _wait(found, commands)
    elif WAIT in found.value:
        yield from _wait(found, commands)
    elif not commands and not _is_misspelt(found):
        hint = f"add one of: {', '.join((*_COMMANDS, WAIT))}"
        yield found.problem("one-command", "this action has no command", hint)


def _wait(found: Finding, commands: list[str]) -> Iterator[Problem]:
    """What is wrong between a `wait` and the keys around it; not what is wrong with it itself."""
    wait = found.value[WAIT]
    place = found.document.key_place([*found.path, WAIT])
    if commands:
        if isinstance(wait, str) and is_duration(wait):
            message = f"a pause stands beside `{commands[0]}`, and nothing says what to wait for"
            yield found.problem_at(place, "one-command", message, _beside(commands[0]))
    elif isinstance(wait, dict):
        if not _is_misspelt(found):
            message = "this waits for a state, and the action has no command"
            yield found.problem_at(place, "one-command", message, f"{_ALONE} wait: 30s")
    else:
        known = found.schema["properties"]
        for key in found.value:
            if key in known and key not in _PAUSE_KEYS:
                other = found.document.key_place([*found.path, key])
                message = f"`{key}` has no meaning beside a pause"
                hint = "remove it; only `name` may stand there"
                yield found.problem_at(other, "one-command", message, hint)


def _is_misspelt(found: Finding) -> bool:
    """Whether a key looks like a command, and so is told as unknown."""
    known = found.schema["properties"]
    unknown = [key for key in islice(found.value, 100) if key not in known]
    return any(closest(key, (*_COMMANDS, WAIT)) for key in unknown)


def odd_wait(found: Finding) -> Iterator[Problem]:
    """A `wait` of an action that is neither a mapping nor a duration."""
    action: Any = found.document.value
    for part in found.path[:-1]:
        action = action[part]
    command = next((name for name in _COMMANDS if name in action), None)
    text = found.value if isinstance(found.value, str) else found.document.raw(found.path)
    rule = "type"
    if found.value in (None, ""):
        rule, message = "empty", "`wait` is empty"
    elif text is None:
        wanted = "a mapping" if command else "a duration"
        message = f"this is {kind_of(found.value)}, where {wanted} must stand"
    elif command:
        message = f"{quoted(text)} does not say which state to wait for"
    elif isinstance(found.value, (str, bool)):
        message = f"{quoted(text)} is not a valid duration"
    else:
        message = f"{quoted(text)} has no unit"
    hint = _beside(command) if command else _duration_hint(text)
    if command and text in REACHES[command]:
        hint = f"write wait: {{until: {text}}}"
    yield found.problem(rule, message, hint)


def _beside(command: str) -> str:
    """Give what may stand beside a command, and what was perhaps meant."""
    until = f"write wait: {{until: {REACHES[command][0]}}}"
    return f"{until}, or an action of its own for a pause: - wait: 30s"


def _duration_hint(text: str | None) -> str:
    unit = f"{text}s" if is_duration(f"{text}s") else "30s"
    return f"{_ALONE} wait: {unit}" if text in _STATES else f"write a duration, such as {unit}"


def is_duration(text: str) -> bool:
    """Whether `text` is a duration of more than nothing."""
    try:
        return parse_duration(text) > 0
    except ValueError:
        return False
