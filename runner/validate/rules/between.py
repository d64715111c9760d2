"""The rule about all documents together: nothing is told about one workflow in two ways (R3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.load.document import pointer
from runner.printable import printable, quoted
from runner.problems import Problem
from runner.validate.config import COMMANDS, SIGNAL
from runner.validate.lenient import actions, mapping, organization, workflows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runner.load.document import Document, PathPart

ACTIONS = "actions"
DESIRED = "desired"


class _Mention(NamedTuple):
    """Where a workflow is named, and in what."""

    document: Document
    kind: str
    workflow: str
    path: list[PathPart]

    @property
    def place(self) -> tuple[int, int]:
        """The line and column of the ID."""
        if self.kind == DESIRED:
            return self.document.key_place(self.path)
        return self.document.place(self.path)


def workflows_have_one_purpose(
    documents: Sequence[Document], environment: str | None, fallback: str | None = None
) -> Iterator[Problem]:
    """A workflow of one organization stands in actions, or once in `desired`.

    Args:
        documents: of all files, in order.
        environment: the name given with `--env`.
        fallback: the organization of documents that name none, where it is known.
    """
    if not any(mapping(document.value).get(DESIRED) for document in documents):
        return
    first: dict[tuple[str, str, str], _Mention] = {}
    for document in documents:
        named = organization(document, environment)
        owner = repr(fallback if named is None else named)  # what has the wrong shape has one, too
        for mention in _mentions(document):
            for kind in (ACTIONS, DESIRED):
                other = first.get((owner, kind, mention.workflow))
                if other is not None and DESIRED in (kind, mention.kind):
                    yield _problem(mention, other)
                    break
            first.setdefault((owner, mention.kind, mention.workflow), mention)


def _problem(mention: _Mention, other: _Mention) -> Problem:
    document = mention.document
    place = f"{printable(other.document.file)}:{other.place[0]}"
    whose = "" if other.document is document else ", for the same organization"
    message = f"{quoted(mention.workflow)} already stands in `{other.kind}` at {place}{whose}"
    if mention.kind == other.kind:
        hint = "remove it in one of the two documents"
    else:
        hint = f"remove it here or there; it is either in `{ACTIONS}` or in `{DESIRED}`"
    return Problem("both", document.file, *mention.place, pointer(mention.path), message, hint)


def _mentions(document: Document) -> Iterator[_Mention]:
    """Give every mention of a workflow, in the order of the document's keys."""
    for key in mapping(document.value):
        if key == ACTIONS:
            yield from _in_actions(document)
        elif key == DESIRED:
            for workflow in mapping(mapping(document.value)[DESIRED]):
                yield _Mention(document, DESIRED, workflow, [DESIRED, workflow])


def _in_actions(document: Document) -> Iterator[_Mention]:
    for index, action in actions(document):
        for command in COMMANDS:
            for path, workflow in workflows(action, command):
                yield _Mention(document, ACTIONS, workflow, [ACTIONS, index, *path])
        signalled = mapping(action.get(SIGNAL)).get("workflow")
        if isinstance(signalled, str):
            yield _Mention(document, ACTIONS, signalled, [ACTIONS, index, SIGNAL, "workflow"])
