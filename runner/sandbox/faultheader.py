"""Reads the fault that a request asks for itself, in a header.

Such as `X-Sandbox-Fault: rate-limited; retry_after=2s; form=date`: the name of a fault and its
settings, as in a script; times are one number with one unit (`200ms`, `2s`, `5m`, `1h`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from runner.sandbox.faults import KINDS, required, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runner.sandbox.faults import Fault

FAULT_HEADER = "X-Sandbox-Fault"

_TIME = re.compile(r"([0-9]{1,6})(ms|s|m|h)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_WHOLE = re.compile(r"-?[0-9]{1,12}")
_FLAGS = {"true": True, "false": False}


def parse_fault(text: str) -> Fault:
    """Give the fault that a header's value means; a ValueError says what is wrong with it."""
    name, *parts = (part.strip() for part in text.split(";"))
    kind = KINDS.get(name)
    if kind is None:
        raise ValueError(f"{name!r} is no fault; write one of {', '.join(KINDS)}")
    types = settings_of(kind)
    settings: dict[str, Any] = {}
    for part in parts:
        key, _, value = (it.strip() for it in part.partition("="))
        if key not in types:
            raise ValueError(f"{name} has no {key!r}; write one of {', '.join(types)}")
        if key in settings:
            raise ValueError(f"{key} stands there twice")
        settings[key] = _read(key, value, types[key])
    missing = [key for key in required(kind) if key not in settings]
    if missing:
        raise ValueError(f"{name} needs {', '.join(missing)}")
    return kind(**settings)


def _read(key: str, value: str, type_name: str) -> Any:
    try:
        return _READERS[type_name](value)
    except (KeyError, ValueError):
        raise ValueError(f"{key}={value} is not understood; {_FORMS[type_name]}") from None


def _seconds(value: str) -> float:
    match = _TIME.fullmatch(value)
    if match is None:
        raise ValueError(value)
    return int(match[1]) * _UNITS[match[2]]


def _whole(value: str) -> int:
    if _WHOLE.fullmatch(value) is None:
        raise ValueError(value)
    return int(value)


_READERS: Mapping[str, Callable[[str], Any]] = {
    "bool": _FLAGS.__getitem__,
    "float": _seconds,
    "int": _whole,
    "str": str,
}
_FORMS = {
    "bool": "write true or false",
    "float": "write a number with ms, s, m or h, such as 200ms",
    "int": "write a whole number",
    "str": "",
}
