"""One step of a plan: a command, a signal, a pause, or a desired state that is not decided yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from runner.validate.config import COMMANDS, DEFAULT_PARALLEL, DEFAULT_SETTLE, SIGNAL, WAIT
from runner.value import Value

if TYPE_CHECKING:
    from runner.states import WorkflowKey
    from runner.validate.config import Desired, Signal, Wait

ENSURE = "ensure"
SENT = frozenset((*COMMANDS, SIGNAL))


class Decided(Value, frozen=True):
    """Why a desired state calls for no command: it holds already, or it is refused (R13).

    Attributes:
        left_alone: whether it does not hold, but what would make it so is not done unasked.
    """

    refused: bool
    reason: str
    left_alone: bool = False


class Command(Value, frozen=True):
    """One entry of a plan, in most cases one command for one workflow.

    Attributes:
        id: `<document>#<action>.<n>`, the same for the same content (rule R8).
        document: the name of the document it stands in.
        step: those of one step are sent one after another, or a few at a time, and then waited
            for together.
        action: `start`, `stop`, `pause`, `resume`, `signal`; `ensure` for a desired state that
            calls for no command, or whose workflow's state is not known yet; `wait` for a pause.
        workflow: None for a pause.
        organization: None where none is named yet.
        name: of the action, for people.
        file, line, column: where the workflow is named.
        timeout: seconds for one attempt.
        on_failure: `stop` or `continue`.
        wait: the state that its workflow is to reach after it.
        signal: what a signal says.
        pause: seconds.
        desired: the entry that it was made for.
        decided: of an `ensure`, once the state is known.
        follows: the id of the command without whose success this one is not sent.
        settle: seconds for which the state is read after a lost answer (rule R17).
        rate: the most commands per second to its organization; None without a limit.
        parallel: how many of its step may be under way at a time.
    """

    id: str
    document: str
    step: str
    action: str
    workflow: str | None
    organization: str | None
    name: str | None
    file: str
    line: int
    column: int
    timeout: float
    on_failure: str
    wait: Wait | None = None
    signal: Signal | None = None
    pause: float | None = None
    desired: Desired | None = None
    decided: Decided | None = None
    follows: str | None = None
    settle: float = DEFAULT_SETTLE
    rate: float | None = None
    parallel: int = DEFAULT_PARALLEL

    @property
    def is_sent(self) -> bool:
        """Whether carrying it out means to send something."""
        return self.action in SENT

    @property
    def is_counted(self) -> bool:
        """Whether it is one of the commands of a plan; a pause is not (rule R8)."""
        return self.action != WAIT

    @property
    def selected_by(self) -> str:
        """The id under which `--only` and `--from` know it: that of the files' own entry."""
        if self.desired is None:
            return self.id
        return f"{self.document}#desired.{self.desired.index}"

    @property
    def own_settle(self) -> float | None:
        """Its `settle`, where that is not what it is without any setting."""
        return None if self.settle == DEFAULT_SETTLE else self.settle

    @property
    def key(self) -> WorkflowKey:
        """Its organization and workflow; "" for a pause."""
        return (self.organization, self.workflow or "")

    @property
    def workflow_path(self) -> str | None:
        """The path of its workflow below the base URL; None without an organization or workflow.

        The ID is percent-encoded as Adobe's SDK does it (API.md: `@AbC` arrives as `%40AbC`).
        """
        if self.organization is None or self.workflow is None:
            return None
        return f"/{self.organization}/campaign/workflow/execution/{quote(self.workflow, safe='')}"

    @property
    def url_path(self) -> str | None:
        """The path of its request; None where it is not known before the run, as of a signal."""
        path = self.workflow_path
        return f"{path}/commands" if path is not None and self.action in COMMANDS else None

    @property
    def body(self) -> dict[str, Any] | None:
        """The body of its request, before it is written as JSON; None where there is no request."""
        if self.signal is not None:
            return {"source": self.signal.source, "parameters": dict(self.signal.parameters)}
        return {"method": self.action} if self.action in COMMANDS else None
