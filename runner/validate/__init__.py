"""validate: documents to a configuration, by the JSON Schema and then by the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.errors import InvalidConfigError
from runner.validate.rules import Asked, rule_problems
from runner.validate.rules.between import workflows_have_one_purpose
from runner.validate.schema import schema_problems
from runner.validate.telling import Told

if TYPE_CHECKING:
    from runner.load import Loaded
    from runner.problems import Problem
    from runner.validate.config import Config
    from runner.validate.references import Allowed


def find_problems(
    loaded: Loaded, environment: str | None, allowed: Allowed, organization: str | None = None
) -> list[Problem]:
    """Give every problem, errors and warnings: unreadable files first, then in their order.

    Args:
        loaded: from `runner.load.load`.
        environment: the name given with `--env`; None means the base.
        allowed: which secrets a file may name.
        organization: what counts where a document names none, if that is known.
    """
    asked = Asked(environment, allowed)
    told = Told(loaded)
    for before, document in zip((None, *loaded.documents), loaded.documents, strict=False):
        if not told.is_full(document.file):
            above = before if before is not None and before.file == document.file else None
            told.add(schema_problems(document) + rule_problems(document, asked, above))
    for problem in workflows_have_one_purpose(loaded.documents, environment, organization):
        if not told.is_full(problem.file):
            told.add([problem])
    return told.in_order()


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
    from runner.validate.build import build_document
    from runner.validate.config import Config

    problems = find_problems(loaded, environment, allowed, organization)
    if any(problem.is_error for problem in problems):
        raise InvalidConfigError(problems)
    documents = [
        build_document(document, environment, organization) for document in loaded.documents
    ]
    return Config(environment, loaded.files, tuple(documents), tuple(problems))
