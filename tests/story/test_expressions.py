"""The expressions of workflows, and that an unknown one never passes by luck."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.story.expressions import (
    Lenient,
    UnknownExpressionError,
    condition,
    evaluate,
    filled,
    formatted,
)

if TYPE_CHECKING:
    from collections.abc import Callable

CONTEXTS: dict[str, Any] = {
    "github": {"ref": "refs/heads/main", "event": {"private": False}},
    "steps": {"run": {"outputs": Lenient(journal="a.jsonl")}},
    "inputs": {"init-state": True, "left-out": None},
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "format": formatted,
    "always": lambda: True,
    "success": lambda: False,
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("github.ref", "refs/heads/main"),
        ("github.ref == 'REFS/heads/main'", True),
        ("github.ref != 'x' && 'it''s'", "it's"),
        ("github.ref == format('refs/heads/{0}', 'main')", True),
        ("steps.run.outputs.journal || 'b'", "a.jsonl"),
        ("steps.run.outputs.nothing || 'b'", "b"),
        ("!github.event.private && (inputs.init-state || false)", True),
        ("inputs.left-out == 'true'", False),
    ],
)
def test_a_value(text: str, value: object) -> None:
    assert evaluate(text, CONTEXTS, FUNCTIONS) == value


@pytest.mark.parametrize(
    "text",
    [
        "matrix.python",
        "github.actor",
        "github.event.number",
        "contains(github.ref, 'main')",
        "github.ref github.ref",
        "github.event.private == 'true'",
        "github.ref == ",
        "inputs.init-state < 2",
        "github['ref']",
        "(github.ref",
    ],
)
def test_what_is_not_known_is_an_error(text: str) -> None:
    with pytest.raises(UnknownExpressionError):
        evaluate(text, CONTEXTS, FUNCTIONS)


def test_a_text_is_filled() -> None:
    text = "${{ github.ref }}: ${{ inputs.init-state }}, ${{ inputs.left-out }}"
    assert filled(text, CONTEXTS, FUNCTIONS) == "refs/heads/main: true, "


def test_what_is_no_text_is_an_error() -> None:
    with pytest.raises(UnknownExpressionError):
        filled("${{ github.event }}", CONTEXTS, FUNCTIONS)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("github.ref == 'refs/heads/main'", False),  # as if success() stood before it
        ("always() && github.ref == 'refs/heads/main'", True),
        ("${{ always() && inputs.left-out }}", False),
    ],
)
def test_a_condition_asks_for_success_unless_it_names_a_status(text: str, holds: bool) -> None:
    assert condition(text, CONTEXTS, FUNCTIONS) is holds
