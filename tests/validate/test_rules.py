"""The rules that a schema cannot say."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import InvalidConfigError
from runner.load import Loaded, SourceFile
from runner.validate import find_problems, validate
from runner.validate.policy import read_policy
from runner.validate.references import Allowed
from runner.validate.rules import RULES, Asked, rule_problems
from tests.support.campaign import ONE
from tests.support.problems import HEAD, document, found, told
from tests.support.program import report, write
from tests.validate.random_documents import (
    JUNK,
    VALID,
    VALID_POLICIES,
    as_document,
    near_valid,
)

if TYPE_CHECKING:
    from tests.support.program import Program

ACTION = "actions: [{start: WKF1}]\n"
PROD = ONE + "environments: {prod: {organization: other}}\n"
UNDONE = HEAD + "actions:\n" + "- {start: W}\n- {stop: W}\n" * 15


@pytest.mark.parametrize("command", ["validate", "plan", "run"])
def test_an_unknown_environment_is_refused_and_never_the_base_r2(
    program: Program, command: str
) -> None:
    write("a.yaml", PROD)
    ended = program(command, "a.yaml", "--env", "porod")
    assert ended.exit_code == 3
    expected = "a.yaml:4:15: error: environments: there is no environment `porod` here"
    assert f"{expected} [unknown-environment]\n    did you mean `prod`?\n" in ended.output
    if command == "run":
        assert report()["problems"][0]["rule"] == "unknown-environment"


def test_an_environment_must_be_in_every_document_r2() -> None:
    hint = "add it under `environments`, or leave out --env"
    assert told(f"{PROD}---\n{ONE}", "prod") == [
        ("6:1", "there is no environment `prod` here", hint)
    ]


def test_the_names_of_environments_are_shown_without_what_hides_in_them() -> None:
    (problem,) = [
        it for it in found('environments: {"e\\u202ee": {}}', "prod") if "prod" in it.message
    ]
    assert problem.hint == "write one of: ee"


@pytest.mark.parametrize("text", ["[]", "x", "environments: [prod]"])
def test_asking_for_an_environment_of_a_misshapen_file_is_no_fault(text: str) -> None:
    assert found(text, "prod")


def test_without_env_the_output_says_base_r2(program: Program) -> None:
    write("a.yaml", PROD)
    assert "environment base" in program("validate", "a.yaml").stderr
    assert "environment prod" in program("validate", "a.yaml", "--env", "prod").stderr
    assert "base" in program("plan", "a.yaml").output


def test_twenty_warnings_are_shown_and_the_others_counted_r6(program: Program) -> None:
    write("a.yaml", UNDONE)
    ended = program("validate", "a.yaml")
    assert ended.exit_code == 0
    assert ended.stdout.count(": warning: ") == 20
    assert ended.stdout.endswith("\n... and 9 more warnings\n")
    assert "0 errors, 29 warnings" in ended.stderr
    value = program("validate", "a.yaml", "--format", "json").json()
    assert value["valid"] is True
    assert len(value["problems"]) == 29


def test_strict_makes_warnings_exit_3_r6(program: Program) -> None:
    write("a.yaml", UNDONE)
    assert program("validate", "a.yaml", "--strict").exit_code == 3
    ended = program("validate", "a.yaml", "--strict", "--format", "json")
    assert (ended.exit_code, ended.json()["valid"]) == (3, False)


def test_of_very_many_broken_rules_the_first_are_given() -> None:
    it = document(HEAD + "actions: [{start: [" + "W," * 3000 + "]}]")
    assert len(rule_problems(it, Asked(None, Allowed()))) == 1000


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "[]",
        "{}",
        "actions: x",
        "actions: [x, [], {start: {}}]",
        "{desired: [x], signals: x, guardrails: [], defaults: [], environments: [x]}",
        "{desired: {A: [x]}, signals: {W: [x]}, guardrails: {protect: x, windows: [x], allow: {}}}",
        "actions: [{signal: x}, {signal: {workflow: [x], parameters: [x]}}, {wait: [x]}]",
    ],
)
def test_rules_pass_over_what_has_the_wrong_shape(text: str) -> None:
    it = document(text)
    assert [list(rule(it, Asked(None, Allowed()))) for rule in RULES] == [[]] * len(RULES)


@given(near_valid(VALID) | JUNK, st.sampled_from([None, "prod", "dev"]))
def test_rules_and_building_cope_with_every_document(value: Any, environment: str | None) -> None:
    it = as_document(value)
    files = Loaded((SourceFile(it.file, "0" * 64),), (it, it), ())
    problems = find_problems(files, environment, Allowed())
    if not any(problem.is_error for problem in problems):
        validate(files, environment=environment, allowed=Allowed(), organization=None)


@given(near_valid(VALID_POLICIES) | JUNK)
def test_a_policy_is_read_or_refused_whatever_it_holds(value: Any) -> None:
    it = as_document(value)
    with suppress(InvalidConfigError):
        assert read_policy(Loaded((SourceFile(it.file, "0" * 64),), (it,), ())).file == it.file


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        HEAD + "actions: []\n",
        HEAD + "actions: {}\n",
        HEAD + "desired: {}\n",
        HEAD + "desired: []\n",
        HEAD + "desired:\n",
        HEAD + "actions: [{start: A}]\ndesired: {}\n",
        HEAD + "actions: []\ndesired: {A: started}\n",
        "# x\n",
    ],
)
def test_a_file_without_anything_to_do_is_refused_r3(text: str) -> None:
    assert any(it.is_error for it in found(text))
