"""Reads one workflow, and again where that can help."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec.structs import replace

from runner.campaign.known_errors import explain
from runner.campaign.retry import retry_after
from runner.campaign.transport import MAX_BODY, Answer, NoAnswer
from runner.errors import CredentialsError, InterruptedRunError
from runner.observe.payload import Payload, parse_object
from runner.states import Observation

if TYPE_CHECKING:
    from runner.campaign.client import CampaignClient
    from runner.campaign.retry import RetryPolicy
    from runner.secrets.scrub import Scrubber
    from runner.states import StateMapping
    from runner.world import World

# 500 is not among them: permanent faults arrive as 500 (API.md, "Errors seen in public").
_PASSING = frozenset({429, 502, 503, 504})
_REJECTED = frozenset({401, 403})


_LEAST = 1.0  # seconds that an attempt is given however late it is


def read_workflow(  # noqa: PLR0913 - each is told apart by its name
    client: CampaignClient,
    organization: str,
    workflow: str,
    mapping: StateMapping,
    *,
    timeout: float,
    policy: RetryPolicy,
    world: World,
    scrubber: Scrubber,
) -> Observation:
    """Give what the API says of a workflow; a read changes nothing, so a lost one is tried again.

    Args:
        client: with the credentials for this organization.
        organization: whose workflow it is.
        workflow: its ID or key.
        mapping: where the state stands in an answer, and what its values mean.
        timeout: seconds for one attempt.
        policy: how often and how patiently it is tried.
        world: the clock, chance, and the only way to wait.
        scrubber: cleans whatever the remote side says.

    Returns:
        An observation, whatever was answered; `found` is False only where the API knows no such
        workflow, whose ID may have been changed in Campaign.

    Raises:
        CredentialsError: if the credentials are rejected, after one new token where there is one.
        InterruptedRunError: if somebody asks to stop while it waits for the next attempt.
    """
    reader = _Reader(Observation(organization, workflow, found=None), mapping, scrubber)
    path = f"/{organization}/campaign/workflow/execution/{quote(workflow, safe='')}"
    tried, renewed = 0, False
    deadline = world.monotonic() + policy.within
    while True:
        left = max(deadline - world.monotonic(), _LEAST)
        answer = client.get(path, min(timeout, left))
        if isinstance(answer, Answer) and answer.status in _REJECTED:
            if renewed or not client.renew_token():
                raise CredentialsError(reader.refusal(answer))
            renewed = True
            continue
        tried += 1
        delay = _delay(answer, tried, policy, world)
        if delay is None or world.monotonic() + delay >= deadline:
            return reader.observation(answer)
        if world.pause(delay):
            raise InterruptedRunError(
                f"interrupted while waiting to read {workflow} of {organization} again"
            )


def _delay(
    answer: Answer | NoAnswer, tried: int, policy: RetryPolicy, world: World
) -> float | None:
    """Give the seconds after which another attempt may help, or None where none would."""
    if isinstance(answer, NoAnswer):
        return None if answer.untrusted else policy.delay(tried, None, world.random)
    if answer.status not in _PASSING:
        return None
    asked = retry_after(answer.headers.get("retry-after"), world.now())
    return policy.delay(tried, asked, world.random)


class _Reader:
    """Turns the last answer into an observation, all clean."""

    def __init__(self, nothing: Observation, mapping: StateMapping, scrubber: Scrubber) -> None:
        self._nothing = nothing
        self._mapping = mapping
        self._scrubber = scrubber

    def observation(self, answer: Answer | NoAnswer) -> Observation:
        if isinstance(answer, NoAnswer):
            reason = self._scrubber.remote_text(answer.reason)
            trust = "the server's certificate is not trusted" if answer.untrusted else "no answer"
            unread = self._unread(found=None, error=f"{trust}: {reason}")
            return replace(unread, answered=False)
        if not 200 <= answer.status < 300:
            found = False if answer.status == 404 else None
            known = explain(answer.status, answer.text[:MAX_BODY])
            meaning = known.meaning if known else "the API refused to let the workflow be read"
            # What an unknown workflow is answered adds nothing to what the status says.
            said = "" if known is not None and found is False else f". {self._said(answer)}"
            unread = self._unread(found=found, error=f"{meaning}{said}")
            return replace(unread, remedy=known.remedy, who=known.who) if known else unread
        payload = None if answer.cut else parse_object(answer.text)
        if payload is None:
            cut = self._scrubber.remote_text(answer.cut or "")
            fault = f"it is not whole: {cut}" if cut else "it is no JSON object"
            return self._unread(found=True, error=f"the API's answer cannot be read; {fault}")
        return self._read(Payload(payload, self._scrubber))

    def refusal(self, answer: Answer) -> str:
        """Word what the API says of the credentials."""
        known = explain(answer.status, answer.text[:MAX_BODY]) or "the API refused them"
        return f"the credentials for {self._nothing.organization}: {known}. {self._said(answer)}"

    def _said(self, answer: Answer) -> str:
        text = answer.text[:MAX_BODY]
        cut = answer.cut is not None or len(text) < len(answer.text)
        said = self._scrubber.remote_text(text, cut=cut)
        return f"It says: {answer.status} {said}".rstrip()

    def _unread(self, *, found: bool | None, error: str) -> Observation:
        return replace(self._nothing, found=found, error=error)

    def _read(self, payload: Payload) -> Observation:
        return replace(
            self._nothing,
            found=True,
            read=payload.state(self._mapping),
            workflow_id=payload.workflow_id(),
            signals=payload.signals(),
            next_processing=payload.next_processing(),
            fields=payload.fields(),
            looked_for=self._mapping.fields,
        )
