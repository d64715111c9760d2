"""Examples are shown as YAML writes them."""

from __future__ import annotations

import pytest
import yaml

from runner.validate.wording.finding import shown


@pytest.mark.parametrize(
    ("example", "text"),
    [
        ("stop", "stop"),
        (100, "100"),
        (True, "true"),
        ("2", '"2"'),
        ("no", '"no"'),
        ("18:00", '"18:00"'),
        ("08:00", '"08:00"'),
        ("2026-03-01T12:00:00Z", '"2026-03-01T12:00:00Z"'),
        ({"2": "started", "a": [1, {}]}, '{"2": started, a: [1, {}]}'),
        ([], "[]"),
    ],
)
def test_an_example_is_read_back_as_it_is_meant(example: object, text: str) -> None:
    assert shown(example) == text
    assert yaml.safe_load(text) == example
