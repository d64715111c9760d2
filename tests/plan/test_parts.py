"""The parts of a plan for its organizations, offline and with what was seen."""

from __future__ import annotations

from msgspec.structs import replace

from runner.plan.build import build_plan
from runner.plan.parts import parts_of
from runner.plan.resolve import resolve
from runner.plan.shard import OneOrganization, Shard, part_of
from runner.states import Observation, ReadState, State, WorkflowKey
from tests.support.plans import action, config_of, desired, document

WHOLE = build_plan(
    config_of(
        document(action("start", "WKF1", "WKF2"), name="a.yaml/1", organization="acme"),
        document(desired("WKF4"), name="a.yaml/2", organization="globex"),
        document(desired("WKF4"), desired("WKF5", index=2), name="b.yaml", organization="acme"),
    )
)
STATES: dict[WorkflowKey, Observation] = {
    (organization, workflow): Observation(
        organization, workflow, True, ReadState(State.STOPPED, None, None)
    )
    for organization, workflow in (("acme", "WKF4"), ("globex", "WKF4"), ("acme", "WKF5"))
}


def test_each_organization_has_its_commands_in_the_order_of_the_plan() -> None:
    acme, globex = parts_of(WHOLE, WHOLE)
    assert [it.id for it in acme.commands] == [
        it.id for it in WHOLE.commands if it.organization == "acme"
    ]
    assert globex.organizations == ("globex",)
    for part in (acme, globex):
        assert part.sharded is not None
        assert part.sharded.whole_digest == WHOLE.digest
        assert part == part_of(WHOLE, OneOrganization(str(part.sharded.shard)))
    assert len({acme.digest, globex.digest, WHOLE.digest}) == 3


def test_parts_of_a_live_plan_hold_its_very_commands_and_their_own_states() -> None:
    made = resolve(WHOLE, STATES)
    parts = parts_of(WHOLE, made)
    for part in parts:
        (organization,) = part.organizations
        assert part.commands == tuple(it for it in made.commands if it.organization == organization)
        assert part.live is not None
        assert {it.organization for it in part.live.states} == {organization}
        assert len(part.live.effects) == len(part.commands)
    assert sum(len(it.commands) for it in parts) == len(made.commands)


def test_a_part_of_a_shard_is_that_of_the_whole() -> None:
    shard = next(it for it in (Shard(1, 2), Shard(2, 2)) if it.holds("acme"))
    (part,) = [
        it
        for it in parts_of(part_of(WHOLE, shard), part_of(WHOLE, shard))
        if it.organization == "acme"
    ]
    acme, _ = parts_of(WHOLE, WHOLE)
    assert part == replace(acme, sharded=part.sharded)
    assert part.sharded == acme.sharded
