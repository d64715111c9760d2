"""Lists and mappings in which nothing may stand twice."""

from __future__ import annotations

import pytest

from tests.support.problems import HEAD, found, told

ACTION = "actions: [{start: A}]\n"


def test_the_same_workflow_in_two_actions_is_allowed() -> None:
    assert found(HEAD + "actions: [{start: A}, {start: [A, B]}]\n") == []


def test_a_workflow_named_three_times_is_told_twice() -> None:
    assert [it[0] for it in told(HEAD + "actions: [{start: [A, A, 1, A]}]\n")] == [
        "3:23",
        "3:26",
        "3:29",
    ]


@pytest.mark.parametrize("prefix", ["", "environments: {p: {"])
def test_a_field_is_tried_once(prefix: str) -> None:
    text = f"{prefix}defaults: {{state: {{fields: [state, status, state]}}}}" + "}" * 2 * bool(
        prefix
    )
    ((_, message, hint),) = told(HEAD + ACTION + text)
    assert (message, hint) == ("`state` stands twice in this list", "remove it here")


def test_letter_case_and_blanks_do_not_tell_values_of_states_apart() -> None:
    text = "defaults: {state: {values: {Running: started, 'x': paused, ' running ': paused}}}\n"
    assert told(HEAD + ACTION + text) == [
        (
            "4:60",
            "` running ` and `Running` are the same value of a state",
            "keep one of them; letter case and blanks around do not count",
        )
    ]
