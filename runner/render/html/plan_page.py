"""A plan as a page: the values that the template shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.plural import counted
from runner.render.changes import changes_value
from runner.render.html.changes import changes_of
from runner.render.html.diagram import diagram
from runner.render.html.page import page
from runner.render.html.parts import Fact, Tile, file_rows, finding
from runner.render.html.plan_rows import plan_rows
from runner.render.html.rows import MOST_ROWS, blocks
from runner.render.html.words import Look
from runner.render.plan import NO_ORGANIZATION
from runner.render.problems import problem_value
from runner.render.titles import environment_text
from runner.render.values import files_value
from runner.states import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from runner.ci.places import Places
    from runner.plan.plan import Plan
    from runner.problems import Problem

MOST_STATES = 500
_FEW = 200


def plan_page(plan: Plan, places: Places, problems: Sequence[Problem] = ()) -> str:
    """Give a plan as one page of HTML that loads nothing and needs no script.

    Args:
        plan: the same plan gives the same page.
        places: where its files are in the repository, for links.
        problems: the guardrails that refuse it.
    """
    rows = plan_rows(plan, places, MOST_ROWS)
    look, headline = _headline(plan, problems)
    kinds = dict.fromkeys(it.action for it in rows)
    values: dict[str, Any] = {
        "problems": [finding(problem_value(it), places) for it in problems],
        "warnings": [finding(problem_value(it), places) for it in plan.warnings],
        "order": diagram(plan),
        "drift": list(_drift(plan)),
        "states": list(_states(plan)),
        "changes": None if plan.changes is None else _changes(plan, places),
        "files": file_rows(files_value(plan.files), places),
    }
    return page(
        "plan.html",
        headline=headline,
        look=look,
        lead=_lead(plan),
        sections=list(_sections(values)),
        tiles=[
            Tile("", "commands", plan.total),
            *(Tile("", action, number) for action, number in plan.counts.items()),
        ],
        facts=list(_facts(plan)),
        kinds=[(it, it) for it in kinds],
        blocks=list(blocks(rows)),
        several=len(plan.organizations) > 1,
        live=plan.live is not None,
        columns=6 + (len(plan.organizations) > 1) + (plan.live is not None),
        desired=len(plan.desired),
        states_left=max(0, len(plan.live.states) - MOST_STATES) if plan.live else 0,
        total=len(plan.commands),
        shown=len(rows),
        left_out=len(plan.commands) - len(rows),
        few=len(rows) <= _FEW,
        digest=plan.digest,
        **values,
    )


def _changes(plan: Plan, places: Places) -> object:
    return None if plan.changes is None else changes_of(changes_value(plan.changes), places)


def _headline(plan: Plan, problems: Sequence[Problem]) -> tuple[Look, str]:
    """Say in one sentence what a run would do."""
    if any(it.is_error for it in problems):
        return Look("bad", ""), "Refused: guardrails do not allow this plan, and nothing is sent"
    if plan.blockers:
        told = counted(len(plan.blockers), "desired state")
        verb = "is" if len(plan.blockers) == 1 else "are"
        return Look("bad", ""), f"Refused: {told} {verb} refused, and nothing is sent"
    if not plan.has_work:
        return Look("ok", ""), "Nothing to do: a run sends no command"
    parts = []
    if plan.to_send:
        parts.append(f"sends {counted(plan.to_send, 'command')}")
    if plan.undecided:
        parts.append(f"looks at {counted(len(plan.undecided), 'desired state')}")
    refused = sum(it.decided is not None and it.decided.refused for it in plan.commands)
    if refused:
        parts.append(f"refuses {counted(refused, 'desired state')}")
    return Look("plan", ""), f"Plan: a run {' and '.join(parts)}"


def _lead(plan: Plan) -> str:
    counts = ", ".join(f"{number:,} {action}" for action, number in plan.counts.items())
    where = environment_text(plan.environment)
    return f"Environment {where}. {counted(plan.total, 'command')}{': ' if counts else ''}{counts}."


def _sections(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "overview", "Overview"
    for key, title in (
        ("problems", "Refused by guardrails"),
        ("warnings", "Warnings"),
        ("changes", "Changes"),
        ("order", "Order"),
    ):
        if values[key]:
            yield key, title
    yield "commands", "Commands"
    for key, title in (("states", "States"), ("files", "Files")):
        if values[key]:
            yield key, title


def _facts(plan: Plan) -> Iterator[Fact]:
    yield Fact("Environment", environment_text(plan.environment))
    organizations = plan.organizations
    if len(organizations) == 1:
        yield Fact("Organization", organizations[0] or NO_ORGANIZATION)
    elif organizations:
        names = ", ".join(it or "not named" for it in organizations[:8])
        more = f" and {len(organizations) - 8:,} more" if len(organizations) > 8 else ""
        yield Fact("Organizations", names + more)
    if plan.live is None:
        yield Fact("Made from", "the files alone; no state was read")
    else:
        yield Fact("Made from", f"the files and the states of {len(plan.live.states):,} workflows")
    if plan.selection.only:
        yield Fact("Only", ", ".join(plan.selection.only), code=True)
    if plan.selection.start is not None:
        yield Fact("From", plan.selection.start, code=True)
    if plan.sharded is not None:
        part = plan.sharded
        yield Fact(f"Shard {part.shard}", f"of the plan {part.whole_digest}", wide=True)
    yield Fact("Digest", plan.digest, code=True, wide=True)


def _drift(plan: Plan) -> Iterator[tuple[str, str, str]]:
    for command, seen in plan.drift:
        if command.desired is not None:
            state = "in an unknown state" if seen is State.UNKNOWN else str(seen)
            yield command.workflow or "", state, str(command.desired.until.until)


def _states(plan: Plan) -> Iterator[tuple[str, str, str, str]]:
    for it in plan.live.states[:MOST_STATES] if plan.live is not None else ():
        raw = "" if it.read.raw in (None, str(it.state)) else f"read as {it.read.raw}"
        yield it.organization, it.workflow, str(it.state), it.why_unknown or raw
