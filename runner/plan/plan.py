"""What is going to be sent: frozen values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.load import SourceFile
    from runner.problems import Problem


@dataclass(frozen=True, slots=True)
class Command:
    """One command for one workflow.

    Attributes:
        id: `<document>#<action>.<n>`, the same for the same content (rule R8).
        document: the name of the document it stands in.
        action: `start`, `stop`, `pause` or `resume`.
        organization: None where none is named yet.
        name: of the action, for people.
        file, line, column: where the workflow is named.
        timeout: seconds for one attempt.
        on_failure: `stop` or `continue`.
    """

    id: str
    document: str
    action: str
    workflow: str
    organization: str | None
    name: str | None
    file: str
    line: int
    column: int
    timeout: float
    on_failure: str

    @property
    def url_path(self) -> str | None:
        """The path of its request below the base URL; None without an organization.

        The ID is percent-encoded as Adobe's SDK does it (API.md: `@AbC` arrives as `%40AbC`).
        """
        if self.organization is None:
            return None
        workflow = quote(self.workflow, safe="")
        return f"/{self.organization}/campaign/workflow/execution/{workflow}/commands"

    @property
    def body(self) -> dict[str, str]:
        """The body of its request, before it is written as JSON."""
        return {"method": self.action}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which commands of the files are meant: all, or those of `--only` and from `--from` on."""

    only: tuple[str, ...] = ()
    start: str | None = None


EVERYTHING = Selection()


@dataclass(frozen=True, slots=True)
class Plan:
    """The commands in order, and what they were made from.

    Attributes:
        environment: the name given with `--env`, or None for the base.
        digest: the SHA-256 that ties a review to a run (rule R9), in hexadecimal.
    """

    environment: str | None
    files: tuple[SourceFile, ...]
    selection: Selection
    commands: tuple[Command, ...]
    warnings: tuple[Problem, ...]
    digest: str

    @property
    def organizations(self) -> tuple[str | None, ...]:
        """Every organization of the commands, in order of appearance."""
        return tuple(dict.fromkeys(command.organization for command in self.commands))

    @property
    def organization(self) -> str | None:
        """The one organization of all commands; None where there is none or they differ."""
        return self.organizations[0] if len(self.organizations) == 1 else None

    @property
    def counts(self) -> Mapping[str, int]:
        """How many commands there are of each action, in order of appearance."""
        return Counter(command.action for command in self.commands)
