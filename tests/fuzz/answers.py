"""Answers of a server that is almost what it should be, and of one that is nothing of the kind."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.fuzz import mutations as mut
from tests.support.campaign import KEY, TOKEN

FETCHED = "canary-fetched-QWxhZGRpbjpvcGVu"
CLIENT_SECRET = "canary-client-secret-U2VzYW1l"
# Where a JSON body holds it, the server writes its own address.
BASE = "http://127.0.0.1:00000"
HREF = f"{BASE}/acme/campaign/workflow/execution/@a/activities/activity/@b/trigger/"
_ACTIVITIES = {"activity": {"signal1": {"name": "signal1", "trigger": {"href": HREF}}, "b": {}}}
GOOD: dict[str, Any] = {
    "token": {"access_token": FETCHED, "token_type": "bearer", "expires_in": 86399},
    "read": {"ID": "WKF1", "name": "x", "state": "started", "activities": _ACTIVITIES},
    "command": {},
    "signal": {"status": "ok"},
}
_ERROR = {"error_code": "500", "message": "XTK-170036 Unable to parse", "href": HREF, "error": "x"}
_STATES = ("started", "stopped", "paused", "finished", "failed", "editing", "In progress", "2", "")
_STATUSES = (
    *(200, 200, 200, 201, 202, 204, 206, 299, 301, 302, 304, 307, 400, 401, 403, 404, 409, 429),
    *(500, 502, 503, 504, 599, 600, 999, 100, 101, 102, 103, 199),
)
_STATUS_LINES = (
    *(
        b"HTTP/1.1 200",
        b"HTTP/1.0 200 OK",
        b"HTTP/2 200 OK",
        b"HTTP/9.9 200 OK",
        b"http/1.1 200 OK",
    ),
    *(b"HTTP/1.1 2000 OK", b"HTTP/1.1 20 OK", b"HTTP/1.1 -200 OK", b"HTTP/1.1 +200 OK"),
    *(b"HTTP/1.1 20_0 OK", b"HTTP/1.1 0200 OK", b"HTTP/1.1 2e2 OK", b"HTTP/1.1 \xb2\xb0\xb0 OK"),
    *(b"HTTP/1.1  200  OK", b" HTTP/1.1 200 OK", b"HTTP/1.1\t200\tOK", b"HTTP/1.1 200 \xff\xfe"),
    *(b"HTTP/1.1 000 X", b"HTTP/1.1 099 X", b"HTTP/1.1", b"", b"200 OK", b"\x00", b"ICY 200 OK"),
    *(b"HTTP/1.1 204 ::error::x", b"HTTP/1.1 200 " + b"x" * 70_000, b"SSH-2.0-x", b"\x16\x03\x01"),
)
_HEADERS = (
    *("Content-Type: application/json", "Content-Type: application/json; charset=utf-16"),
    *("Content-Type: text/html", "Content-Type: text/plain", "Content-Type: ;;;", "Content-Type:"),
    *("Content-Encoding: gzip", "Content-Encoding: br, deflate", "Transfer-Encoding: gzip"),
    *("Transfer-Encoding: chunked", "Transfer-Encoding: identity", "Connection: close"),
    *("Retry-After: 0", "Retry-After: 1", "Retry-After: 120", "Retry-After: 99999999999999999999"),
    *("Retry-After: -1", "Retry-After: x", "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT"),
    *("Retry-After: Sun, 99 Foo 99999 99:99:99 -9999", "Retry-After: 1 Jan 0001 00:00:00 +2359"),
    *("Content-Length: 0", "Content-Length: -1", "Content-Length: 5, 5", "Content-Length: 1e3"),
    *("Content-Length: 99999999999999999999", "Content-Length: x", "Content-Length: +3"),
    *("X-Request-Id: ::error::x", "X-Request-Id: ##[error]x", f"X-Request-Id: {TOKEN}"),
    *("X-Request-Id: \x1b[31m", "X-Request-Id: " + "é" * 3_000, "Location: http://evil.test/"),
    *("Set-Cookie: a=b", "no colon here", ": no name", " folded", "\tfolded", "a b: c", "X: \x00"),
    *("X: \x85", "X: \u2028".encode().decode("latin-1"), "X: " + "y" * 70_000, "HTTP/1.1 200 OK"),
    "Upgrade: h2c",
)
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(_STATES)
    | st.sampled_from([HREF, HREF.upper(), HREF + "?x", "http://evil.test/", "//x", "x" * 5_000])
    | st.sampled_from(
        [
            TOKEN,
            CLIENT_SECRET,
            f"x{KEY}",
            "::error::x",
            "##[error]x",
            "\x1b[31m",
            "\ud800",
            "\u202e",
        ]
    )
    | st.sampled_from([10**400, -(10**3_000), 1e308, "W" * 300, "RST-360011", "a\nb"])
    | st.text(max_size=8)
)
_JUNK = st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["state", "ID", "name", "href"]) | st.text(), inner, max_size=3
        )
    ),
    max_leaves=6,
)
_NO_JSON = (
    *(b"", b" ", b"\n", b"\xef\xbb\xbf", b"null", b"0", b'"started"', b"[]", b"[{}]", b"{", b"{]"),
    *(b"NaN", b"-Infinity", b"1e999", b"9" * 5_000, b"<html>502</html>", b"\xff\xfe{\x00}\x00"),
    *(b"The signal was triggered too often", b"\x1f\x8b\x08\x00", gzip.compress(b'{"state": "x"}')),
    *(
        b'{"state": "started", "state": "failed"}',
        b'{"a": 1}{"b": 2}',
        b"\x00" * 300,
        b"\xed\xa0\x80",
    ),
    *(b'{"a":' * 90_000, b"[" * 60_000, b'{"a":[' * 500 + b"]}" * 500, b'{"\\ud800": "\\udc00"}'),
    *(b"::error::x\n##[error]x\r\n::x", TOKEN.encode(), FETCHED.encode() * 3, b"\\u0063anary"),
)
_FILLERS = (b"[],", b"{},", b'"\\u00e9",', b"1e5,", b" ", b'{"a":1},', b"9", b"null,")


@dataclass(frozen=True)
class Reply:
    """What the server sends for one request.

    Attributes:
        keeps: whether it keeps the connection open for another one.
        hangs: whether it does so though more of this answer may be expected.
    """

    data: bytes
    keeps: bool = False
    hangs: bool = False


def good(kind: str, base: str) -> Reply:
    """Give the answer that is to be expected."""
    body = json.dumps(GOOD[kind]).replace(BASE, base).encode()
    return Reply(_framed(b"HTTP/1.1 200 OK", ["Content-Type: application/json"], body), keeps=True)


def _framed(line: bytes, headers: list[str], body: bytes) -> bytes:
    lines = [line, *(it.encode("latin-1") for it in headers), b"Content-Length: %d" % len(body)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


@st.composite
def replies(draw: st.DrawFn, kind: str, base: str, *, may_hang: bool) -> Reply:
    """Give one answer to a request of this kind.

    Args:
        draw: by which it is chosen.
        kind: `token`, `read`, `command` or `signal`.
        base: the server's own address.
        may_hang: whether the connection may stay open when more is to be expected.
    """
    body = _body(draw, kind).replace(BASE.encode(), base.encode())
    headers = draw(st.lists(st.sampled_from(_HEADERS), max_size=3))
    data = _status_line(draw) + b"\r\n" + "\r\n".join(headers).encode("latin-1")
    data += (b"\r\n" if headers else b"") + _rest(draw, body)
    if draw(st.integers(0, 3)) == 0:
        interim = draw(st.sampled_from([b"100 Continue", b"102 Processing", b"103 X", b"101 X"]))
        between = draw(st.sampled_from([b"\r\n\r\n", b"\r\nX: y\r\n\r\n", b"\n\n", b"\r\n"]))
        data = (b"HTTP/1.1 " + interim + between) * draw(st.sampled_from([1, 1, 2, 150])) + data
    if draw(st.integers(0, 5)) == 0:  # the connection ends before the head does
        data = data[: draw(st.integers(0, data.index(b"\r\n\r\n") + 3))]
    data = mut.mutate(draw, data, _MUTATIONS, 0, draw(st.sampled_from([0, 0, 1, 3])))
    hangs = may_hang and draw(st.integers(0, 20)) == 0
    return Reply(data, keeps=hangs, hangs=hangs)


def _status_line(draw: st.DrawFn) -> bytes:
    if draw(st.integers(0, 4)) == 0:
        return draw(st.sampled_from(_STATUS_LINES))
    return b"HTTP/1.1 %d X" % draw(st.sampled_from(_STATUSES))


def _rest(draw: st.DrawFn, body: bytes) -> bytes:
    """Give the end of a head, framed one way or the other, and the body."""
    how = draw(st.integers(0, 7))
    if how < 4:
        return b"Content-Length: %d\r\n\r\n" % len(body) + body
    if how == 4:
        off = draw(st.sampled_from([-3, -1, 1, 100, 10**9]))
        return b"Content-Length: %d\r\n\r\n" % max(0, len(body) + off) + body
    if how == 5:
        return b"\r\n" + body
    size = draw(st.sampled_from([1, 7, 60_000]))
    parts = [body[at : at + size] for at in range(0, min(len(body), size * 50), size)]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(it), it) for it in parts)
    end = draw(
        st.sampled_from([b"0\r\n\r\n", b"0\r\nX: y\r\n\r\n", b"", b"0", b"-1\r\n", b"z\r\n"])
    )
    return b"Transfer-Encoding: chunked\r\n\r\n" + chunks + end


def _body(draw: st.DrawFn, kind: str) -> bytes:
    how = draw(st.integers(0, 19))
    if how < 4:
        return draw(st.sampled_from(_NO_JSON))
    if how == 4:
        return draw(st.binary(max_size=200))
    if how == 5 and draw(st.integers(0, 3)) == 0:  # up to all that is ever read of one
        filler = draw(st.sampled_from(_FILLERS))
        most = draw(st.sampled_from([70_000, 2_200_000]))
        return b'{"state": "started", "x": [' + filler * (most // len(filler)) + b"0]}"
    value = draw(st.sampled_from([GOOD[kind], GOOD[kind], GOOD["read"], _ERROR]))
    text = json.dumps(_spoilt(draw, value), ensure_ascii=draw(st.booleans()))
    mark = draw(st.sampled_from(["", "", "", "\ufeff", " \n"]))
    return (mark + text).encode("utf-8", "surrogatepass")


def _spoilt(draw: st.DrawFn, value: Any) -> Any:
    """Give a value of the same shape with some fields of another type, missing or added."""
    if draw(st.integers(0, 11)) == 0:
        return draw(_JUNK)
    if isinstance(value, dict):
        made = {
            key: draw(st.sampled_from(_STATES)) if key == "state" else _spoilt(draw, it)
            for key, it in value.items()
            if draw(st.integers(0, 15))
        }
        if draw(st.integers(0, 7)) == 0:
            made[draw(st.sampled_from(["state", "status", "id", "expires_in"]))] = draw(_JUNK)
        return made
    return value


_MUTATIONS = (
    *(mut.flip, mut.flip, mut.replace, mut.cut, mut.drop, mut.double, mut.drop_line),
    mut.inserting([b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"\0", b" ", b":", b"\xff", b"HTTP/1.1 "]),
    mut.double_line,
)
