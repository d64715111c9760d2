"""One finding for all workflows whose state cannot be told for the same reason."""

from __future__ import annotations

from runner.diagnosis.check import Check, Result
from runner.diagnosis.states import state_checks
from runner.states import Observation, ReadState, State
from tests.support.plans import command, observed

FIELDS = (("PKey", "@1"), ("phase", "11"))


def without(
    workflow: str, fields: tuple[tuple[str, str], ...] = FIELDS, looked_for: str = "state"
) -> Observation:
    return Observation("acme", workflow, True, fields=fields, looked_for=(looked_for,))


def unmapped(workflow: str, raw: str) -> Observation:
    return Observation("acme", workflow, True, ReadState(State.UNKNOWN, raw, "state"))


def checks(*seen: Observation) -> list[Check]:
    named = {it.key: [command(it.workflow), command(it.workflow, file="b.yaml")] for it in seen}
    return list(state_checks(named, seen))


def test_states_that_are_known_need_none() -> None:
    assert checks(observed("A"), observed("B", "failed")) == []


def test_what_was_not_read_is_told_elsewhere() -> None:
    assert checks(observed("A", "unknown", found=False, error="not there")) == []
    assert checks(observed("A", "unknown", found=None, error="no answer")) == []
    assert checks(observed("A", "unknown", found=True, error="no JSON object")) == []


def test_all_workflows_without_the_field_are_one_finding() -> None:
    (one,) = checks(*(without(name) for name in "ABCDE"), observed("F"))
    assert (one.subject, one.result) == ("A, B, C and 2 more", Result.FAILED)
    assert one.message == "there is nothing in `state`; `phase` looks like the state: it says `11`"
    assert one.remedy == (
        "Write this into a.yaml and b.yaml, below what `defaults` holds there already,"
        " with what you know in place of FILL_IN"
    )
    assert one.yaml[2] == '    fields: ["phase"]'


def test_those_that_look_in_other_fields_are_another() -> None:
    first, second = checks(without("A"), without("B", looked_for="phase2"))
    assert (first.subject, second.subject) == ("A", "B")
    assert second.message.startswith("there is nothing in `phase2`; ")


def test_an_empty_field_hides_the_true_one_and_is_not_proposed_again() -> None:
    seen = Observation(
        "acme",
        "A",
        True,
        ReadState(State.UNKNOWN, " ", "state"),
        fields=(("state", " "), ("phase", "started")),
        looked_for=("state", "status"),
    )
    (one,) = checks(seen)
    assert one.message == (
        "there is nothing in `state` and `status`; `phase` looks like the state: it says `started`"
    )


def test_others_that_look_like_it_are_named() -> None:
    fields = (("stateId", "11"), ("status2", "12"))
    (one,) = checks(without("A", fields))
    assert one.message.endswith("`stateId` looks like the state: it says `11` (so do `status2`)")


def test_where_none_does_the_fields_are_shown() -> None:
    (one,) = checks(without("A", (("label", "Newsletter"),)))
    assert one.message == (
        "there is nothing in `state`; no field looks like the state: `label`: `Newsletter`"
    )
    assert one.yaml == ()
    assert "defaults.state.fields" in one.remedy
    (nothing,) = checks(without("A", ()))
    assert nothing.message.endswith("it has no plain fields at all")


def test_values_that_are_not_mapped_are_one_finding_for_their_field() -> None:
    (one,) = checks(unmapped("A", "11"), unmapped("B", "In progress"), unmapped("C", "11"))
    assert one.subject == "A, B and C"
    assert one.message == "`state` says `11` and `In progress`, and nothing maps that to a state"
    assert one.yaml[:3] == ("defaults:", "  state:", "    values:")
    assert len(one.yaml) == 5
