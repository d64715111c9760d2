"""The trigger of a signal activity: what is asked of a call, and the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.sandbox.jsonbody import parse_object
from runner.sandbox.parameters import mistyped, undeclared
from runner.sandbox.records import Signal
from runner.sandbox.replies import campaign_error, empty_response, text_response
from runner.sandbox.store import SignalRefusal

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from runner.sandbox.activities import Activities
    from runner.sandbox.parameters import Declared
    from runner.sandbox.replies import RequestRefusedError
    from runner.sandbox.routes import Target
    from runner.sandbox.settings import SandboxSettings
    from runner.sandbox.store import WorkflowStore

MAX_SIGNAL_BODY = 64 * 1024

# Adobe documents these words for an undeclared parameter, and none for other faults.
_CALL = "'HandleTrigger(@name, $(source), $({parameters}))'"
_GENERAL = "RST-360011 An error has occurred - please contact your administrator."
_UNPARSED = f"XTK-170006 Unable to parse expression {_CALL}."
_RESOURCE = "('xtk:workflow:execution/activities/signal/trigger' resource)"
_UNASSESSED = f"RST-360000 Error while assessing {_CALL} expression {_RESOURCE}"


class TriggerEndpoint:
    """Takes signals for workflows that run, each activity's no more often than the store lets."""

    def __init__(
        self, settings: SandboxSettings, store: WorkflowStore, activities: Activities
    ) -> None:
        self._settings = settings
        self._store = store
        self._activities = activities

    def answer(self, target: Target, body: bytes, request: int | None) -> Response:
        """Answer one call; a RequestRefusedError says what is wrong with it.

        `request` is the number of the request that it came in.
        """
        payload = parse_object(body)
        source = payload.get("source")
        if not isinstance(source, str) or not source.strip():
            raise campaign_error(400, "source is mandatory.")
        parameters = payload.get("parameters", {})
        declared = self._activities.of(target.organization, target.workflow)[target.activity]
        fault = _fault(declared, parameters, len(body))
        signal = None if fault else Signal(target.activity, source, parameters)
        refusal = self._store.accept_signal(
            target.organization, target.workflow, target.activity, signal, request
        )
        if refusal is SignalRefusal.NOT_RUNNING:
            raise campaign_error(
                400, f"{_UNPARSED}\nThe workflow {target.workflow!r} is not running."
            )
        if refusal is SignalRefusal.TOO_EARLY:
            return text_response(self._too_early(target.activity))
        if fault is not None:
            raise fault
        return empty_response()

    def _too_early(self, activity: str) -> str:
        minutes = self._settings.signal_interval / 60
        return f"Activity {activity!r} can be triggered only once every {minutes:g} minutes.\n"


def _fault(declared: Declared | None, parameters: Any, size: int) -> RequestRefusedError | None:
    """Give the error that a call's parameters deserve, or None."""
    if not isinstance(parameters, dict):
        return campaign_error(400, "parameters must be a JSON object.")
    if size > MAX_SIGNAL_BODY:
        return campaign_error(413, f"A signal's body is at most {MAX_SIGNAL_BODY} bytes.")
    if declared is None:
        return None
    name = undeclared(declared, parameters)
    if name is not None:
        own = f"'{name}' parameter isn't defined in signal activity."
        return campaign_error(500, f"{_GENERAL}\n{own}\n{_UNPARSED}\n{_UNASSESSED}")
    name = mistyped(declared, parameters)
    if name is not None:
        own = f"'{name}' parameter must be of type {declared[name]}."
        return campaign_error(500, f"{_UNPARSED}\n{own}\n{_UNASSESSED}")
    return None
