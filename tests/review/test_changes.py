"""What a plan, a report or a journal says of changes comes back as it was written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from runner.errors import JournalError
from runner.journal.reader import read_journal
from runner.plan.changes import Changes, FileChange, GuardrailChange, Kind, Part, Status
from runner.render.changes import changes_value
from runner.render.plan_json import plan_value
from runner.review.changes import changes_of
from runner.schemas import schema
from tests.support.journals import header
from tests.support.plans import action, offline
from tests.support.reports import report_value

TEXT = st.text(max_size=20)
FILES = st.builds(
    FileChange,
    TEXT,
    st.sampled_from(Status),
    st.none() | TEXT,
    st.sampled_from(Part),
    st.booleans(),
)
GUARDRAILS = st.builds(
    GuardrailChange,
    st.sampled_from(Kind),
    TEXT,
    st.none() | TEXT,
    TEXT,
    st.integers(1, 10**6),
    st.integers(1, 10**6),
    st.none() | TEXT,
    st.none() | TEXT,
)
CHANGES = st.builds(
    Changes,
    TEXT,
    TEXT,
    st.booleans(),
    st.lists(FILES, max_size=4).map(tuple),
    st.lists(GUARDRAILS, max_size=4).map(tuple),
)
ALL = Changes(
    "origin/main",
    "f" * 40,
    True,
    tuple(
        FileChange(f"{status.value}-{part.value}.yaml", status, was, part, is_desired)
        for status in Status
        for part in Part
        for was, is_desired in ((None, False), ("old.yaml", True))
    ),
    tuple(
        GuardrailChange(kind, "max_stops", environment, "a.yaml", 3, 5, before, after)
        for kind in Kind
        for environment, before, after in ((None, "1", None), ("prod", None, "2"))
    ),
)


@given(CHANGES)
def test_they_come_back_from_json(changes: Changes) -> None:
    written = json.loads(json.dumps({"changes": changes_value(changes)}))
    assert changes_of(written) == changes


@pytest.mark.parametrize("value", [{}, {"changes": None}], ids=["missing", "null"])
def test_of_a_plan_that_was_not_narrowed_there_are_none(value: dict[str, Any]) -> None:
    assert changes_of(value) is None


def test_every_one_is_valid_in_a_plan_and_comes_back_from_there() -> None:
    plan = replace(offline(action("start", "A")), changes=ALL)
    value = json.loads(json.dumps(plan_value(plan)))
    jsonschema_rs.Draft202012Validator(schema("plan")).validate(value)
    assert changes_of(value) == ALL


def test_every_one_is_valid_in_a_report() -> None:
    report_value(changes=changes_value(ALL))  # which validates


def test_a_plan_that_was_not_narrowed_says_nothing_of_changes() -> None:
    assert "changes" not in plan_value(offline(action("start", "A")))


def test_every_one_is_valid_in_a_journal_and_comes_back_from_there() -> None:
    line = header("a.yaml#1.1")
    line["plan"]["changes"] = changes_value(ALL)
    Path("a.jsonl").write_text(f"{json.dumps(line)}\n", encoding="utf-8")
    journal = read_journal(Path("a.jsonl"), "a.jsonl")
    assert changes_of(journal.header["plan"]) == ALL


@pytest.mark.parametrize("key", ["since", "base", "allow_modified", "files", "guardrails"])
def test_a_journal_with_a_part_of_them_is_none(key: str) -> None:
    line = header("a.yaml#1.1")
    line["plan"]["changes"] = changes_value(ALL)
    del line["plan"]["changes"][key]
    Path("a.jsonl").write_text(f"{json.dumps(line)}\n", encoding="utf-8")
    with pytest.raises(JournalError) as caught:
        read_journal(Path("a.jsonl"), "a.jsonl")
    assert caught.value.problems[0].message == "this is no line of a journal"


@pytest.mark.parametrize("name", ["plan", "report", "journal"])
def test_the_schemas_know_every_word_that_is_written_and_no_other(name: str) -> None:
    described = schema(name)
    if name == "journal":
        described = described["$defs"]["header"]["properties"]["plan"]
    properties = described["properties"]["changes"]["properties"]
    file = properties["files"]["items"]["properties"]
    guardrail = properties["guardrails"]["items"]["properties"]
    assert file["change"]["enum"] == [it.value for it in Status]
    assert file["actions"]["enum"] == [it.value for it in Part]
    assert guardrail["change"]["enum"] == [it.value for it in Kind]
