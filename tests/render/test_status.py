"""What was read, as a table; `tests/commands/test_status.py` shows it with everything around."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from runner.campaign.hosts import Target
from runner.render.status import Sighting, status_json, status_lines
from runner.states import SignalActivity
from tests.support.plans import command, observed
from tests.support.worlds import NOON

if TYPE_CHECKING:
    from runner.states import Observation

TARGET = Target("https://mc.adobe.io", "https://ims-na1.adobelogin.com/ims/token/v3")


def sighting(seen: Observation, mentions: int = 1) -> Sighting:
    return Sighting(seen, tuple(command(seen.workflow, line=n) for n in range(1, mentions + 1)))


@pytest.mark.parametrize(
    ("seen", "well"),
    [
        (observed("A"), True),
        (observed("A", "finished"), True),
        (observed("A", "failed"), False),
        (observed("A", "unknown"), False),
        (observed("A", "unknown", found=False), False),
    ],
)
def test_what_is_well(seen: Observation, well: bool) -> None:
    assert sighting(seen).is_well is well


def test_what_hindered_is_told_once_for_all_it_hindered() -> None:
    gone = [observed(it, "unknown", found=None, error="no answer") for it in "ABCDE"]
    other = observed("F", "unknown", found=None, error="refused")
    lines = list(status_lines([sighting(it) for it in [*gone, other]]))
    assert lines[-2:] == ["A, B, C and 2 more: no answer", "F: refused"]


def test_mentions_beyond_three_are_counted() -> None:
    header, line = status_lines([sighting(observed("A"), 5)])
    assert line.endswith("a.yaml:1, a.yaml:2, a.yaml:3 and 2 more")
    assert header.startswith("workflow")


def test_activities_beyond_three_are_counted() -> None:
    """A workflow with many must not make every line as long as its own."""
    signals = tuple(SignalActivity(f"signal{n}", None) for n in range(200))
    _, line = status_lines([sighting(replace(observed("A"), signals=signals))])
    assert "signal0, signal1, signal2 and 197 more" in line


def test_json_counts_what_is_well() -> None:
    sightings = [sighting(observed("A")), sighting(observed("B", "failed"), 2)]
    value = json.loads(status_json(sightings, "prod", TARGET, NOON))
    assert value["environment"] == "prod"
    assert value["read_at"] == "2026-03-01T12:00:00.000Z"
    assert value["totals"] == {"workflows": 2, "well": 1}
    assert [len(it["mentions"]) for it in value["workflows"]] == [1, 2]
