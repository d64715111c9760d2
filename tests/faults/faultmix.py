"""The faults of one run: every kind that the sandbox has, each with its own luck."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.sandbox.faultrules import READ, SIGNAL, TOKEN, FaultRule, FaultScript
from runner.sandbox.faults import (
    BODY,
    DATE,
    HEAD,
    ClockSkew,
    ContentType,
    Cut,
    Drip,
    ErrorStatus,
    ExpireTokens,
    Fault,
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
    from collections.abc import Collection
    from random import Random

TIMEOUT = 0.4  # seconds; of one attempt, in the files of all runs
FOUR = ("start", "stop", "pause", "resume")
POSTS = (*FOUR, SIGNAL)
_SKEW = 3600


def script(
    rng: Random, *, elsewhere: str, readable: Collection[str], at_once: bool, seed: int
) -> FaultScript:
    """Give the faults of a run.

    Args:
        rng: chooses how likely they are, and their settings.
        elsewhere: an address on another host, to which redirects lead.
        readable: workflows whose reads have no fault; only they are answered 500 after an effect.
        at_once: whether commands have their effects at once.
        seed: of the script.
    """
    amount = rng.choice((0.1, 0.3, 0.5))
    own = [_rule(it, POSTS, amount) for it in _passing(rng, elsewhere)]
    lost = [_rule(it, POSTS, amount) for it in _after_the_effect()]
    after = []
    if at_once and readable:
        after = [FaultRule(ErrorStatus(status=500, applied=True), FOUR, readable, probability=0.25)]
    kept = [FaultRule(NoFault(), (READ,), readable)] if readable else []
    reads = [_rule(it, (READ,), amount) for it in _passing(rng, elsewhere)]
    tokens = [FaultRule(it, (TOKEN,), probability=0.02) for it in _for_tokens(rng)]
    return FaultScript((*after, *kept, *own, *lost, *reads, *tokens), seed)


def _rule(fault: Fault, actions: Collection[str], amount: float) -> FaultRule:
    return FaultRule(fault, actions, probability=amount / 30)


def _passing(rng: Random, elsewhere: str) -> list[Fault]:
    """Give what can befall any request; a command is accepted only where its answer comes later."""
    return [
        Latency(delay=rng.uniform(0.02, 0.15)),
        Latency(delay=TIMEOUT + 0.3),
        RateLimited(),
        RateLimited(retry_after=rng.randint(1, 5)),
        RateLimited(retry_after=rng.randint(1, 5), form=DATE),
        RateLimited(retry_after=600),  # more than anybody waits for
        ErrorStatus(status=500),
        ErrorStatus(status=502),
        ErrorStatus(status=503),
        ErrorStatus(status=503, retry_after=rng.randint(1, 5)),
        ErrorStatus(status=504),
        Refuse(duration=rng.uniform(0.005, 0.1)),
        Reset(),
        Cut(at=HEAD),
        Cut(at=BODY),
        Huge(),
        Drip(interval=0.1, at=HEAD),
        Drip(interval=0.1, at=BODY),
        ContentType(),
        InvalidJson(),
        ExpireTokens(),
        ClockSkew(clock_skew=rng.choice((-_SKEW, _SKEW))),
        Redirect(to=elsewhere),
    ]


def _after_the_effect() -> list[Fault]:
    """Give what makes a command look as if it had failed."""
    return [
        Reset(applied=True),
        ErrorStatus(status=502, applied=True),
        ErrorStatus(status=504, applied=True),
    ]


def _for_tokens(rng: Random) -> list[Fault]:
    """Give what a token endpoint may have and still give a token in the end."""
    return [
        Latency(delay=0.05),
        RateLimited(retry_after=1),
        ErrorStatus(status=500),
        ErrorStatus(status=502),
        ErrorStatus(status=503),
        ErrorStatus(status=504),
        Refuse(duration=rng.uniform(0.005, 0.05)),
        Reset(),
        Cut(at=HEAD),
        ContentType(),
        ClockSkew(clock_skew=_SKEW),
        ClockSkew(clock_skew=-_SKEW),
    ]


def label(fault: Fault) -> str:
    """Name a fault for a table, by what it does to a command."""
    names = {
        Refuse: "connection refused",
        Huge: "answer of 50 MB",
        ContentType: "wrong content type",
        InvalidJson: "invalid JSON",
        ExpireTokens: "tokens expired",
        ClockSkew: "clock skew",
        Redirect: "redirect to another host",
    }
    if isinstance(fault, Latency):
        return "latency" if fault.delay < TIMEOUT else "latency beyond the timeout"
    if isinstance(fault, RateLimited):
        asks = fault.retry_after is not None
        return "429 with `Retry-After`" if asks else "429 without `Retry-After`"
    if isinstance(fault, ErrorStatus):
        return f"{fault.status} after the effect" if fault.applied else f"{fault.status}"
    if isinstance(fault, Reset):
        return "reset after the effect" if fault.applied else "reset before the effect"
    if isinstance(fault, (Cut, Drip)):
        kind = "half an answer" if isinstance(fault, Cut) else "slow drip"
        return f"{kind}, of the {fault.at}"
    return names[type(fault)]
