"""How many workflows are active at the same time (R31)."""

from __future__ import annotations

from itertools import groupby, product
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from runner.guardrails.activity import rises
from runner.guardrails.check import check
from runner.guardrails.worst import steps
from runner.plan.command import ENSURE, Decided
from runner.plan.desired import worst_case
from runner.plan.resolve import resolve
from runner.problems import Severity
from runner.states import State
from runner.validate.config import Wait
from tests.guardrails.values import ensure, limit, live, observations, of_acme, rules, seen
from tests.support.plans import command, plan_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.plan.command import Command
    from runner.states import Observation

UNTIL_STOPPED = Wait(State.STOPPED)


def peak(commands: Sequence[Command], *states: Observation) -> int:
    found = rises(steps(commands), observations(*states))
    return max((it.active for it in found), default=0)


def acts(text: str, **others: object) -> list[Command]:
    """Give commands, from `start A` or `start A B, stop A`; each part is a step of its own."""
    made = []
    for n, part in enumerate(text.split(", "), 1):
        action, *workflows = part.split()
        made += [command(it, action, step=f"a.yaml#{n}", **others) for it in workflows]
    return made


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("start A", 1),
        ("stop A", 0),
        ("signal A", 0),
        ("start A B C", 3),
        ("start A, resume B", 2),
        ("start A, start A, resume A", 1),
        ("start A, stop A, start B", 1),
        ("start A, pause A, start B", 1),
        ("start A, pause A, resume A, start B", 2),
        ("start A B, stop A, start C, stop B C, start D E", 2),
        ("stop A, start A B", 2),
        ("start A, signal A, start B", 2),
    ],
)
def test_the_highest_number_along_the_plan_r31(text: str, count: int) -> None:
    assert peak(acts(text)) == count


@pytest.mark.parametrize(
    ("text", "states", "count"),
    [
        ("start C", "A:started B:started", 3),
        ("start A", "A:started B:started", 0),
        ("stop A, start C", "A:started B:started", 2),
        ("pause A, start C", "A:started B:started", 2),
        ("start C", "A:paused B:finished D:failed E:editing F:stopped G:unknown", 1),
        ("stop A B", "A:started B:started", 0),
        ("resume A", "A:paused B:started", 2),
    ],
)
def test_what_was_seen_active_counts_from_the_beginning_r31(
    text: str, states: str, count: int
) -> None:
    """A plan that makes nothing active is not to blame for what is."""
    assert peak(acts(text), *(seen(*it.split(":")) for it in states.split())) == count


def test_one_workflow_with_two_names_counts_once_where_that_was_read_r31() -> None:
    assert peak(acts("start @x, start A")) == 2
    assert peak(acts("start @x, start A"), seen("@x", "stopped", "A")) == 1
    assert peak(acts("start A, stop @x, start B"), seen("@x", "stopped", "A")) == 1


@pytest.mark.parametrize(
    ("on_failure", "until", "count"),
    [
        ("stop", State.STOPPED, 2),
        ("stop", State.PAUSED, 2),
        ("stop", State.STARTED, 4),
        ("continue", State.STOPPED, 4),
    ],
)
def test_what_a_step_waits_for_is_over_after_it_unless_the_run_goes_on_without_r31(
    on_failure: str, until: State, count: int
) -> None:
    made = acts("start A B, start C D", wait=Wait(until), on_failure=on_failure)
    assert peak(made) == count


def test_a_wait_ends_with_its_step_also_before_undecided_states_r31() -> None:
    made = [*acts("start A B", wait=UNTIL_STOPPED), ensure("C", "started")]
    assert peak(made) == 2


@pytest.mark.parametrize(
    ("commands", "count"),
    [
        ([ensure("A", "started"), ensure("B", "started")], 2),
        ([ensure("A", "stopped"), ensure("B", "paused")], 0),
        # All are started before the first of them is paused.
        ([ensure("A", "paused", "allow_start"), ensure("B", "paused", "allow_start")], 2),
        # But they are paused before the next file begins.
        ([ensure("A", "paused", "allow_start"), ensure("B", "started", document="b")], 1),
        ([ensure("A", "paused", "allow_start"), ensure("A", "started"), command("B")], 2),
        # To find A stopped needs nothing: then what started it before goes on.
        ([*acts("start A"), ensure("A", "stopped"), command("B")], 2),
        ([*acts("start A"), ensure("A", "paused", "allow_start"), command("B")], 2),
        ([ensure("A", "started"), *acts("stop A"), command("B")], 1),
        ([ensure("A", "started", decided=Decided(False, "so")), command("B")], 1),
    ],
)
def test_an_undecided_state_counts_at_its_worst_r11(commands: list[Command], count: int) -> None:
    assert peak(commands) == count


class Sent(NamedTuple):
    action: str
    workflow: str
    step: str
    rests: bool


def as_sent(commands: Sequence[Command], chosen: Sequence[tuple[str, ...]]) -> list[Sent]:
    """Lay out a plan as `resolve` does, for one choice of what each undecided state takes."""
    found: list[Sent] = []
    pairs = list(zip(commands, chosen, strict=True))
    for (is_ensure, document), group in groupby(
        pairs, lambda it: (it[0].action == ENSURE, it[0].document)
    ):
        members = list(group)
        for k in range(2) if is_ensure else (0,):
            for it, actions in members:
                if k < len(actions):
                    step = f"{document}:{k}" if is_ensure else it.step
                    rests = it.wait == UNTIL_STOPPED and it.on_failure == "stop"
                    found.append(Sent(actions[k], it.workflow or "", step, rests))
    return found


def naive_peak(sent: Sequence[Sent], active: set[str]) -> int:
    highest = 0
    for _, group in groupby(sent, lambda it: it.step):
        over = set()
        for it in group:
            if it.action in {"start", "resume"}:
                if it.workflow not in active:
                    active = active | {it.workflow}
                    highest = max(highest, len(active))
                if it.rests:
                    over.add(it.workflow)
            elif it.action in {"stop", "pause"}:
                active = active - {it.workflow}
        active = active - over
    return highest


WORKFLOWS = st.sampled_from("ABCD")
ORDINARY = st.builds(
    command,
    WORKFLOWS,
    st.sampled_from(["start", "stop", "pause", "resume", "signal"]),
    wait=st.sampled_from([None, UNTIL_STOPPED, Wait(State.STARTED)]),
    on_failure=st.sampled_from(["stop", "continue"]),
)


@st.composite
def undecided(draw: st.DrawFn) -> Command:
    flags = ["restart_finished", "restart_failed", "allow_start"]
    until = draw(st.sampled_from(["started", "paused", "stopped"]))
    settings = draw(st.lists(st.sampled_from(flags), unique=True))
    return ensure(draw(WORKFLOWS), until, *settings, document=draw(st.sampled_from("ab")))


@st.composite
def plans(draw: st.DrawFn) -> list[Command]:
    """Give commands of which neighbours may belong to one step, and undecided states."""
    made: list[Command] = []
    for n, it in enumerate(draw(st.lists(ORDINARY | undecided(), max_size=6))):
        if it.action == ENSURE:
            made.append(it)
        elif made and made[-1].action != ENSURE and draw(st.booleans()):
            made.append(replace(it, step=made[-1].step))
        else:
            made.append(replace(it, step=f"a.yaml#{n + 1}"))
    return made


@given(plans(), st.sets(WORKFLOWS))
@settings(max_examples=400)
def test_it_is_the_most_of_all_that_can_happen_r31(commands: list[Command], now: set[str]) -> None:
    if any(it.action == ENSURE for it in commands):
        now = set()  # where states were read, nothing is undecided
    choices = [
        worst_case(it.desired) if it.desired is not None else ((it.action,),) for it in commands
    ]
    naive = max(naive_peak(as_sent(commands, chosen), set(now)) for chosen in product(*choices))
    assert peak(commands, *(seen(it, "started") for it in now)) == naive


@given(plans(), st.dictionaries(WORKFLOWS, st.sampled_from(list(State))), st.booleans())
def test_no_resolved_plan_makes_more_active_than_the_worst_case_r11(
    commands: list[Command], found: dict[str, State], assume_unknown: bool
) -> None:
    states = observations(*(seen(it, found.get(it, State.STOPPED)) for it in "ABCD"))
    resolved = resolve(plan_of(commands), states, assume_unknown=assume_unknown)
    assert peak(resolved.commands) <= peak(commands)


def test_a_limit_refuses_what_goes_beyond_it_r31() -> None:
    made = [command(f"WKF{n}", line=n, column=2) for n in range(1, 6)]
    assert check(plan_of(made), of_acme(max_active=limit(5))) == ()
    (found,) = check(plan_of(made), of_acme(max_active=limit(3)))
    assert (found.rule, found.line, found.column) == ("max_active", 4, 2)
    assert found.severity is Severity.ERROR
    assert found.message == (
        "5 workflows of `acme` would be active at the same time; `max_active` is 3"
    )
    assert found.hint == (
        "stop or pause others first, change `max_active` at guard.yaml:7 in a reviewed change, or"
        " run with --override max_active --reason TEXT"
    )


def test_adobes_advice_only_warns_and_only_where_nobody_set_a_limit_r31() -> None:
    made = [command(f"WKF{n}", line=n) for n in range(1, 26)]
    assert check(plan_of(made), of_acme(max_active=limit(25))) == ()
    assert check(plan_of(made[:20]), of_acme()) == ()
    (found,) = check(plan_of(made), of_acme())
    assert (found.rule, found.line, found.severity) == ("max_active", 21, Severity.WARNING)
    assert found.message == (
        "25 workflows of `acme` would be active at the same time; Adobe advises no more than 20"
    )
    assert found.hint.endswith("say how many are meant with guardrails: {max_active: 25}")


@pytest.mark.parametrize(
    ("commands", "may"),
    [
        ([ensure("A", "started"), command("B")], "2 workflows of `acme` may be"),
        (
            [command("A"), command("B"), command("D"), ensure("C", "started")],
            "4 workflows of `acme` may be",
        ),
        ([command("A"), command("B"), ensure("C", "stopped")], "2 workflows of `acme` would be"),
    ],
)
def test_a_worst_case_is_not_told_as_a_fact_r11(commands: list[Command], may: str) -> None:
    (found,) = check(plan_of(commands), of_acme(max_active=limit(1)))
    assert found.message.startswith(may)
    assert ("plan with --live" in found.hint) == ("may be" in may)


def test_each_organization_is_counted_for_itself_r31() -> None:
    made = [command("A"), command("A", organization="other"), command("B", organization="other")]
    states = (seen("C", "started"), seen("C", "started", organization="other"))
    demands = of_acme(max_active=limit(2))
    found = check(live(made, *states), {**demands, "other": demands["acme"]})
    assert rules(found) == [
        (
            "max_active",
            "3 workflows of `other` would be active at the same time; `max_active` is 2",
        )
    ]
