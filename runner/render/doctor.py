"""The findings of `doctor` as text for people and as JSON for programs."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from runner.diagnosis.check import Result
from runner.printable import printable
from runner.render.json_text import json_text
from runner.render.values import tool_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runner.diagnosis.check import Check

SCHEMA_VERSION = 1
_MARKS = {Result.OK: "ok  ", Result.WARNING: "warn", Result.FAILED: "FAIL"}


def doctor_lines(checks: Sequence[Check]) -> Iterator[str]:
    """Give the findings under their headings, with what to do below each that is not in order."""
    for area, group in groupby(checks, lambda it: it.area):
        yield area
        for check in group:
            yield f"  {_MARKS[check.result]}  {check.subject}: {_one_line(check.message)}"
            if check.remedy:
                who = f" ({check.who})" if check.who else ""
                yield f"        {check.remedy}{who}" + (":" if check.yaml else "")
            for line in check.yaml:
                yield f"            {printable(line, 500)}"


def doctor_json(checks: Sequence[Check]) -> str:
    """Give the findings as JSON text."""
    value = {
        "schema_version": SCHEMA_VERSION,
        "tool": tool_value(),
        "well": all(check.result is Result.OK for check in checks),
        "checks": [_value(check) for check in checks],
    }
    return json_text(value)


def _value(check: Check) -> dict[str, Any]:
    return {
        "area": check.area,
        "subject": check.subject,
        "result": check.result.value,
        "message": check.message,
        "remedy": check.remedy or None,
        "who": check.who or None,
        "yaml": "\n".join(check.yaml) + "\n" if check.yaml else None,
    }


def _one_line(text: str) -> str:
    return printable(" ".join(text.split()))
