"""References to secrets: `${env:NAME}` and `${file:/run/secrets/NAME}`, and which may be named."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.load.document import PathPart

ENV_PREFIX = "CAMPAIGN_"
SECRET_FOLDER = "/run/secrets"  # noqa: S105 - a folder, no password
_REFERENCE = re.compile(
    r"\$\{(env|file):((?<=env:)[A-Za-z_][A-Za-z0-9_]*|(?<=file:)/[^{}\x00-\x1f]+)\}"
)
_ANY_REFERENCE = re.compile(r"\$\{\s*(?:env|file)\s*:", re.IGNORECASE)


class Reference(Value, frozen=True):
    """Where one secret stands: the variable `target`, or the file at `target`."""

    kind: str
    target: str

    def __str__(self) -> str:
        """Give it as it is written in YAML."""
        return f"${{{self.kind}:{self.target}}}"


class Allowed(Value, frozen=True):
    """What whoever runs the command lets a file name, beyond what is always allowed.

    Attributes:
        variables: names from `--allow-env`.
        files: paths from `--allow-secret-file`; a folder allows what lies in it.
    """

    variables: frozenset[str] = frozenset()
    files: tuple[str, ...] = ()

    def permits(self, reference: Reference) -> bool:
        """Whether `reference` may be named; a file is judged by its path as written."""
        if reference.kind == "env":
            return reference.target.startswith(ENV_PREFIX) or reference.target in self.variables
        return is_inside(posixpath.normpath(reference.target), self.folders)

    @property
    def folders(self) -> tuple[str, ...]:
        """Every path that a secret file may be or lie in."""
        return (SECRET_FOLDER, *self.files)


NOTHING_MORE = Allowed()


def parse_reference(text: str) -> Reference | None:
    """Give the reference that `text` is, or None where it is none or more than one."""
    match = _REFERENCE.fullmatch(text)
    return Reference(match[1], match[2]) if match else None


def holds_reference(text: str) -> bool:
    """Whether a reference, well written or not, stands anywhere in `text`."""
    return "${" in text and _ANY_REFERENCE.search(text) is not None


def is_under_auth(path: Sequence[PathPart]) -> bool:
    """Whether `path` lies in the `auth` of a document or of one of its environments."""
    return list(path[:1]) == ["auth"] or (
        list(path[:1]) == ["environments"] and list(path[2:3]) == ["auth"]
    )


def may_be_literal(path: Sequence[PathPart]) -> bool:
    """Whether `path` lies in the scopes of an `auth`, which are no secret (rule R5)."""
    inside = list(path[1:] if list(path[:1]) == ["auth"] else path[3:])
    return is_under_auth(path) and inside[:2] == ["oauth", "scopes"]


def is_inside(path: str, folders: tuple[str, ...]) -> bool:
    """Whether a normalised `path` is one of `folders` or lies below one."""
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)
