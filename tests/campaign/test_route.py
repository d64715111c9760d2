"""Every connection is held against the way of its request, where it is made: over real sockets."""

from __future__ import annotations

import gc
import socket
import time
from http import client
from typing import TYPE_CHECKING, Any

import pytest
import requests
from urllib3.connection import HTTPConnection
from urllib3.util import Timeout

from runner.campaign.connections import Exchange
from runner.campaign.hosts import Origin, check_target, origin_of
from runner.campaign.route import Proxy, Route
from runner.campaign.transport import Answer, NoAnswer, Request, Transport
from tests.support.scripted import answer_all, http, read, secure, write

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    from tests.support.scripted import ScriptedServer

    Serve = Callable[..., ScriptedServer]

LONG = 10.0
ESTABLISHED = write(b"HTTP/1.1 200 Connection established\r\n\r\n")
SECRET = {"Authorization": "Bearer the-token"}


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """What a refused CONNECT leaves open is closed by the collector."""
    yield
    gc.collect()


def send(transport: Transport, url: str) -> Answer | NoAnswer:
    return transport.send(Request("POST", url, SECRET, b"{}"), LONG)


def refusal(got: Answer | NoAnswer) -> str:
    assert isinstance(got, NoAnswer), got
    assert (got.sent, got.untrusted) == (False, True)
    return got.reason


def through(
    transport: Transport, url: str, route: Route | None, proxies: dict[str, str] | None = None
) -> requests.Response:
    """Send as some code would that has its own idea of where to."""
    prepared = requests.PreparedRequest()
    prepared.prepare("POST", url, SECRET, data=b"{}")
    with Exchange(time.monotonic() + LONG, route):
        return transport._adapter.send(prepared, timeout=LONG, proxies=proxies or {}, verify=True)


class TestOrigins:
    def test_a_server_that_was_allowed_is_sent_to(self, serve: Serve) -> None:
        server = serve([answer_all(http(204))])
        made = Transport({}, origins={origin_of(server.url)})
        assert [isinstance(send(made, server.url), Answer) for _ in range(3)] == [True] * 3
        made.close()
        assert server.connections == 1

    @pytest.mark.parametrize("other", ["port", "scheme", "host"])
    def test_any_other_is_not_even_connected_to(self, serve: Serve, other: str) -> None:
        allowed, server = serve([answer_all(http(200))]), serve([answer_all(http(200))])
        url = {
            "port": server.url,
            "scheme": allowed.url.replace("http:", "https:"),
            "host": allowed.url.replace("127.0.0.1", "localhost"),
        }[other]
        made = Transport({}, origins={origin_of(allowed.url)})
        assert f"nothing is sent to `{url}`, which was not allowed" in refusal(send(made, url))
        made.close()
        assert (allowed.connections, server.connections) == (0, 0)

    def test_none_at_all_lets_nothing_out(self, serve: Serve) -> None:
        server = serve([answer_all(http(200))])
        made = Transport({}, origins=())
        refusal(send(made, server.url))
        made.close()
        assert server.connections == 0

    def test_a_target_has_those_of_its_two_addresses(self) -> None:
        target = check_target("https://MC.adobe.io/x/", "http://[::1]:8080/ims/token/v3")
        expected = {Origin("https", "mc.adobe.io", 443), Origin("http", "::1", 8080)}
        assert target.origins == expected

    @pytest.mark.parametrize(
        ("url", "origin"),
        [
            ("https://a.test", Origin("https", "a.test", 443)),
            ("HTTPS://A.Test.:443/x", Origin("https", "a.test", 443)),
            ("http://[::1]/", Origin("http", "::1", 80)),
        ],
    )
    def test_spellings_of_one_server_are_one_origin(self, url: str, origin: Origin) -> None:
        assert origin_of(url) == origin

    @pytest.mark.parametrize("url", ["ftp://a.test", "a.test", "https://", "", "file:///etc"])
    def test_what_is_no_server_of_http_has_none(self, url: str) -> None:
        with pytest.raises(ValueError, match="no address of HTTP"):
            origin_of(url)


class TestLibraries:
    """Whatever requests or urllib3 were brought to do, the connection itself refuses."""

    def test_a_request_that_turns_elsewhere_reaches_nobody(
        self, transport: Transport, serve: Serve
    ) -> None:
        allowed, evil = serve([answer_all(http(200))]), serve([answer_all(http(200))])
        with pytest.raises(requests.ConnectionError, match="which was not allowed"):
            through(transport, evil.url, Route(origin_of(allowed.url)))
        assert evil.connections == 0

    def test_a_connection_that_is_kept_carries_nothing_for_another(
        self, transport: Transport, serve: Serve
    ) -> None:
        evil = serve([answer_all(http(200))])
        assert isinstance(send(transport, evil.url), Answer)
        with pytest.raises(requests.ConnectionError, match="which was not allowed"):
            through(transport, evil.url, Route(Origin("https", "mc.adobe.io", 443)))
        assert len(evil.requests) == 1

    def test_no_way_at_all_reaches_nobody(self, transport: Transport, serve: Serve) -> None:
        server = serve([answer_all(http(200))])
        with pytest.raises(requests.ConnectionError, match="where no way was allowed"):
            through(transport, server.url, None)
        assert server.connections == 0

    def test_a_pool_of_its_own_reaches_nobody(self, transport: Transport, serve: Serve) -> None:
        server = serve([answer_all(http(200))])
        pool = transport._adapter.poolmanager.connection_from_url(server.url)
        with pytest.raises(Exception, match="outside of an exchange"):
            pool.urlopen("GET", "/", retries=False, timeout=Timeout(LONG))
        assert server.connections == 0


class TestProxies:
    def test_the_one_that_is_named_is_used_for_the_server_that_is_allowed(
        self,
        serve: Serve,
        server_context: ssl.SSLContext,
        bundle: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        proxy = serve([read, ESTABLISHED, secure(server_context), answer_all(http(204))])
        monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{proxy.port}")
        made = Transport({"SSL_CERT_FILE": bundle}, origins={Origin("https", "allowed.test", 443)})
        assert isinstance(send(made, "https://Allowed.test/x"), Answer)
        assert isinstance(send(made, "https://allowed.test:443/x"), Answer)
        assert "`https://other.test:443`" in refusal(send(made, "https://other.test/x"))
        assert "`https://allowed.test:8443`" in refusal(send(made, "https://allowed.test:8443"))
        made.close()
        connects = [it for it in proxy.requests if it.startswith(b"CONNECT")]
        assert {it.split()[1] for it in connects} == {b"allowed.test:443"}

    def test_one_that_nobody_named_is_not_even_connected_to(
        self, transport: Transport, serve: Serve
    ) -> None:
        named, evil = serve(), serve([read, ESTABLISHED])
        route = Route(Origin("https", "a.test", 443), Proxy("127.0.0.1", named.port))
        for way in (route, Route(route.origin)):
            with pytest.raises(requests.ConnectionError, match="a proxy that was not named"):
                through(transport, "https://a.test", way, {"https": evil.url})
        assert (named.connections, evil.connections) == (0, 0)

    def test_a_request_that_is_to_go_through_one_does_not_go_past_it(
        self, transport: Transport, serve: Serve
    ) -> None:
        server = serve([answer_all(http(200))])
        url = server.url.replace("http:", "https:")
        with pytest.raises(requests.ConnectionError, match="a proxy that was not named"):
            through(transport, url, Route(origin_of(url), Proxy("127.0.0.1", 9)))
        assert server.connections == 0

    def test_a_tunnel_to_elsewhere_is_not_asked_for(
        self, transport: Transport, serve: Serve
    ) -> None:
        proxy = serve([read, ESTABLISHED])
        route = Route(Origin("https", "a.test", 443), Proxy("127.0.0.1", proxy.port))
        with pytest.raises(requests.ConnectionError, match="which was not allowed"):
            through(transport, "https://evil.test", route, {"https": proxy.url})
        assert proxy.connections == 0

    @pytest.mark.parametrize("url", ["http://a.test", "http://127.0.0.1:9"])
    def test_no_request_is_handed_to_one_in_plain_text(
        self, transport: Transport, serve: Serve, url: str
    ) -> None:
        proxy = serve([answer_all(http(200))])
        route = Route(origin_of(url), Proxy("127.0.0.1", proxy.port))
        with pytest.raises(requests.ConnectionError, match="to a proxy in plain text"):
            through(transport, url, route, {"http": proxy.url})
        assert proxy.connections == 0


class TestPlainText:
    @pytest.mark.parametrize("peer", ["203.0.113.7", "fe80::1%eth0", "::ffff:203.0.113.7"])
    def test_a_name_of_this_machine_that_leads_to_another_gets_nothing(
        self, transport: Transport, serve: Serve, peer: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server = serve([answer_all(http(200))])
        monkeypatch.setattr(socket.socket, "getpeername", lambda _self: (peer, 80), raising=False)
        got = send(transport, f"http://localhost:{server.port}")
        reason = refusal(got)
        assert reason.startswith("nothing is sent in plain text to")
        assert peer.rpartition(":")[2] in reason
        assert server.requests == []

    @pytest.mark.parametrize("peer", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
    def test_this_machine_gets_it(
        self, transport: Transport, serve: Serve, peer: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server = serve([answer_all(http(200))])
        monkeypatch.setattr(socket.socket, "getpeername", lambda _self: (peer, 80), raising=False)
        assert isinstance(send(transport, server.url), Answer)


def test_nothing_is_printed_whatever_the_debug_level_of_the_standard_library(
    transport: Transport,
    serve: Serve,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client.HTTPConnection, "debuglevel", 9)
    made: list[Any] = []
    new = HTTPConnection.__init__

    def talkative(self: Any, *args: Any, **kwargs: Any) -> None:
        new(self, *args, **kwargs)
        self.set_debuglevel(9)
        made.append(self)

    monkeypatch.setattr(HTTPConnection, "__init__", talkative)
    server = serve([answer_all(http(200))])
    assert isinstance(send(transport, server.url), Answer)
    assert len(made) == 1
    assert capfd.readouterr() == ("", "")
