from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from runner.sandbox.faultheader import parse_fault
from runner.sandbox.faults import (
    KINDS,
    ClockSkew,
    ContentType,
    Cut,
    Drip,
    ErrorStatus,
    ExpireTokens,
    Huge,
    InvalidJson,
    Latency,
    NoFault,
    RateLimited,
    Redirect,
    Refuse,
    Reset,
)

if TYPE_CHECKING:
    from runner.sandbox.faults import Fault

UNDERSTOOD: dict[str, Fault] = {
    "none": NoFault(),
    "latency; delay=300ms": Latency(delay=0.3),
    "rate-limited": RateLimited(),
    "rate-limited; retry_after=2m; form=date": RateLimited(120.0, "date"),
    "error;status=502;applied=true": ErrorStatus(502, applied=True),
    "refuse; duration=1h": Refuse(3600.0),
    "reset; delay=1s": Reset(delay=1.0),
    "cut; at=head": Cut("head"),
    "huge; size=1": Huge(1),
    " drip ;  interval = 0s ": Drip(0.0),
    "content-type; content_type=text/plain": ContentType("text/plain"),
    "invalid-json": InvalidJson(),
    "expire-tokens; given=true": ExpireTokens(given=True),
    "clock-skew; clock_skew=-60": ClockSkew(clock_skew=-60),
    "redirect; to=https://example.com/?a=b": Redirect("https://example.com/?a=b"),
}


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_a_fault_and_its_settings(text: str) -> None:
    assert parse_fault(text) == UNDERSTOOD[text]


def test_every_kind_can_be_asked_for() -> None:
    assert {type(it) for it in UNDERSTOOD.values()} == set(KINDS.values())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' is no fault; write one of none, latency,"),
        ("Reset", "'Reset' is no fault"),
        ("reset; status=502", "reset has no 'status'; write one of delay, clock_skew, applied"),
        ("reset;", "reset has no ''"),
        ("reset; applied", "applied= is not understood; write true or false"),
        ("reset; applied=True", "applied=True is not understood"),
        ("reset; applied=true; applied=true", "applied stands there twice"),
        ("error", "error needs status"),
        ("latency", "latency needs delay"),
        ("clock-skew; delay=1s", "clock-skew needs clock_skew"),
        ("redirect; to=", "to must not be empty"),
        ("error; status=99", "status must be 400 to 599, not 99"),
        ("error; status=" + "9" * 5000, "status=999"),
        ("error; status=²", "status=² is not understood; write a whole number"),
        ("huge; size=1e3", "size=1e3 is not understood"),
        ("drip; interval=200", "interval=200 is not understood; write a number with ms, s, m or h"),
        ("drip; interval=1h30m", "interval=1h30m is not understood"),
        ("drip; interval=1s; at=tail", "at must be head or body, not 'tail'"),
    ],
)
def test_what_is_none_is_refused_with_what_to_write(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        parse_fault(text)
