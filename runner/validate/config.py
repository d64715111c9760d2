"""What a valid configuration is: frozen values, with nothing left of the files but places."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from runner.states import DEFAULT_MAPPING
from runner.validate.guardrails import NO_GUARDRAILS, Guardrails
from runner.value import Value

if TYPE_CHECKING:
    from runner.load import SourceFile
    from runner.problems import Problem
    from runner.states import State, StateMapping
    from runner.validate.references import Reference

COMMANDS = ("start", "stop", "pause", "resume")
SIGNAL = "signal"
WAIT = "wait"
PARALLEL = "parallel"
DEFAULT_TIMEOUT = 70.0  # seconds; the gateway itself gives up after 60
DEFAULT_ON_FAILURE = "stop"
DEFAULT_PARALLEL = 1  # one command after another
DEFAULT_WAIT_TIMEOUT = 600.0  # seconds
DEFAULT_POLL = 5.0  # seconds
DEFAULT_SETTLE = 60.0  # seconds
MOST_SIGNAL_BYTES = 65_536  # of a trigger's body (API.md)

ParameterValue: TypeAlias = "str | int | float | bool"


class OAuth(Value, frozen=True):
    """An OAuth Server-to-Server credential, as references."""

    client_id: Reference
    client_secret: Reference
    scopes: Reference | tuple[str, ...]


class Auth(Value, frozen=True):
    """Where the secrets of a document come from; exactly one of the last two is set."""

    api_key: Reference
    access_token: Reference | None
    oauth: OAuth | None


class WorkflowMention(Value, frozen=True):
    """A workflow where an action names it; line and column count from 1."""

    workflow: str
    line: int
    column: int


class Wait(Value, frozen=True):
    """What the workflows of an action are waited for (rule R15).

    Attributes:
        until: `started`, `paused` or `stopped`.
        timeout: seconds for the whole wait.
        poll: seconds between two looks; the first few come sooner.
    """

    until: State
    timeout: float = DEFAULT_WAIT_TIMEOUT
    poll: float = DEFAULT_POLL


class Signal(Value, frozen=True):
    """What an External signal activity is triggered with; `parameters` in their order."""

    activity: str
    source: str
    parameters: tuple[tuple[str, ParameterValue], ...]


class Action(Value, frozen=True):
    """One item of `actions`.

    Attributes:
        index: 1 for the first of its document.
        command: one of `COMMANDS`, `SIGNAL`, or `WAIT` for a mere pause between actions.
        workflows: that it concerns; none for a pause.
        timeout: seconds for one attempt of one command.
        on_failure: `stop` or `continue`.
        wait: what to wait for after the commands.
        signal: where `command` is `SIGNAL`.
        pause: seconds, where `command` is `WAIT`.
        line, column: where a pause stands.
        parallel: how many of its commands may be under way at a time.
    """

    index: int
    command: str
    name: str | None
    workflows: tuple[WorkflowMention, ...]
    timeout: float
    on_failure: str
    wait: Wait | None = None
    signal: Signal | None = None
    pause: float | None = None
    line: int = 1
    column: int = 1
    parallel: int = DEFAULT_PARALLEL


class Desired(Value, frozen=True):
    """One entry of `desired`: what should be true of a workflow (rule R13).

    Attributes:
        index: 1 for the first of its document.
        until: the desired state, `started`, `paused` or `stopped`, and how to wait for it.
        restart_finished: whether a finished one is started again.
        restart_failed: whether a failed one is stopped and started again.
        allow_start: whether one that does not run is started in order to be paused.
        parallel: how many commands of a document's desired states may be under way at a time.
    """

    index: int
    mention: WorkflowMention
    until: Wait
    timeout: float
    on_failure: str
    restart_finished: bool = False
    restart_failed: bool = False
    allow_start: bool = False
    parallel: int = DEFAULT_PARALLEL


class DocumentConfig(Value, frozen=True):
    """One document with its environment laid over it.

    Attributes:
        name: the first part of its commands' ids.
        file: the path as commands show it.
        organization: None where neither the document nor the environment variable names one.
        state: how answers about its workflows are read.
        declared: the workflows whose signals it declares.
        settle: seconds for which a state is read after a lost answer (rule R17).
        rate: the most commands per second to its organization; None for as many as are answered.
    """

    name: str
    file: str
    organization: str | None
    auth: Auth
    actions: tuple[Action, ...]
    desired: tuple[Desired, ...] = ()
    guardrails: Guardrails = NO_GUARDRAILS
    state: StateMapping = DEFAULT_MAPPING
    declared: tuple[WorkflowMention, ...] = ()
    settle: float = DEFAULT_SETTLE
    rate: float | None = None


class Config(Value, frozen=True):
    """Everything that the files say, for one environment.

    Attributes:
        environment: the name given with `--env`, or None for the base.
        warnings: what is allowed but looks unmeant.
    """

    environment: str | None
    files: tuple[SourceFile, ...]
    documents: tuple[DocumentConfig, ...]
    warnings: tuple[Problem, ...]
