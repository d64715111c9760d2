"""Reads a report that `run` wrote.

What comes back can be shown without further care for its shape: it is valid by
`schema/report.schema.json`, its times are times, and no number is out of all proportion. Fields
that the schema does not ask for may be missing, since an older version wrote it (rule R35), and all
of its text is foreign.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from runner.errors import ReportError
from runner.written import Kind, read_written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runner.written import Fault

RULE = "report"
# As reports are written, and as Python 3.10 reads: seconds with three or six digits, or none.
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{3}|\.[0-9]{6})?"
    r"Z"
)
_NAME_IT = "name the report of a run, as run --report wrote it"


def read_report(source: Path | BinaryIO, name: str) -> dict[str, Any]:
    """Read a report.

    Args:
        source: where it is, or a stream that is open already.
        name: what people call it.

    Raises:
        ReportError: if it cannot be read, or is no report of this version.
    """
    return read_written(_REPORT, source, name)


def _odd_times(value: Any) -> Iterator[Fault]:
    for path, text in _times(value):
        if not _is_time(text):
            yield path, "no time in UTC such as 2026-03-01T12:00:00.000Z"


def _times(value: Any) -> Iterator[tuple[list[str | int], str]]:
    for key in ("started_at", "finished_at"):
        yield [key], value[key]
    for n, seam in enumerate(value.get("resumed", ())):
        yield ["resumed", n, "at"], seam["at"]
    for n, command in enumerate(value["commands"]):
        for k, attempt in enumerate(command["attempts"]):
            yield ["commands", n, "attempts", k, "at"], attempt["at"]


def _is_time(text: str) -> bool:
    if _TIME.fullmatch(text) is None:
        return False
    try:
        datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:  # the thirteenth month
        return False
    return True


_REPORT = Kind(
    name="report",
    rule=RULE,
    error=ReportError,
    largest=512 * 1024 * 1024,  # that of 100,000 commands has some 100 MB
    remedy=_NAME_IT,
    other_version="use the campaign-runner that wrote it, or a newer one",
    largest_number=1e12,  # as seconds, thirty thousand years
    instead={
        "plan": "campaign-runner plan shows plans; " + _NAME_IT,
        "journal": _NAME_IT + "; run --resume writes one for the run of a journal",
    },
    more_faults=_odd_times,
)
