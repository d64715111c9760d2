"""From desired states and what was seen to the commands in order (R8, R13, R14)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from runner.plan.build import build_plan
from runner.plan.desired import decide
from runner.plan.digest import digest
from runner.plan.effects import Kind
from runner.plan.plan import Selection
from runner.plan.resolve import resolve
from runner.problems import Problem, Severity
from runner.states import ReadState, State
from runner.validate.config import Wait
from tests.support.plans import (
    action,
    config_of,
    desired,
    document,
    live,
    observations,
    observed,
    offline,
)

if TYPE_CHECKING:
    from runner.plan.command import Command
    from runner.plan.plan import Plan
    from runner.validate.config import Desired

RESTART: dict[str, Any] = {"restart_failed": True}
ALLOW: dict[str, Any] = {"allow_start": True}


def lines(plan: Plan) -> list[str]:
    """Give each command as its id, action and workflow."""
    return [f"{it.id} {it.action} {it.workflow}" for it in plan.commands]


def only(plan: Plan) -> Command:
    (command,) = plan.commands
    return command


class TestIds:
    """`<path>#desired.<n>`, and `.<k>` only where there are several (rule R8)."""

    @pytest.mark.parametrize(
        ("entry", "seen", "expected"),
        [
            (desired(), "stopped", ["a.yaml#desired.1 start WKF1"]),
            (desired(), "started", ["a.yaml#desired.1 ensure WKF1"]),
            (desired(), "failed", ["a.yaml#desired.1 ensure WKF1"]),
            (
                desired(**RESTART),
                "failed",
                ["a.yaml#desired.1.1 stop WKF1", "a.yaml#desired.1.2 start WKF1"],
            ),
            (
                desired(state="paused", index=7, **ALLOW),
                "editing",
                ["a.yaml#desired.7.1 start WKF1", "a.yaml#desired.7.2 pause WKF1"],
            ),
        ],
    )
    def test_a_number_for_each_command_stands_only_where_there_are_several_r8(
        self, entry: Desired, seen: str, expected: list[str]
    ) -> None:
        assert lines(live(offline(entry), WKF1=seen)) == expected

    def test_the_place_among_the_desired_states_counts_and_not_the_one_in_the_plan_r8(self) -> None:
        entries = [desired("A", index=1), desired("B", index=2), desired("C", index=3)]
        plan = offline(*entries, only=["a.yaml#desired.2"])
        assert lines(live(plan, B="paused")) == ["a.yaml#desired.2 resume B"]

    @pytest.mark.parametrize(
        "given", ["a.yaml#desired.2", "a.yaml#desired.2.1", "a.yaml#desired.2.9"]
    )
    def test_the_id_of_a_command_that_it_may_become_selects_an_entry(self, given: str) -> None:
        entries = [desired("A", index=1), desired("B", index=2), desired("C", index=3)]
        assert [it.workflow for it in offline(*entries, only=[given]).commands] == ["B"]

    def test_every_document_counts_from_one_under_its_own_name_r8(self) -> None:
        plan = offline(
            document(desired("A"), name="a.yaml/1"), document(desired("B"), name="a.yaml/2")
        )
        assert lines(live(plan, A="stopped", B="stopped")) == [
            "a.yaml/1#desired.1 start A",
            "a.yaml/2#desired.1 start B",
        ]

    def test_every_command_is_selected_by_the_id_of_its_entry_r8(self) -> None:
        plan = live(offline(desired(**RESTART)), WKF1="failed")
        assert [it.selected_by for it in plan.commands] == ["a.yaml#desired.1"] * 2


class TestRounds:
    """All first commands go before all second ones, and a round is waited for as a whole."""

    MIXED = (
        desired("A", index=1, **RESTART),
        desired("B", index=2),
        desired("C", "paused", index=3, **ALLOW),
        desired("D", "stopped", index=4),
        desired("E", "paused", index=5),
    )
    SEEN = (
        observed("A", "failed"),
        observed("B", "stopped"),
        observed("C", "editing"),
        observed("D", "finished"),
        observed("E", "failed"),
    )

    def test_all_first_commands_come_before_all_second_ones(self) -> None:
        assert lines(live(offline(*self.MIXED), *self.SEEN)) == [
            "a.yaml#desired.1.1 stop A",
            "a.yaml#desired.2 start B",
            "a.yaml#desired.3.1 start C",
            "a.yaml#desired.4 ensure D",
            "a.yaml#desired.5 ensure E",
            "a.yaml#desired.1.2 start A",
            "a.yaml#desired.3.2 pause C",
        ]

    def test_a_round_is_one_step(self) -> None:
        steps = [it.step for it in live(offline(*self.MIXED), *self.SEEN).commands]
        assert steps == ["a.yaml#desired:1"] * 5 + ["a.yaml#desired:2"] * 2

    def test_a_second_command_follows_the_first_of_its_own_entry(self) -> None:
        commands = live(offline(*self.MIXED), *self.SEEN).commands
        assert {it.id: it.follows for it in commands if it.follows is not None} == {
            "a.yaml#desired.1.2": "a.yaml#desired.1.1",
            "a.yaml#desired.3.2": "a.yaml#desired.3.1",
        }

    def test_rounds_of_one_document_end_before_the_next_document_begins(self) -> None:
        entries = [desired(it, index=n, **RESTART) for n, it in enumerate("AB", 1)]
        plan = offline(
            document(*entries, name="a.yaml"),
            document(desired("C", **RESTART), name="b.yaml"),
        )
        made = live(plan, A="failed", B="failed", C="failed")
        assert [it.workflow for it in made.commands] == ["A", "B", "A", "B", "C", "C"]

    def test_no_step_is_shared_by_documents(self) -> None:
        plan = offline(
            document(desired("A"), name="a.yaml/1"), document(desired("B"), name="a.yaml/2")
        )
        first, second = live(plan, A="stopped", B="started").commands
        assert first.step != second.step


class TestWaits:
    """What is sent waits for what it brings about, so that a second run finds it (rule R14)."""

    UNTIL = Wait(State.PAUSED, timeout=11.0, poll=0.5)

    @pytest.mark.parametrize(
        ("state", "seen", "settings", "waits"),
        [
            ("started", "stopped", {}, ["started"]),
            ("started", "paused", {}, ["started"]),
            ("started", "failed", RESTART, ["stopped", "started"]),
            ("paused", "started", {}, ["paused"]),
            ("paused", "failed", ALLOW, ["started", "paused"]),
            ("stopped", "failed", {}, ["stopped"]),
        ],
    )
    def test_each_waits_for_what_it_brings_about_and_the_last_for_what_is_desired_r14(
        self, state: str, seen: str, settings: dict[str, Any], waits: list[str]
    ) -> None:
        until = Wait(State(state), timeout=11.0, poll=0.5)
        commands = live(offline(desired(state=until, **settings)), WKF1=seen).commands
        assert [it.wait for it in commands] == [Wait(State(it), 11.0, 0.5) for it in waits]

    @pytest.mark.parametrize("seen", ["paused", "stopped"])
    def test_where_nothing_is_sent_nothing_is_waited_for(self, seen: str) -> None:
        entry = desired(state=self.UNTIL)  # holds, or is refused
        command = only(live(offline(entry), WKF1=seen))
        assert command.action == "ensure"
        assert command.wait is None

    def test_every_command_keeps_what_its_entry_says(self) -> None:
        entry = desired(timeout=3.0, on_failure="continue", **RESTART)
        for command in live(offline(entry), WKF1="failed").commands:
            assert (command.timeout, command.on_failure) == (3.0, "continue")
            assert command.desired == entry
            assert (command.organization, command.document) == ("acme", "a.yaml")
            assert (command.file, command.line, command.column) == ("a.yaml", 1, 3)


class TestNothingToSend:
    """One entry `ensure` for what needs nothing, and one for what is refused (rule R13)."""

    @pytest.mark.parametrize(
        ("state", "seen", "reason"),
        [
            ("started", "started", "it is started already"),
            ("paused", "paused", "it is paused already"),
            ("stopped", "stopped", "it is stopped already"),
            ("stopped", "finished", "it is finished, which counts as stopped"),
            ("stopped", "editing", "it is editing, which counts as stopped"),
        ],
    )
    def test_what_holds_says_so_r13(self, state: str, seen: str, reason: str) -> None:
        plan = live(offline(desired(state=state)), WKF1=seen)
        decided = only(plan).decided
        assert decided is not None
        assert (decided.refused, decided.left_alone, decided.reason) == (False, False, reason)
        assert plan.warnings == ()

    def test_a_finished_one_that_is_left_alone_is_not_said_to_be_as_desired_r13(self) -> None:
        plan = live(offline(desired("WKF1", index=4)), WKF1="finished")
        decided = only(plan).decided
        assert decided is not None
        assert (decided.refused, decided.left_alone) == (False, True)
        assert decided.reason == (
            "it has finished, and starting it again could send a campaign again; "
            "write {state: started, restart_finished: true} to do it all the same"
        )
        assert plan.warnings == (
            Problem(
                "desired",
                "a.yaml",
                4,
                3,
                "desired.WKF1",
                "it has finished, and starting it again could send a campaign again",
                "write {state: started, restart_finished: true} to do it all the same",
                Severity.WARNING,
            ),
        )

    @pytest.mark.parametrize("on_failure", ["stop", "continue"])
    def test_a_refused_one_keeps_its_reason_and_the_others_their_commands_r13(
        self, on_failure: str
    ) -> None:
        entries = [desired("A", index=1, on_failure=on_failure), desired("B", index=2)]
        plan = live(offline(*entries), A="failed", B="stopped")
        refused, other = plan.commands
        assert refused.decided is not None
        assert refused.decided.refused
        assert refused.decided.reason == decide(entries[0], State.FAILED).refused
        assert other.action == "start"
        assert plan.blockers == ((refused,) if on_failure == "stop" else ())

    def test_warnings_come_after_those_of_the_files_in_order(self) -> None:
        mine = Problem("contradiction", "a.yaml", 1, 1, "", "", severity=Severity.WARNING)
        entries = [desired("A", index=1), desired("B", index=2)]
        plan = replace(offline(*entries), warnings=(mine,))
        made = live(plan, A="finished", B="finished")
        assert [(it.rule, it.line) for it in made.warnings] == [
            ("contradiction", 1),
            ("desired", 1),
            ("desired", 2),
        ]


class TestUnknown:
    """An unknown state is refused, unless somebody says to overlook it (rule R13)."""

    def test_it_is_not_overlooked_unasked_r13(self) -> None:
        plan = resolve(offline(desired()), observations(observed(state="unknown")))
        assert only(plan).action == "ensure"
        assert plan.live is not None
        assert plan.live.assume_unknown is False

    def test_it_is_refused_with_what_is_known_about_it_r13(self) -> None:
        seen = replace(observed(), read=ReadState(State.UNKNOWN, "17", "state"))
        decided = only(live(offline(desired()), seen)).decided
        assert decided is not None
        assert decided.refused
        assert (
            decided.reason
            == 'its field "state" says "17", which defaults.state.values does not map'
        )

    @pytest.mark.parametrize("found", [True, None])
    @pytest.mark.parametrize(
        ("state", "sent"), [("started", "start"), ("paused", "pause"), ("stopped", "stop")]
    )
    def test_overlooked_it_gets_the_plain_command_and_a_warning_r13(
        self, state: str, sent: str, found: bool | None
    ) -> None:
        seen = observed(state="unknown", found=found, error="the read was answered 500")
        plan = live(offline(desired(state=state)), seen, assume_unknown=True)
        command = only(plan)
        assert (command.action, command.wait) == (sent, Wait(State(state)))
        assert [(it.message, it.pointer) for it in plan.warnings] == [
            ("its state is unknown, and overlooked", "desired.WKF1")
        ]
        assert plan.live is not None
        assert plan.live.assume_unknown

    @pytest.mark.parametrize("assume_unknown", [False, True])
    @pytest.mark.parametrize("state", ["started", "paused", "stopped"])
    def test_a_workflow_that_is_not_there_is_refused_even_then_r13(
        self, state: str, assume_unknown: bool
    ) -> None:
        seen = observed(state="unknown", found=False, error="there is no workflow WKF1")
        plan = live(offline(desired(state=state)), seen, assume_unknown=assume_unknown)
        command = only(plan)
        assert command.action == "ensure"
        assert command.decided is not None
        assert command.decided.refused
        assert command.decided.reason == "there is no workflow WKF1"
        assert plan.warnings == ()
        assert plan.live is not None
        (effect,) = plan.live.effects
        assert effect is not None
        assert effect.kind is Kind.UNKNOWN_WORKFLOW

    def test_a_known_state_is_not_overlooked(self) -> None:
        plan = live(offline(desired()), assume_unknown=True, WKF1="failed")
        assert plan.blockers == plan.commands


class TestTheWhole:
    """Actions, several documents, what was seen, and the digest."""

    def test_actions_stay_as_they_are_and_come_before_the_desired_states(self) -> None:
        wait = Wait(State.STOPPED)
        pause = action("wait", index=2, pause=30.0)
        plan = offline(action("stop", "A", "B", wait=wait), pause, desired("C"))
        made = live(plan, A="started", C="stopped")
        assert lines(made) == [
            "a.yaml#1.1 stop A",
            "a.yaml#1.2 stop B",
            "a.yaml#2.1 wait None",
            "a.yaml#desired.1 start C",
        ]
        assert made.commands[:3] == plan.commands[:3]

    def test_documents_keep_their_order(self) -> None:
        plan = offline(
            document(action("stop", "A"), desired("B"), name="a.yaml"),
            document(action("start", "C"), desired("D", "stopped"), name="b.yaml"),
        )
        made = live(plan, B="stopped", D="started")
        assert lines(made) == [
            "a.yaml#1.1 stop A",
            "a.yaml#desired.1 start B",
            "b.yaml#1.1 start C",
            "b.yaml#desired.1 stop D",
        ]

    def test_a_workflow_is_looked_up_in_its_own_organization(self) -> None:
        plan = offline(
            document(desired("A"), name="a.yaml", organization="one"),
            document(desired("A"), name="b.yaml", organization="two"),
        )
        seen = [
            observed("A", "paused", organization="two"),
            observed("A", "stopped", organization="one"),
        ]
        assert [it.action for it in live(plan, *seen).commands] == ["start", "resume"]

    def test_what_was_seen_is_kept_in_its_order_with_an_effect_for_each_command(self) -> None:
        seen = [observed("A", "failed"), observed("X", "paused")]
        plan = live(offline(desired("A", **RESTART)), *seen)
        assert plan.live is not None
        assert plan.live.states == tuple(seen)
        assert not plan.live.assume_unknown
        assert [(str(it.before), str(it.after)) for it in plan.live.effects if it is not None] == [
            ("failed", "stopped"),
            ("stopped", "started"),
        ]
        assert len(plan.live.effects) == len(plan.commands)

    def test_a_plan_without_desired_states_keeps_its_commands_and_digest(self) -> None:
        plan = offline(action("stop", "A"))
        made = live(plan, A="started")
        assert (made.commands, made.digest) == (plan.commands, plan.digest)
        assert made.live is not None

    def test_files_selection_and_environment_stay(self) -> None:
        plan = replace(offline(desired(), only=["a.yaml#desired.1"]), environment="prod")
        made = live(plan, WKF1="stopped")
        assert made.files == plan.files != ()
        assert made.selection == Selection(("a.yaml#desired.1",))
        assert made.environment == "prod"


class TestDigest:
    """The digest is that of the commands, whatever states they were made of (R9, R10)."""

    @pytest.mark.parametrize(
        ("state", "settings", "one", "other"),
        [
            ("started", {}, "editing", "stopped"),
            ("stopped", {}, "started", "paused"),
            ("stopped", {}, "started", "failed"),
            ("stopped", {}, "stopped", "finished"),
            ("started", {}, "started", "finished"),
            ("paused", {}, "editing", "failed"),
            ("paused", ALLOW, "editing", "finished"),
        ],
    )
    def test_moved_states_that_lead_to_the_same_commands_give_the_same_one_r10(
        self, state: str, settings: dict[str, Any], one: str, other: str
    ) -> None:
        plan = offline(desired(state=state, **settings))
        assert live(plan, WKF1=one).digest == live(plan, WKF1=other).digest

    @pytest.mark.parametrize("settings", [{}, RESTART])
    def test_other_commands_give_another_one_r10(self, settings: dict[str, Any]) -> None:
        plan = offline(desired(**settings))
        made = [live(plan, WKF1=it) for it in ("stopped", "paused", "started", "failed")]
        assert len({plan.digest, *(it.digest for it in made)}) == 5

    def test_what_was_seen_of_others_does_not_count(self) -> None:
        plan = offline(desired())
        assert live(plan, WKF1="stopped").digest == live(plan, WKF1="stopped", X="failed").digest

    def test_the_same_blind_command_has_the_same_one_as_a_needed_one(self) -> None:
        plan = offline(desired())
        blind = live(plan, observed(state="unknown"), assume_unknown=True)
        assert blind.digest == live(plan, WKF1="stopped").digest


STATES = st.sampled_from([it.value for it in State])
ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(["started", "paused", "stopped"]),
        STATES,
        st.fixed_dictionaries(
            {it: st.booleans() for it in ("restart_finished", "restart_failed", "allow_start")}
        ),
    ),
    min_size=1,
    max_size=6,
)


@given(entries=ENTRIES, assume_unknown=st.booleans())
def test_whatever_is_desired_and_seen_the_plan_is_whole_r8_r13_r14(
    entries: list[tuple[str, str, Any]], assume_unknown: bool
) -> None:
    wanted = [
        desired(f"W{n}", state, index=n, **settings)
        for n, (state, _, settings) in enumerate(entries, 1)
    ]
    seen = observations(*(observed(f"W{n}", state) for n, (_, state, _) in enumerate(entries, 1)))
    plan = offline(*wanted)
    made = live(plan, *seen.values(), assume_unknown=assume_unknown)
    assert made == live(plan, *seen.values(), assume_unknown=assume_unknown)  # pure
    assert plan == offline(*wanted)
    ids = [it.id for it in made.commands]
    assert len(set(ids)) == len(ids)
    for entry in wanted:
        mine = [it for it in made.commands if it.desired is entry]
        decision = decide(
            entry, seen["acme", entry.mention.workflow].state, assume_unknown=assume_unknown
        )
        assert tuple(it.action for it in mine) == (decision.commands or ("ensure",))
        assert mine[-1].wait == (entry.until if decision.commands else None)
        assert all(it.follows is None or it.follows in ids[: ids.index(it.id)] for it in mine)
    assert not made.undecided
    assert made.live is not None
    assert len(made.live.effects) == len(made.commands)


def test_the_digest_is_over_all_that_the_resolved_plan_holds_r9() -> None:
    config = config_of(document(desired("A")), environment="prod")
    plan = resolve(build_plan(config), observations(A="stopped"))
    assert plan.commands[0].action == "start"
    assert plan.digest == digest("prod", config.files, plan.commands)
