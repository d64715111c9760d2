"""The faults that the sandbox can have, each with its settings."""

from __future__ import annotations

import math
from dataclasses import MISSING, dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = "seconds"
DATE = "date"
HEAD = "head"
BODY = "body"

MAX_SIZE = 1024**3
_FORM = {"choices": (SECONDS, DATE)}
_PART = {"choices": (HEAD, BODY)}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong with one request; a value out of range is a ValueError.

    Times are in seconds. What is said of an answer with a body holds for a command, too: it is then
    answered with 200 and a small JSON object in place of 204 and nothing.

    Attributes:
        name: under which scripts and the header know this kind of fault.
        delay: how long the answer is held back. A command is accepted before, not after it.
        clock_skew: seconds by which this server's clock is wrong for this request, less than 0
            where it is slow: in `Date`, in a `Retry-After` that is a date, and in the `expires_in`
            of a token, which such a server would count from the wrong time.
    """

    name: ClassVar[str] = ""
    delay: float = 0.0
    clock_skew: int = 0

    def __post_init__(self) -> None:
        """Refuse what no server could act on."""
        for it in fields(self):
            problem = _problem(getattr(self, it.name), it.metadata)
            if problem:
                raise ValueError(f"{it.name} {problem}")


def _problem(value: Any, known: Mapping[str, Any]) -> str:
    if isinstance(value, float) and not 0 <= value < math.inf:
        return f"must be 0 or more seconds, not {value}"
    if "choices" in known and value not in known["choices"]:
        return f"must be {' or '.join(known['choices'])}, not {value!r}"
    if "most" in known and not known["least"] <= value <= known["most"]:
        return f"must be {known['least']} to {known['most']}, not {value}"
    if value == "":
        return "must not be empty"
    return ""


@dataclass(frozen=True)
class NoFault(Fault):
    """An ordinary answer, so that no rule further down counts."""

    name = "none"


@dataclass(frozen=True)
class Latency(Fault):
    """An ordinary answer that comes after `delay`."""

    name = "latency"


@dataclass(frozen=True)
class RateLimited(Fault):
    """429; the command is not accepted.

    Attributes:
        retry_after: what `Retry-After` asks to wait, rounded up to whole seconds; None for none.
        form: whether it is a number of `seconds` or a `date`.
    """

    name = "rate-limited"
    retry_after: float | None = None
    form: str = field(default=SECONDS, metadata=_FORM)


@dataclass(frozen=True)
class ErrorStatus(Fault):
    """An error, with the body that Adobe gives it.

    Attributes:
        status: 400 to 599.
        applied: whether the command is accepted all the same.
        retry_after: as with `RateLimited`.
        form: as with `RateLimited`.
    """

    name = "error"
    status: int = field(metadata={"least": 400, "most": 599})
    applied: bool = False
    retry_after: float | None = None
    form: str = field(default=SECONDS, metadata=_FORM)


@dataclass(frozen=True)
class Refuse(Fault):
    """Nobody listens for a while.

    Every connection is ended without an answer, that of the request first of all, and new ones are
    refused; afterwards the sandbox is there again, on the same port. The command is not accepted.

    Attributes:
        duration: how long.
    """

    name = "refuse"
    duration: float


@dataclass(frozen=True)
class Reset(Fault):
    """The connection is reset in place of an answer.

    Attributes:
        applied: whether the command is accepted all the same.
    """

    name = "reset"
    applied: bool = False


@dataclass(frozen=True)
class Cut(Fault):
    """Half an answer, and then the connection is closed.

    Attributes:
        at: `head`, within the head; or `body`, after the whole head and half of the body.
    """

    name = "cut"
    at: str = field(default=BODY, metadata=_PART)


@dataclass(frozen=True)
class Huge(Fault):
    """The ordinary answer, with so many blanks before the body that it has a certain size.

    Attributes:
        size: of the body, in bytes.
    """

    name = "huge"
    size: int = field(default=50 * 1024 * 1024, metadata={"least": 0, "most": MAX_SIZE})


@dataclass(frozen=True)
class Drip(Fault):
    """The ordinary answer, one byte at a time.

    Attributes:
        interval: between two bytes.
        at: whether it begins with the `head`, or with the `body` after a head in one piece.
    """

    name = "drip"
    interval: float
    at: str = field(default=BODY, metadata=_PART)


@dataclass(frozen=True)
class ContentType(Fault):
    """The ordinary answer under a wrong `Content-Type`.

    Attributes:
        content_type: that one.
    """

    name = "content-type"
    content_type: str = "text/html; charset=utf-8"


@dataclass(frozen=True)
class InvalidJson(Fault):
    """The ordinary answer, whole, but its JSON breaks off."""

    name = "invalid-json"


@dataclass(frozen=True)
class ExpireTokens(Fault):
    """From this request on the tokens that were issued so far are not believed.

    Attributes:
        given: whether the configured access token, which nobody can renew, ends with them.
    """

    name = "expire-tokens"
    given: bool = False


@dataclass(frozen=True)
class ClockSkew(Fault):
    """An ordinary answer of a server whose clock is wrong by `clock_skew`."""

    name = "clock-skew"


@dataclass(frozen=True)
class Redirect(Fault):
    """302 to another address.

    Attributes:
        to: the `Location`.
        applied: whether the command is accepted all the same.
    """

    name = "redirect"
    to: str
    applied: bool = False


KINDS: Mapping[str, type[Fault]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            *(NoFault, Latency, RateLimited, ErrorStatus, Refuse, Reset, Cut, Huge, Drip),
            *(ContentType, InvalidJson, ExpireTokens, ClockSkew, Redirect),
        )
    }
)


def settings_of(kind: type[Fault]) -> Mapping[str, str]:
    """Give name to type (`bool`, `int`, `float` for seconds, `str`) of a kind's settings."""
    return {it.name: str(it.type).partition(" ")[0] for it in fields(kind)}


def required(kind: type[Fault]) -> tuple[str, ...]:
    """Give the settings without which a kind means nothing."""
    named = tuple(it.name for it in fields(kind) if it.default is MISSING)
    return named + {"latency": ("delay",), "clock-skew": ("clock_skew",)}.get(kind.name, ())
