"""An environment over its base (R2)."""

from __future__ import annotations

from typing import Any

import pytest

from runner.validate.overlay import overlay


@pytest.mark.parametrize(
    ("base", "environment", "merged"),
    [
        ({"a": 1}, {}, {"a": 1}),
        ({"organization": "x"}, {"organization": "y"}, {"organization": "y"}),
        ({}, {"defaults": {"timeout": "5s"}}, {"defaults": {"timeout": "5s"}}),
        (
            {"defaults": {"timeout": "5s", "on_failure": "stop"}},
            {"defaults": {"on_failure": "continue"}},
            {"defaults": {"timeout": "5s", "on_failure": "continue"}},
        ),
        ({"a": {"b": {"c": 1, "d": 2}}}, {"a": {"b": {"d": 3}}}, {"a": {"b": {"c": 1, "d": 3}}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"b": 1}}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}),
        (
            {"auth": {"api_key": "k", "access_token": "t"}},
            {"auth": {"api_key": "other"}},
            {"auth": {"api_key": "other"}},
        ),
    ],
)
def test_mappings_merge_scalars_and_lists_are_replaced_auth_is_replaced_whole_r2(
    base: dict[str, Any], environment: dict[str, Any], merged: dict[str, Any]
) -> None:
    before = repr(base)
    assert overlay(base, environment) == merged
    assert repr(base) == before
