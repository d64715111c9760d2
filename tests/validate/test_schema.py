"""The quick validator, the short way and the reference agree, on random documents."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from runner.load.document import Document, Marks, pack
from runner.load.tree import MAX_PROBLEMS
from runner.schemas import schema
from runner.validate.schema import schema_problems
from runner.validate.wording import word
from tests.support.problems import HEAD, document, found

if TYPE_CHECKING:
    from runner.problems import Problem

REFERENCE = Draft202012Validator(schema("config"))
QUICK = jsonschema_rs.Draft202012Validator(schema("config"))

PARTS = [schema("config"), *schema("config")["$defs"].values()]
SECRET = "${env:CAMPAIGN_X}"
VALID: list[dict[str, Any]] = [
    {"version": 1, "organization": "acme", "actions": [{"start": "WKF1"}]},
    {
        "version": 1,
        "auth": {"api_key": SECRET, "access_token": "${file:/run/secrets/x}"},
        "defaults": {"timeout": "70s", "on_failure": "stop"},
        "actions": [
            {"name": "Drain", "stop": ["WKF1", "@lock"], "timeout": "1h30m"},
            {"pause": "WKF2", "on_failure": "continue"},
            {"resume": ["A", "B", "C"]},
        ],
    },
    {
        "version": 1,
        "actions": [{"start": "A"}, {"stop": "A"}, {"start": "B"}],
        "environments": {
            "prod": {
                "organization": "acme",
                "auth": {
                    "oauth": {
                        "client_id": SECRET,
                        "client_secret": SECRET,
                        "scopes": ["openid", "AdobeID"],
                    }
                },
            },
            "stage.1": {"defaults": {"timeout": "5s"}},
            "dev": {},
        },
    },
]
NAMES = sorted({name for part in PARTS for name in part.get("properties", {})})
KEYS = st.sampled_from([*NAMES, "prod", "strat"]) | st.text(max_size=5)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(
        ["", "WKF1", "a b", "x\n", "5s", "30m1h", "stop", "Stop", SECRET, "${env:a b}", "openid,b"]
    )
    | st.sampled_from(["W" * 256, "é", "\x01", "[1]", "::x", 1.0, 10**17])
    | st.text(max_size=5)
)
JUNK = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


def containers(value: Any) -> list[Any]:
    """Give every mapping and list in `value`."""
    found_here = [value] if isinstance(value, (dict, list)) else []
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return found_here + [it for item in inner for it in containers(item)]


def spoil(draw: st.DrawFn, value: Any) -> None:
    """Change one thing somewhere in `value`."""
    at = draw(st.sampled_from(containers(value)))
    if isinstance(at, list):
        index = draw(st.integers(0, len(at)))
        at[index : index + draw(st.integers(0, 1))] = draw(st.lists(JUNK, max_size=2))
        return
    keys = list(at)
    how = draw(st.sampled_from(["replace", "add", "remove", "swap"]))
    if how == "add" or not keys:
        at[draw(KEYS)] = draw(JUNK)
        return
    key = draw(st.sampled_from(keys))
    taken = at.pop(key)
    if how == "replace":
        at[key] = draw(JUNK)
    elif how == "swap":
        at[draw(KEYS)] = taken


@st.composite
def near_valid(draw: st.DrawFn) -> Any:
    value = copy.deepcopy(draw(st.sampled_from(VALID)))
    for _ in range(draw(st.integers(0, 4))):
        spoil(draw, value)
    return value


def as_document(value: Any) -> Document:
    """Give a document in which every value and key has a place of its own."""
    places = iter(range(10**6))

    def mark() -> int:
        return pack(next(places), 0)

    def marks(inner: Any) -> Marks:
        if isinstance(inner, dict):
            return {None: mark(), **{key: (mark(), marks(it)) for key, it in inner.items()}}
        return [mark(), *map(marks, inner)] if isinstance(inner, list) else mark()

    return Document("a.yaml", 1, True, value, marks(value), {})


def all_problems(it: Document) -> set[Problem]:
    """The long way: the reference sees the whole document."""
    return {
        problem
        for error in REFERENCE.iter_errors(it.value)
        for problem in word(it, error, list(error.absolute_path))
    }


def compare(value: Any) -> None:
    it = as_document(value)
    valid = REFERENCE.is_valid(value)
    event("valid" if valid else "invalid")
    assert QUICK.is_valid(value) == valid
    problems = schema_problems(it)
    assert set(problems) == all_problems(it)
    assert len(problems) == len(set(problems))
    assert valid == (not problems)  # what is invalid is always told


@given(near_valid())
def test_all_ways_agree_on_nearly_valid_documents(value: Any) -> None:
    compare(value)


@given(JUNK)
def test_all_ways_agree_on_junk(value: Any) -> None:
    compare(value)


@pytest.mark.parametrize("value", VALID)
def test_what_the_random_documents_begin_with_is_valid(value: Any) -> None:
    assert schema_problems(as_document(value)) == []


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
