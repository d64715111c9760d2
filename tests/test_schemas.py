"""The published schemas of plan, report and journal: exact for today, with room for more (R35)."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from jsonschema import Draft202012Validator

from runner.schemas import NAMES, schema
from tests.support import journals
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


class TestJournal:
    """Each line is described, and nothing else is one."""

    LINES: ClassVar[dict[str, dict[str, Any]]] = {
        "header": journals.header("a.yaml#1.1"),
        "sending": journals.sending(),
        "answer": journals.answer(),
        "state": journals.seen("started"),
        "result": journals.result(),
        "resumed": journals.resumed(("a.yaml#1.1", "sent")),
        "stopped": journals.finished("stopped"),
        "finished": journals.finished(),
    }
    WRONG: ClassVar[list[tuple[str, dict[str, Any]]]] = [
        ("header", {"schema_version": 2}),
        ("header", {"plan": {}}),
        ("header", {"target": {"base_url": "x"}}),
        ("header", {"warnings": [{}]}),
        ("header", {"overrides": [{"name": "protect", "reason": "", "lifted": []}]}),
        ("sending", {"n": 0}),
        ("sending", {"n": "1"}),
        ("sending", {"at": "yesterday"}),
        ("sending", {"at": "2026-03-01T12:00:00.000000Z\n"}),
        ("sending", {"state_before": "running"}),
        ("answer", {"verdict": "fine"}),
        ("answer", {"duration_s": -1}),
        ("answer", {"status": "204"}),
        ("state", {"state": None}),
        ("result", {"outcome": "not_sent"}),
        ("result", {"outcome": "planned"}),
        ("result", {"open": "no"}),
        ("result", {"waited_s": -1}),
        ("resumed", {"settled": [{"id": "a", "word": "yes"}]}),
        ("resumed", {"retry_failed": None}),
        ("stopped", {"exit_code": "1"}),
        ("finished", {"result": "refused"}),
        ("finished", {"type": "ended"}),
    ]

    @pytest.mark.parametrize("kind", LINES)
    def test_a_line_of_each_kind_is_one_with_room_for_what_is_added(self, kind: str) -> None:
        assert accepts("journal", self.LINES[kind])
        assert accepts("journal", {**self.LINES[kind], "later": "a field"})

    @pytest.mark.parametrize("kind", LINES)
    def test_each_of_its_fields_has_to_be_there(self, kind: str) -> None:
        line = self.LINES[kind]
        for name in line:
            assert not accepts("journal", {it: line[it] for it in line if it != name}), name

    @pytest.mark.parametrize(("kind", "wrong"), WRONG)
    def test_what_is_no_line_is_refused(self, kind: str, wrong: dict[str, Any]) -> None:
        assert not accepts("journal", {**self.LINES[kind], **wrong})

    def test_the_lines_of_a_run_are_such(self, values: dict[str, Any]) -> None:
        """Of one against the embedded sandbox, with all five commands."""
        path = values["report"]["journal"]
        lines = [json.loads(it) for it in Path(path).read_text(encoding="utf-8").splitlines()]
        assert [it["type"] for it in lines[:4]] == ["header", "sending", "answer", "result"]
        assert lines[-1]["type"] == "finished"
        assert all(accepts("journal", it) for it in lines)
        assert accepts("plan", lines[0]["plan"])
