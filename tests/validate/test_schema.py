"""The quick validator, the short way and the reference agree, on random documents."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
from hypothesis import event, given
from jsonschema import Draft202012Validator

from runner.load.tree import MAX_PROBLEMS
from runner.schemas import schema
from runner.validate.schema import schema_problems
from runner.validate.wording import word
from tests.support.problems import HEAD, document, found
from tests.validate.random_documents import (
    JUNK,
    VALID,
    VALID_POLICIES,
    as_document,
    near_valid,
)

if TYPE_CHECKING:
    from runner.load.document import Document
    from runner.problems import Problem

REFERENCE = {name: Draft202012Validator(schema(name)) for name in ("config", "policy")}
QUICK = {name: jsonschema_rs.Draft202012Validator(schema(name)) for name in REFERENCE}


def all_problems(it: Document, name: str) -> set[Problem]:
    """The long way: the reference sees the whole document."""
    return {
        problem
        for error in REFERENCE[name].iter_errors(it.value)
        for problem in word(it, error, list(error.absolute_path), name)
    }


def compare(value: Any, name: str) -> None:
    it = as_document(value)
    valid = REFERENCE[name].is_valid(value)
    event("valid" if valid else "invalid")
    with suppress(ValueError):  # it cannot hold half of a surrogate pair
        assert QUICK[name].is_valid(value) == valid
    problems = schema_problems(it, name)
    assert set(problems) == all_problems(it, name)
    assert len(problems) == len(set(problems))
    assert valid == (not problems)  # what is invalid is always told


@given(near_valid(VALID))
def test_all_ways_agree_on_nearly_valid_documents(value: Any) -> None:
    compare(value, "config")


@given(near_valid(VALID_POLICIES))
def test_all_ways_agree_on_nearly_valid_policies(value: Any) -> None:
    compare(value, "policy")


@given(JUNK)
def test_all_ways_agree_on_junk(value: Any) -> None:
    compare(value, "config")
    compare(value, "policy")


@pytest.mark.parametrize("value", VALID)
def test_what_the_random_documents_begin_with_is_valid(value: Any) -> None:
    assert schema_problems(as_document(value)) == []


@pytest.mark.parametrize("value", VALID_POLICIES)
def test_what_the_random_policies_begin_with_is_valid(value: Any) -> None:
    assert schema_problems(as_document(value), "policy") == []


@pytest.mark.parametrize("wrong", ["W: 1", "'a b': started", "W: {state: started, x: 1}"])
def test_of_many_keys_only_those_that_matter_are_looked_at_again(wrong: str) -> None:
    many = ", ".join(f"W{n}: started" for n in range(3000))
    it = document(HEAD + f"desired: {{{many}, {wrong}}}")
    problems = schema_problems(it)
    assert len(problems) == 1
    assert set(problems) == all_problems(it, "config")


def test_of_very_many_problems_the_first_are_given() -> None:
    it = document(HEAD + "actions: [" + "{x: 1}," * 2000 + "]")
    assert len(schema_problems(it)) == MAX_PROBLEMS


def test_and_the_file_says_that_there_are_more() -> None:
    problems = found(HEAD + "actions: [" + "{x: 1}," * 2000 + "]")
    assert problems[0].rule == "too-many"
    assert (
        problems[0].message == "there are 1,000 problems or more in this file; the first are shown"
    )
    assert len(problems) == MAX_PROBLEMS + 1


def test_what_the_quick_validator_cannot_hold_goes_to_the_reference() -> None:
    it = as_document({"version": 1, "actions": [{"start": "\udc80"}]})
    assert [problem.rule for problem in schema_problems(it)] == ["value"]
