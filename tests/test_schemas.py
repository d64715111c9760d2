"""The published schemas of plan and report: exact for today, with room for what is added (R35)."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from runner.schemas import NAMES, schema
from tests.support.campaign import FOUR
from tests.support.program import report, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.program import Program


@pytest.fixture
def values(program: Program) -> dict[str, Any]:
    write("a.yaml", FOUR)
    plan = program("plan", "a.yaml", "--format", "json").json()
    program("run", "a.yaml", "--sandbox")
    return {"plan": plan, "report": report()}


def accepts(name: str, value: Any) -> bool:
    return bool(Draft202012Validator(schema(name)).is_valid(value))


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one_and_names_its_version(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$id"] == f"urn:campaign-runner:schema:{name}:1"


LATER: list[Callable[[dict[str, Any]], object]] = [
    lambda value: value.update(later="a field"),
    lambda value: value["commands"][0].update(state_before="started", state_after="stopped"),
    lambda value: value["commands"][0].update(action="signal", request=None),
    lambda value: value["commands"][0].update(action="wait", workflow=None, request=None),
    lambda value: value["commands"][0].update(action="ensure", desired={"state": "started"}),
    lambda value: value["totals"].update(later=0),
    lambda value: value["commands"][0]["source"].update(end_line=3),
]


@pytest.mark.parametrize("name", ["plan", "report"])
@pytest.mark.parametrize("add", LATER)
def test_what_is_added_later_needs_no_new_version(
    values: dict[str, Any], name: str, add: Callable[[dict[str, Any]], object]
) -> None:
    value = deepcopy(values[name])
    add(value)
    assert accepts(name, value)


WRONG: list[Callable[[dict[str, Any]], object]] = [
    lambda value: value.update(schema_version=2),
    lambda value: value.pop("tool"),
    lambda value: value["commands"][0].pop("id"),
    lambda value: value["commands"][0]["source"].update(line=0),
    lambda value: value["config"]["files"][0].update(sha256="short"),
    lambda value: value["totals"].update(commands=-1),
]


@pytest.mark.parametrize("name", ["plan", "report"])
@pytest.mark.parametrize("spoil", WRONG)
def test_what_is_wrong_today_is_refused(
    values: dict[str, Any], name: str, spoil: Callable[[dict[str, Any]], object]
) -> None:
    value = deepcopy(values[name])
    spoil(value)
    assert not accepts(name, value)


def test_an_outcome_or_result_that_is_not_one_is_refused(values: dict[str, Any]) -> None:
    for spoil in ({"result": "fine"}, {"mode": "test"}, {"exit_code": "0"}):
        assert not accepts("report", {**values["report"], **spoil})
