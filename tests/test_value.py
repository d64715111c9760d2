"""The base of all values."""

from __future__ import annotations

import pickle
import pydoc
from inspect import signature
from typing import TYPE_CHECKING

import pytest

from runner import Config, Plan
from runner.plan.command import Command, Decided
from runner.value import Value

if TYPE_CHECKING:
    from fractions import Fraction


class Part(Value, frozen=True):
    """A part of something."""

    share: Fraction
    name: str = "it"


class NamedPart(Part, frozen=True):
    """One that belongs to somebody."""

    owner: str = ""


@pytest.mark.parametrize("kind", [Part, NamedPart, Config, Plan, Command, Decided])
def test_help_says_how_it_is_made_though_its_types_are_for_type_checkers(kind: type) -> None:
    assert f"{kind.__name__}(" in pydoc.render_doc(kind)


def test_its_signature_has_all_fields_with_their_types_and_defaults() -> None:
    assert str(signature(NamedPart)) == (
        "(share: 'Fraction', name: 'str' = 'it', owner: 'str' = '')"
    )


def test_it_cannot_be_changed_nor_given_anything_else() -> None:
    part = Decided(refused=True, reason="it runs")
    with pytest.raises(AttributeError):
        part.reason = "another"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        part.more = 1  # type: ignore[attr-defined]


def test_two_are_equal_where_all_fields_are_and_count_once() -> None:
    one, same, other = (Decided(refused=True, reason=it) for it in ("a", "a", "b"))
    assert one == same != other
    assert len({one, same, other}) == 2
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - our own


def test_it_is_not_equal_to_another_kind_of_the_same_fields() -> None:
    like: object = (True, "a", False)
    assert Decided(refused=True, reason="a") != like
