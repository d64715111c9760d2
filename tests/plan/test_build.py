"""A configuration becomes commands in order: ids, steps, pauses, signals, desired states."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from runner.errors import UsageError
from runner.plan.build import build_plan
from runner.plan.command import Command
from runner.plan.digest import digest
from runner.plan.plan import Selection
from runner.printable import quoted
from runner.problems import Problem, Severity
from runner.states import State
from runner.validate.config import Signal, Wait
from tests.support.plans import action, config_of, desired, document, live, offline

if TYPE_CHECKING:
    from runner.validate.config import DocumentConfig

SIGNAL = Signal("signal1", "CI", (("audience", "vip"),))
UNTIL = Wait(State.STOPPED, 60.0, 1.0)
EVERYTHING = document(
    action("stop", "A", "B", name="Drain", wait=UNTIL),
    action("wait", index=2, name="Rest", pause=30.0, line=7, column=5),
    action("signal", "C", index=3, signal=SIGNAL, on_failure="continue", timeout=5.0),
    desired("D", "paused", index=1),
    desired("E", "stopped", index=2, timeout=9.0, on_failure="continue"),
)


def test_actions_come_first_then_desired_states_with_their_ids_r8() -> None:
    plan = build_plan(config_of(EVERYTHING))
    assert [f"{it.id} {it.action} {it.workflow}" for it in plan.commands] == [
        "a.yaml#1.1 stop A",
        "a.yaml#1.2 stop B",
        "a.yaml#2.1 wait None",
        "a.yaml#3.1 signal C",
        "a.yaml#desired.1 ensure D",
        "a.yaml#desired.2 ensure E",
    ]
    assert [it.step for it in plan.commands] == [
        "a.yaml#1",
        "a.yaml#1",
        "a.yaml#2",
        "a.yaml#3",
        "a.yaml#desired",
        "a.yaml#desired",
    ]


def test_a_command_has_all_that_its_action_says() -> None:
    first, second, *_ = build_plan(config_of(EVERYTHING)).commands
    assert (first.name, first.wait, first.organization) == ("Drain", UNTIL, "acme")
    assert (first.file, first.line, first.column) == ("a.yaml", 10, 5)
    assert (second.line, second.column) == (11, 5)
    assert (first.signal, first.pause, first.desired, first.follows) == (None, None, None, None)


def test_settle_and_rate_are_those_of_the_document_for_all_that_is_sent_r17() -> None:
    plan = build_plan(config_of(replace(EVERYTHING, settle=5.0, rate=0.5), document(desired("Z"))))
    *of_first, last = plan.commands
    assert {(it.settle, it.rate) for it in of_first if it.pause is None} == {(5.0, 0.5)}
    assert (last.settle, last.rate) == (60.0, None)


def test_commands_made_for_a_desired_state_keep_settle_and_rate_r17() -> None:
    content = desired("A", "started", restart_failed=True)
    plan = live(offline(replace(document(content), settle=5.0, rate=0.5)), A="failed")
    assert [(it.action, it.settle, it.rate) for it in plan.commands] == [
        ("stop", 5.0, 0.5),
        ("start", 5.0, 0.5),
    ]


def test_a_command_knows_how_many_may_be_under_way_beside_it() -> None:
    plan = offline(action("stop", "A", "B", parallel=4), desired("C", "started", parallel=2))
    assert [it.parallel for it in plan.commands] == [4, 4, 2]
    assert [it.parallel for it in live(plan, C="stopped").commands] == [4, 4, 2]
    assert [it.parallel for it in live(plan, C="started").commands] == [4, 4, 1]  # nothing to send


def test_a_bare_wait_has_no_workflow_and_is_not_counted_r8() -> None:
    plan = build_plan(config_of(EVERYTHING))
    pause = plan.commands[2]
    assert (pause.action, pause.workflow, pause.pause) == ("wait", None, 30.0)
    assert (pause.name, pause.line, pause.column) == ("Rest", 7, 5)
    assert plan.total == 5
    assert "wait" not in plan.counts


def test_a_pause_is_one_of_its_document_and_action() -> None:
    rest = action("wait", pause=30.0, line=7, column=5, timeout=3.0, on_failure="continue")
    (pause,) = offline(document(rest, name="b.yaml/2", organization="other")).commands
    assert pause == Command(
        id="b.yaml/2#1.1",
        document="b.yaml/2",
        step="b.yaml/2#1",
        action="wait",
        workflow=None,
        organization="other",
        name=None,
        file="b.yaml",
        line=7,
        column=5,
        timeout=3.0,
        on_failure="continue",
        pause=30.0,
    )


def test_a_pause_of_no_time_at_all_is_still_a_pause() -> None:
    (pause,) = offline(action("wait", pause=0.0)).commands
    assert (pause.action, pause.pause, pause.is_sent) == ("wait", 0.0, False)


def test_a_signal_keeps_what_it_says() -> None:
    signal = build_plan(config_of(EVERYTHING)).commands[3]
    assert signal.signal is SIGNAL
    assert (signal.timeout, signal.on_failure) == (5.0, "continue")


def test_a_desired_state_is_one_undecided_entry_r11() -> None:
    plan = build_plan(config_of(EVERYTHING))
    ensure = plan.commands[5]
    assert (ensure.action, ensure.decided, ensure.wait) == ("ensure", None, None)
    assert (ensure.timeout, ensure.on_failure) == (9.0, "continue")
    assert ensure.desired == EVERYTHING.desired[1]
    assert (ensure.line, ensure.column, ensure.name) == (2, 3, None)
    assert plan.undecided == plan.commands[4:]


def test_documents_follow_each_other_with_their_own_names_and_organizations_r8() -> None:
    plan = offline(
        document(desired("A"), name="a.yaml/1"),
        document(action("start", "B"), name="a.yaml/2", organization="other"),
        document(action("start", "C"), name="b.yaml", organization=None),
    )
    assert [(it.id, it.document, it.file, it.organization) for it in plan.commands] == [
        ("a.yaml/1#desired.1", "a.yaml/1", "a.yaml", "acme"),
        ("a.yaml/2#1.1", "a.yaml/2", "a.yaml", "other"),
        ("b.yaml#1.1", "b.yaml", "b.yaml", None),
    ]


def test_environment_files_and_warnings_are_those_of_the_configuration() -> None:
    warning = Problem("r", "a.yaml", 1, 1, "", "", severity=Severity.WARNING)
    config = replace(config_of(EVERYTHING, environment="prod"), warnings=(warning,))
    plan = build_plan(config)
    assert (plan.environment, plan.files, plan.warnings) == ("prod", config.files, (warning,))
    assert plan.live is None
    assert plan.digest == digest("prod", config.files, plan.commands)


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), ["1.1", "1.2", "2.1", "3.1", "desired.1", "desired.2"]),
        (Selection(start="a.yaml#3.1"), ["3.1", "desired.1", "desired.2"]),
        (Selection(start="a.yaml#desired.2"), ["desired.2"]),
        (Selection(("a.yaml#desired.2", "a.yaml#1.2")), ["1.2", "desired.2"]),
        (Selection(("a.yaml#1.2", "a.yaml#1.2")), ["1.2"]),
        (Selection(("a.yaml#1.2", "a.yaml#3.1"), "a.yaml#2.1"), ["3.1"]),
        (Selection(("a.yaml#1.2",), "a.yaml#2.1"), []),
    ],
)
def test_a_selection_keeps_the_order_of_the_files_r8(
    selection: Selection, expected: list[str]
) -> None:
    plan = build_plan(config_of(EVERYTHING), selection)
    assert [it.id.removeprefix("a.yaml#") for it in plan.commands] == expected
    assert plan.selection == selection


@pytest.mark.parametrize("part", [1, 2])
@pytest.mark.parametrize("option", ["only", "from"])
def test_a_part_of_a_desired_state_is_the_whole_of_it_r8(option: str, part: int) -> None:
    identity = f"a.yaml#desired.1.{part}"
    selection = Selection((identity,)) if option == "only" else Selection(start=identity)
    plan = build_plan(config_of(EVERYTHING), selection)
    expected = ["a.yaml#desired.1", *(["a.yaml#desired.2"] if option == "from" else [])]
    assert [it.id for it in plan.commands] == expected


@pytest.mark.parametrize(
    ("selection", "option"),
    [
        (Selection(("a.yaml#9.1",)), "--only"),
        (Selection(("a.yaml#desired.9.1",)), "--only"),
        (Selection(start="a.yaml#desired.9.2"), "--from"),
        (Selection(start="a.yaml#desired.2.1.1"), "--from"),
        (Selection(start="a.yaml#3.1.1"), "--from"),
    ],
)
def test_an_id_that_no_command_has_is_refused_with_those_there_are(
    selection: Selection, option: str
) -> None:
    with pytest.raises(UsageError, match=f"^{option}: there is no command") as caught:
        build_plan(config_of(EVERYTHING), selection)
    assert str(caught.value).endswith("has 1.1, 1.2, 2.1, 3.1, desired.1, desired.2")


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("b.yml#1.1", "did you mean `b.yaml#1.1`?"),
        ("elsewhere#desired.1", "did you mean `a.yaml#desired.1`?"),
        ("1.1", "an id is a path and a number, such as `a.yaml#1.1`"),
        ("", "an id is a path and a number, such as `a.yaml#1.1`"),
    ],
)
def test_an_id_of_no_file_points_to_the_one_that_was_meant(given: str, hint: str) -> None:
    config = config_of(
        document(action("start", "A"), desired("B")),
        document(action("start", "C"), name="b.yaml"),
    )
    with pytest.raises(UsageError) as caught:
        build_plan(config, Selection((given,)))
    assert str(caught.value).endswith(f"; {hint}")


def refusal(known: DocumentConfig, *others: DocumentConfig, given: str) -> str:
    """Give what is said of an id that is not among these documents'."""
    with pytest.raises(UsageError) as caught:
        build_plan(config_of(known, *others), Selection((given,)))
    return str(caught.value)


@pytest.mark.parametrize(("count", "more"), [(11, ""), (12, ""), (13, ", ..."), (14, ", ...")])
def test_of_many_commands_the_first_twelve_are_named(count: int, more: str) -> None:
    mine = document(*[action("start", f"W{n}", index=n) for n in range(1, count + 1)])
    numbers = ", ".join(f"{n}.1" for n in range(1, min(count, 12) + 1))
    assert refusal(mine, given="a.yaml#99.1").endswith(f"; `a.yaml` has {numbers}{more}")


def test_a_file_whose_name_holds_a_number_sign_is_one_file() -> None:
    mine = document(action("start", "A"), name="a#b.yaml")
    said = refusal(mine, document(action("start", "B"), name="a#c.yaml"), given="a#b.yaml#9.1")
    assert said == "--only: there is no command `a#b.yaml#9.1`; `a#b.yaml` has 1.1"
    said = refusal(mine, document(action("start", "B", index=2)), given="qqqqqqqqqqqq#zzz#1.1")
    assert said.endswith("; did you mean `a#b.yaml#1.1`?")


def test_the_only_command_of_that_number_is_meant_however_unlike_its_file() -> None:
    mine = document(action("start", "A", index=2))
    one, same = (document(action("start", "B"), name=f"{it}.yaml") for it in "bc")
    given = "qqqqqqqq/xxxxxxxx/wwwwwwww#1.1"
    assert refusal(mine, one, given=given).endswith("; did you mean `b.yaml#1.1`?")
    said = refusal(mine, one, same, given=given)
    assert said.endswith("; an id is a path and a number, such as `a.yaml#2.1`")


def test_long_ids_are_cut_at_two_hundred_characters() -> None:
    long = "f" * 300
    mine = document(action("start", "A"), name=long)
    assert refusal(mine, given=f"{long}#2.1") == (
        f"--only: there is no command {quoted(f'{long}#2.1', 200)}; {quoted(long, 200)} has 1.1"
    )
    assert refusal(mine, given="#1.1").endswith(f"; did you mean {quoted(f'{long}#1.1', 200)}?")
    other = refusal(mine, given="x")
    assert other.endswith(f"; an id is a path and a number, such as {quoted(f'{long}#1.1', 200)}")
