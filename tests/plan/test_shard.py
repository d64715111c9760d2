"""Which organizations fall to which shard, and what a part of a plan keeps of the whole."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from runner.errors import UsageError
from runner.plan.build import build_plan
from runner.plan.shard import Shard, number_of, part_of, read_shard
from tests.support.organizations import NUMBERS
from tests.support.plans import action, config_of, desired, document

NAMES = st.from_regex(r"[A-Za-z0-9_-]{1,100}", fullmatch=True)
WHOLE = build_plan(
    config_of(
        document(action("start", "WKF1", "WKF2"), name="a.yaml/1", organization="acme"),
        document(action("stop", "WKF3"), name="a.yaml/2", organization="globex"),
        document(desired("WKF4"), name="b.yaml", organization="initech"),
    )
)


@pytest.mark.parametrize(("name", "number"), NUMBERS.items())
def test_the_number_is_the_sha_256_of_the_name_modulo_the_total(name: str, number: int) -> None:
    digest = hashlib.sha256(name.encode()).digest()
    assert number_of(name, 3) == int.from_bytes(digest, "big") % 3 + 1 == number


@given(NAMES, st.integers(1, 1000))
def test_each_organization_falls_to_exactly_one_shard(name: str, total: int) -> None:
    holding = [it for it in range(1, total + 1) if Shard(it, total).holds(name)]
    assert holding == [number_of(name, total)]


def test_many_organizations_are_spread_evenly() -> None:
    counts = Counter(number_of(f"acme-{n}", 4) for n in range(4000))
    assert all(900 < number < 1100 for number in counts.values())
    assert len(counts) == 4


@pytest.mark.parametrize(
    ("text", "shard"),
    [("1/1", Shard(1, 1)), ("2/3", Shard(2, 3)), ("1000/1000", Shard(1000, 1000))],
)
def test_a_shard_is_read_as_it_is_written(text: str, shard: Shard) -> None:
    assert read_shard(text) == shard
    assert str(shard) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "0/3",
        "4/3",
        "1/0",
        "1/3/3",
        "-1/3",
        " 1/3",
        "1/3\n",
        "1/1001",
        "a/b",
        "\u0661/\u0663",
    ],
)
def test_anything_else_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(UsageError, match=r"write K/N.*such as 1/3"):
        read_shard(text)


def test_the_parts_are_the_whole_in_its_order_with_its_ids() -> None:
    parts = [part_of(WHOLE, Shard(number, 3)) for number in (1, 2, 3)]
    assert [it.organizations for it in parts] == [(), ("globex",), ("acme", "initech")]
    assert [it for it in WHOLE.commands if it in parts[2].commands] == list(parts[2].commands)
    assert {it for part in parts for it in part.commands} == set(WHOLE.commands)
    assert all(it.files == WHOLE.files for it in parts)


def test_a_part_has_its_own_digest_and_names_that_of_the_whole_r9() -> None:
    parts = [part_of(WHOLE, Shard(number, 3)) for number in (1, 2, 3)]
    assert len({WHOLE.digest, *(it.digest for it in parts)}) == 4
    assert [it.sharded and it.sharded.whole_digest for it in parts] == [WHOLE.digest] * 3
    assert part_of(WHOLE, Shard(1, 1)).digest == WHOLE.digest


def test_other_organizations_do_not_move_one() -> None:
    fewer = build_plan(config_of(document(action("start", "X"), organization="globex")))
    assert part_of(fewer, Shard(2, 3)).commands == fewer.commands
    more = replace(fewer, commands=(*WHOLE.commands, *fewer.commands))
    assert part_of(more, Shard(2, 3)).organizations == ("globex",)
