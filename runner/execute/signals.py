"""External signal activities: what is posted to trigger one, and what the answer means."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from runner.campaign.transport import Answer
from runner.campaign.triggers import UntrustedHrefError, check_href
from runner.execute.sending import Delivery
from runner.execute.verdicts import Verdict, judge
from runner.printable import quoted
from runner.states import State
from runner.validate.signals import signal_body
from runner.validate.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from runner.campaign.client import CampaignClient
    from runner.campaign.transport import NoAnswer
    from runner.plan.command import Command
    from runner.states import Observation

_INTERVAL = timedelta(minutes=10)  # Adobe's limit for one activity
# Statuses that say by themselves what is wrong.
_NOT_TOO_SOON = (401, 403, 404, 429, 502, 503, 504)
_BEGINS_LIKE_JSON = re.compile(r'\{\s*(?:["}]|\Z)|\[\s*(?:["{\[\]0-9-]|\Z)')
_RUNNING = (State.STARTED, State.UNKNOWN)  # what is unknown is for Campaign to judge


class NoTriggerError(Exception):
    """Why a signal cannot be sent, for people; like all text of the remote side to be scrubbed."""


def signal_request(
    command: Command, seen: Observation, client: CampaignClient, now: Callable[[], datetime]
) -> Delivery:
    """Give the request that triggers the activity of a signal.

    Args:
        command: the signal.
        seen: what was just read of its workflow.
        client: over which it is sent.
        now: the time of day, in UTC.

    Raises:
        NoTriggerError: if what was read speaks against it.
    """
    assert command.signal is not None  # noqa: S101 - a signal has one
    url = _trigger(command, command.signal.activity, seen, client.base_url)
    body = signal_body(command.signal)
    return Delivery(
        post=partial(client.post_signal, url, body, command.timeout),
        judge=_judge,
        refusal=partial(_too_soon, now=now),
        url=url,
    )


def _trigger(command: Command, wanted: str, seen: Observation, base_url: str) -> str:
    """Give the checked address to post to."""
    if not seen.found or seen.error:
        raise NoTriggerError(seen.why_unknown)
    if seen.state not in _RUNNING:
        raise NoTriggerError(f"the workflow is {seen.state}, and a signal needs it started")
    hrefs = {it.name: it.href for it in seen.signals if it.href is not None}
    if wanted not in hrefs:
        known = did_you_mean(wanted, hrefs) if hrefs else "it has none at all"
        raise NoTriggerError(
            f"the workflow has no External signal activity {quoted(wanted)}; {known}"
        )
    try:
        return check_href(hrefs[wanted], base_url, command.organization or "")
    except UntrustedHrefError as error:
        raise NoTriggerError(
            f"the trigger that the API names is not to be trusted: {error}"
        ) from None


def _judge(answer: Answer | NoAnswer) -> Verdict:
    verdict = judge(answer)
    if verdict is Verdict.SUCCEEDED and isinstance(answer, Answer) and _is_plain_text(answer):
        return Verdict.FAILED
    return verdict


def _too_soon(answer: Answer, *, now: Callable[[], datetime]) -> str:
    other = answer.status in _NOT_TOO_SOON or "RST-" in answer.text or "XTK-" in answer.text
    if other or not _is_plain_text(answer):
        return ""
    return (
        "Campaign answered in plain text, as it does where the activity was triggered less than"
        f" 10 minutes ago. By {now() + _INTERVAL:%H:%M:%S} UTC at the latest it may be tried again"
    )


def _is_plain_text(answer: Answer) -> bool:
    """Whether an answer is words where JSON or nothing was to come: the 10-minute rule.

    The text decides, whatever its type says: a signal that was not taken must not pass for one.
    """
    text = answer.text.removeprefix("\ufeff").strip()
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not text:
        return False
    try:
        value = json.loads(text)
    except RecursionError:
        return False
    except ValueError:
        return _BEGINS_LIKE_JSON.match(text) is None  # what breaks off is no sentence either
    return not isinstance(value, (dict, list)) and not kind.endswith("json")
