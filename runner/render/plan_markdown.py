"""A plan in Markdown, as a reviewer reads it in a comment or in the summary of a job."""

from __future__ import annotations

import json
from itertools import zip_longest
from typing import TYPE_CHECKING

from runner.durations import format_duration
from runner.plural import counted
from runner.render.changes import changes_value
from runner.render.changes_markdown import file_change_parts, guardrail_change_parts
from runner.render.guardrails_markdown import (
    NO_ORGANIZATION,
    guardrail_parts,
)
from runner.render.markdown import Rows, code, header, page, place, row, words
from runner.render.plan import effect_text
from runner.render.problems import problem_value
from runner.render.problems_markdown import (
    COMMENT_LIMIT,
    MARKER,
    refusal_parts,
    version,
    warning_parts,
)
from runner.states import State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from runner.ci.places import Places
    from runner.guardrails.demands import DemandsByOrganization
    from runner.plan.command import Command
    from runner.plan.effects import Effect
    from runner.plan.plan import Plan
    from runner.problems import Problem

_MOST_NAMED = 10  # ids of a selection, and workflows that block a run


def plan_markdown(
    plan: Plan,
    places: Places,
    problems: Sequence[Problem] = (),
    limit: int = COMMENT_LIMIT,
    *,
    guardrails: DemandsByOrganization | None = None,
) -> str:
    """Give a plan as Markdown, cut to a limit; what refuses it and its digest always stay.

    Args:
        plan: with its warnings, and what has changed where it was narrowed to that.
        places: where the files are.
        problems: the guardrails that refuse it.
        limit: as `markdown.page` takes it.
        guardrails: that hold, where they are to be shown.
    """
    changes = None if plan.changes is None else changes_value(plan.changes)
    parts: list[str | Rows] = [
        MARKER,
        _headline(plan, guardrails or (), refused=bool(problems)),
        *refusal_parts([problem_value(it) for it in problems], _refusal(problems), places),
        _blockers(plan),
        *guardrail_change_parts(changes, places),
        *warning_parts([problem_value(it) for it in plan.warnings], places),
        _totals(plan),
        *_drift_parts(plan),
        *_table_parts(plan, places),
        *_selection_parts(plan),
        *file_change_parts(changes, places),
        *guardrail_parts(guardrails or {}, places),
        _foot(plan),
    ]
    return page(parts, limit)


def _headline(plan: Plan, known: Collection[str | None], *, refused: bool) -> str:
    """Say how much there is to do for whom; `known` are the organizations of all files."""
    what = counted(plan.total, "command") if plan.has_work or refused else "nothing to do"
    title = "Plan refused" if refused else "Plan"
    where = _where(plan.organizations or tuple(known))
    shard = "" if plan.sharded is None else f" (shard {plan.sharded.shard})"
    return f"### {title}: {what}{f' for {where}' if where else ''}{shard}\n\n"


def _where(names: Sequence[str | None]) -> str:
    if len(names) > 1:
        return f"{len(names):,} organizations"
    unset = "an organization that is not set (`CAMPAIGN_STANDARD_TENANT_ID` will be used)"
    return "".join(unset if name is None else code(name) for name in names)


def _refusal(problems: Sequence[Problem]) -> str:
    rules = {it.rule for it in problems}
    verb = "refuses" if len(rules) == 1 else "refuse"
    refusing = counted(len(rules), "guardrail")
    return f"⛔ **{refusing} {verb} this plan; a run would send nothing.**\n\n"


def _blockers(plan: Plan) -> str:
    blockers = plan.blockers
    if not blockers:
        return ""
    named = ", ".join(code(it.workflow or "") for it in blockers[:_MOST_NAMED])
    more = f" and {len(blockers) - _MOST_NAMED:,} more" if len(blockers) > _MOST_NAMED else ""
    verb = "is" if len(blockers) == 1 else "are"
    text = "a run would send nothing at all (`on_failure: stop`)"
    return f"⛔ **{named}{more} {verb} refused; {text}.**\n\n"


def _totals(plan: Plan) -> str:
    environment = "base (no `--env`)" if plan.environment is None else code(plan.environment)
    counts = ", ".join(f"{number:,} {words(action)}" for action, number in plan.counts.items())
    facts = [f"Environment: {environment}", *([f"**{counts}**"] if counts else [])]
    if plan.live is not None:
        facts.append(f"states of {counted(len(plan.live.states), 'workflow')} read")
    elif plan.undecided:
        facts.append("what `ensure` sends depends on the states, which were not read")
    return f"{' · '.join(facts)}\n\n"


def _table_parts(plan: Plan, places: Places) -> list[str | Rows]:
    if not plan.commands:
        return []
    several = len(plan.organizations) > 1
    titles = ["ID", "action", "workflow", *(["organization"] if several else [])]
    titles += [*(["state"] if plan.live is not None else []), "where", "notes"]
    effects = plan.live.effects if plan.live is not None else ()
    rows = (
        _row(command, effect, places, several=several, live=plan.live is not None)
        for command, effect in zip_longest(plan.commands, effects)
    )
    # The line below a table ends it, so that the note is none of its rows.
    return [Rows(rows, len(plan.commands), _more, header(titles), fills=True)]


def _more(number: int) -> str:
    cut = f"... and {counted(number, 'more row')}, cut to fit"
    return f"\n*{cut}; the log or `campaign-runner plan` shows them all.*\n"


def _row(
    command: Command, effect: Effect | None, places: Places, *, several: bool, live: bool
) -> str:
    cells = [code(command.id.removeprefix(command.file)), words(command.action), _subject(command)]
    if several:
        organization = command.organization
        cells.append(NO_ORGANIZATION if organization is None else code(organization))
    if live:
        cells.append("" if effect is None else effect_text(effect).replace("->", "→"))
    cells.append(place(command.file, command.line, places))
    cells.append("; ".join(_notes(command)))
    return row(cells)


def _subject(command: Command) -> str:
    if command.pause is not None:
        return format_duration(command.pause)
    workflow = code(command.workflow or "")
    if command.signal is not None:
        return f"{workflow} {code(command.signal.activity)}"
    if command.desired is not None and not command.is_sent:
        return f"{workflow} {command.desired.until.until}"
    return workflow


def _notes(command: Command) -> Iterator[str]:
    if command.name and command.name.strip():
        yield words(command.name)
    if command.signal is not None and command.signal.parameters:
        given = (f"{name}={json.dumps(value)}" for name, value in command.signal.parameters)
        yield code(", ".join(given), 200)
    if command.wait is not None:
        most = format_duration(command.wait.timeout)
        yield f"waits until {command.wait.until}, at most {most}"
    if command.parallel > 1:
        yield f"{command.parallel} at a time"
    if command.decided is not None:
        refused = "**refused**: " if command.decided.refused else ""
        yield f"{refused}{words(command.decided.reason)}"


def _drift_parts(plan: Plan) -> list[str | Rows]:
    if plan.live is None:
        return []
    told = {command.key for command in plan.commands if command.decided is not None}
    unread = [it for it in plan.live.states if it.why_unknown and it.key not in told]
    parts: list[str | Rows] = []
    if unread:
        lines = (f"- {code(it.workflow)}: {words(it.why_unknown)}\n" for it in unread)
        title = f"**{counted(len(unread), 'state')} unknown**\n\n"
        parts.append(Rows(lines, len(unread), _more_items, title))
    if not plan.desired:
        return parts
    drift = plan.drift
    if not drift:
        return [*parts, "No drift: every desired state holds.\n\n"]
    verb = "does" if len(drift) == 1 else "do"
    of_all = f"{len(drift):,} of {counted(len(plan.desired), 'desired state')}"
    lines = (_drift_row(command, seen) for command, seen in drift)
    title = f"Drift: **{of_all} {verb} not hold**\n\n"
    return [*parts, Rows(lines, len(drift), _more_items, title)]


def _drift_row(command: Command, seen: State) -> str:
    state = "in an unknown state" if seen is State.UNKNOWN else str(seen)
    wanted = "" if command.desired is None else f", desired {command.desired.until.until}"
    left = command.decided is not None and not command.decided.refused
    note = " (left alone, see below)" if left else ""
    return f"- {code(command.workflow or '')} is {state}{wanted}{note}\n"


def _selection_parts(plan: Plan) -> list[str | Rows]:
    parts: list[str | Rows] = []
    selection = plan.selection
    if selection.only:
        named = ", ".join(code(it, 200) for it in selection.only[:_MOST_NAMED])
        more = len(selection.only) - _MOST_NAMED
        parts.append(f"Only {named}{f' and {more:,} more' if more > 0 else ''} (`--only`).\n\n")
    if selection.start is not None:
        parts.append(f"Only from {code(selection.start, 200)} on (`--from`).\n\n")
    return parts


def _more_items(number: int) -> str:
    return f"- ... and {number:,} more\n"


def _foot(plan: Plan) -> str:
    files = counted(len(plan.files), "file")
    whole = "" if plan.sharded is None else f" · of the plan `{plan.sharded.whole_digest}`"
    return f"Digest: `{plan.digest}`{whole} · {files} · {version()}\n"
