from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

import runner.sandbox
from runner.sandbox import SandboxSettings, WorkflowState


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("effect_delay", -1),
        ("effect_delay", float("nan")),
        ("effect_delay", float("inf")),
        ("port", -1),
        ("port", 65536),
        ("token_lifetime", 0),
        ("token_lifetime", float("inf")),
        ("max_active", 0),
        ("max_active", float("nan")),
        ("signal_interval", -1),
        ("signal_interval", float("nan")),
        ("signal_interval", float("inf")),
        ("state_field", ""),
        ("state_field", "PKey"),
        ("state_field", "ID"),
        ("state_field", "activities.activity"),
        ("state_field", "nextProcessingDate"),
        ("state_field", "execution..state"),
        ("state_values", {"running": "1"}),
        ("signals", {"globex": {"WKF1": {}}}),
        ("signals", {"acme": {"WKF9": {}}}),
        ("signals", {"acme": {"WKF1": {"": None}}}),
        ("signals", {"acme": {"WKF1": {"signal1": {"size": "integer"}}}}),
        ("next_processing", {"acme": {"WKF9": "2030-01-01"}}),
        ("run_times", {"globex": {"WKF1": 1}}),
        ("run_times", {"acme": {"WKF9": 1}}),
        ("run_times", {"acme": {"WKF1": 0}}),
        ("run_times", {"acme": {"WKF1": -1}}),
        ("run_times", {"acme": {"WKF1": float("nan")}}),
        ("run_times", {"acme": {"WKF1": float("inf")}}),
        ("run_from", {"globex": {"WKF1": ["start"]}}),
        ("run_from", {"acme": {"WKF9": ["start"]}}),
        ("run_from", {"acme": {"WKF1": ["start", "pause"]}}),
    ],
)
def test_a_setting_out_of_range_is_refused_by_its_name(name: str, value: object) -> None:
    values: dict[str, Any] = {name: value}
    with pytest.raises(ValueError, match=name):
        SandboxSettings({"acme": {"WKF1": WorkflowState.EDITING}}, **values)


def test_what_is_wrong_with_a_signal_is_said_with_its_place() -> None:
    signals = {"acme": {"WKF1": {"signal1": {"size": "integer"}}}}
    with pytest.raises(ValueError, match=r"'size' in WKF1/signal1 is 'integer', none of string, "):
        SandboxSettings({"acme": {"WKF1": WorkflowState.EDITING}}, signals=signals)


def test_settings_are_cheap_to_import_and_the_server_is_there_when_asked_for() -> None:
    script = (
        "import sys, runner.sandbox; runner.sandbox.SandboxSettings({});"
        "assert 'werkzeug' not in sys.modules;"
        "from runner.sandbox import Sandbox;"
        "assert 'werkzeug' in sys.modules and Sandbox.__name__ == 'Sandbox'"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_name_that_the_package_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'Sandpit'"):
        _ = runner.sandbox.Sandpit
