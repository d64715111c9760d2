"""What is to be known of a rule, for people who meet it for the first time."""

from __future__ import annotations

from runner.value import Value


class Rule(Value, frozen=True):
    """One rule that a problem can name.

    Attributes:
        id: its short name, stable across versions.
        summary: one sentence about what is wrong.
        help: what it means and what to do; backquotes stand around what is code.
        warns: whether it only warns as a rule, where most refuse.
    """

    id: str
    summary: str
    help: str
    warns: bool = False
