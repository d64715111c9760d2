"""What an action holds besides or instead of one command, in words."""

from __future__ import annotations

import pytest

from runner.validate.effects import REACHES
from tests.support.problems import HEAD, told

SIGNAL = "signal: {workflow: W, activity: s, source: CI}"
INTO = "write wait: {until: stopped} into the action it is for; a pause is a duration, such as"
PAUSE = "or an action of its own for a pause: - wait: 30s"


def of_action(text: str) -> list[tuple[str, str, str]]:
    return told(f"{HEAD}actions:\n- {{{text}}}\n")


@pytest.mark.parametrize(
    ("action", "place", "message", "hint"),
    [
        ("wait: ", "4:10", "`wait` is empty", "write a duration, such as 30s"),
        ("wait: ''", "4:10", "`wait` is empty", "write a duration, such as 30s"),
        ("wait: 45", "4:10", "`45` has no unit", "write a duration, such as 45s"),
        ("wait: 1.5", "4:10", "`1.5` has no unit", "write a duration, such as 30s"),
        ("wait: yes", "4:10", "`yes` is not a valid duration", "write a duration, such as 30s"),
        ("wait: 5x", "4:10", "`5x` is not a valid duration", "write a duration, such as 30s"),
        (
            "wait: stopped",
            "4:10",
            "`stopped` is not a valid duration",
            f"{INTO} wait: 30s",
        ),
        (
            "wait: [5s]",
            "4:10",
            "this is a list, where a duration must stand",
            "write a duration, such as 30s",
        ),
        (
            "wait: {until: stopped}",
            "4:4",
            "this waits for a state, and the action has no command",
            f"{INTO} wait: 30s",
        ),
        (
            "stop: A, wait: 30s",
            "4:13",
            "a pause stands beside `stop`, and nothing says what to wait for",
            f"write wait: {{until: stopped}}, {PAUSE}",
        ),
        ("stop: A, wait: stopped", "4:19", None, "write wait: {until: stopped}"),
        (
            "pause: A, wait: stopped",
            "4:20",
            "`stopped` does not say which state to wait for",
            f"write wait: {{until: paused}}, {PAUSE}",
        ),
        ("stop: A, wait: 30", "4:19", None, f"write wait: {{until: stopped}}, {PAUSE}"),
        ("start: A, wait: ", "4:20", "`wait` is empty", f"write wait: {{until: started}}, {PAUSE}"),
        (
            "stop: A, wait: [1]",
            "4:19",
            "this is a list, where a mapping must stand",
            f"write wait: {{until: stopped}}, {PAUSE}",
        ),
        (f"{SIGNAL}, wait: 5s", "4:52", None, f"write wait: {{until: stopped}}, {PAUSE}"),
        (
            "wait: 5s, timeout: 5s",
            "4:14",
            "`timeout` has no meaning beside a pause",
            "remove it; only `name` may stand there",
        ),
        ("wait: 5s, name: x, on_failure: stop", "4:23", None, None),
        ("wait: 5s, tiemout: 5s", "4:14", None, "did you mean `timeout`?"),
        ("wiat: 5s", "4:4", None, "did you mean `wait`?"),
        ("wait: {until: stopped}, stpo: A", "4:28", None, "did you mean `stop`?"),
        ("singal: {}", "4:4", None, "did you mean `signal`?"),
        ("stop: A, wait: {}", "4:19", "the key `until` is missing", "add until: stopped"),
        (
            "stop: A, wait: {until: finished}",
            "4:27",
            "`finished` is not a known state to wait for",
            "write one of: started, paused, stopped",
        ),
        (
            f"start: A, {SIGNAL}",
            "4:14",
            "`start` and `signal` stand in one action",
            "write an action of its own for each; they run from top to bottom",
        ),
        (
            "name: x",
            "4:3",
            "this action has no command",
            "add one of: start, stop, pause, resume, signal, wait",
        ),
    ],
)
def test_one_mistake_is_told_once_with_what_to_write(
    action: str, place: str, message: str | None, hint: str | None
) -> None:
    ((told_place, told_message, told_hint),) = of_action(action)
    assert told_place == place
    assert message in (None, told_message)
    assert hint in (None, told_hint)


@pytest.mark.parametrize("command", REACHES)
def test_what_the_hint_says_is_accepted(command: str) -> None:
    head = SIGNAL if command == "signal" else f"{command}: A"
    ((_, _, hint),) = of_action(f"{head}, wait: 30s")
    wait = hint.removeprefix("write ").partition(", or")[0]
    assert of_action(f"{head}, {wait}") == []


@pytest.mark.parametrize("action", ["wait: 5s", "wait: 5s, name: Rest", "name: x, start: A"])
def test_what_is_right_is_accepted(action: str) -> None:
    assert of_action(action) == []
