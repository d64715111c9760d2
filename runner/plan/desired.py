"""From an observed state to the fewest commands that make the desired one true (rule R13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.states import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.validate.config import Desired


class Row(NamedTuple):
    """One cell of the table.

    Attributes:
        commands: what is sent; nothing where the desired state holds already.
        unless: the setting that has to be given for these commands.
        refused: why the workflow is refused without that setting; empty where it is left alone.
        warning: what people are told where it is left alone.
    """

    commands: tuple[str, ...] = ()
    unless: str = ""
    refused: str = ""
    warning: str = ""


class Decision(NamedTuple):
    """What is to be done about one workflow: commands, nothing, or a refusal."""

    commands: tuple[str, ...] = ()
    refused: str = ""
    warning: str = ""


_HOLDS = Row()
_ALLOW_START = Row(
    ("start", "pause"), "allow_start", "only a started one can be paused; starting it sends"
)

TABLE: Mapping[tuple[State, State], Row] = {
    (State.STARTED, State.EDITING): Row(("start",)),
    (State.STARTED, State.STARTED): _HOLDS,
    (State.STARTED, State.PAUSED): Row(("resume",)),
    (State.STARTED, State.STOPPED): Row(("start",)),
    (State.STARTED, State.FINISHED): Row(
        ("start",),
        "restart_finished",
        warning="it has finished, and starting it again could send a campaign again",
    ),
    (State.STARTED, State.FAILED): Row(
        ("stop", "start"), "restart_failed", "starting it again could send a campaign again"
    ),
    (State.PAUSED, State.EDITING): _ALLOW_START,
    (State.PAUSED, State.STARTED): Row(("pause",)),
    (State.PAUSED, State.PAUSED): _HOLDS,
    (State.PAUSED, State.STOPPED): _ALLOW_START,
    (State.PAUSED, State.FINISHED): _ALLOW_START,
    (State.PAUSED, State.FAILED): _ALLOW_START,
    (State.STOPPED, State.EDITING): _HOLDS,
    (State.STOPPED, State.STARTED): Row(("stop",)),
    (State.STOPPED, State.PAUSED): Row(("stop",)),
    (State.STOPPED, State.STOPPED): _HOLDS,
    (State.STOPPED, State.FINISHED): _HOLDS,
    (State.STOPPED, State.FAILED): Row(("stop",)),
}

# What is sent blindly with `--assume-unknown send`.
_BLIND = {State.STARTED: ("start",), State.PAUSED: ("pause",), State.STOPPED: ("stop",)}
# What each command brings about, and is waited for (rule R14); of the last it is what is desired.
REACHED = {
    "start": State.STARTED,
    "resume": State.STARTED,
    "pause": State.PAUSED,
    "stop": State.STOPPED,
}


def decide(desired: Desired, observed: State, *, assume_unknown: bool = False) -> Decision:
    """Give what one desired state calls for.

    Args:
        desired: what should be true, with its settings.
        observed: what is true.
        assume_unknown: whether an unknown state is overlooked.
    """
    target = desired.until.until
    if observed is State.UNKNOWN:
        if assume_unknown:
            return Decision(_BLIND[target], warning="its state is unknown, and overlooked")
        return Decision(refused="its state is unknown")
    row = TABLE[target, observed]
    if not row.unless or getattr(desired, row.unless):
        return Decision(row.commands)
    hint = f"write {{state: {target}, {row.unless}: true}} to do it all the same"
    if row.refused:
        return Decision(refused=f"it is {observed}, and {row.refused}; {hint}")
    return Decision(warning=f"{row.warning}; {hint}")


def worst_case(desired: Desired) -> tuple[tuple[str, ...], ...]:
    """Give each sequence of commands that some observed state calls for, for guardrails (R11).

    What is sent blindly is among them, since each desired state is one command away from another.
    """
    return tuple(sorted({decide(desired, state).commands for state in State}))


def holds(desired: Desired, observed: State) -> bool:
    """Whether the desired state is true already; one that is left alone is not."""
    return TABLE.get((desired.until.until, observed)) == _HOLDS
