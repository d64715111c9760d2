"""Configurations, observations, commands and plans made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from runner.load import SourceFile
from runner.plan.build import build_plan
from runner.plan.command import Command
from runner.plan.plan import EVERYTHING, Plan, Selection
from runner.plan.resolve import resolve
from runner.states import Observation, ReadState, SignalActivity, State
from runner.validate.config import (
    Action,
    Auth,
    Config,
    Desired,
    DocumentConfig,
    Wait,
    WorkflowMention,
)
from runner.validate.references import Reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.states import Observations

AUTH = Auth(Reference("env", "CAMPAIGN_K"), Reference("env", "CAMPAIGN_T"), None)


def command(workflow: str | None = "WKF1", action: str = "start", **others: Any) -> Command:
    """Give a command; its id is made of its workflow unless a test gives one."""
    values: dict[str, Any] = {
        "id": f"a.yaml#{workflow}",
        "document": "a.yaml",
        "step": "a.yaml#1",
        "organization": "acme",
        "name": None,
        "file": "a.yaml",
        "line": 1,
        "column": 1,
        "timeout": 70.0,
        "on_failure": "stop",
    }
    return Command(**{**values, "workflow": workflow, "action": action, **others})


def waiting(
    workflow: str = "WKF1",
    action: str = "stop",
    until: str = "stopped",
    timeout: float = 600.0,
    poll: float = 5.0,
    **others: Any,
) -> Command:
    """Give a command whose workflow is waited for."""
    return command(workflow, action, wait=Wait(State(until), timeout, poll), **others)


def pausing(seconds: float = 30.0) -> Command:
    """Give a mere pause between two actions."""
    return command(None, "wait", pause=seconds)


def in_steps(*steps: Sequence[Command]) -> list[Command]:
    """Give the commands of several actions, one after another, with ids as in a file."""
    return [
        replace(it, id=f"a.yaml#{index}.{n}", step=f"a.yaml#{index}")
        for index, step in enumerate(steps, 1)
        for n, it in enumerate(step, 1)
    ]


def plan_of(commands: Sequence[Command]) -> Plan:
    return Plan(None, (), EVERYTHING, tuple(commands), (), "0" * 64)


def action(kind: str = "start", *workflows: str, index: int = 1, **others: Any) -> Action:
    """Give an action; its workflows stand one below the other."""
    mentions = tuple(WorkflowMention(it, line, 5) for line, it in enumerate(workflows, 10))
    values: dict[str, Any] = {"name": None, "timeout": 70.0, "on_failure": "stop"}
    return Action(**{**values, "index": index, "command": kind, "workflows": mentions, **others})


def desired(
    workflow: str = "WKF1", state: str | Wait = "started", index: int = 1, **others: Any
) -> Desired:
    """Give an entry of `desired`; the n-th stands in the n-th line."""
    until = state if isinstance(state, Wait) else Wait(State(state))
    values: dict[str, Any] = {"timeout": 70.0, "on_failure": "stop"}
    mention = WorkflowMention(workflow, index, 3)
    return Desired(**{**values, "index": index, "mention": mention, "until": until, **others})


def document(
    *content: Action | Desired, name: str = "a.yaml", organization: str | None = "acme"
) -> DocumentConfig:
    """Give a document with actions and desired states."""
    return DocumentConfig(
        name=name,
        file=name.partition("/")[0],
        organization=organization,
        auth=AUTH,
        actions=tuple(it for it in content if isinstance(it, Action)),
        desired=tuple(it for it in content if isinstance(it, Desired)),
    )


def config_of(*documents: DocumentConfig, environment: str | None = None) -> Config:
    """Give what files say that hold these documents."""
    files = tuple(SourceFile(it, "0" * 64) for it in dict.fromkeys(it.file for it in documents))
    return Config(environment, files, documents, ())


def offline(*content: Action | Desired | DocumentConfig, only: Sequence[str] = ()) -> Plan:
    """Give the plan of these documents, or of one that holds this."""
    documents = [it for it in content if isinstance(it, DocumentConfig)]
    rest = [it for it in content if not isinstance(it, DocumentConfig)]
    config = config_of(*documents, *([document(*rest)] if rest else []))
    return build_plan(config, Selection(tuple(only)))


def observed(
    workflow: str = "WKF1",
    state: str = "started",
    *,
    organization: str = "acme",
    found: bool | None = True,
    error: str = "",
    signals: Sequence[str] = (),
) -> Observation:
    """Give what was seen of a workflow; `signals` are the names of its activities."""
    return Observation(
        organization,
        workflow,
        found,
        ReadState(State(state), state, "state"),
        signals=tuple(SignalActivity(name, "http://127.0.0.1:9/") for name in signals),
        error=error,
    )


def observations(*seen: Observation, **states: str) -> Observations:
    """Give observations as planning takes them; `WKF1="paused"` is one of `acme`."""
    given = [*seen, *(observed(workflow, state) for workflow, state in states.items())]
    return {it.key: it for it in given}


def live(plan: Plan, *seen: Observation, assume_unknown: bool = False, **states: str) -> Plan:
    """Give what a plan becomes where these states are seen."""
    return resolve(plan, observations(*seen, **states), assume_unknown=assume_unknown)
