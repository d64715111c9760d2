"""Every difference from the reviewed plan is told, and none where there is none (R9, R10)."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.load import SourceFile
from runner.render.plan_json import plan_json, plan_value
from runner.review.compare import (
    command_differences,
    file_differences,
    moved_states,
    plan_differences,
)
from runner.review.reviewed import ReviewedPlan
from runner.states import State
from runner.validate.config import Signal, Wait
from tests.support.plans import action, command, desired, live, observed, offline, plan_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.plan.plan import Plan
    from runner.problems import Problem

Path: TypeAlias = "list[str | int]"
_GONE = object()

SIGNAL = Signal("signal1", "CI", (("n", 1), ("yes", True), ("text", "1"), ("half", 0.5)))
CONTENT = (
    action("stop", "A", "B", name="Drain", wait=Wait(State.STOPPED, 60.0, 1.0)),
    action("wait", index=2, pause=30.0),
    action("signal", "C", index=3, signal=SIGNAL),
    desired("D", index=1, restart_failed=True),
    desired("E", "stopped", index=2),
    desired("F", "paused", index=3, on_failure="continue"),
)
OFFLINE = offline(*CONTENT)
LIVE = live(OFFLINE, A="started", C="started", D="failed", E="stopped", F="editing")
PLANS = pytest.mark.parametrize("plan", [OFFLINE, LIVE], ids=["offline", "live"])


def reviewed(plan: Plan) -> ReviewedPlan:
    """Give a plan as it comes back from the file that it was written to."""
    return ReviewedPlan("plan.json", json.loads(plan_json(plan)))


def with_change(plan: Plan, path: Path, new: object) -> ReviewedPlan:
    """Give a reviewed plan in which one thing is another one, is new, or is gone."""
    given = reviewed(plan)
    place: Any = given.value
    for part in path[:-1]:
        place = place[part]
    if new is _GONE:
        del place[path[-1]]
    else:
        place[path[-1]] = new
    return given


def differences(given: ReviewedPlan, plan: Plan) -> list[Problem]:
    made = plan_value(plan)
    return [
        *file_differences(given, plan.files),
        *plan_differences(given, made),
        *command_differences(given, made),
    ]


def told(given: ReviewedPlan, plan: Plan) -> list[str]:
    return [it.message for it in differences(given, plan)]


def leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Give everything inside of a JSON value that holds nothing itself, with its path."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for part, item in items:
        if isinstance(item, (dict, list)) and item:
            yield from leaves(item, [*path, part])
        else:
            yield [*path, part], item


def leaves_of_commands(plan: Plan) -> list[tuple[Path, Any]]:
    return [
        (path, value)
        for path, value in leaves(reviewed(plan).value["commands"], ["commands"])
        if path[2] not in ("effect", "reason")
    ]


LEAVES = [(plan, *leaf) for plan in (OFFLINE, LIVE) for leaf in leaves_of_commands(plan)]
IDS = [f"{'live' if plan.live else 'offline'}-{path}" for plan, path, _ in LEAVES]


def another(value: Any) -> list[object]:
    """Give what is not `value`, its nearest relatives among it."""
    others: list[object] = [None, True, 1, 1.0, "1", "other", {}, []]
    if isinstance(value, (int, float)):
        others += [value + 1, int(value), float(value), str(value)]
    if isinstance(value, str):
        others += [f"{value} ", value.upper(), [value]]
    return [it for it in others if json.dumps(it) != json.dumps(value)]


@PLANS
def test_the_same_plan_differs_in_nothing_r10(plan: Plan) -> None:
    assert differences(reviewed(plan), plan) == []


@pytest.mark.parametrize(("plan", "path", "value"), LEAVES, ids=IDS)
def test_every_single_change_of_a_command_is_told_r10(plan: Plan, path: Path, value: Any) -> None:
    _, n, key, *_ = path
    for new in another(value):
        if key in ("id", "action", "workflow") and not isinstance(new, str):
            continue  # no plan that the schema lets pass
        (message,) = told(with_change(plan, path, new), plan)
        if message.startswith("it says "):
            before, _, after = message.removeprefix("it says ").partition(", and now it would be ")
            assert before != after
            assert key in ("id", "action", "workflow")
        else:
            assert message.startswith(f"`{plan.commands[int(n)].id}`")
            assert f" differs in: {key}" in message


@PLANS
def test_what_is_gone_or_new_in_a_command_is_told_r10(plan: Plan) -> None:
    for n, entry in enumerate(reviewed(plan).value["commands"]):
        for key in entry.keys() - {"id", "action", "workflow", "effect", "reason"}:
            if entry[key] is not None:  # nothing and null mean the same
                assert told(with_change(plan, ["commands", n, key], _GONE), plan)
        (message,) = told(with_change(plan, ["commands", n, "parallel"], 2), plan)
        assert message.endswith("differs in: parallel")


@pytest.mark.parametrize(
    ("value", "other"),
    [(1, True), (1, 1.0), (True, "true"), (1, "1"), (0, False), ("", None), (0.0, -0.0)],
)
def test_types_count_r10(value: Any, other: Any) -> None:
    plan = plan_of([command(action="signal", signal=Signal("signal1", "CI", (("p", value),)))])
    path: Path = ["commands", 0, "request", "body", "parameters", "p"]
    assert told(with_change(plan, path, value), plan) == []
    assert told(with_change(plan, path, other), plan) == [
        "`a.yaml#WKF1` (signal WKF1) differs in: request"
    ]


@given(
    leaf=st.sampled_from(LEAVES),
    new=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    ),
)
def test_whatever_stands_there_instead_is_told_r10(leaf: Any, new: Any) -> None:
    plan, path, value = leaf
    if path[2] in ("id", "action", "workflow"):
        new = str(new)
    found = told(with_change(plan, path, new), plan)
    assert bool(found) == (json.dumps(new) != json.dumps(value))


def test_the_order_of_keys_in_the_file_has_no_meaning() -> None:
    given = ReviewedPlan("plan.json", json.loads(json.dumps(plan_value(LIVE), sort_keys=True)))
    assert differences(given, LIVE) == []


@pytest.mark.parametrize("depth", [500, 900, 990, 5_000])
def test_what_is_nested_without_bound_is_a_difference_like_any_other(depth: int) -> None:
    deep: list[Any] = []
    for _ in range(depth):
        deep = [deep]
    body = {"method": deep}
    assert told(with_change(OFFLINE, ["commands", 0, "request", "body"], body), OFFLINE) == [
        "`a.yaml#1.1` (stop A) differs in: request"
    ]


class TestCommands:
    """Which commands there are, and in which order."""

    def test_another_order_is_told_in_words_r10(self) -> None:
        one, other = command("A", "stop"), command("B")
        assert told(reviewed(plan_of([one, other])), plan_of([other, one])) == [
            "it says `a.yaml#A` (stop A), and now it would be `a.yaml#B` (start B)",
            "it says `a.yaml#B` (start B), and now it would be `a.yaml#A` (stop A)",
        ]

    @pytest.mark.parametrize(("old", "new"), [(2, 1), (1, 2), (0, 2), (2, 0)])
    def test_another_number_is_told_r10(self, old: int, new: int) -> None:
        commands = [command("A"), command("B")]
        given, made = reviewed(plan_of(commands[:old])), plan_value(plan_of(commands[:new]))
        assert [it.message for it in command_differences(given, made)] == [
            f"its number of commands and pauses is {old}, and now it would be {new}"
        ]

    def test_a_pause_more_or_less_at_the_end_is_told_r10(self) -> None:
        pause = command(None, "wait", pause=30.0)
        assert told(reviewed(plan_of([command(), pause])), plan_of([command()])) == [
            "its number of commands and pauses is 2, and now it would be 1"
        ]

    def test_what_comes_first_moves_all_others_and_ten_are_named_r10(self) -> None:
        commands = [command(f"W{n}") for n in range(30)]
        messages = told(reviewed(plan_of(commands)), plan_of(commands[1:]))
        assert len(messages) == 11
        assert messages[0] == (
            "it says `a.yaml#W0` (start W0), and now it would be `a.yaml#W1` (start W1)"
        )
        assert messages[-1] == "its number of commands and pauses is 30, and now it would be 29"

    def test_a_desired_state_that_now_takes_a_command_is_told_r10(self) -> None:
        plan = offline(desired("A"))
        given = reviewed(live(plan, A="started"))
        one = "`a.yaml#desired.1`"
        assert told(given, live(plan, A="stopped")) == [
            f"it says {one} (ensure A), and now it would be {one} (start A)"
        ]

    def test_a_desired_state_that_is_refused_now_is_told_r10(self) -> None:
        plan = offline(desired("A"))
        given = reviewed(live(plan, A="started"))
        assert told(given, live(plan, A="failed")) == [
            "`a.yaml#desired.1` (ensure A) differs in: decided"
        ]

    def test_a_pause_has_a_title_too_r10(self) -> None:
        given = with_change(OFFLINE, ["commands", 2, "pause_s"], 3600.0)
        assert told(given, OFFLINE) == ["`a.yaml#2.1` (wait) differs in: pause_s"]

    def test_the_problem_is_the_plans_and_says_what_to_do(self) -> None:
        given = with_change(OFFLINE, ["commands", 0, "timeout_s"], 1.0)
        (problem,) = differences(given, OFFLINE)
        assert (problem.rule, problem.file, problem.is_error) == (
            "reviewed-plan",
            "plan.json",
            True,
        )
        assert problem.hint == "make the plan again, and have it reviewed"

    def test_foreign_text_is_shown_harmlessly(self) -> None:
        evil = "start\x1b[2J\n::error::x"
        (message,) = told(with_change(OFFLINE, ["commands", 0, "action"], evil), OFFLINE)
        assert message.isprintable()
        (message,) = told(with_change(OFFLINE, ["commands", 0, f"x\n::{'y' * 500}"], 1), OFFLINE)
        assert message.isprintable()
        assert len(message) < 200


class TestLive:
    """Moved states refuse nothing as long as the same commands result (rule R10)."""

    PLAN = offline(desired("A"), desired("B", "stopped", index=2))
    BEFORE = live(PLAN, A="editing", B="stopped")
    NOW = live(PLAN, A="stopped", B="finished")

    def test_effects_reasons_and_states_may_move_r10(self) -> None:
        given = reviewed(self.BEFORE)
        made = plan_value(self.NOW)
        assert given.value["commands"] != made["commands"]
        assert given.value["live"] != made["live"]
        assert differences(given, self.NOW) == []

    @pytest.mark.parametrize("states", [("started", "finished"), ("finished", "started")])
    def test_one_that_has_finished_since_and_is_left_alone_refuses_nothing_r10(
        self, states: tuple[str, str]
    ) -> None:
        before, now = (live(self.PLAN, A=it, B="stopped") for it in states)
        assert differences(reviewed(before), now) == []

    def test_moved_states_are_reported_r10(self) -> None:
        assert list(moved_states(reviewed(self.BEFORE), plan_value(self.NOW))) == [
            "A was editing when the plan was made, and is stopped now; the commands are the same",
            "B was stopped when the plan was made, and is finished now; the commands are the same",
        ]

    def test_moved_states_explain_other_commands_r10(self) -> None:
        made = plan_value(live(self.PLAN, A="paused", B="stopped"))
        given = reviewed(self.BEFORE)
        assert list(moved_states(given, made, same_commands=False)) == [
            "A was editing when the plan was made, and is paused now"
        ]

    def test_states_that_stayed_are_not_reported(self) -> None:
        assert list(moved_states(reviewed(self.BEFORE), plan_value(self.BEFORE))) == []

    def test_a_workflow_is_the_one_of_its_organization(self) -> None:
        here, there = observed("A", "stopped"), observed("A", "paused", organization="b")
        given = reviewed(live(self.PLAN, here, there, B="stopped"))
        made = live(self.PLAN, there, here, B="stopped")
        assert list(moved_states(given, plan_value(made))) == []

    def test_states_of_others_are_passed_over(self) -> None:
        given = reviewed(live(self.PLAN, A="editing", B="stopped", X="paused"))
        assert list(moved_states(given, plan_value(self.BEFORE))) == []


class TestFiles:
    """The files must be, byte for byte, those of the review (rule R10)."""

    GIVEN = ReviewedPlan(
        "plan.json",
        {"config": {"files": [{"path": it, "sha256": it[0] * 64} for it in ("a.yaml", "b.yaml")]}},
    )
    A, B = (SourceFile(it, it[0] * 64) for it in ("a.yaml", "b.yaml"))

    def test_unchanged_files_differ_in_nothing_r10(self) -> None:
        assert file_differences(self.GIVEN, [self.A, self.B]) == []

    def test_a_changed_file_is_told_by_its_name_r10(self) -> None:
        changed = SourceFile("b.yaml", "c" * 64)
        (problem,) = file_differences(self.GIVEN, [self.A, changed])
        assert (problem.file, problem.line, problem.column) == ("b.yaml", 1, 1)
        assert problem.message == "this file has changed since the plan was made"

    def test_a_file_that_is_gone_is_told_r10(self) -> None:
        (problem,) = file_differences(self.GIVEN, [self.B])
        assert problem.file == "a.yaml"
        assert problem.message == "this file is part of the plan, and cannot be read"
        assert problem.hint.startswith("restore it, or make the plan again")

    def test_every_file_is_told_r10(self) -> None:
        assert len(file_differences(self.GIVEN, [])) == 2


class TestPlan:
    """Environment, organization and digest."""

    @pytest.mark.parametrize(
        ("key", "old", "message"),
        [
            ("environment", "prod", "it is for the environment `prod`, now none"),
            ("organization", "other", "it is for the organization `other`, now `acme`"),
            ("organization", None, "it is for the organization none, now `acme`"),
        ],
    )
    def test_another_environment_or_organization_is_told_r10(
        self, key: str, old: str | None, message: str
    ) -> None:
        plan = plan_of([command()])
        assert told(with_change(plan, [key], old), plan) == [message]

    @pytest.mark.parametrize("names", [["a.yaml"] * 2, [], ["b.yaml"]], ids=str)
    def test_another_list_of_files_is_told_r9(self, names: list[str]) -> None:
        listed = [{"path": it, "sha256": "0" * 64} for it in names]
        given = with_change(OFFLINE, ["config", "files"], listed)
        assert [it.message for it in plan_differences(given, plan_value(OFFLINE))] == [
            "the plan of its files names other files, or in another order"
        ]

    @PLANS
    def test_a_digest_that_is_not_that_of_the_content_is_told_r10(self, plan: Plan) -> None:
        given = with_change(plan, ["digest"], "f" * 64)
        assert told(given, plan) == ["its digest is not that of what it holds"]

    @pytest.mark.parametrize(("key", "new"), [("start", 2), ("start", True), ("restart", 1)])
    def test_totals_that_are_not_those_of_the_commands_are_told(
        self, key: str, new: object
    ) -> None:
        plan = plan_of([command()])
        given = with_change(plan, ["totals", key], new)
        assert told(given, plan) == ["its totals are not those of its commands"]

    def test_beside_other_differences_the_digest_goes_without_saying(self) -> None:
        given = reviewed(plan_of([command("A")]))
        given.value["digest"] = "f" * 64
        assert len(told(given, plan_of([command("B")]))) == 1

    @pytest.mark.parametrize(
        "path",
        [["tool", "version"], ["warnings"], ["something new"]],
        ids=str,
    )
    def test_what_decides_nothing_is_not_compared_r9(self, path: Path) -> None:
        assert differences(with_change(LIVE, path, "x"), LIVE) == []

    def test_nothing_is_changed_by_comparing(self) -> None:
        given = with_change(LIVE, ["commands", 0, "timeout_s"], 1.0)
        before = copy.deepcopy(given.value)
        differences(given, LIVE)
        assert given.value == before
