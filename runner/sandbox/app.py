"""The API itself: who may ask, what is asked, and the answer."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from runner.sandbox.activities import Activities
from runner.sandbox.ims import TokenEndpoint
from runner.sandbox.jsonbody import parse_object
from runner.sandbox.marks import number_of
from runner.sandbox.reading import ReadEndpoint
from runner.sandbox.replies import (
    RequestRefusedError,
    campaign_error,
    empty_response,
    gateway_error,
    json_response,
)
from runner.sandbox.routes import COMMANDS, METHODS, TOKEN_PATH, TRIGGER, parse_target, path_of
from runner.sandbox.states import EFFECTS
from runner.sandbox.triggers import TriggerEndpoint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from runner.sandbox.routes import Target
    from runner.sandbox.settings import SandboxSettings
    from runner.sandbox.store import WorkflowStore
    from runner.sandbox.tokens import TokenStore

_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")


class CampaignApp:
    """A WSGI application; its requests bring `REQUEST_URI` and a body that was read already."""

    def __init__(self, settings: SandboxSettings, store: WorkflowStore, tokens: TokenStore) -> None:
        self._settings = settings
        self._store = store
        self._tokens = tokens
        self._activities = Activities(settings.signals)
        self._token_endpoint = TokenEndpoint(settings, tokens)
        self._reads = ReadEndpoint(settings, store, self._activities)
        self._triggers = TriggerEndpoint(settings, store, self._activities)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        try:
            response = self._answer(Request(environ))
        except RequestRefusedError as refused:
            response = json_response(refused.status, refused.payload, refused.headers)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        path = path_of(request.environ["REQUEST_URI"])
        if path == TOKEN_PATH:
            return self._token_endpoint.answer(request)
        self._check_access(request)
        target = self._resolve(path)
        allowed = METHODS[target.kind]
        if request.method != allowed:
            raise campaign_error(405, f"Only {allowed} is allowed here.", {"Allow": allowed})
        if target.kind == COMMANDS:
            return self._command(target, request)
        if target.kind == TRIGGER:
            return self._triggers.answer(target, request.get_data(), number_of(request.environ))
        # The host under which the client found this server: clients compare the two.
        return self._reads.answer(target, f"http://{_host(request)}")

    def _check_access(self, request: Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self._tokens.accepts(token.strip()):
            raise gateway_error(401, "401013", "Oauth token is not valid")
        if request.headers.get("X-Api-Key") != self._settings.api_key:
            raise gateway_error(403, "403000", "Api Key is invalid")

    def _resolve(self, path: str) -> Target:
        """Give the target under IDs instead of keys, once all its names proved to exist."""
        target = parse_target(path)
        if target is None:
            raise campaign_error(404, "There is no such resource.")
        if not self._store.has_organization(target.organization):
            raise gateway_error(403, "403023", "Profile is not valid")
        workflow = self._store.find(target.organization, target.workflow)
        if workflow is None:
            raise campaign_error(404, f"There is no workflow {target.workflow!r}.")
        if target.kind != TRIGGER:
            return replace(target, workflow=workflow)
        activity = self._activities.find(target.organization, workflow, target.activity)
        if activity is None:
            raise campaign_error(404, f"There is no activity {target.activity!r}.")
        return replace(target, workflow=workflow, activity=activity)

    def _command(self, target: Target, request: Request) -> Response:
        method = parse_object(request.get_data()).get("method")
        if not isinstance(method, str) or method not in EFFECTS:
            raise campaign_error(400, f"method must be one of {', '.join(EFFECTS)}.")
        number = number_of(request.environ)
        self._store.accept(target.organization, target.workflow, method, number)
        return empty_response()


def _host(request: Request) -> str:
    host = request.headers.get("Host", "")
    if _HOST.fullmatch(host):
        return host
    return "{SERVER_NAME}:{SERVER_PORT}".format_map(request.environ)
