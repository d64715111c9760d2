"""The token endpoint: OAuth client credentials in a form body."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from runner.sandbox.marks import skew_of
from runner.sandbox.replies import RequestRefusedError, campaign_error, json_response

if TYPE_CHECKING:
    from werkzeug.wrappers import Request, Response

    from runner.sandbox.settings import SandboxSettings
    from runner.sandbox.tokens import TokenStore


class TokenEndpoint:
    """Gives a new token to whoever knows the client ID and secret."""

    def __init__(self, settings: SandboxSettings, tokens: TokenStore) -> None:
        self._settings = settings
        self._tokens = tokens

    def answer(self, request: Request) -> Response:
        """Answer one token request; a RequestRefusedError says what is wrong with it."""
        if request.method != "POST":
            raise campaign_error(405, "Only POST is allowed here.", {"Allow": "POST"})
        form = _form(request)
        if form.get("grant_type") != "client_credentials":
            raise _oauth_error(
                400, "unsupported_grant_type", "grant_type must be client_credentials"
            )
        if not self._knows(form.get("client_id"), form.get("client_secret")):
            raise _oauth_error(401, "invalid_client", "invalid client_id or client_secret")
        if not form.get("scope", "").strip():
            raise _oauth_error(400, "invalid_scope", "scope is missing")
        return json_response(
            200, self._issue(skew_of(request.environ)), {"Cache-Control": "no-store"}
        )

    def _knows(self, client_id: str | None, client_secret: str | None) -> bool:
        return (client_id, client_secret) == (self._settings.api_key, self._settings.client_secret)

    def _issue(self, clock_skew: int) -> dict[str, str | int]:
        return {
            "access_token": self._tokens.issue(),
            "token_type": "bearer",
            # Whole seconds, rounded down: a client must never trust a token for too long. A clock
            # that is wrong counts them from the wrong time to the right end.
            "expires_in": max(0, int(self._settings.token_lifetime) - clock_skew),
        }


def _form(request: Request) -> dict[str, str]:
    if request.mimetype != "application/x-www-form-urlencoded":
        return {}
    return dict(parse_qsl(request.get_data(as_text=True)))


def _oauth_error(status: int, error: str, description: str) -> RequestRefusedError:
    return RequestRefusedError(status, {"error": error, "error_description": description})
