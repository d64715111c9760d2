"""What whoever runs a command demands, beyond what the files do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.value import Value

if TYPE_CHECKING:
    from runner.guardrails.overrides import Override


class HouseRules(Value, frozen=True):
    """What whoever runs the command adds to the guardrails of the files, and lifts of them.

    Attributes:
        policy: the path of a guardrail file, or None (rule R29).
    """

    policy: str | None = None
    overrides: tuple[Override, ...] = ()


NO_RULES = HouseRules()
