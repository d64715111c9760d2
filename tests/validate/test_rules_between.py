"""A workflow stands in actions, or once in `desired`, over all documents (R3)."""

from __future__ import annotations

import pytest

from runner.errors import InvalidConfigError
from runner.validate import find_problems, validate
from runner.validate.references import NOTHING_MORE
from tests.support.problems import HEAD, found, loaded, told

EITHER = "remove it here or there; it is either in `actions` or in `desired`"
ONCE = "remove it in one of the two documents"
SIGNAL = "{signal: {workflow: A, activity: s, source: CI}}"


def between(first: str, second: str, environment: str | None = None) -> list[tuple[str, ...]]:
    """Give what is told of two files."""
    problems = find_problems(loaded(first, b=second), environment, NOTHING_MORE)
    return [(f"{it.file}:{it.line}:{it.column}", it.message, it.hint) for it in problems]


@pytest.mark.parametrize(
    ("actions", "place"),
    [("{start: A}", "3"), ("{stop: [B, A]}", "3"), ("{wait: 1s}, {resume: A}", "3"), (SIGNAL, "3")],
)
def test_a_workflow_in_actions_and_in_desired_is_refused_at_the_second_place_r3(
    actions: str, place: str
) -> None:
    text = f"{HEAD}actions: [{actions}]\ndesired: {{C: started, A: stopped}}\n"
    message = f"`A` already stands in `actions` at a.yaml:{place}"
    assert told(text) == [("4:23", message, EITHER)]


def test_the_second_place_may_be_in_the_actions_r3() -> None:
    text = f"{HEAD}desired: {{A: stopped}}\nactions: [{{stop: [B, A]}}, {{stop: A}}]\n"
    message = "`A` already stands in `desired` at a.yaml:3"
    assert told(text) == [("4:22", message, EITHER), ("4:34", message, EITHER)]


@pytest.mark.parametrize("gap", ["---\n", None])
def test_it_holds_over_documents_and_files_r3(gap: str | None) -> None:
    first, second = f"{HEAD}actions: [{{start: A}}]\n", f"{HEAD}desired: {{A: started}}\n"
    message = "`A` already stands in `actions` at a.yaml:3, for the same organization"
    if gap:
        assert told(first + gap + second) == [("7:11", message, EITHER)]
    else:
        assert between(first, second) == [("b.yaml:3:11", message, EITHER)]


def test_a_workflow_has_one_desired_state_r3() -> None:
    text = f"{HEAD}desired: {{A: started}}\n"
    message = "`A` already stands in `desired` at a.yaml:3, for the same organization"
    assert between(text, text) == [("b.yaml:3:11", message, ONCE)]


def test_other_workflows_and_actions_alone_are_fine_r3() -> None:
    first, second = "actions: [{start: A}]\n", "actions: [{stop: A}]\ndesired: {B: started}\n"
    assert between(HEAD + first, HEAD + second) == []


@pytest.mark.parametrize(
    ("first", "second", "environment", "refused"),
    [
        ("organization: a", "organization: a", None, True),
        ("organization: a", "organization: b", None, False),
        ("name: 1", "name: 1", None, True),
        ("organization: a", "name: 1", None, False),
        ("organization: a", "organization: b\nenvironments: {p: {organization: a}}", None, False),
        ("organization: a", "organization: b\nenvironments: {p: {organization: a}}", "p", True),
        ("organization: a", "organization: a\nenvironments: {p: {organization: b}}", "p", False),
    ],
)
def test_organizations_are_compared_with_the_environment_over_them_r2_r3(
    first: str, second: str, environment: str | None, refused: bool
) -> None:
    problems = find_problems(
        loaded(
            f"version: 1\n{first}\ndesired: {{A: started}}\n",
            b=f"version: 1\n{second}\nactions: [{{start: A}}]\n",
        ),
        environment,
        NOTHING_MORE,
    )
    assert ("both" in [it.rule for it in problems]) == refused


def test_where_the_variable_is_known_it_counts_for_documents_that_name_none_r3() -> None:
    files = loaded(f"{HEAD}desired: {{A: started}}\n", b="version: 1\nactions: [{start: A}]\n")
    assert find_problems(files, None, NOTHING_MORE) == []
    with pytest.raises(InvalidConfigError) as caught:
        validate(files, environment=None, allowed=NOTHING_MORE, organization="acme")
    assert [it.rule for it in caught.value.problems] == ["both"]
    validate(files, environment=None, allowed=NOTHING_MORE, organization="other")


def test_of_very_many_the_first_are_told_r7() -> None:
    names = ", ".join(f"W{n}: started" for n in range(2000))
    ids = ", ".join(f"W{n}" for n in range(2000))
    problems = found(f"{HEAD}actions: [{{start: [{ids}]}}]\ndesired: {{{names}}}\n")
    assert len(problems) == 1001
    assert problems[0].rule == "too-many"
