"""validate: documents to a configuration, by the JSON Schema and then by the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.errors import InvalidConfigError
from runner.problems import file_problem
from runner.validate.build import build_document
from runner.validate.config import Config
from runner.validate.rules import Asked, rule_problems
from runner.validate.schema import MAX_PROBLEMS, schema_problems

if TYPE_CHECKING:
    from runner.load import Loaded
    from runner.load.document import Document
    from runner.problems import Problem
    from runner.validate.references import Allowed


def find_problems(loaded: Loaded, environment: str | None, allowed: Allowed) -> list[Problem]:
    """Give every problem of every file, errors and warnings, in the order of the files."""
    asked = Asked(environment, allowed)
    problems = list(loaded.problems)
    for document in loaded.documents:
        found = schema_problems(document) + rule_problems(document, asked)
        problems.extend(_without_repeats(found))
        if len(found) >= MAX_PROBLEMS and sum(it.is_error for it in found) >= MAX_PROBLEMS:
            problems.append(_too_many(document))
    order = {path: n for n, path in enumerate(dict.fromkeys(problem.file for problem in problems))}
    order.update({file.path: n for n, file in enumerate(loaded.files)})
    return sorted(problems, key=lambda it: (order[it.file], it.line, it.column))


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


def _without_repeats(problems: list[Problem]) -> list[Problem]:
    """One mistake, one problem: a misplaced reference also fails its pattern, for example."""
    special = {(it.line, it.column) for it in problems if it.rule == "reference"}
    return [it for it in problems if it.rule != "value" or (it.line, it.column) not in special]


def _too_many(document: Document) -> Problem:
    message = f"there are more than {MAX_PROBLEMS:,} problems here; the first of them are shown"
    return file_problem("too-many", document.file, message, "mend these first")
