"""What goes onto the wire: API.md's commands, reads and signals, byte by byte."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import responses
from urllib3.util import SKIP_HEADER

from runner.campaign.client import LONGEST_WORKFLOW, CampaignClient
from runner.campaign.hosts import check_target
from runner.campaign.tokens import GivenToken
from runner.campaign.transport import Answer
from runner.secrets.secret import Secret
from tests.support.plans import command
from tests.support.scripted import answer_all, header_lines, http

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.campaign.transport import Transport
    from tests.support.scripted import ScriptedServer

    Serve = Callable[..., ScriptedServer]

TOKEN = "the-access-token"
KEY = "the-api-key"
FOUR = [
    ("content-type", "application/json"),
    ("authorization", f"Bearer {TOKEN}"),
    ("cache-control", "no-cache"),
    ("x-api-key", KEY),
]


def client_of(transport: Transport, url: str) -> CampaignClient:
    target = check_target(url, url)
    tokens = GivenToken(Secret(TOKEN))
    return CampaignClient(target, transport=transport, api_key=Secret(KEY), tokens=tokens)


def send(client: CampaignClient, action: str, workflow: str) -> Answer:
    it = command(workflow, action, organization="acme-mkt-stage")
    got = client.post(it.url_path or "", it.body or {}, 10)
    assert isinstance(got, Answer)
    return got


@pytest.mark.parametrize("action", ["start", "stop", "pause", "resume"])
def test_a_command_is_exactly_what_the_api_wants(
    transport: Transport, serve: Serve, action: str
) -> None:
    server = serve([answer_all(http(200))])
    send(client_of(transport, server.url), action, "WKF101")
    (request,) = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    path = b"/acme-mkt-stage/campaign/workflow/execution/WKF101/commands"
    assert head.split(b"\r\n")[0] == b"POST %s HTTP/1.1" % path
    assert body == b'{"method": "%s"}' % action.encode()
    assert sorted(header_lines(request)) == sorted(
        [*FOUR, ("host", f"127.0.0.1:{server.port}"), ("content-length", str(len(body)))]
    )


@pytest.mark.parametrize(
    ("workflow", "written"),
    [("@AbC", b"%40AbC"), ("WKF_1-b", b"WKF_1-b"), ("a/../b", b"a%2F..%2Fb")],
)
def test_an_id_is_written_as_adobes_sdk_writes_it(
    transport: Transport, serve: Serve, workflow: str, written: bytes
) -> None:
    server = serve([answer_all(http(200))])
    send(client_of(transport, server.url), "start", workflow)
    assert server.requests[0].split(b" ")[1].split(b"/")[-2] == written


def test_a_cookie_is_never_sent_back(transport: Transport, serve: Serve) -> None:
    server = serve([answer_all(http(200, b"", "Set-Cookie: a=b; Path=/"))])
    client = client_of(transport, server.url)
    for _ in range(3):
        send(client, "start", "WKF1")
    assert len(server.requests) == 3
    assert server.connections == 1
    for request in server.requests:
        assert "cookie" not in dict(header_lines(request))


def test_a_netrc_changes_nothing(
    transport: Transport, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Path("home")
    home.mkdir()
    (home / ".netrc").write_text("machine 127.0.0.1 login somebody password something\n")
    (home / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(home.resolve()))
    monkeypatch.setenv("NETRC", str((home / ".netrc").resolve()))
    server = serve([answer_all(http(200))])
    send(client_of(transport, server.url), "start", "WKF1")
    assert dict(header_lines(server.requests[0]))["authorization"] == f"Bearer {TOKEN}"


def test_a_base_url_may_have_a_path(transport: Transport, serve: Serve) -> None:
    server = serve([answer_all(http(200))])
    send(client_of(transport, f"{server.url}/gateway/"), "start", "WKF1")
    assert server.requests[0].split(b" ")[1].startswith(b"/gateway/acme-mkt-stage/campaign/")


def test_the_default_address_is_adobes_gateway(transport: Transport) -> None:
    url = "https://mc.adobe.io/acme-mkt-stage/campaign/workflow/execution/WKF1/commands"
    with responses.RequestsMock() as mock:
        mock.post(url, json={}, status=202)
        assert send(client_of(transport, "https://mc.adobe.io"), "start", "WKF1").status == 202
        (call,) = mock.calls
        assert call.request.body == b'{"method": "start"}'
        # The library shows what urllib3 is told to leave out, too.
        sent = {name.lower() for name, it in call.request.headers.items() if it != SKIP_HEADER}
        assert sent == {*dict(FOUR), "content-length"}


def test_prepare_asks_for_the_token_and_a_given_one_has_no_other(transport: Transport) -> None:
    client = client_of(transport, "http://127.0.0.1:9")
    client.prepare()
    assert not client.renew_token()
    assert client.token_left() is None


WORKFLOW_PATH = "/acme-mkt-stage/campaign/workflow/execution/%40AbC"


def test_a_read_brings_the_same_headers_and_no_body(transport: Transport, serve: Serve) -> None:
    server = serve([answer_all(http(200, b"{}"))])
    got = client_of(transport, server.url).get(WORKFLOW_PATH, 10)
    assert isinstance(got, Answer)
    assert (got.status, got.text) == (200, "{}")
    (request,) = server.requests
    assert request.startswith(f"GET {WORKFLOW_PATH} HTTP/1.1\r\n".encode())
    assert request.endswith(b"\r\n\r\n")
    assert sorted(header_lines(request)) == sorted([*FOUR, ("host", f"127.0.0.1:{server.port}")])


@pytest.mark.parametrize("size", [100_000, LONGEST_WORKFLOW, LONGEST_WORKFLOW + 1])
def test_a_workflow_may_be_large_but_not_without_bound(
    transport: Transport, serve: Serve, size: int
) -> None:
    server = serve([answer_all(http(200, b"x" * size))])
    got = client_of(transport, server.url).get(WORKFLOW_PATH, 10)
    assert isinstance(got, Answer)
    assert len(got.text) == min(size, LONGEST_WORKFLOW)
    assert (got.cut is None) == (size <= LONGEST_WORKFLOW)


def test_a_signal_goes_where_and_as_it_is_told(transport: Transport, serve: Serve) -> None:
    server = serve([answer_all(http(200))])
    path = "/acme/campaign/workflow/execution/@a/activities/activity/%40b/trigger/"
    body = b'{"source": "CI", "parameters": {"a": "gr\xc3\xbcn"}}'
    client = client_of(transport, f"{server.url}/elsewhere")
    assert isinstance(client.post_signal(server.url + path, body, 10), Answer)
    (request,) = server.requests
    head, _, sent = request.partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[0] == f"POST {path} HTTP/1.1".encode()
    assert sent == body
    headers = dict(header_lines(request))
    assert headers["content-type"] == "application/json;charset=utf-8"
    assert headers["content-length"] == str(len(body))
    assert {*dict(FOUR), "host", "content-length"} == set(headers)


def test_a_client_knows_where_it_speaks_to(transport: Transport) -> None:
    assert client_of(transport, "https://mc.adobe.io/").base_url == "https://mc.adobe.io"
