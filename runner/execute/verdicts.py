"""What an answer, or none, says about one attempt at a command: one small table."""

from __future__ import annotations

from enum import Enum

from runner.campaign.transport import Answer, NoAnswer


class Verdict(Enum):
    """What one attempt came to."""

    SUCCEEDED = "the command was accepted"
    FAILED = "the command was refused, and would be again"
    NOT_APPLIED = "the command had no effect, and may be sent again"
    REJECTED = "the credentials were rejected; the command had no effect"
    LOST = "the command may or may not have been accepted"
    SERVER_ERROR = "the server failed; the state tells whether the command took effect"


# Everything else from 300 on is FAILED. That a 500 is not sent again is on purpose: permanent
# faults arrive as 500, too (API.md).
_BY_STATUS = {
    401: Verdict.REJECTED,
    403: Verdict.REJECTED,
    429: Verdict.NOT_APPLIED,
    500: Verdict.SERVER_ERROR,
    502: Verdict.LOST,
    503: Verdict.NOT_APPLIED,
    504: Verdict.LOST,
}


def judge(answer: Answer | NoAnswer) -> Verdict:
    """Give the verdict on one attempt (rules R16 to R18)."""
    if isinstance(answer, Answer):
        if 200 <= answer.status < 300:
            return Verdict.SUCCEEDED
        return _BY_STATUS.get(answer.status, Verdict.FAILED)
    if answer.sent:
        return Verdict.LOST
    return Verdict.FAILED if answer.untrusted else Verdict.NOT_APPLIED
