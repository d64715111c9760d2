"""How many workflows a plan makes active at the same time (rule R31)."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from runner.guardrails.demands import MAX_ACTIVE
from runner.guardrails.limits import LOOK_FIRST, whose_text
from runner.guardrails.violations import Violation, at_command
from runner.plural import counted
from runner.problems import Severity
from runner.states import NOT_RUNNING, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from runner.guardrails.worst import Step
    from runner.plan.command import Command
    from runner.problems import Problem
    from runner.states import Observations, WorkflowKey
    from runner.validate.guardrails import Limit

ADVISED = 20  # by Adobe
_STARTS = frozenset({"start", "resume"})
_ENDS = frozenset({"stop", "pause"})
_AT_REST = NOT_RUNNING | {State.PAUSED}


class Rise(NamedTuple):
    """A command that makes one more workflow active, and how many are so then.

    Attributes:
        is_guess: whether a desired state that nobody has looked at yet is among them.
    """

    command: Command
    active: int
    is_guess: bool


def rises(steps: Iterable[Step], states: Observations) -> Iterator[Rise]:
    """Give each command that makes one more workflow active, along the order of the plan.

    Args:
        steps: the commands of one organization.
        states: what was read of its workflows; those that are started count from the beginning.
    """
    count = _Count(states)
    for (is_undecided, _), group in groupby(
        steps, lambda it: (it.is_undecided, it.command.document)
    ):
        if is_undecided:
            yield from count.ensure(list(group))
        else:
            for step in group:
                yield from count.send(step.command)


class _Count:
    """Which workflows are active at one point of a plan."""

    def __init__(self, states: Observations) -> None:
        self._states = states
        self._active = {
            self._name(key, seen.workflow)
            for key, seen in states.items()
            if seen.state is State.STARTED
        }
        self._guessed: set[str] = set()
        self._step = ""
        self._awaited: set[str] = set()

    def send(self, command: Command) -> Iterator[Rise]:
        """Count a command that is sent as it stands, or sends nothing."""
        self._enter(command.step)
        name = self._of(command)
        if command.action in _STARTS:
            yield from self._rise(command)
            if _ends_at_rest(command):
                self._awaited.add(name)
        elif command.action in _ENDS:
            self._active.discard(name)

    def ensure(self, group: Sequence[Step]) -> Iterator[Rise]:
        """Count desired states of one document that nobody has looked at yet.

        They are sent in rounds: all first commands, then all second ones. So whatever of them may
        be started is so at the same time, before any of it may be paused again. And each may need
        nothing at all, so none surely ends what was active before.
        """
        self._enter(group[0].command.step)
        passing: set[str] = set()
        for step in group:
            name = self._of(step.command)
            if _STARTS.isdisjoint(step.actions):
                continue
            if _may_stay_active(step):
                passing.discard(name)
            elif name not in self._active:
                passing.add(name)
            if name not in self._active:
                self._guessed.add(name)
            yield from self._rise(step.command)
        self._active -= passing

    def _enter(self, step: str) -> None:
        """Begin a step: only now the waits of the one before are over."""
        if step != self._step:
            self._active -= self._awaited
            self._awaited = set()
            self._step = step

    def _rise(self, command: Command) -> Iterator[Rise]:
        name = self._of(command)
        if name not in self._active:
            self._active.add(name)
            is_guess = not self._guessed.isdisjoint(self._active)
            yield Rise(command, len(self._active), is_guess)

    def _of(self, command: Command) -> str:
        return self._name(command.key, command.workflow or "")

    def _name(self, key: WorkflowKey, workflow: str) -> str:
        """Give the one name of a workflow, which may be named by its ID and by its key."""
        seen = self._states.get(key)
        return (seen and seen.workflow_id) or workflow


def _ends_at_rest(command: Command) -> bool:
    """Whether the run goes on only once the workflow has stopped or paused by itself."""
    wait = command.wait
    return wait is not None and wait.until in _AT_REST and command.on_failure == "stop"


def _may_stay_active(step: Step) -> bool:
    last = [actions[-1] for actions in step.sequences if actions]
    return any(action in _STARTS for action in last)


def too_many_active(
    steps: Sequence[Step], limit: Limit | None, states: Observations
) -> Iterator[Violation]:
    """Give the command with which more workflows become active than may be."""
    beyond = _beyond(steps, limit.most, states) if limit is not None else None
    if beyond is not None and limit is not None:
        message = f"{_says(beyond)}; `{MAX_ACTIVE}` is {limit.most:,}"
        instead = "stop or pause others first"
        if beyond.is_guess:
            instead += f", {LOOK_FIRST}"
        yield Violation(MAX_ACTIVE, beyond.command, [limit.spot], message, instead)


def more_than_advised(steps: Sequence[Step], states: Observations) -> Iterator[Problem]:
    """Give a warning where nobody set a limit and Adobe's advice is not kept."""
    beyond = _beyond(steps, ADVISED, states)
    if beyond is not None:
        message = f"{_says(beyond)}; Adobe advises no more than {ADVISED}"
        hint = (
            "stop or pause others first, or say how many are meant with guardrails:"
            f" {{{MAX_ACTIVE}: {beyond.active}}}"
        )
        yield at_command(beyond.command, MAX_ACTIVE, message, hint, Severity.WARNING)


def _beyond(steps: Iterable[Step], most: int, states: Observations) -> Rise | None:
    """Give the first command that goes beyond, with the highest number there will be."""
    beyond = [it for it in rises(steps, states) if it.active > most]
    if not beyond:
        return None
    highest = max(it.active for it in beyond)
    return Rise(beyond[0].command, highest, any(it.is_guess for it in beyond))


def _says(beyond: Rise) -> str:
    whose = whose_text(beyond.command.organization)
    may = "may be" if beyond.is_guess else "would be"
    return f"{counted(beyond.active, 'workflow')}{whose} {may} active at the same time"
