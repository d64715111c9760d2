"""Findings under their headings, with what to do below each."""

from __future__ import annotations

import json

from runner.diagnosis.check import Check, Result
from runner.render.doctor import doctor_json, doctor_lines

CHECKS = [
    Check("Secrets", "a", Result.OK, "set"),
    Check("Secrets", "b", Result.FAILED, "not set\nat all", "Set it", "you"),
    Check("States", "c", Result.WARNING, "odd", "Write this", "you", ("x:", "  y: 1  # z")),
]


def test_lines() -> None:
    assert list(doctor_lines(CHECKS)) == [
        "Secrets",
        "  ok    a: set",
        "  FAIL  b: not set at all",
        "        Set it (you)",
        "States",
        "  warn  c: odd",
        "        Write this (you):",
        "            x:",
        "              y: 1  # z",
    ]


def test_json_has_the_same_and_whether_all_is_well() -> None:
    value = json.loads(doctor_json(CHECKS))
    assert value["well"] is False
    assert value["checks"][2] == {
        "area": "States",
        "subject": "c",
        "result": "warning",
        "message": "odd",
        "remedy": "Write this",
        "who": "you",
        "yaml": "x:\n  y: 1  # z\n",
    }
    assert value["checks"][0]["remedy"] is None
    assert json.loads(doctor_json(CHECKS[:1]))["well"] is True


def test_no_findings_are_no_lines() -> None:
    assert list(doctor_lines([])) == []
