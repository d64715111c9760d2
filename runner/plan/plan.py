"""What is going to be sent: frozen values."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from runner.plan.command import ENSURE
from runner.plan.desired import holds
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.load import SourceFile
    from runner.plan.changes import Changes
    from runner.plan.command import Command
    from runner.plan.effects import Effect
    from runner.plan.shard import Sharded
    from runner.problems import Problem
    from runner.states import Observation, State, WorkflowKey


class Selection(Value, frozen=True):
    """Which commands of the files are meant: all, or those of `--only` and from `--from` on."""

    only: tuple[str, ...] = ()
    start: str | None = None


EVERYTHING = Selection()


class Live(Value, frozen=True):
    """What a plan was made from besides the files.

    Attributes:
        states: what was read, in order of appearance.
        effects: what each command of the plan would change, in its order.
        assume_unknown: whether commands are sent to a workflow whose state is unknown (R13).
    """

    states: tuple[Observation, ...]
    effects: tuple[Effect | None, ...]
    assume_unknown: bool


class Plan(Value, frozen=True):
    """The commands in order, and what they were made from.

    Attributes:
        environment: the name given with `--env`, or None for the base.
        digest: the SHA-256 that ties a review to a run (rule R9), in hexadecimal.
        live: None for a plan that was made from the files alone.
        changes: how it was narrowed to what has changed since a commit; None where it was not.
        sharded: which part of which plan it is; None where it is a whole one.
    """

    environment: str | None
    files: tuple[SourceFile, ...]
    selection: Selection
    commands: tuple[Command, ...]
    warnings: tuple[Problem, ...]
    digest: str
    live: Live | None = None
    changes: Changes | None = None
    sharded: Sharded | None = None

    @property
    def counted_files(self) -> tuple[SourceFile, ...]:
        """The files of which anything is part of the plan, in order; its digest covers these."""
        if self.changes is None:
            return self.files
        counted = self.changes.counted
        return tuple(it for it in self.files if it.path in counted)

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
        """How many commands there are of each action, in order of appearance; no pauses."""
        return Counter(command.action for command in self.commands if command.is_counted)

    @property
    def total(self) -> int:
        """How many commands there are; pauses are not counted (rule R8)."""
        return sum(command.is_counted for command in self.commands)

    @property
    def to_send(self) -> int:
        """How many commands a run sends, as far as it is known."""
        return sum(command.is_sent for command in self.commands)

    @property
    def undecided(self) -> tuple[Command, ...]:
        """The desired states for which nobody has looked yet."""
        return tuple(it for it in self.commands if it.action == ENSURE and it.decided is None)

    @property
    def desired(self) -> tuple[Command, ...]:
        """The first entry of each desired state."""
        first: dict[tuple[str, int], Command] = {}
        for it in self.commands:
            if it.desired is not None:
                first.setdefault((it.document, it.desired.index), it)
        return tuple(first.values())

    @property
    def drift(self) -> tuple[tuple[Command, State], ...]:
        """The desired states that do not hold, each with what was seen; empty if not live."""
        if self.live is None:
            return ()
        seen: dict[WorkflowKey, State] = {
            (it.organization, it.workflow): it.state for it in self.live.states
        }
        return tuple(
            (it, seen[it.key])
            for it in self.desired
            if it.desired is not None and not holds(it.desired, seen[it.key])
        )

    @property
    def has_work(self) -> bool:
        """Whether there is, or may be, something to send, or a desired state that is refused."""
        return any(
            it.is_sent or (it.action == ENSURE and (it.decided is None or it.decided.refused))
            for it in self.commands
        )

    @property
    def blockers(self) -> tuple[Command, ...]:
        """The refused desired states because of which nothing at all is sent (rule R13)."""
        return tuple(
            it
            for it in self.commands
            if it.decided is not None and it.decided.refused and it.on_failure == "stop"
        )
