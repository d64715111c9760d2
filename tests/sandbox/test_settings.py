from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

import runner.sandbox
from runner.sandbox import SandboxSettings


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
    ],
)
def test_a_setting_out_of_range_is_refused_by_its_name(name: str, value: float) -> None:
    values: dict[str, Any] = {name: value}
    with pytest.raises(ValueError, match=name):
        SandboxSettings(workflows={}, **values)


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
