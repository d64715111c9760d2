"""The warning about an action that undoes the one before (R6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.problems import HEAD, found, told
from tests.support.program import write

if TYPE_CHECKING:
    from tests.support.program import Program


@pytest.mark.parametrize(
    ("first", "second", "warned"),
    [
        ("start: W", "stop: W", True),
        ("stop: W", "start: [V, W]", True),
        ("pause: [W, V]", "resume: W", True),
        ("resume: W", "pause: W", True),
        ("start: W", "pause: W", False),
        ("start: W", "stop: V", False),
        ("start: W", "start: W", False),
        ("start: W, wait: {until: started}", "stop: W", False),
        ("start: W", "stop: W, wait: {until: stopped}", True),
        ("wait: 1s", "stop: W", False),
    ],
)
def test_neighbours_that_undo_each_other_are_a_warning_r6(
    first: str, second: str, warned: bool
) -> None:
    problems = found(HEAD + f"actions:\n- {{{first}}}\n- {{{second}}}\n")
    assert [it.rule for it in problems] == ["contradiction"] * warned
    assert not any(it.is_error for it in problems)


def test_actions_that_are_no_neighbours_do_not_warn_r6() -> None:
    assert found(HEAD + "actions: [{start: W}, {start: V}, {stop: W}]\n") == []


def test_a_pause_between_them_ends_the_contradiction_r6() -> None:
    assert found(HEAD + "actions: [{start: W}, {wait: 1s}, {stop: W}]\n") == []


def test_the_warning_says_what_follows_on_what_r6() -> None:
    assert told(HEAD + "actions: [{start: [V, W]}, {stop: [U, W]}]\n") == [
        (
            "3:39",
            "`W` gets stop right after start",
            (
                "commands take effect later; remove one, move this stop down,"
                " or let the start wait for its effect"
            ),
        )
    ]


class TestContradictionsAcrossDocuments:
    """Documents of one file run one after the other, so their edges are neighbours too (R6)."""

    @pytest.mark.parametrize(
        ("second", "warned"),
        [
            ("version: 1\norganization: acme\nactions: [{stop: WKF1}]\n", True),
            ("version: 1\norganization: other\nactions: [{stop: WKF1}]\n", False),
            ("version: 1\norganization: acme\nactions: [{stop: WKF2}, {stop: WKF1}]\n", False),
            ("nonsense\n", False),
        ],
    )
    def test_the_edge_counts_within_one_organization(
        self, program: Program, second: str, warned: bool
    ) -> None:
        write("a.yaml", "version: 1\norganization: acme\nactions: [{start: WKF1}]\n---\n" + second)
        assert ("[contradiction]" in program("validate", "a.yaml").stdout) == warned

    @pytest.mark.parametrize(("environment", "warned"), [(None, False), ("p", True)])
    def test_it_is_the_organization_of_the_environment_r2(
        self, environment: str | None, warned: bool
    ) -> None:
        first = "version: 1\norganization: a\nactions: [{start: W}]\n"
        second = "version: 1\norganization: b\nactions: [{stop: W}]\n"
        overlay = "environments: {p: {organization: both}}\n"
        problems = found(f"{first}{overlay}---\n{second}{overlay}", environment)
        assert [it.rule for it in problems] == ["contradiction"] * warned
