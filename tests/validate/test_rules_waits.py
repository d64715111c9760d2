"""Timeouts, waits and pauses have to be possible, and to have been meant."""

from __future__ import annotations

import pytest

from runner.validate.effects import REACHES
from tests.support.problems import HEAD, found, told

MEANT = "write more than 0s and at most 24h, such as"


@pytest.mark.parametrize("text", ["0s", "0h0m0s", "24h1ms", "999999h"])
def test_a_timeout_of_nothing_or_of_more_than_a_day_is_refused(text: str) -> None:
    hint = "write more than 0s and at most 24h, such as 70s"
    message = f"`{text}` is no time that an attempt could take"
    assert told(HEAD + f"actions: [{{start: A, timeout: {text}}}]\n") == [("3:31", message, hint)]


@pytest.mark.parametrize("text", ["1ms", "24h", "70s"])
def test_a_sane_timeout_is_accepted(text: str) -> None:
    assert told(HEAD + f"actions: [{{start: A, timeout: {text}}}]\n") == []


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("actions: [{wait: 0s}]", "3:18", f"{MEANT} 30s"),
        ("actions: [{wait: 24h1s}]", "3:18", f"{MEANT} 30s"),
        ("actions: [{stop: A, wait: {until: stopped, timeout: 0s}}]", "3:53", f"{MEANT} 10m"),
        ("desired: {A: {state: started, wait: {timeout: 25h}}}", "3:47", f"{MEANT} 10m"),
        ("desired: {A: {state: started, timeout: 25h}}", "3:40", f"{MEANT} 70s"),
        (
            "desired: {A: {state: started, wait: {poll: 99ms}}}",
            "3:44",
            "write at least 100ms and at most 24h, such as 5s",
        ),
        (
            "desired: {A: started}\nenvironments: {p: {defaults: {wait: {timeout: 25h}}}}",
            "4:47",
            f"{MEANT} 10m",
        ),
    ],
)
def test_a_wait_of_nothing_or_of_more_than_a_day_is_refused(
    text: str, place: str, hint: str
) -> None:
    ((where, message, what),) = told(HEAD + text)
    assert (where, what) == (place, hint)
    assert " is no time " in message


@pytest.mark.parametrize(
    "text",
    [
        "actions: [{wait: 1ms}, {wait: 24h}]",
        "actions: [{stop: A, wait: {until: stopped, poll: 100ms, timeout: 24h}}]",
        "desired: {timeout: started, wait: {state: started, timeout: 1s}, poll: paused}",
        (
            "actions: [{signal: {workflow: W, activity: s, source: CI,"
            " parameters: {timeout: 0s, wait: 99h, poll: 1ms}}}]"
        ),
        "signals: {wait: {timeout: {poll: string}}}\nactions: [{start: A}]",
        "environments: {timeout: {organization: a}, wait: {}}\nactions: [{start: A}]",
    ],
)
def test_what_only_has_the_name_of_a_duration_is_none(text: str) -> None:
    assert told(HEAD + text) == []


@pytest.mark.parametrize(
    ("defaults", "wait", "most"),
    [
        ("", "poll: 11m", "10m"),
        ("", "poll: 6s, timeout: 5s", "5s"),
        ("defaults: {wait: {timeout: 1h}}\n", "poll: 11m", None),
        ("defaults: {wait: {timeout: 1m}}\n", "poll: 2m", "1m"),
        ("defaults: {wait: {poll: 1m}}\n", "timeout: 5s", None),
        ("", "timeout: 1s", None),
        ("", "poll: 5s, timeout: 5s", None),
    ],
)
@pytest.mark.parametrize(
    "holder",
    [
        "actions: [{stop: A, wait: {until: stopped, IT}}]",
        "desired: {A: {state: started, wait: {IT}}}",
    ],
)
def test_a_poll_must_fit_into_its_wait(
    defaults: str, wait: str, most: str | None, holder: str
) -> None:
    problems = told(HEAD + defaults + holder.replace("IT", wait))
    hint = f"write at most {most}, or a longer `timeout` beside it"
    assert [it[2] for it in problems] == ([hint] if most else [])


@pytest.mark.parametrize(
    ("environment", "hints"),
    [
        (None, []),
        ("short", ["write at most 1m, or a longer `timeout` beside it"]),
        ("long", []),
    ],
)
def test_it_is_the_wait_of_the_environment_r2(environment: str | None, hints: list[str]) -> None:
    text = (
        "defaults: {wait: {timeout: 5m}}\n"
        "desired: {A: {state: started, wait: {poll: 2m}}}\n"
        "environments: {short: {defaults: {wait: {timeout: 1m}}}, long: {}}\n"
    )
    assert [it[2] for it in told(HEAD + text, environment)] == hints


def test_the_polls_of_defaults_must_fit_too_r2() -> None:
    text = (
        "defaults: {wait: {timeout: 1m, poll: 2m}}\ndesired: {A: started}\n"
        "environments: {a: {defaults: {wait: {poll: 2m}}},"
        " b: {defaults: {wait: {poll: 2m, timeout: 3m}}}}\n"
    )
    assert [it[0] for it in told(HEAD + text)] == ["3:38", "5:44"]


@pytest.mark.parametrize("command", ["start", "resume", "pause", "stop"])
@pytest.mark.parametrize("until", ["started", "paused", "stopped"])
def test_a_wait_that_never_comes_true_is_refused_r15(command: str, until: str) -> None:
    problems = told(HEAD + f"actions: [{{{command}: A, wait: {{until: {until}}}}}]\n")
    if until in REACHES[command]:
        assert problems == []
    else:
        ((_, message, hint),) = problems
        assert message == f"a workflow never becomes {until} by {command}"
        assert hint.startswith(f"write until: {REACHES[command][0]}")


@pytest.mark.parametrize("until", ["started", "paused", "stopped"])
def test_a_signal_may_be_followed_by_any_state_r15(until: str) -> None:
    signal = "signal: {workflow: W, activity: s, source: CI}"
    assert found(HEAD + f"actions: [{{{signal}, wait: {{until: {until}}}}}]\n") == []
