"""Reads the policy: guardrails from whoever runs the command, not from a pull request (R29)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.errors import InvalidConfigError
from runner.problems import Problem, file_problem
from runner.validate.build_guardrails import build_guardrails
from runner.validate.guardrails import AllowList, Policy, Spot
from runner.validate.lenient import Asked, mapping, texts
from runner.validate.references import NOTHING_MORE
from runner.validate.rules.guardrails import GUARDRAIL_RULES, backward_ranges
from runner.validate.rules.repeats import repeats
from runner.validate.schema import schema_problems
from runner.validate.telling import Told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.load import Loaded
    from runner.load.document import Document

_ASKED = Asked(None, NOTHING_MORE)


def read_policy(loaded: Loaded) -> Policy:
    """Give the policy that one file holds.

    Args:
        loaded: from `runner.load.load`.

    Raises:
        InvalidConfigError: with every problem; also where there is not exactly one document.
    """
    problems = policy_problems(loaded)
    if any(problem.is_error for problem in problems):
        raise InvalidConfigError(problems)
    return _build(loaded.documents[0])


def policy_problems(loaded: Loaded) -> list[Problem]:
    """Give every problem, errors and warnings, of what is to be one policy."""
    told = Told(loaded)
    for document in loaded.documents:
        if not told.is_full(document.file):
            told.add([*schema_problems(document, "policy"), *_rule_problems(document)])
    told.add(_not_alone(loaded))
    return told.in_order()


def _rule_problems(document: Document) -> Iterator[Problem]:
    for rule in GUARDRAIL_RULES:
        yield from rule(document, _ASKED)
    organizations = mapping(document.value).get("organizations")
    yield from repeats(document, ["organizations"], organizations)
    for n, glob in texts(organizations):
        yield from backward_ranges(document, ["organizations", n], glob)


def _not_alone(loaded: Loaded) -> Iterator[Problem]:
    """Which of two policies counts would be a guess."""
    for file in loaded.files[1:]:
        message = f"a policy is one file, and {loaded.files[0].path} is another"
        yield file_problem("policy", file.path, message, "name one file, and no folder of several")
    for document in loaded.documents:
        if document.number > 1:
            message = "a policy is one document, and this is another one in its file"
            hint = "remove the `---` above it, and join the two"
            yield Problem("policy", document.file, *document.place(), "", message, hint)
    if not loaded.documents and not loaded.problems:
        yield file_problem("policy", "-", "there is no policy", "name a file")


def _build(document: Document) -> Policy:
    value: Any = document.value
    organizations = None
    if "organizations" in value:
        spot = Spot(document.file, *document.place(["organizations"]))
        organizations = AllowList(tuple(value["organizations"]), spot)
    return Policy(document.file, build_guardrails(document), organizations)
