"""Why states cannot be told, and what to write so that they can."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from runner.campaign.known_errors import YOU
from runner.diagnosis.check import Check, Result
from runner.diagnosis.statefield import TO_FILL_IN, candidates, fields_yaml, values_yaml
from runner.printable import printable, quoted
from runner.states import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from runner.plan.command import Command
    from runner.states import Observation, WorkflowKey

STATES = "States"
_SHOWN_FIELDS = 12
_SHOWN = 3  # of the same kind


def state_checks(
    named: Mapping[WorkflowKey, Sequence[Command]], seen: Iterable[Observation]
) -> Iterator[Check]:
    """Give what keeps states from being told: one finding for all workflows with the same cause.

    Args:
        named: the commands that name each workflow.
        seen: what was read of them, all of one organization.
    """
    without: dict[tuple[str, ...], list[Observation]] = {}
    unmapped: dict[str, list[Observation]] = {}
    for it in seen:
        if not it.found or it.error or it.state is not State.UNKNOWN:
            continue
        if it.read.field is None or not (it.read.raw or "").strip():
            without.setdefault(it.looked_for, []).append(it)
        else:
            unmapped.setdefault(it.read.field, []).append(it)
    for fields, group in without.items():
        yield _without_field(fields, group, _files(group, named))
    for field, group in unmapped.items():
        yield _unmapped(field, group, _files(group, named))


def _without_field(fields: Sequence[str], group: Sequence[Observation], files: str) -> Check:
    subject = _few([printable(it.workflow) for it in group])
    looked_for = _few([f"`{printable(it, 100)}`" for it in fields])
    message = f"there is nothing in {looked_for}"
    found = candidates([it for it in one.fields if it[0] not in fields] for one in group)
    if not found:
        shown = [f"`{name}`: {quoted(raw, 40)}" for name, raw in group[0].fields[:_SHOWN_FIELDS]]
        listed = ", ".join(shown) or "it has no plain fields at all"
        remedy = "Name the one that is in defaults.state.fields, or leave out what needs states"
        message += f"; no field looks like the state: {listed}"
        return Check(STATES, subject, Result.FAILED, message, remedy, YOU)
    first, *others = found
    message += f"; `{first.field}` looks like the state: it says {_said(first.values)}"
    if others:
        message += f" (so do {_few([f'`{it.field}`' for it in others])})"
    yaml = tuple(fields_yaml(first))
    return Check(STATES, subject, Result.FAILED, message, _remedy(yaml, files), YOU, yaml)


def _unmapped(field: str, group: Sequence[Observation], files: str) -> Check:
    subject = _few([printable(it.workflow) for it in group])
    values = dict.fromkeys(it.read.raw or "" for it in group)
    message = f"`{printable(field, 100)}` says {_said(values)}, and nothing maps that to a state"
    yaml = tuple(values_yaml(values))
    return Check(STATES, subject, Result.FAILED, message, _remedy(yaml, files), YOU, yaml)


def _remedy(yaml: Sequence[str], files: str) -> str:
    unsaid = any(TO_FILL_IN in line for line in yaml)
    then = f", with what you know in place of {TO_FILL_IN}" if unsaid else ""
    return f"Write this into {files}, below what `defaults` holds there already{then}"


def _files(group: Iterable[Observation], named: Mapping[WorkflowKey, Sequence[Command]]) -> str:
    return _few(dict.fromkeys(printable(it.file) for one in group for it in named[one.key]))


def _said(values: Iterable[str]) -> str:
    return _few([quoted(raw, 40) for raw in values])


def _few(names: Iterable[str]) -> str:
    """Give the first few names as a person lists them, and how many more there are."""
    rest = iter(names)
    first = list(islice(rest, _SHOWN))
    more = sum(1 for _ in rest)
    if more:
        return f"{', '.join(first)} and {more} more"
    *before, last = first or [""]
    return f"{', '.join(before)} and {last}" if before else last
