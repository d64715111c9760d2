"""What a valid configuration is: frozen values, with nothing left of the files but places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runner.load import SourceFile
    from runner.problems import Problem
    from runner.validate.references import Reference

COMMANDS = ("start", "stop", "pause", "resume")
DEFAULT_TIMEOUT = 70.0  # seconds; the gateway itself gives up after 60
DEFAULT_ON_FAILURE = "stop"


@dataclass(frozen=True, slots=True)
class OAuth:
    """An OAuth Server-to-Server credential, as references."""

    client_id: Reference
    client_secret: Reference
    scopes: Reference | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Auth:
    """Where the secrets of a document come from; exactly one of the last two is set."""

    api_key: Reference
    access_token: Reference | None
    oauth: OAuth | None


@dataclass(frozen=True, slots=True)
class WorkflowMention:
    """A workflow where an action names it; line and column count from 1."""

    workflow: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Action:
    """One item of `actions`.

    Attributes:
        index: 1 for the first of its document.
        command: one of `COMMANDS`.
        timeout: seconds for one attempt of one command.
        on_failure: `stop` or `continue`.
    """

    index: int
    command: str
    name: str | None
    workflows: tuple[WorkflowMention, ...]
    timeout: float
    on_failure: str


@dataclass(frozen=True, slots=True)
class DocumentConfig:
    """One document with its environment laid over it.

    Attributes:
        name: the first part of its commands' ids.
        file: the path as commands show it.
        organization: None where neither the document nor the environment variable names one.
    """

    name: str
    file: str
    organization: str | None
    auth: Auth
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that the files say, for one environment.

    Attributes:
        environment: the name given with `--env`, or None for the base.
        warnings: what is allowed but looks unmeant.
    """

    environment: str | None
    files: tuple[SourceFile, ...]
    documents: tuple[DocumentConfig, ...]
    warnings: tuple[Problem, ...]
