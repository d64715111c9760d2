"""No byte of a secret leaves where a server, over real sockets, writes it into any part of HTTP."""

from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.secrecy.canaries import (
    BRIEF,
    FETCHED,
    LEVELS,
    OAUTH,
    OAUTH_SECRETS,
    assert_nothing_leaked,
    leaks,
)
from tests.support.campaign import KEY, ONE, SECRETS
from tests.support.program import Ended, process, write
from tests.support.scripted import ScriptedServer, header_lines, http

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.support.program import Program
    from tests.support.scripted import Peer

    Reply = Callable[[bytes, bytes], bytes]  # of the token that came, and all that was told


def told(request: bytes) -> tuple[bytes, bytes]:
    """Give the token that a request brought, and a text that holds all of it in many ways."""
    bearer = dict(header_lines(request)).get("authorization", KEY)
    plain = request.decode("latin-1")
    coded = base64.encodebytes(request).decode()
    ways = (plain, bearer, quote(plain), json.dumps(plain), repr(request), coded, request.hex(" "))
    return bearer.encode(), " ".join([*ways, "\0".join(bearer)]).encode()


def head(status: bytes, *lines: bytes) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 " + status, *lines, b"", b""])


REPLIES: dict[str, Reply] = {
    "body": lambda _token, all_: http(400, all_),
    "error": lambda _token, all_: http(400, json.dumps({"message": all_.decode()}).encode()),
    "reason": lambda token, _all: head(b"400 " + token, b"Content-Length: 0"),
    "header": lambda token, _all: head(
        b"400 X", b"X-Request-Id: " + token, b"X-" + token + b": x", b"Content-Length: 0"
    ),
    "location": lambda token, _all: head(
        b"302 X", b"Location: https://mc.adobe.io/" + token, b"Content-Length: 0"
    ),
    "retry-after": lambda token, _all: head(
        b"429 X", b"Retry-After: 0", b"Retry-After: " + token, b"Content-Length: 0"
    ),
    "no header": lambda token, _all: head(b"400 X", b"What is " + token, b"Content-Length: 0"),
    "parted in no header": lambda token, _all: head(
        b"400 X", b"What is " + b"\0".join(token[i : i + 1] for i in range(len(token)))
    ),
    "status line": lambda token, _all: b"HTTP/1.1 4OO " + token + b"\r\n\r\n",
    "protocol": lambda token, _all: token + b" 400\r\n\r\n",
    "length": lambda token, _all: head(b"400 X", b"Content-Length: " + token) + token,
    "chunk": lambda token, _all: (
        head(b"400 X", b"Transfer-Encoding: chunked") + token + b"\r\n" + token + b"\r\n0\r\n\r\n"
    ),
    "trailer": lambda token, _all: (
        head(b"400 X", b"Transfer-Encoding: chunked")
        + b"1\r\nx\r\n0\r\nX-Trailer: "
        + token
        + b"\r\n\r\n"
    ),
    "cut": lambda token, _all: head(b"400 X", b"Content-Length: 9999") + b"x" * 280 + token,
    "success": lambda token, all_: http(200, all_, "X-Request-Id: " + token.decode("latin-1")),
}


def serving(reply: Reply, *, tokens: bool = True) -> ScriptedServer:
    """Give a server that answers so; its token endpoint gives `FETCHED`, or else does the same."""

    def step(peer: Peer) -> None:
        assert peer.read_request()
        request = peer.server.requests[-1]
        answer = reply(*told(request))
        if tokens and request.startswith(b"POST /ims/"):
            answer = http(200, json.dumps({"access_token": FETCHED, "expires_in": 3600}).encode())
        peer.socket.sendall(answer)  # and nothing more: the connection ends with it

    return ScriptedServer(*[[step]] * 60)


def pointing_to(server: ScriptedServer, secrets: Mapping[str, str]) -> dict[str, str]:
    token_url = f"{server.url}/ims/token/v3"
    return {
        **secrets,
        "CAMPAIGN_RUNNER_BASE_URL": server.url,
        "CAMPAIGN_RUNNER_TOKEN_URL": token_url,
    }


@pytest.mark.parametrize("level", [LEVELS[0], LEVELS[3]], ids=" ".join)
@pytest.mark.parametrize("part", REPLIES)
@pytest.mark.parametrize("command", ["run", "status", "doctor", "plan --live"])
def test_a_secret_in_any_part_of_an_answer(
    program: Program, command: str, part: str, level: list[str]
) -> None:
    write("a.yaml", ONE + BRIEF)
    name, *more = command.split()
    with serving(REPLIES[part]) as server:
        ended = program(name, "a.yaml", *more, *level, env=pointing_to(server, SECRETS))
        assert (
            any(leaks(it.decode("latin-1")) for it in server.requests) or command == "plan --live"
        )
    assert ended.exit_code in (0, 1, 4, 6)
    assert_nothing_leaked(ended)


@pytest.mark.parametrize("tokens", [True, False], ids=["fetched", "not fetched"])
@pytest.mark.parametrize("part", REPLIES)
def test_a_secret_in_any_part_of_an_answer_where_tokens_are_fetched(
    program: Program, part: str, tokens: bool
) -> None:
    write("a.yaml", OAUTH)
    with serving(REPLIES[part], tokens=tokens) as server:
        env = pointing_to(server, OAUTH_SECRETS)
        for level in (LEVELS[0], LEVELS[3]):
            ended = program("run", "a.yaml", *level, env=env)
            assert ended.exit_code in (0, 1, 4, 6)
            assert_nothing_leaked(ended)


LOUD = """
import http.client, logging
http.client.HTTPConnection.debuglevel = 9
logging.getLogger("urllib3").setLevel(1)
"""


def loudly(*arguments: str, env: Mapping[str, str], code: str = LOUD) -> Ended:
    """Run a process in which some code is run before the program begins."""
    folder = write("python/sitecustomize.py", code).parent
    return process(*arguments, env={**env, "PYTHONPATH": f"{folder.resolve()}{os.pathsep}{ROOT}"})


ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("level", LEVELS, ids=" ".join)
@pytest.mark.parametrize("part", ["body", "no header", "parted in no header"])
def test_the_debug_output_of_libraries_holds_none(part: str, level: list[str]) -> None:
    write("a.yaml", OAUTH)
    with serving(REPLIES[part]) as server:
        ended = loudly("run", "a.yaml", *level, env=pointing_to(server, OAUTH_SECRETS))
        assert leaks(server.requests[-1].decode("latin-1"))
    assert ended.exit_code == 1, ended.output
    assert ("urllib3" in ended.stderr) == ("-vv" in level)
    assert "send: " not in ended.output
    assert_nothing_leaked(ended)


def test_the_debug_output_would_hold_them() -> None:
    """The standard library does print what the test above does not find."""
    with serving(REPLIES["body"]) as server:
        ask = (
            "import http.client\n"
            f"it = http.client.HTTPConnection('127.0.0.1', {server.port})\n"
            f"it.request('GET', '/', headers={{'Authorization': 'Bearer {FETCHED}'}})\n"
            "it.getresponse().read(); it.close(); raise SystemExit(9)\n"
        )
        ended = loudly("--version", env={}, code=LOUD + ask)
    assert "send: " in ended.stdout
    assert leaks(ended.stdout)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
class TestMasking:
    """GitHub Actions is told of a token, in one line that it takes out of its log."""

    @pytest.mark.parametrize("level", LEVELS[:3], ids=" ".join)
    def test_nothing_but_that_line_holds_it(self, level: list[str]) -> None:
        write("a.yaml", OAUTH)
        with serving(REPLIES["body"]) as server:
            env = {**pointing_to(server, OAUTH_SECRETS), "GITHUB_ACTIONS": "true"}
            ended = process("run", "a.yaml", *level, env=env)
        lines = ended.stderr.splitlines()
        masking = f"::add-mask::{FETCHED}"
        assert lines.count(masking) == 1
        rest = "\n".join(it for it in lines if it != masking)
        assert_nothing_leaked(Ended(ended.exit_code, ended.stdout, rest))

    def test_logs_in_json_do_without_it(self) -> None:
        write("a.yaml", OAUTH)
        with serving(REPLIES["body"]) as server:
            env = {**pointing_to(server, OAUTH_SECRETS), "GITHUB_ACTIONS": "true"}
            ended = process("run", "a.yaml", "--log-format", "json", env=env)
        assert all(isinstance(json.loads(line), dict) for line in ended.stderr.splitlines())
        assert_nothing_leaked(ended)
