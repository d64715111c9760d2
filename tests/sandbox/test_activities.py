from __future__ import annotations

from runner.sandbox.activities import USUAL, Activities
from runner.sandbox.keys import activity_key


def test_without_an_entry_a_workflow_has_the_usual_activity() -> None:
    activities = Activities({"acme": {"WKF1": {"other": {}}}})
    assert activities.of("acme", "WKF1") == {"other": {}}
    assert activities.of("acme", "WKF2") == activities.of("globex", "WKF1") == USUAL
    assert USUAL == {"signal1": None}


def test_an_activity_is_found_by_its_key_under_its_own_workflow_only() -> None:
    activities = Activities({"acme": {"WKF1": {"a": None, "b": None}, "WKF3": {}}})
    assert activities.find("acme", "WKF1", activity_key("acme", "WKF1", "b")) == "b"
    assert activities.find("acme", "WKF2", activity_key("acme", "WKF2", "signal1")) == "signal1"
    for workflow in ("WKF2", "WKF3"):
        assert activities.find("acme", workflow, activity_key("acme", "WKF1", "b")) is None
    assert activities.find("acme", "WKF1", "b") is None
