"""All files and the policy hold together, and nobody loosens what another demands (R29)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.guardrails.demands import Demands, merge
from runner.validate.guardrails import (
    AllowList,
    Guardrails,
    Limit,
    Policy,
    Protection,
    Spot,
    Windows,
)
from tests.guardrails.values import allow, document, limit, protect, window, windows

if TYPE_CHECKING:
    from runner.validate.config import DocumentConfig

A, B, P = Spot("a.yaml", 3, 1), Spot("b.yaml", 4, 1), Spot("policy.yaml", 5, 1)
OPEN = window("08:00", "18:00")
ACTIONS = ("start", "stop", "pause", "resume", "signal")


def test_without_guardrails_nothing_is_demanded() -> None:
    assert merge([document(), document(organization=None)], None) == {
        "acme": Demands(),
        None: Demands(),
    }


def test_protect_is_the_union_and_the_policy_comes_first_r29() -> None:
    a, b, p = protect("WKF1", spot=A), protect("WKF1", "stop", spot=B), protect("WKF2", spot=P)
    documents = [
        document(Guardrails(protect=(b,))),
        document(Guardrails(protect=(a,))),
        document(Guardrails(protect=(a,))),
    ]
    merged = merge(documents, Policy("policy.yaml", Guardrails(protect=(p,))))
    assert merged["acme"].protect == (p, a, b)


@pytest.mark.parametrize("name", ["max_commands", "max_stops", "max_active"])
@pytest.mark.parametrize(
    ("a", "b", "policy", "strictest"),
    [
        (None, None, None, None),
        (5, None, None, limit(5, A)),
        (5, 3, None, limit(3, B)),
        (5, 3, 2, limit(2, P)),
        (1, 3, 2, limit(1, A)),
        (0, 3, 2, limit(0, A)),
        (2, 3, 2, limit(2, P)),
        (2, 2, None, limit(2, A)),
    ],
)
def test_of_limits_the_strictest_holds_and_says_where_it_stands_r29(
    name: str, a: int | None, b: int | None, policy: int | None, strictest: Limit | None
) -> None:
    def sets(most: int | None, spot: Spot) -> Guardrails:
        values: dict[str, Any] = {name: None if most is None else limit(most, spot)}
        return Guardrails(**values)

    documents = [document(sets(b, B)), document(sets(a, A))]
    merged = merge(documents, Policy("policy.yaml", sets(policy, P)))
    assert getattr(merged["acme"], name) == strictest


def test_each_list_of_actions_and_of_windows_holds_r29() -> None:
    a, b = allow("start", spot=A), allow("stop", spot=B)
    of_a, of_p = windows(OPEN, spot=A), windows(OPEN, spot=P)
    documents = [
        document(Guardrails(allow=b)),
        document(Guardrails(allow=a, windows=of_a)),
        document(),
    ]
    merged = merge(documents, Policy("policy.yaml", Guardrails(windows=of_p)))["acme"]
    assert merged.allow == (a, b)
    assert merged.windows == (of_p, of_a)


def test_files_bind_their_own_organization_and_the_policy_all_r29() -> None:
    documents = [
        document(Guardrails(max_stops=limit(1, A)), "acme"),
        document(Guardrails(), "beta"),
        document(Guardrails(max_stops=limit(3, B)), None),
    ]
    policy = Policy("policy.yaml", Guardrails(max_commands=limit(9, P)), allow("acme", spot=P))
    merged = merge(documents, policy)
    assert {name: it.max_stops for name, it in merged.items()} == {
        "acme": limit(1, A),
        "beta": None,
        None: limit(3, B),
    }
    assert {it.max_commands for it in merged.values()} == {limit(9, P)}
    assert {it.organizations for it in merged.values()} == {allow("acme", spot=P)}


SPOTS = st.builds(Spot, st.sampled_from(["a.yaml", "b.yaml"]), st.integers(1, 3), st.just(1))
LIMITS = st.none() | st.builds(Limit, st.integers(0, 3), SPOTS)
LISTS = st.none() | st.builds(
    AllowList, st.lists(st.sampled_from(ACTIONS), unique=True).map(tuple), SPOTS
)
PROTECTIONS = st.builds(
    Protection,
    st.sampled_from(["WKF1", "WKF*"]),
    st.lists(st.sampled_from(ACTIONS), max_size=2, unique=True).map(tuple),
    SPOTS,
)
WINDOWS = st.none() | st.builds(
    Windows,
    st.lists(
        st.sampled_from([OPEN, window("00:00", "01:00")]), min_size=1, max_size=2, unique=True
    ).map(tuple),
    SPOTS,
)
GUARDRAILS = st.builds(
    Guardrails,
    protect=st.lists(PROTECTIONS, max_size=3).map(tuple),
    max_commands=LIMITS,
    max_stops=LIMITS,
    max_active=LIMITS,
    allow=LISTS,
    windows=WINDOWS,
)
DOCUMENTS = st.builds(document, GUARDRAILS, st.sampled_from(["acme", "beta", None]))
POLICIES = st.builds(Policy, st.just("policy.yaml"), GUARDRAILS, st.none() | st.just(allow("acme")))


@given(
    st.lists(DOCUMENTS, max_size=4).flatmap(lambda it: st.tuples(st.just(it), st.permutations(it)))
)
def test_the_order_of_the_files_does_not_matter_r29(
    orders: tuple[list[DocumentConfig], list[DocumentConfig]],
) -> None:
    one, other = orders
    policy = Policy("policy.yaml", Guardrails(max_stops=limit(1, P), protect=(protect("X"),)))
    assert merge(one, None) == merge(other, None)
    assert merge(one, policy) == merge(other, policy)


def is_as_strict(now: Demands, before: Demands) -> bool:
    """Whether nothing that `before` refuses is let through by `now`."""
    limits = all(
        old is None or (new is not None and new.most <= old.most)
        for new, old in [
            (now.max_commands, before.max_commands),
            (now.max_stops, before.max_stops),
            (now.max_active, before.max_active),
        ]
    )
    lists = (
        set(now.protect) >= set(before.protect)
        and set(now.allow) >= set(before.allow)
        and set(now.windows) >= set(before.windows)
    )
    return limits and lists and before.organizations in (None, now.organizations)


@given(st.lists(DOCUMENTS, max_size=3), DOCUMENTS, st.none() | POLICIES)
def test_another_file_makes_nothing_looser_r29(
    documents: list[DocumentConfig], more: DocumentConfig, policy: Policy | None
) -> None:
    before, now = merge(documents, policy), merge([*documents, more], policy)
    assert all(is_as_strict(now[name], before[name]) for name in before)


@given(st.lists(DOCUMENTS, max_size=3), POLICIES)
def test_a_policy_makes_nothing_looser_and_no_file_a_policy_r29(
    documents: list[DocumentConfig], policy: Policy
) -> None:
    without, now = merge(documents, None), merge(documents, policy)
    assert set(without) == set(now)
    assert all(is_as_strict(now[name], without[name]) for name in without)
    alone = merge([document(organization=name) for name in now], policy)
    assert all(is_as_strict(now[name], alone[name]) for name in now)
