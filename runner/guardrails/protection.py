"""Which commands are refused for the workflow or the action that they name (rule R30)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.guardrails.demands import ALLOW, PROTECT
from runner.guardrails.globs import is_glob, matcher
from runner.guardrails.violations import Violation
from runner.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from runner.guardrails.worst import Step
    from runner.states import Observation, Observations
    from runner.validate.guardrails import AllowList, Protection

_TAKE_OUT = "take it out"
_BY_ID = "name the workflow by its ID, which Campaign shows"


class Shield:
    """All protections of one organization, made ready for many workflows."""

    def __init__(self, protections: Iterable[Protection]) -> None:
        self._all = tuple(protections)
        self._exact: dict[str, list[Protection]] = {}
        self._globs: list[tuple[Callable[[str], bool], Protection]] = []
        for it in self._all:
            if is_glob(it.pattern):
                self._globs.append((matcher(it.pattern), it))
            else:
                self._exact.setdefault(it.pattern, []).append(it)

    def violations(self, steps: Iterable[Step], states: Observations) -> Iterator[Violation]:
        """Give every command that touches what is protected.

        Args:
            steps: the commands of one organization.
            states: what was read, by which a key is known to be a workflow.
        """
        if not self._all:
            return
        known: dict[str, list[Protection]] = {}
        for step in steps:
            if not step.actions:
                continue
            workflow = step.command.workflow or ""
            seen = states.get(step.command.key)
            if workflow not in known:
                known[workflow] = self._covering(workflow, seen)
            found = _refused(step, known[workflow], seen) or self._nameless(step, seen)
            if found is not None:
                yield found

    def _covering(self, workflow: str, seen: Observation | None) -> list[Protection]:
        names = dict.fromkeys((workflow, (seen and seen.workflow_id) or workflow))
        found = [it for name in names for it in self._exact.get(name, ())]
        return found + [it for covers, it in self._globs if any(map(covers, names))]

    def _nameless(self, step: Step, seen: Observation | None) -> Violation | None:
        """Refuse a key of which nobody knows whose it is: it may be a protected workflow's."""
        workflow = step.command.workflow or ""
        if not workflow.startswith("@") or (seen is not None and seen.workflow_id):
            return None
        message = f"which workflow {quoted(workflow)} is was not read, and some are protected"
        return Violation(PROTECT, step.command, [it.spot for it in self._all], message, _BY_ID)


def _refused(
    step: Step, protections: Sequence[Protection], seen: Observation | None
) -> Violation | None:
    actions = step.actions
    refusing = [it for it in protections if not it.refuse or not set(it.refuse).isdisjoint(actions)]
    if not refusing:
        return None
    first = refusing[0]
    refused = [it for it in actions if not first.refuse or it in first.refuse]
    workflow = step.command.workflow or ""
    name = (seen and seen.workflow_id) or workflow
    who = "it" if name == workflow else f"it is {quoted(name)}, which"
    by = "" if first.pattern in (name, workflow) else f" by {quoted(first.pattern)}"
    message = f"{_what(step, refused)} is refused: {who} is protected{by}"
    spots = [it.spot for it in refusing]
    return Violation(PROTECT, step.command, spots, message, _TAKE_OUT)


def not_allowed(steps: Iterable[Step], lists: Sequence[AllowList]) -> Iterator[Violation]:
    """Give every command of which some list does not have the action."""
    for step in steps:
        missing = [it for it in lists if not set(step.actions) <= set(it.actions)]
        if missing:
            # What is left where all lists hold.
            common = [a for a in lists[0].actions if all(a in it.actions for it in lists)]
            refused = [it for it in step.actions if it not in common]
            allowed = " and ".join(f"`{it}`" for it in common)
            message = f"{_what(step, refused)} is refused: "
            message += f"allowed is only {allowed}" if common else "nothing is allowed"
            yield Violation(ALLOW, step.command, [it.spot for it in missing], message, _TAKE_OUT)


def _what(step: Step, refused: Sequence[str]) -> str:
    actions = " or ".join(f"`{it}`" for it in refused)
    what = f"{actions} of {quoted(step.command.workflow or '', 255)}"
    if step.is_undecided and step.command.desired is not None:
        until = step.command.desired.until.until
        return f"{what}, which its desired state `{until}` may call for,"
    return what
