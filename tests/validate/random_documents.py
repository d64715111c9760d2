"""Random documents: valid ones, valid ones with a few things spoilt, and junk."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from runner.load.document import Document, Marks, pack
from runner.schemas import schema

if TYPE_CHECKING:
    from collections.abc import Sequence

SECRET = "${env:CAMPAIGN_X}"
WINDOW = {"days": ["mon", "sun"], "from": "08:00", "to": "24:00", "timezone": "Europe/Berlin"}
GUARDRAILS: dict[str, Any] = {
    "max_commands": 100,
    "max_stops": 0,
    "allow": ["start", "signal"],
    "protect": ["WKF900", "WKF9*", {"workflow": "[a-c]?", "refuse": ["stop", "pause"]}],
    "windows": [WINDOW, {"timezone": "Etc/UTC"}],
}
SIGNAL: dict[str, Any] = {
    "workflow": "WKF300",
    "activity": "signal1",
    "source": "CI",
    "parameters": {"audience": "vip", "budget": 1.5, "dry": True, "at": "2026-03-01T12:00:00Z"},
}
VALID: list[dict[str, Any]] = [
    {"version": 1, "organization": "acme", "actions": [{"start": "WKF1"}]},
    {
        "version": 1,
        "auth": {"api_key": SECRET, "access_token": "${file:/run/secrets/x}"},
        "defaults": {
            "timeout": "70s",
            "on_failure": "stop",
            "settle": "90s",
            "rate": "30/m",
            "wait": {"timeout": "10m", "poll": "5s"},
            "state": {"fields": ["state", "a.b"], "values": {"2": "started", "Läuft": "paused"}},
        },
        "actions": [
            {"name": "Drain", "stop": ["WKF1", "@lock"], "timeout": "1h30m"},
            {"pause": "WKF2", "on_failure": "continue", "wait": {"until": "paused"}},
            {"resume": ["A", "B", "C"], "wait": {"until": "stopped", "poll": "1s"}},
            {"wait": "30s", "name": "Rest"},
            {"signal": SIGNAL, "wait": {"until": "stopped", "timeout": "1h"}},
        ],
    },
    {
        "version": 1,
        "actions": [{"start": "A"}, {"stop": "A"}, {"start": "B"}],
        "environments": {
            "prod": {
                "organization": "acme",
                "auth": {
                    "oauth": {
                        "client_id": SECRET,
                        "client_secret": SECRET,
                        "scopes": ["openid", "AdobeID"],
                    }
                },
                "guardrails": GUARDRAILS,
            },
            "stage.1": {"defaults": {"timeout": "5s", "wait": {"poll": "1s"}}},
            "dev": {},
        },
    },
    {
        "version": 1,
        "signals": {
            "WKF300": {
                "signal1": {
                    "audience": "string",
                    "budget": "number",
                    "dry": "boolean",
                    "at": "date-time",
                },
                "none": {},
            }
        },
        "actions": [{"signal": SIGNAL}],
        "desired": {
            "WKF201": "started",
            "WKF7": {"state": "paused", "allow_start": True},
            "WKF8": {
                "state": "started",
                "restart_finished": True,
                "restart_failed": False,
                "on_failure": "continue",
                "timeout": "30s",
                "wait": {"timeout": "5m", "poll": "2s"},
            },
        },
        "guardrails": GUARDRAILS,
    },
    {"version": 1, "desired": {"A": "stopped"}, "actions": [{"signal": SIGNAL}, {"wait": "1ms"}]},
]
VALID_POLICIES: list[dict[str, Any]] = [
    {"version": 1},
    {"version": 1, "organizations": ["acme", "acme-*", "[a-c]?"], "guardrails": GUARDRAILS},
    {"version": 1, "guardrails": {}},
]
PARTS = [
    part
    for name in ("config", "policy")
    for part in (schema(name), *schema(name)["$defs"].values())
]
NAMES = sorted({name for part in PARTS for name in part.get("properties", {})})
KEYS = st.sampled_from([*NAMES, "prod", "strat", "WKF1", "2"]) | st.text(max_size=5)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(
        ["", "WKF1", "a b", "x\n", "5s", "30m1h", "stop", "Stop", SECRET, "${env:a b}", "openid,b"]
    )
    | st.sampled_from(["W" * 256, "é", "\x01", "[1]", "::x", 1.0, 10**17, "\udc80", "\u2028"])
    | st.sampled_from(["started", "running", "finished", "WKF9*", "[z-a]", "08:00", "24:00", "8:0"])
    | st.sampled_from(["mon", "UTC", "../UTC", "Europe/Berln", "date-time", "x/y", "0s", "99h"])
    | st.text(max_size=5)
)
JUNK = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def near_valid(draw: st.DrawFn, valid: Sequence[Any]) -> Any:
    """Give one of `valid` with up to four things spoilt."""
    value = copy.deepcopy(draw(st.sampled_from(valid)))
    for _ in range(draw(st.integers(0, 4))):
        spoil(draw, value)
    return value


def containers(value: Any) -> list[Any]:
    """Give every mapping and list in `value`."""
    found_here = [value] if isinstance(value, (dict, list)) else []
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return found_here + [it for item in inner for it in containers(item)]


def spoil(draw: st.DrawFn, value: Any) -> None:
    """Change one thing somewhere in `value`."""
    at = draw(st.sampled_from(containers(value)))
    if isinstance(at, list):
        index = draw(st.integers(0, len(at)))
        at[index : index + draw(st.integers(0, 1))] = draw(st.lists(JUNK, max_size=2))
        return
    keys = list(at)
    how = draw(st.sampled_from(["replace", "add", "remove", "swap"]))
    if how == "add" or not keys:
        at[draw(KEYS)] = draw(JUNK)
        return
    key = draw(st.sampled_from(keys))
    taken = at.pop(key)
    if how == "replace":
        at[key] = draw(JUNK)
    elif how == "swap":
        at[draw(KEYS)] = taken


def as_document(value: Any) -> Document:
    """Give a document in which every value and key has a place of its own."""
    places = iter(range(10**6))

    def mark() -> int:
        return pack(next(places), 0)

    def marks(inner: Any) -> Marks:
        if isinstance(inner, dict):
            return {None: mark(), **{key: (mark(), marks(it)) for key, it in inner.items()}}
        return [mark(), *map(marks, inner)] if isinstance(inner, list) else mark()

    return Document("a.yaml", 1, True, value, marks(value), {})
