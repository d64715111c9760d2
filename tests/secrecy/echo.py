"""Servers that tell everything that they were told."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

from tests.support.campaign import KEY


def echo(request: object) -> tuple[int, dict[str, str], str]:
    """Answer with everything that was sent, as a hostile or broken server does."""
    headers = dict(request.headers)  # type: ignore[attr-defined]
    plain = "\n".join(f"{name}: {value}" for name, value in headers.items())
    parted = "\x00".join(headers.get("Authorization", ""))
    coded = base64.b64encode(plain.encode()).decode()
    body = request.body  # type: ignore[attr-defined]
    told = f"{plain} {parted} {coded} {quote(plain)} {json.dumps(headers)} {headers} {body!r}"
    return 400, {"X-Request-Id": headers.get("Authorization", "")}, told


def telling(request: object) -> tuple[int, dict[str, str], str]:
    """Answer a read with secrets wherever an answer has text: names, values and addresses."""
    _, headers, told = echo(request)
    bearer = request.headers["Authorization"]  # type: ignore[attr-defined]
    token = bearer.removeprefix("Bearer ")
    activity = {"trigger": {"href": f"https://mc.adobe.io/acme/{quote(token)}/{KEY}"}}
    answer = {
        "ID": KEY,
        "PKey": f"@{token}",
        "state": told,
        token: KEY,
        "phase": {f"state-{KEY}": bearer},
        "nextProcessingDate": base64.b64encode(bearer.encode()).decode(),
        "activities": {"activity": {"go": activity, token: activity, f"{KEY} x": activity}},
    }
    return 200, headers, json.dumps(answer)
