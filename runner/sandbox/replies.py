"""The answers: JSON, plain text, or nothing at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from collections.abc import Mapping


class RequestRefusedError(Exception):
    """A request that gets an error answer: a status, a JSON body and perhaps further headers."""

    def __init__(
        self, status: int, payload: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, payload)
        self.status = status
        self.payload = payload
        self.headers = dict(headers or {})


def json_response(
    status: int, payload: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Response:
    """Give an answer with a JSON body."""
    text = json.dumps(payload)
    return Response(text, status, dict(headers or {}), content_type="application/json")


def text_response(text: str) -> Response:
    """Give an answer in plain text, though it is a success."""
    return Response(text, 200, content_type="text/plain; charset=utf-8")


def empty_response() -> Response:
    """Give 204: a 200 would have to bring a body that clients can read as JSON."""
    response = Response(status=204)
    response.headers.remove("Content-Type")
    return response


def gateway_error(status: int, error_code: str, message: str) -> RequestRefusedError:
    """Word an error as the gateway in front of Campaign does."""
    return RequestRefusedError(status, {"error_code": error_code, "message": message})


def campaign_error(
    status: int, message: str, headers: Mapping[str, str] | None = None
) -> RequestRefusedError:
    """Word an error as Campaign itself does."""
    return RequestRefusedError(status, {"code": status, "message": message}, headers)
