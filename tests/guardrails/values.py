"""Guardrails, documents and plans made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from runner.guardrails.demands import Demands
from runner.plan.plan import Live, Plan
from runner.states import Observation, ReadState, State
from runner.validate.config import Auth, Desired, DocumentConfig, Wait, WorkflowMention
from runner.validate.guardrails import (
    NO_GUARDRAILS,
    AllowList,
    Guardrails,
    Limit,
    Protection,
    Spot,
    Window,
    Windows,
)
from runner.validate.references import Reference
from tests.support.plans import command, plan_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.plan.command import Command
    from runner.problems import Problem
    from runner.states import Observations

GUARD = Spot("guard.yaml", 7, 3)
_TOKEN = Reference("env", "CAMPAIGN_X")
EVERY_DAY = tuple(range(7))


def limit(most: int, spot: Spot = GUARD) -> Limit:
    return Limit(most, spot)


def protect(pattern: str, *refuse: str, spot: Spot = GUARD) -> Protection:
    return Protection(pattern, refuse, spot)


def allow(*actions: str, spot: Spot = GUARD) -> AllowList:
    return AllowList(actions, spot)


def window(
    start: str,
    end: str,
    days: tuple[int, ...] = EVERY_DAY,
    timezone: str = "Europe/Berlin",
) -> Window:
    return Window(days, _minutes(start), _minutes(end), timezone)


def windows(*each: Window, spot: Spot = GUARD) -> Windows:
    return Windows(each, spot)


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def document(
    guardrails: Guardrails = NO_GUARDRAILS, organization: str | None = "acme", file: str = "a.yaml"
) -> DocumentConfig:
    auth = Auth(_TOKEN, _TOKEN, None)
    return DocumentConfig(file, file, organization, auth, (), guardrails=guardrails)


def ensure(workflow: str, until: str, *settings: str, **others: Any) -> Command:
    """Give a desired state that nobody has looked at yet, in the step that the plan gives it."""
    document = others.get("document", "a.yaml")
    desired = Desired(
        1,
        WorkflowMention(workflow, 1, 1),
        Wait(State(until)),
        70.0,
        others.get("on_failure", "stop"),
        **dict.fromkeys(settings, True),
    )
    values = {"desired": desired, "step": f"{document}#desired", **others}
    return command(workflow, "ensure", **values)


def seen(workflow: str, state: str, workflow_id: str | None = None, **others: Any) -> Observation:
    organization = others.pop("organization", "acme")
    read = ReadState(State(state), state, "state")
    return Observation(organization, workflow, True, read, workflow_id, **others)


def observations(*states: Observation) -> Observations:
    return {(it.organization, it.workflow): it for it in states}


def live(commands: Sequence[Command], *states: Observation) -> Plan:
    """Give a plan for which states were read."""
    effects = tuple(None for _ in commands)
    return replace(plan_of(commands), live=Live(states, effects, assume_unknown=False))


def of_acme(**demands: Any) -> dict[str | None, Demands]:
    return {"acme": Demands(**demands)}


def rules(problems: Sequence[Problem]) -> list[tuple[str, str]]:
    """Give the guardrail and the message of each problem."""
    return [(it.rule, it.message) for it in problems]
