"""Access tokens: one that was given, or one fetched by OAuth Server-to-Server."""

from __future__ import annotations

import contextlib
import json
import math
import re
import threading
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode

from runner.campaign.known_errors import explain
from runner.campaign.retry import RetryPolicy, retry_after
from runner.campaign.transport import Answer, NoAnswer, Request
from runner.errors import CredentialsError, InterruptedRunError, RunnerError
from runner.secrets.scrub import SHORTEST
from runner.secrets.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.campaign.transport import Transport
    from runner.secrets.resolve import OAuthCredential
    from runner.secrets.scrub import Scrubber
    from runner.world import World

_TIMEOUT = 30.0  # seconds for one attempt
_MARGIN = 120.0  # seconds before its end at which a token is replaced; longer than an attempt
_UNREADABLE = (ValueError, TypeError, OverflowError, RecursionError)
# As in JSON, and in whatever is nearly JSON.
_TOKEN_IN_TEXT = re.compile(r'_token"?\s*[:=]\s*"((?:[^"\\]|\\.)*)')
_VISIBLE = re.compile(r"[\x21-\x7e]+")


class TokenSource(Protocol):
    """Where the token of a request comes from."""

    def token(self) -> Secret:
        """Give a token that is valid as far as is known.

        Raises:
            CredentialsError: if there is none to be had.
        """

    def renew(self) -> bool:
        """Get another than the one that `token` last gave this thread, since that was rejected.

        Returns:
            False where there is no other.
        """

    def left(self) -> float | None:
        """Give the seconds until the current token ends; None where that is not known."""


class GivenToken:
    """A token that somebody fetched beforehand."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def token(self) -> Secret:
        """Give that token."""
        return self._token

    def renew(self) -> bool:
        """There is no other."""
        return False

    def left(self) -> float | None:
        """Its end is known to whoever fetched it."""
        return None


class OAuthToken:
    """Fetches a token when the first is needed, and again shortly before it ends.

    Any number of threads may ask at a time; those that need a new token share one.
    """

    def __init__(
        self,
        credential: OAuthCredential,
        *,
        token_url: str,
        transport: Transport,
        scrubber: Scrubber,
        world: World,
        policy: RetryPolicy | None = None,
        on_token: Callable[[Secret], None] | None = None,
    ) -> None:
        """Make a source that has no token yet.

        Args:
            credential: what the endpoint wants.
            token_url: of the endpoint, checked.
            transport: what it is asked through.
            scrubber: is told each token before anybody can show it.
            world: clock, chance and interruption.
            policy: how patiently the endpoint is asked.
            on_token: is told each token, too, before it is used: a CI system may hide it as well.
        """
        self._on_token = on_token
        self._credential = credential
        self._token_url = token_url
        self._transport = transport
        self._scrubber = scrubber
        self._world = world
        self._policy = policy or RetryPolicy()
        self._token: Secret | None = None
        self._replace_at = self._ends_at = math.inf
        self._fetching = threading.Lock()
        self._fetched = 0  # how often, failures included
        self._failure: RunnerError | None = None  # of the last time
        self._given = threading.local()  # to each thread the last time

    def token(self) -> Secret:
        """Give the current token, or fetch one.

        Raises:
            CredentialsError: if the endpoint refuses, or cannot be reached.
            InterruptedRunError: if the run is interrupted while it waits to try again.
        """
        self._given.token = token = self._current()
        return token

    def renew(self) -> bool:
        """Fetch another token, unless another thread has done so since this one was given its own.

        Raises:
            CredentialsError: if the endpoint refuses, or cannot be reached.
            InterruptedRunError: if the run is interrupted while it waits to try again.
        """
        self._current(rejected=getattr(self._given, "token", self._token))
        return True

    def left(self) -> float | None:
        """Give the seconds until the current token ends, by what the endpoint said of it."""
        if self._token is None or self._ends_at == math.inf:
            return None
        return max(0.0, self._ends_at - self._world.monotonic())

    def _current(self, rejected: Secret | None = None) -> Secret:
        before = self._fetched
        with self._fetching:
            ended = self._world.monotonic() >= self._replace_at
            if self._token is None or self._token is rejected or ended:
                # Whoever waited while another thread's attempts failed shares its failure.
                if self._failure is not None and self._fetched != before:
                    raise type(self._failure)(str(self._failure))
                self._fetch_and_count()
            assert self._token is not None  # noqa: S101 - _fetch gives one or raises
            return self._token

    def _fetch_and_count(self) -> None:
        self._failure = None
        try:
            self._fetch()
        except RunnerError as error:
            self._failure = error
            raise
        finally:
            self._fetched += 1

    def _fetch(self) -> None:
        asked_at = self._world.monotonic()
        answer = self._ask()
        if answer.status != 200:
            # The endpoint's own code only: a status means something else on a command.
            known = explain(0, answer.text)
            reason = str(known) if known else "the token endpoint refused"
            message = f"no access token ({answer.status}): {reason}"
            if 200 <= answer.status < 300:  # what it says may well be a token
                raise CredentialsError(message)
            self._hide_tokens(answer.text)
            said = self._scrubber.remote_text(answer.text, cut=answer.cut is not None)
            raise CredentialsError(f"{message}. It says: {said}")
        token, lifetime = self._read(answer)
        self._scrubber.add(token)
        if self._on_token is not None:
            self._on_token(token)
        self._token = token
        self._ends_at = asked_at + lifetime
        # A token that lives shorter than twice the margin is used for half of its life.
        self._replace_at = asked_at + max(lifetime - _MARGIN, lifetime / 2)

    def _hide_tokens(self, text: str) -> None:
        """A token in an answer that is not taken as one may be alive all the same."""
        for found in _TOKEN_IN_TEXT.finditer(text):
            forms = {found[1]}  # as it stands there, and as it is meant
            with contextlib.suppress(ValueError):
                forms.add(json.loads(f'"{found[1]}"'))
            for form in forms:
                if len(form) >= SHORTEST:
                    self._scrubber.add(Secret(form))

    def _ask(self) -> Answer:
        """Asking twice harms nobody, so every passing fault is tried again."""
        tried = 0
        while True:
            answer = self._transport.send(self._request(), _TIMEOUT)
            tried += 1
            if isinstance(answer, NoAnswer):
                again, asked, reason = not answer.untrusted, None, answer.reason
            else:
                again = answer.status in (429, 500, 502, 503, 504)
                asked = retry_after(answer.headers.get("retry-after"), self._world.now())
                reason = f"it answered {answer.status}"
            delay = self._policy.delay(tried, asked, self._world.random) if again else None
            if delay is None:
                if isinstance(answer, Answer):
                    return answer
                reason = self._scrubber.remote_text(reason)
                raise CredentialsError(f"no access token: the token endpoint: {reason}")
            if self._world.pause(delay):
                raise InterruptedRunError("interrupted while waiting for an access token")

    def _request(self) -> Request:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._credential.client_id.reveal(),
            "client_secret": self._credential.client_secret.reveal(),
            "scope": self._credential.scopes,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return Request("POST", self._token_url, headers, urlencode(form).encode())

    def _read(self, answer: Answer) -> tuple[Secret, float]:
        try:
            body = json.loads(answer.text)
            token, lifetime = body["access_token"], float(body.get("expires_in", math.inf))
        except (*_UNREADABLE, LookupError, AttributeError):
            raise CredentialsError(
                "no access token: the token endpoint's answer holds none"
            ) from None
        usable = isinstance(token, str) and len(token) >= SHORTEST and _VISIBLE.fullmatch(token)
        if not usable or math.isnan(lifetime):
            raise CredentialsError(
                "no access token: the token endpoint gave one that cannot be used"
            )
        return Secret(token), lifetime
