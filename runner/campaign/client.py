"""Speaks to the Campaign API for one set of credentials."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from runner.campaign.transport import Answer, NoAnswer, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.campaign.hosts import Target
    from runner.campaign.tokens import TokenSource
    from runner.campaign.transport import Transport
    from runner.secrets.secret import Secret


class CampaignClient:
    """Sends commands with the four headers that Adobe's samples send, and no other of our own."""

    def __init__(
        self, target: Target, *, transport: Transport, api_key: Secret, tokens: TokenSource
    ) -> None:
        self._base_url = target.base_url
        self._transport = transport
        self._api_key = api_key
        self._tokens = tokens

    def prepare(self) -> None:
        """Make sure that there is a token.

        Raises:
            CredentialsError: if there is none to be had.
        """
        self._tokens.token()

    def renew_token(self) -> bool:
        """Get another token after the last was rejected; False where that is impossible."""
        return self._tokens.renew()

    def post(self, url_path: str, body: Mapping[str, str], timeout: float) -> Answer | NoAnswer:
        """Send one command once.

        Args:
            url_path: below the base URL, from the plan.
            body: to be written as JSON.
            timeout: seconds for the whole attempt.

        Raises:
            CredentialsError: if the token has ended and no other is to be had.
        """
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self._tokens.token().reveal()}",
            "Cache-Control": "no-cache",
            "X-Api-Key": self._api_key.reveal(),
        }
        request = Request("POST", self._base_url + url_path, headers, json.dumps(body).encode())
        return self._transport.send(request, timeout)
