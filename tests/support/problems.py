"""What is wrong with a text, as `validate` shows it, without any file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.load import Loaded, SourceFile
from runner.load.parser import parse_documents
from runner.validate import find_problems, validate
from runner.validate.references import NOTHING_MORE, Allowed

if TYPE_CHECKING:
    from runner.load.document import Document
    from runner.problems import Problem
    from runner.validate.config import Config

HEAD = "version: 1\norganization: acme\n"
NAME = "a.yaml"


def loaded(text: str, **others: str) -> Loaded:
    """Load `text` as the file a.yaml, and each other text as the file of its name."""
    parsed = {NAME: parse_documents(NAME, text)}
    parsed |= {f"{name}.yaml": parse_documents(f"{name}.yaml", it) for name, it in others.items()}
    return Loaded(
        tuple(SourceFile(name, "0" * 64) for name in parsed),
        tuple(document for documents, _ in parsed.values() for document in documents),
        tuple(problem for _, problems in parsed.values() for problem in problems),
    )


def found(
    text: str, environment: str | None = None, allowed: Allowed = NOTHING_MORE
) -> list[Problem]:
    """Give every problem of one file that holds `text`."""
    return find_problems(loaded(text), environment, allowed)


def told(
    text: str, environment: str | None = None, allowed: Allowed = NOTHING_MORE
) -> list[tuple[str, str, str]]:
    """Give each problem of one file as `line:column`, message and hint."""
    return [
        (f"{it.line}:{it.column}", it.message, it.hint) for it in found(text, environment, allowed)
    ]


def config(text: str, environment: str | None = None, organization: str | None = None) -> Config:
    """Give the configuration that `text` makes."""
    return validate(
        loaded(text), environment=environment, allowed=NOTHING_MORE, organization=organization
    )


def document(text: str) -> Document:
    """Give the only document of a text in which loading finds nothing wrong."""
    documents, problems = parse_documents(NAME, text)
    assert problems == []
    assert len(documents) == 1
    return documents[0]
