"""Guardrails become frozen values that know where they stand, in the base or an environment."""

from __future__ import annotations

import pytest

from runner.validate.guardrails import (
    NO_GUARDRAILS,
    AllowList,
    Guardrails,
    Limit,
    Protection,
    Spot,
    Window,
    Windows,
)
from tests.support.problems import HEAD, config

BASE = """\
actions: [{start: W}]
guardrails:
  max_commands: 100
  max_stops: 5
  allow: [start, stop]
  protect: [WKF900, {workflow: WKF8*, refuse: [stop, pause]}]
  windows: [{timezone: UTC}]
environments:
  prod:
    guardrails:
      protect: [WKF901]
      max_commands: 50
      allow: [signal]
  dev: {}
"""


def guardrails(text: str, environment: str | None = None) -> Guardrails:
    return config(HEAD + text, environment).documents[0].guardrails


def at(line: int, column: int) -> Spot:
    return Spot("a.yaml", line, column)


IN_BASE = Guardrails(
    protect=(
        Protection("WKF900", (), at(8, 13)),
        Protection("WKF8*", ("stop", "pause"), at(8, 21)),
    ),
    max_commands=Limit(100, at(5, 17)),
    max_stops=Limit(5, at(6, 14)),
    allow=AllowList(("start", "stop"), at(7, 10)),
    windows=Windows((Window((0, 1, 2, 3, 4, 5, 6), 0, 1440, "UTC"),), at(9, 12)),
)


@pytest.mark.parametrize("environment", [None, "dev"])
def test_the_base_stands_where_it_is_written_r29(environment: str | None) -> None:
    assert guardrails(BASE, environment) == IN_BASE


def test_an_environment_adds_to_protect_and_replaces_the_rest_r2() -> None:
    assert guardrails(BASE, "prod") == Guardrails(
        protect=(*IN_BASE.protect, Protection("WKF901", (), at(13, 17))),
        max_commands=Limit(50, at(14, 21)),
        max_stops=IN_BASE.max_stops,
        allow=AllowList(("signal",), at(15, 14)),
        windows=IN_BASE.windows,
    )


def test_guardrails_of_an_environment_need_no_base_r2() -> None:
    text = "actions: [{start: W}]\nenvironments: {p: {guardrails: {max_active: 0.0}}}\n"
    assert guardrails(text, "p") == Guardrails(max_active=Limit(0, at(4, 45)))
    assert guardrails(text) == NO_GUARDRAILS


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ("timezone: Europe/Berlin", Window((0, 1, 2, 3, 4, 5, 6), 0, 1440, "Europe/Berlin")),
        (
            "days: [sun, mon], from: '08:05', to: '24:00', timezone: UTC",
            Window((0, 6), 485, 1440, "UTC"),
        ),
        ("from: '22:00', timezone: UTC", Window((0, 1, 2, 3, 4, 5, 6), 1320, 1440, "UTC")),
        (
            "from: '22:00', to: '06:00', timezone: UTC",
            Window((0, 1, 2, 3, 4, 5, 6), 1320, 360, "UTC"),
        ),
    ],
)
def test_a_window_is_in_minutes_after_midnight_r32(window: str, expected: Window) -> None:
    made = guardrails(f"actions: [{{start: W}}]\nguardrails: {{windows: [{{{window}}}]}}\n")
    assert made.windows == Windows((expected,), at(4, 23))
