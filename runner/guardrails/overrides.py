"""Lifts guardrails that whoever runs the command overrides, each with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.errors import UsageError
from runner.guardrails.demands import NAMES
from runner.printable import quoted
from runner.validate.suggest import did_you_mean
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.problems import Problem


class Override(Value, frozen=True):
    """A guardrail that is not to hold for this one command, and why.

    It lifts what files and the policy set alike; no file can lift anything.

    Raises:
        UsageError: if there is no such guardrail, or no reason is given.
    """

    name: str
    reason: str

    def __post_init__(self) -> None:
        if self.name not in NAMES:
            hint = did_you_mean(self.name, NAMES)
            raise UsageError(f"--override: there is no guardrail {quoted(self.name)}; {hint}")
        if not self.reason.strip():
            raise UsageError(f"--override {self.name}: say why with --reason TEXT")


class Applied(Value, frozen=True):
    """An override and what it lifted, for the report; nothing where it was not needed."""

    override: Override
    lifted: tuple[Problem, ...]

    @property
    def warning(self) -> str:
        """What people are told of an override that lifts nothing; empty where it does."""
        if self.lifted:
            return ""
        return f"--override {self.override.name} lifts nothing: the guardrail refuses nothing here"


class Lifting(NamedTuple):
    """What overrides leave of the problems.

    Attributes:
        left: what still refuses, and the warnings.
        applied: each override with what it lifted.
    """

    left: tuple[Problem, ...]
    applied: tuple[Applied, ...]


def read_overrides(names: Sequence[str], reason: str | None) -> tuple[Override, ...]:
    """Give the overrides of a command line, each guardrail once.

    Raises:
        UsageError: if a name is wrong, or names come without a reason or a reason without names.
    """
    if reason is not None and not names:
        raise UsageError("--reason says why a guardrail is overridden; add --override NAME")
    return tuple(Override(name, reason or "") for name in dict.fromkeys(names))


def lift(problems: Sequence[Problem], overrides: Sequence[Override]) -> Lifting:
    """Part the problems of `check` or `closed_windows` into those lifted and those left."""
    names = {it.name for it in overrides}
    lifted = [it for it in problems if it.is_error and it.rule in names]
    return Lifting(
        left=tuple(it for it in problems if not (it.is_error and it.rule in names)),
        applied=tuple(
            Applied(it, tuple(problem for problem in lifted if problem.rule == it.name))
            for it in overrides
        ),
    )
