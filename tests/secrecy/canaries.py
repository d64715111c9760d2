"""Secrets that are planted everywhere, and the search that must not find them anywhere."""

from __future__ import annotations

import base64
import html
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from tests.support.campaign import KEY, ONE, TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from tests.support.program import Ended

CLIENT_SECRET = "canary-client-secret-9/x+y"
FETCHED = "canary-fetched-token-Qm/Fz+=="
PLANTED = {"api key": KEY, "token": TOKEN, "client secret": CLIENT_SECRET, "fetched": FETCHED}
TOKENS_URL = "https://ims-na1.adobelogin.com/ims/token/v3"
OAUTH_AUTH = (
    "auth: {api_key: '${env:CAMPAIGN_KEY}', oauth: {client_id: '${env:CAMPAIGN_KEY}',"
    " client_secret: '${env:CAMPAIGN_SECRET}', scopes: openid}}\n"
)
BRIEF = "defaults: {settle: 100ms}\n"  # what a lost answer did is looked for no longer
OAUTH = ONE + BRIEF + OAUTH_AUTH
OAUTH_SECRETS = {"CAMPAIGN_KEY": KEY, "CAMPAIGN_SECRET": CLIENT_SECRET}
LEVELS: list[list[str]] = [[], ["-q"], ["-vv"], ["-vv", "--log-format", "json"]]

# A part of a secret is a leak, too; a shorter one stands in ordinary words.
_SHORTEST_PART = 10
_PARTING = re.compile(r"\s|[\x00-\x1f\x7f-\x9f]|\\+(?:[nrt0]|x[01].|u00[01].)|\*")


def _base64(encode: Callable[[bytes], bytes], lead: int, text: str) -> str:
    raw = text.encode()
    encoded = encode(b"\0" * lead + raw).decode().rstrip("=")
    # What the first and the last character encode depends on what stands around the secret.
    return encoded[(0, 2, 3)[lead] : len(encoded) - ((lead + len(raw)) % 3 > 0)]


def _base64_forms() -> Iterator[tuple[str, Callable[[str], str]]]:
    for lead in range(3):
        for name, encode in (("", base64.b64encode), (" for URLs", base64.urlsafe_b64encode)):
            yield f"base64{name} {lead}", lambda it, e=encode, n=lead: _base64(e, n, it)  # type: ignore[misc]
            yield (
                f"base64{name} of a form {lead}",
                lambda it, e=encode, n=lead: _base64(e, n, quote_plus(it)),  # type: ignore[misc]
            )


FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "url": lambda it: quote(it, safe=""),
    "url with slashes": quote,
    "url of a form": quote_plus,
    "url twice": lambda it: quote(quote(it, safe=""), safe=""),
    "json": lambda it: json.dumps(it)[1:-1],
    "json with slashes": lambda it: json.dumps(it)[1:-1].replace("/", "\\/"),
    "html": html.escape,
    "hex": lambda it: it.encode().hex(),
    **dict(_base64_forms()),
}


def leaks(text: str, planted: dict[str, str] | None = None) -> list[str]:
    """Give what can be found of any secret, in any form, by the names of both.

    Letter case does not count, nor does what parts a secret: blanks, line ends, controls.
    """
    lower = text.lower()
    searched = lower, _PARTING.sub("", lower)
    return [
        f"{name}, {form}"
        for name, secret in (planted or PLANTED).items()
        for form, make in FORMS.items()
        if any(part in it for it in searched for part in _parts(make(secret).lower()))
    ]


def _parts(form: str) -> Iterator[str]:
    for at in range(max(1, len(form) - _SHORTEST_PART + 1)):
        yield form[at : at + _SHORTEST_PART]


def files_left(*, but: Collection[str] = ()) -> dict[str, str]:
    """Give the text of every file below the working folder, hidden ones too, by its path."""
    found = {path.as_posix(): path for path in Path().rglob("*") if path.is_file()}
    return {
        name: path.read_bytes().decode("utf-8", "replace")
        for name, path in found.items()
        if name not in but
    }


def assert_nothing_leaked(ended: Ended, *, but: Collection[str] = ()) -> None:
    """Search both streams, and the names and content of every file that is there.

    Args:
        ended: what the program wrote.
        but: files in which a test itself planted secrets.
    """
    places = {"stdout": ended.stdout, "stderr": ended.stderr, **files_left(but=but)}
    found = {name: leaks(f"{name}\n{text}") for name, text in places.items()}
    leaking = {name: it for name, it in found.items() if it}
    assert not leaking, str(leaking)
