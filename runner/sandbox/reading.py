"""The answer to a GET of a workflow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.sandbox.keys import activity_key, workflow_key
from runner.sandbox.replies import json_response
from runner.sandbox.routes import trigger_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response

    from runner.sandbox.activities import Activities
    from runner.sandbox.routes import Target
    from runner.sandbox.settings import SandboxSettings
    from runner.sandbox.states import WorkflowState
    from runner.sandbox.store import WorkflowStore


class ReadEndpoint:
    """Describes workflows: key, ID, state and signal activities."""

    def __init__(
        self, settings: SandboxSettings, store: WorkflowStore, activities: Activities
    ) -> None:
        self._settings = settings
        self._store = store
        self._activities = activities

    def answer(self, target: Target, base_url: str) -> Response:
        """Answer one read; `base_url` is this server's address as the client knows it."""
        organization, workflow = target.organization, target.workflow
        payload = {
            "PKey": workflow_key(organization, workflow),
            "ID": workflow,
            **self._state(self._store.state(organization, workflow)),
            "activities": {"activity": self._describe(organization, workflow, base_url)},
        }
        coming = self._settings.next_processing.get(organization, {}).get(workflow)
        if coming is not None:
            payload["nextProcessingDate"] = coming
        return json_response(200, payload)

    def _state(self, state: WorkflowState) -> dict[str, Any]:
        described: Any = self._settings.state_values.get(state.value, state.value)
        for name in reversed(self._settings.state_field.split(".")):
            described = {name: described}
        return dict(described)

    def _describe(
        self, organization: str, workflow: str, base_url: str
    ) -> Mapping[str, dict[str, Any]]:
        described: dict[str, dict[str, Any]] = {}
        for name, parameters in self._activities.of(organization, workflow).items():
            key = activity_key(organization, workflow, name)
            href = self._href(organization, workflow, key, base_url)
            described[name] = {"PKey": key, "name": name, "trigger": {"href": href}}
            if parameters is not None:
                described[name]["parameters"] = dict(parameters)
        return described

    def _href(self, organization: str, workflow: str, key: str, base_url: str) -> str:
        template = self._settings.trigger_href
        if template is None:
            return base_url + trigger_path(organization, workflow_key(organization, workflow), key)
        return template.replace("{base}", base_url).replace("{organization}", organization)
