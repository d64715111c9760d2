"""Durations as people write them: `30s`, `10m`, `1h30m`, `200ms`."""

from __future__ import annotations

import re

_DURATION = re.compile(
    r"(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m(?!s))?(?:([0-9]{1,6})s)?(?:([0-9]{1,6})ms)?"
)


def parse_duration(text: str) -> float:
    """Give the seconds that `text` means.

    Raises:
        ValueError: if it is no duration: hours, minutes, seconds and milliseconds in this order,
            each at most once and with its unit.
    """
    match = _DURATION.fullmatch(text)
    if match is None or not text:
        raise ValueError(f"{text!r} is not a duration such as 30s, 10m or 1h30m")
    hours, minutes, seconds, milliseconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds + milliseconds / 1000


def format_duration(seconds: float) -> str:
    """Give seconds as people write them, to the millisecond: `10m`, `1h30m`, `1s500ms`."""
    left = round(seconds * 1000)
    parts = []
    for unit, size in (("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        number, left = divmod(left, size)
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts) or "0s"
