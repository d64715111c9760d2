"""The parameters of a signal: the types that an activity declares, and whether values fit them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeAlias

Declared: TypeAlias = Mapping[str, str]  # name to type

# Adobe's own sample has a blank where ISO 8601 has a T: both are taken, and a zone is not needed.
_DATE_TIME = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[T ](?P<time>\d\d:\d\d:\d\d)(?:\.\d+)?(?P<zone>Z|[+-]\d\d:\d\d)?",
    re.ASCII,
)


def undeclared(declared: Declared, values: Mapping[str, Any]) -> str | None:
    """Give the name of the first value that is not declared, or None."""
    return next((name for name in values if name not in declared), None)


def mistyped(declared: Declared, values: Mapping[str, Any]) -> str | None:
    """Give the name of the first value that is not of its declared type, or None."""
    return next((name for name, value in values.items() if not _FITS[declared[name]](value)), None)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_boolean(value: object) -> bool:
    return isinstance(value, bool)


def _is_date_time(value: object) -> bool:
    match = _DATE_TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return False
    zone = (match["zone"] or "").replace("Z", "+00:00")
    try:
        datetime.fromisoformat(f"{match['date']}T{match['time']}{zone}")
    except ValueError:
        return False
    return True


_FITS: Mapping[str, Callable[[object], bool]] = MappingProxyType(
    {
        "string": _is_text,
        "number": _is_number,
        "boolean": _is_boolean,
        "date-time": _is_date_time,
    }
)
PARAMETER_TYPES = tuple(_FITS)
