"""The rules that a schema cannot say, each a function from one document to problems.

They look at documents that the schema may have refused, so that everything wrong is told at once:
whatever has the wrong shape is passed over, since the schema has named it already.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from runner.load.tree import MAX_PROBLEMS
from runner.printable import quoted
from runner.validate.lenient import Asked, at
from runner.validate.rules.desired import settings_have_a_meaning, workflows_stand_before_the_colon
from runner.validate.rules.guardrails import GUARDRAIL_RULES
from runner.validate.rules.neighbours import neighbours_do_not_undo
from runner.validate.rules.references import references_are_allowed, references_stand_under_auth
from runner.validate.rules.repeats import (
    fields_stand_once,
    state_values_differ,
    workflows_stand_once,
)
from runner.validate.rules.signals import (
    parameters_are_as_written,
    signal_bodies_are_small,
    signals_are_as_declared,
)
from runner.validate.rules.waits import (
    durations_are_sane,
    polls_fit_into_waits,
    waits_can_come_true,
)
from runner.validate.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runner.load.document import Document, PathPart
    from runner.problems import Problem

__all__ = ["RULES", "Asked", "rule_problems"]


def rule_problems(
    document: Document, asked: Asked, before: Document | None = None
) -> list[Problem]:
    """Give what breaks a rule in one document, up to `MAX_PROBLEMS`, and one warning more.

    Args:
        document: what is checked.
        asked: what the command line asks of it.
        before: the document that runs before it, where that stands in the same file.
    """
    refused = (problem for rule in RULES for problem in rule(document, asked))
    warnings = neighbours_do_not_undo(document, asked, before)
    return [*islice(refused, MAX_PROBLEMS), *islice(warnings, MAX_PROBLEMS + 1)]


def environment_is_known(document: Document, asked: Asked) -> Iterator[Problem]:
    """A file without the environment asked for is refused; the base is no substitute (R2)."""
    if asked.environment is None or not isinstance(document.value, dict):
        return
    environments = document.value.get("environments")
    known = list(environments) if isinstance(environments, dict) else []
    if asked.environment not in known:
        message = f"there is no environment {quoted(asked.environment)} here"
        hint = (
            did_you_mean(asked.environment, known)
            or "add it under `environments`, or leave out --env"
        )
        path: list[PathPart] = ["environments"] if known else []
        yield at(document, path, "unknown-environment", message, hint)


RULES: tuple[Callable[[Document, Asked], Iterator[Problem]], ...] = (
    references_stand_under_auth,
    references_are_allowed,
    environment_is_known,
    workflows_stand_once,
    fields_stand_once,
    state_values_differ,
    durations_are_sane,
    polls_fit_into_waits,
    waits_can_come_true,
    signals_are_as_declared,
    parameters_are_as_written,
    signal_bodies_are_small,
    settings_have_a_meaning,
    workflows_stand_before_the_colon,
    *GUARDRAIL_RULES,
)
