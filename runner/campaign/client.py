"""Speaks to the Campaign API for one set of credentials."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from runner.campaign.transport import Answer, NoAnswer, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.campaign.hosts import Target
    from runner.campaign.tokens import TokenSource
    from runner.campaign.transport import Transport
    from runner.secrets.secret import Secret

# Bytes of a workflow that are read: hundreds of activities with all that is known of them stay far
# below it, and a few threads that each hold so much at a time do not fill the memory.
LONGEST_WORKFLOW = 2 * 1024 * 1024
_JSON = "application/json"
_SIGNAL_TYPE = "application/json;charset=utf-8"  # API.md, "Trigger an External signal activity"


class CampaignClient:
    """Sends with the four headers that Adobe's samples send, and no other of our own.

    Any number of threads may use it.
    """

    def __init__(
        self, target: Target, *, transport: Transport, api_key: Secret, tokens: TokenSource
    ) -> None:
        self._base_url = target.base_url
        self._transport = transport
        self._api_key = api_key
        self._tokens = tokens

    @property
    def base_url(self) -> str:
        """The API's address, without a slash at its end."""
        return self._base_url

    def prepare(self) -> None:
        """Make sure that there is a token.

        Raises:
            CredentialsError: if there is none to be had.
        """
        self._tokens.token()

    def renew_token(self) -> bool:
        """Get another token after the one that this thread sent last was rejected.

        Returns:
            Whether there is another now; another thread may have fetched it already.

        Raises:
            CredentialsError: if no other is to be had.
        """
        return self._tokens.renew()

    def token_left(self) -> float | None:
        """Give the seconds until the current token ends; None where that is not known."""
        return self._tokens.left()

    def get(self, url_path: str, timeout: float) -> Answer | NoAnswer:
        """Read something once; `post` says more.

        Args:
            url_path: below the base URL, with every name in it percent-encoded.
            timeout: seconds for the whole attempt.
        """
        url = self._base_url + url_path
        request = Request("GET", url, self._headers(_JSON), longest=LONGEST_WORKFLOW)
        return self._transport.send(request, timeout)

    def post(self, url_path: str, body: Mapping[str, Any], timeout: float) -> Answer | NoAnswer:
        """Send one command once.

        Args:
            url_path: below the base URL, from the plan.
            body: to be written as JSON.
            timeout: seconds for the whole attempt.

        Raises:
            CredentialsError: if the token has ended and no other is to be had.
            InterruptedRunError: if the run is interrupted while it waits for one.
        """
        url = self._base_url + url_path
        request = Request("POST", url, self._headers(_JSON), json.dumps(body).encode())
        return self._transport.send(request, timeout)

    def post_signal(self, url: str, body: bytes, timeout: float) -> Answer | NoAnswer:
        """Trigger an activity once; `post` says more.

        Args:
            url: what `check_href` gave, sent exactly so.
            body: JSON.
            timeout: seconds for the whole attempt.
        """
        request = Request("POST", url, self._headers(_SIGNAL_TYPE), body)
        return self._transport.send(request, timeout)

    def _headers(self, content_type: str) -> Mapping[str, str]:
        return {
            "Content-Type": content_type,
            "Authorization": f"Bearer {self._tokens.token().reveal()}",
            "Cache-Control": "no-cache",
            "X-Api-Key": self._api_key.reveal(),
        }
