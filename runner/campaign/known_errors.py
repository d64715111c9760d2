"""The catalogue of known errors: what each means, what to do, and who can do it.

From Adobe's pages on Campaign's APIs and on the gateway in front of them, and from public reports.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

YOU = "you"
ADMINISTRATOR = "your Adobe administrator"
ADOBE = "Adobe"


@dataclass(frozen=True, slots=True)
class KnownError:
    """One error that is understood.

    Attributes:
        code: as the API gives it, or the HTTP status.
        meaning: what is wrong.
        remedy: what to do.
        who: who can do it.
    """

    code: str
    meaning: str
    remedy: str
    who: str

    def __str__(self) -> str:
        return f"{self.meaning}. {self.remedy} ({self.who})"


KNOWN_ERRORS = (
    KnownError(
        "401013",
        "the access token is not valid, or has expired",
        "Get a new one, or let `auth.oauth` fetch it",
        YOU,
    ),
    KnownError(
        "403023",
        "the token's product profile does not cover this organization",
        "Add the API credential to a product profile of this organization in the Admin Console,"
        " or correct the organization",
        ADMINISTRATOR,
    ),
    KnownError(
        "429050",
        "too many requests at a time",
        "Send fewer at once, or ask Adobe for a higher limit",
        YOU,
    ),
    KnownError(
        "401",
        "Adobe does not accept the access token",
        "Get a new one, or let `auth.oauth` fetch it",
        YOU,
    ),
    KnownError(
        "403",
        "Adobe does not let this credential do this",
        "Check that the API key belongs to the same project as the token, and that its product"
        " profile covers this organization",
        ADMINISTRATOR,
    ),
    KnownError(
        "404",
        "Campaign knows no workflow with this ID; it may have been changed in Campaign",
        "Open the workflow there, and copy the ID from its properties",
        YOU,
    ),
    KnownError(
        "429",
        "too many requests at a time",
        "Send fewer at once, or ask Adobe for a higher limit",
        YOU,
    ),
    KnownError(
        "500",
        "Campaign failed; most often the organization or the ID is wrong",
        "Check both, then look at the workflow in Campaign before sending again",
        YOU,
    ),
    KnownError(
        "502",
        "the gateway got no answer from Campaign; most often the organization is wrong",
        "Check the organization, then look at the workflow in Campaign before sending again",
        YOU,
    ),
    KnownError("503", "Campaign is not available right now", "Wait and run again", ADOBE),
    KnownError(
        "504",
        "Campaign did not answer the gateway in time",
        "Look at the workflow in Campaign before sending again",
        ADOBE,
    ),
    KnownError(
        "3xx",
        "the API answered with a redirect, which is never followed",
        "Check --base-url",
        YOU,
    ),
    KnownError(
        "RST",
        "Campaign's REST layer refused the request",
        "Read its own words, and check the workflow in Campaign",
        YOU,
    ),
    KnownError(
        "XTK",
        "Campaign itself refused the request",
        "Read its own words, and check the workflow in Campaign",
        YOU,
    ),
    KnownError(
        "invalid_client",
        "the client ID or client secret is wrong",
        "Copy both again from the project's page in the Developer Console",
        YOU,
    ),
    KnownError(
        "invalid_scope",
        "a scope is not one of this credential's",
        "Copy the scopes again from the project's page in the Developer Console",
        YOU,
    ),
)
_BY_CODE = {error.code: error for error in KNOWN_ERRORS}
_CAMPAIGN_CODE = re.compile(r"\b(RST|XTK)-\d+")


def explain(status: int, text: str) -> KnownError | None:
    """Give what is known of an error.

    Args:
        status: of the answer.
        text: its body; its own code tells more than the status.
    """
    own = _own_code(text)
    if own in _BY_CODE:
        return _BY_CODE[own]
    campaign = _CAMPAIGN_CODE.search(text)
    if campaign is not None and status not in (401, 403, 404, 429):
        return _BY_CODE[campaign[1]]
    if 300 <= status < 400:
        return _BY_CODE["3xx"]
    return _BY_CODE.get(str(status))


def _own_code(text: str) -> str:
    """Give the code in a body: `error_code` of the gateway, `error` of the token endpoint."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(body, dict):
        return ""
    return str(body.get("error_code") or body.get("error") or "")
