"""validate: documents to a configuration, by the JSON Schema and then by the rules."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from runner.errors import InvalidConfigError
from runner.load.tree import MAX_PROBLEMS
from runner.problems import file_problem
from runner.validate.build import build_document
from runner.validate.config import Config
from runner.validate.rules import Asked, rule_problems
from runner.validate.schema import schema_problems

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from runner.load import Loaded
    from runner.problems import Problem
    from runner.validate.references import Allowed

# Problems of shape, which may come of another one at the same place.
_CONSEQUENCES = frozenset({"type", "value", "quotes", "empty", "one-command"})


def find_problems(loaded: Loaded, environment: str | None, allowed: Allowed) -> list[Problem]:
    """Give every problem, errors and warnings: unreadable files first, then in their order."""
    asked = Asked(environment, allowed)
    problems = list(loaded.problems)
    errors = Counter(problem.file for problem in problems if problem.is_error)
    told = {(it.file, it.line, it.column) for it in loaded.problems}
    for before, document in zip((None, *loaded.documents), loaded.documents, strict=False):
        if errors[document.file] < MAX_PROBLEMS:
            above = before if before is not None and before.file == document.file else None
            found = schema_problems(document) + rule_problems(document, asked, above)
            problems.extend(_without_repeats(found, told))
            errors[document.file] += sum(problem.is_error for problem in found)
    problems.extend(_too_many(file) for file, count in errors.items() if count >= MAX_PROBLEMS)
    order = {file.path: n for n, file in enumerate(loaded.files)}
    return sorted(problems, key=lambda it: (order.get(it.file, -1), it.line, it.column))


def validate(
    loaded: Loaded, *, environment: str | None, allowed: Allowed, organization: str | None
) -> Config:
    """Give the configuration that the files make.

    Args:
        loaded: from `runner.load.load`.
        environment: the name given with `--env`; None means the base.
        allowed: which secrets a file may name.
        organization: what counts where a document names none, from the environment variable.

    Raises:
        InvalidConfigError: with every problem of every file.
    """
    problems = find_problems(loaded, environment, allowed)
    if any(problem.is_error for problem in problems):
        raise InvalidConfigError(problems)
    documents = [
        build_document(document, environment, organization) for document in loaded.documents
    ]
    return Config(environment, loaded.files, tuple(documents), tuple(problems))


def _without_repeats(
    found: list[Problem], told: AbstractSet[tuple[str, int, int]]
) -> list[Problem]:
    """One mistake, one problem: what fails to load or is a reference also fails its schema.

    `told` has the places where loading found something.
    """
    special = told | {(it.file, it.line, it.column) for it in found if it.rule == "reference"}
    return [
        it
        for it in found
        if it.rule not in _CONSEQUENCES or (it.file, it.line, it.column) not in special
    ]


def _too_many(file: str) -> Problem:
    message = f"there are {MAX_PROBLEMS:,} problems or more in this file; the first are shown"
    return file_problem("too-many", file, message, "mend these first")
