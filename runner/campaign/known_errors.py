"""The catalogue of known errors: what each means, what to do, and who can do it.

From Adobe's pages on Campaign's APIs, on the gateway in front of them and on the migration from
Campaign Standard to v8 ("Recommendations and limitations"), and from public reports.
"""

from __future__ import annotations

import json
import re

from runner.value import Value

YOU = "you"
ADMINISTRATOR = "your Adobe administrator"
ADOBE = "Adobe"


class KnownError(Value, frozen=True):
    """One error that is understood.

    Attributes:
        code: as the API gives it, or the HTTP status, or else a name.
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


# An External signal activity takes one call in 10 minutes; only the words of the answer differ, so
# that whoever sends signals has to tell: plain text came where JSON or nothing was to come.
TOO_SOON = KnownError(
    "too soon",
    "the signal was not taken, most likely since the activity was triggered less than 10 minutes"
    " ago",
    "Wait until 10 minutes have passed since, and look at the workflow in Campaign before sending"
    " it again",
    YOU,
)
_UNKNOWN_KEY = KnownError(
    "unknown key",
    "Campaign cannot make out this key; keys that begin with `@` hold for one instance, and change"
    " with a migration to Campaign v8",
    "Write the workflow's ID, such as WKF123, instead",
    YOU,
)
_NO_SUCH_API_KEY = "Adobe does not know the API key, or it may not use this API"
_MEND_API_KEY = (
    "Copy the client ID from the Developer Console, of the same project as the token, and check"
    " that the Campaign API was added to that project"
)

# Of several codes of Campaign in one answer the one that stands first here is told.
KNOWN_ERRORS = (
    KnownError(
        "401013",
        "the access token is not valid, or has expired",
        "Get a new one, or let `auth.oauth` fetch it",
        YOU,
    ),
    KnownError("403000", _NO_SUCH_API_KEY, _MEND_API_KEY, YOU),
    KnownError("403003", _NO_SUCH_API_KEY, _MEND_API_KEY, YOU),
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
        "Open the workflow there, and copy the ID from its properties; after a migration to"
        " Campaign v8, check that the organization is the v8 one",
        YOU,
    ),
    _UNKNOWN_KEY,
    TOO_SOON,
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
        "RST-360011",
        "Campaign refused what was sent; with a signal that is mostly a parameter that its External"
        " signal activity does not declare",
        "Read its own words; declare the parameter that they name in the activity, or leave it out",
        YOU,
    ),
    KnownError(
        "XTK-170036",
        "Campaign cannot make out the workflow's key or ID",
        "Write the workflow's ID, such as WKF123, and no key that begins with `@`",
        YOU,
    ),
    KnownError(
        "XTK-170006",
        "Campaign could not carry out a call with these values",
        "Read its own words, and compare the signal's parameters with those that the activity"
        " declares",
        YOU,
    ),
    KnownError(
        "RST-360000",
        "Campaign's REST layer could not carry out the request",
        "Read its own words, and check the workflow, and a signal's parameters, in Campaign",
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
        "the client ID or client secret is wrong, or the secret has expired or was deleted",
        "Copy both again from the project's page in the Developer Console, or add a new secret"
        " there",
        YOU,
    ),
    KnownError(
        "unauthorized_client",
        "this credential may not fetch tokens by itself",
        "Use an OAuth Server-to-Server credential; those of the kind Service Account (JWT) ended in"
        " 2025",
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
_KEY = re.compile(r"\bdecrypt\w*\b.{0,20}\bP?Key\b|\(PKey=", re.IGNORECASE)


def explain(status: int, text: str) -> KnownError | None:
    """Give what is known of an error.

    Args:
        status: of the answer.
        text: its body; its own code tells more than the status.
    """
    own = _own_code(text)
    if own in _BY_CODE:
        return _BY_CODE[own]
    if status == 404 and _KEY.search(text):
        return _UNKNOWN_KEY
    if status not in (401, 403, 404, 429):  # these say more than Campaign's codes
        campaign = _of_campaign(text)
        if campaign is not None:
            return campaign
    if 300 <= status < 400:
        return _BY_CODE["3xx"]
    return _BY_CODE.get(str(status))


def _of_campaign(text: str) -> KnownError | None:
    """Give the best known of Campaign's own codes in a body, or else its family."""
    found = {code[0]: code[1] for code in _CAMPAIGN_CODE.finditer(text)}
    known = next((error for error in KNOWN_ERRORS if error.code in found), None)
    return known or next((_BY_CODE[family] for family in found.values()), None)


def _own_code(text: str) -> str:
    """Give the code in a body: `error_code` of the gateway, `error` of the token endpoint."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(body, dict):
        return ""
    code = body.get("error_code") or body.get("error")
    return str(code) if isinstance(code, (str, int)) else ""
