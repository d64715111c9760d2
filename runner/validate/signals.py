"""Signals: the body that is sent, and what a declared parameter may be."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runner.validate.config import Signal

# RFC 3339, 5.6; a blank may stand for the T, as it does in Adobe's own samples.
_DATE_TIME = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[Tt ](?P<time>\d\d:\d\d):(?P<second>\d\d)(?:\.\d+)?"
    r"(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)


def signal_body(signal: Signal) -> bytes:
    """Give the body of the request that triggers a signal, exactly as it is sent."""
    value = {"source": signal.source, "parameters": dict(signal.parameters)}
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # Half of a surrogate pair has no UTF-8, but an escape, which JSON writes as Python does.
    return text.encode("utf-8", "backslashreplace")


def is_date_time(text: str) -> bool:
    """Whether `text` is a moment as RFC 3339 writes it, with a time zone."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return False
    second = "59" if match["second"] == "60" else match["second"]  # a leap second
    try:
        datetime.fromisoformat(f"{match['date']}T{match['time']}:{second}")
    except ValueError:
        return False
    return True
