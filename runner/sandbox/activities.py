"""The External signal activities of the workflows."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from runner.sandbox.keys import activity_key
from runner.sandbox.parameters import Declared

# Activity name to its declared parameters; None for one that takes any.
Declarations: TypeAlias = Mapping[str, Declared | None]
# Organization to workflow ID to its activities.
Signals: TypeAlias = Mapping[str, Mapping[str, Declarations]]

USUAL: Declarations = MappingProxyType({"signal1": None})


class Activities:
    """Knows the activities of each workflow: `USUAL` where nothing is declared for it."""

    def __init__(self, signals: Signals) -> None:
        self._signals = signals

    def of(self, organization: str, workflow: str) -> Declarations:
        """Give a workflow's activities; an entry without any stays without any."""
        return self._signals.get(organization, {}).get(workflow, USUAL)

    def find(self, organization: str, workflow: str, key: str) -> str | None:
        """Give the name of the workflow's activity with that key, or None."""
        names = self.of(organization, workflow)
        return next(
            (name for name in names if activity_key(organization, workflow, name) == key), None
        )
