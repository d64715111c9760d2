"""The states of a workflow in the runner's own words, and how an answer of the API is read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from runner.value import Value


class State(str, Enum):
    """What a workflow is found to be (rule R13)."""

    EDITING = "editing"  # never started
    STARTED = "started"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"
    UNKNOWN = "unknown"

    def __str__(self) -> str:
        """Give the plain name, on every Python version."""
        return str(self.value)


# A stopped workflow shows as finished in Campaign's own pages, so both are "not running" (R14).
NOT_RUNNING = frozenset({State.STOPPED, State.FINISHED})

DEFAULT_FIELDS = ("state", "status")
_BY_NAME = {state.value: state for state in State if state is not State.UNKNOWN}


class ReadState(NamedTuple):
    """What one answer says of a state.

    Attributes:
        raw: what stands in the field, as text; None where no field was found.
        field: the field that was found, as the setting names it.
    """

    state: State
    raw: str | None
    field: str | None


NOTHING_READ = ReadState(State.UNKNOWN, None, None)


class StateMapping(Value, frozen=True):
    """Where an answer holds the state, and what its values mean.

    No public source says (API.md), so both are settings; whatever they do not know is `unknown`.

    Attributes:
        fields: tried in turn; a point leads into a mapping, as in `execution.state`.
        values: remote values, in any letter case, beyond the names of the states themselves.
    """

    fields: tuple[str, ...] = DEFAULT_FIELDS
    values: tuple[tuple[str, State], ...] = ()

    def read(self, payload: Mapping[str, Any]) -> ReadState:
        """Give the state that a workflow's answer holds; the first field that is there decides."""
        for name in self.fields:
            raw = scalar_text(_find(payload, name))
            if raw is not None:
                return ReadState(self._meaning(raw), raw, name)
        return NOTHING_READ

    def _meaning(self, raw: str) -> State:
        known = {**_BY_NAME, **{value.casefold(): state for value, state in self.values}}
        return known.get(raw.strip().casefold(), State.UNKNOWN)


DEFAULT_MAPPING = StateMapping()


class SignalActivity(Value, frozen=True):
    """An External signal activity of a workflow.

    Attributes:
        href: the address that triggers it, exactly as the API gave it, unchecked and not to be
            shown; None where there is none, or none that could be one.
    """

    name: str
    href: str | None

    def __repr__(self) -> str:
        """Give it without its address."""
        return f"SignalActivity(name={self.name!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Give the same to rich, which would look into all fields."""
        return [("name", self.name)]


class Observation(Value, frozen=True):
    """What was read of one workflow; all its text is clean.

    Attributes:
        found: False where the API knows no such workflow, None where that could not be found out.
        read: its state.
        workflow_id: the ID that the answer holds, for who asked by key; None where it holds none.
        signals: in the order of the answer.
        next_processing: the date as the API writes it, where it gives one.
        fields: every plain field with its value, for who looks for the state.
        error: why nothing, or no state, could be read, for people; empty where all went well. A
            value that the settings do not map is no error: it is shown as it is.
        remedy: what to do about the error, and
        who: who can do it; both empty where nobody knows.
        answered: whether the API said anything at all.
        looked_for: the fields that the settings name for the state, where an answer was read.
    """

    organization: str
    workflow: str
    found: bool | None
    read: ReadState = NOTHING_READ
    workflow_id: str | None = None
    signals: tuple[SignalActivity, ...] = ()
    next_processing: str | None = None
    fields: tuple[tuple[str, str], ...] = ()
    error: str = ""
    remedy: str = ""
    who: str = ""
    answered: bool = True
    looked_for: tuple[str, ...] = ()

    @property
    def key(self) -> WorkflowKey:
        """Under which it stands among other observations."""
        return self.organization, self.workflow

    @property
    def state(self) -> State:
        """Its state, `unknown` where none could be read."""
        return self.read.state

    @property
    def why_unknown(self) -> str:
        """Say why its state is unknown, and what to do; empty where it is known."""
        if self.error and self.remedy:
            return f"{self.error.removesuffix('.')}. {self.remedy} ({self.who})"
        if self.state is not State.UNKNOWN or self.error:
            return self.error
        found, raw = self.read.field, self.read.raw
        if found is None:
            named = ", ".join(self.looked_for)
            none = (
                f"none of the fields {named}" if named else "no field that is known to be the state"
            )
            return f"its answer has {none}; run doctor to see which looks like it"
        if not raw or not raw.strip():
            return f'its field "{found}" is empty'
        return f'its field "{found}" says "{raw}", which defaults.state.values does not map'


WorkflowKey: TypeAlias = tuple[str | None, str]  # organization and workflow
Observations: TypeAlias = Mapping[WorkflowKey, Observation]


def scalar_text(value: object) -> str | None:
    """Give a text, number or boolean as JSON writes it without quotes; None for all else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (str, int, float)) else None


def _find(payload: object, name: str) -> object:
    """Give what stands under a name: the name as a whole first, then along its points."""
    if isinstance(payload, Mapping):
        if name in payload:
            return payload[name]
        head, _, rest = name.partition(".")
        return _find(payload.get(head), rest) if rest else None
    return None
