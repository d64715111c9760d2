"""What came back, or whether the request can have arrived at all: over real sockets."""

from __future__ import annotations

import gc
import gzip
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from rich.pretty import pretty_repr

from runner.campaign.transport import MAX_BODY, Answer, NoAnswer, Request, Transport
from runner.errors import BrokenError
from tests.support.scripted import (
    answer_all,
    drip,
    forever,
    header_lines,
    http,
    read,
    reset,
    secure,
    silence,
    tell,
    wait_for,
    write,
)

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Sequence

    from tests.support.scripted import ScriptedServer, Step

    Serve = Callable[..., ScriptedServer]

LONG = 10.0  # seconds: more than any of these exchanges takes
SHORT = 0.3  # seconds: for those that are meant to take too long


def post(url: str) -> Request:
    return Request("POST", url, {"Authorization": "Bearer the-token"}, b'{"method": "start"}')


def answer(transport: Transport, server: ScriptedServer, timeout: float = LONG) -> Answer:
    got = transport.send(post(server.url), timeout)
    assert isinstance(got, Answer), got
    return got


def no_answer(transport: Transport, url: str, timeout: float = LONG) -> NoAnswer:
    got = transport.send(post(url), timeout)
    assert isinstance(got, NoAnswer), got
    return got


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


class TestNotSent:
    """R16: failures before the first byte of the request."""

    def test_a_refused_connection(self, transport: Transport, closed_port: int) -> None:
        got = no_answer(transport, f"http://127.0.0.1:{closed_port}")
        assert (got.sent, got.untrusted, got.reason) == (
            False,
            False,
            "the connection was refused",
        )

    def test_a_name_that_is_not_found(
        self, transport: Transport, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", fail)
        got = no_answer(transport, "https://allowed.test")
        assert (got.sent, got.reason) == (False, "name or service not known")

    def test_a_connection_that_takes_too_long(
        self, transport: Transport, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise TimeoutError("timed out")

        monkeypatch.setattr(socket.socket, "connect", fail)
        got = no_answer(transport, "http://127.0.0.1:9")
        assert (got.sent, got.reason) == (False, "timed out")

    def test_a_connection_that_comes_too_late_carries_nothing(
        self, transport: Transport, serve: Serve, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server = serve([silence])
        look_up = socket.getaddrinfo

        def late(*args: Any, **kwargs: Any) -> Any:
            time.sleep(SHORT + 0.05)  # nothing can end a look-up before its own time
            return look_up(*args, **kwargs)

        monkeypatch.setattr(socket, "getaddrinfo", late)
        got = no_answer(transport, server.url, SHORT)
        assert (got.sent, got.reason) == (False, "no connection within 0.3 s")
        assert got.seconds < 5
        assert server.requests == []

    def test_a_server_that_speaks_no_tls(self, transport: Transport, serve: Serve) -> None:
        server = serve([write(b"220 hello, this is mail\r\n" * 3), silence])
        got = no_answer(transport, f"https://127.0.0.1:{server.port}")
        assert (got.sent, got.untrusted) == (False, False)
        assert got.reason.startswith("TLS: ")

    def test_a_server_that_closes_in_the_handshake(
        self, transport: Transport, serve: Serve
    ) -> None:
        server = serve([lambda peer: peer.socket.recv(1) and None])
        assert not no_answer(transport, f"https://127.0.0.1:{server.port}").sent

    def test_a_server_that_is_silent_in_the_handshake(
        self, transport: Transport, serve: Serve
    ) -> None:
        server = serve([silence])
        got = no_answer(transport, f"https://127.0.0.1:{server.port}", SHORT)
        assert (got.sent, got.reason) == (False, "no connection within 0.3 s")

    def test_a_server_that_drips_its_handshake(self, transport: Transport, serve: Serve) -> None:
        server = serve([drip(b"\x16\x03\x03\x40\x00" + b"\0" * 5000)])
        got = no_answer(transport, f"https://127.0.0.1:{server.port}", SHORT)
        assert not got.sent
        assert got.seconds < 5

    def test_an_untrusted_certificate_is_flagged(
        self, transport: Transport, serve: Serve, server_context: ssl.SSLContext
    ) -> None:
        server = serve([secure(server_context), answer_all(http())])
        got = no_answer(transport, f"https://127.0.0.1:{server.port}")
        assert (got.sent, got.untrusted) == (False, True)
        assert "unable to get local issuer certificate" in got.reason
        assert server.requests == []

    def test_a_certificate_for_another_name_is_flagged(
        self, serve: Serve, server_context: ssl.SSLContext, bundle: str
    ) -> None:
        server = serve([secure(server_context), answer_all(http())])
        trusting = Transport({"REQUESTS_CA_BUNDLE": bundle})
        got = no_answer(trusting, f"https://localhost:{server.port}")
        trusting.close()
        assert (got.sent, got.untrusted) == (False, True)

    def test_a_bundle_that_is_not_there(self) -> None:
        with pytest.raises(BrokenError, match=r"names `/nowhere/bundle.pem`, which does not exist"):
            Transport({"REQUESTS_CA_BUNDLE": "/nowhere/bundle.pem"})

    @pytest.mark.parametrize("value", ["line\nend", "line\r\nX-Evil: 1"])
    def test_a_header_that_could_not_be_one(self, transport: Transport, value: str) -> None:
        request = Request("POST", "http://127.0.0.1:9", {"Authorization": value}, b"")
        got = transport.send(request, LONG)
        assert isinstance(got, NoAnswer)
        assert not got.sent


class TestLost:
    """R17: the server may have acted, and nobody knows."""

    @pytest.mark.parametrize(
        "script",
        [
            pytest.param([read, reset], id="reset"),
            pytest.param([read], id="closed without a word"),
            pytest.param([read, write(b"HTTP/1.1 2")], id="half a status line"),
            pytest.param([read, write(b"HTTP/1.1 200 OK\r\nContent-"), reset], id="half a head"),
            pytest.param([read, write(b"HTTP/1.1 200")], id="a status line without an end"),
            pytest.param([read, write(b"HTTP/1.1 200 OK\r\n")], id="a status line alone"),
            pytest.param([read, write(b"HTTP/1.1 200 OK\r\nA: b\r\n")], id="no end of the head"),
            pytest.param([read, write(b"HTTP/1.1 200 OK\r\nA: b\r\n\r")], id="nearly a head"),
            pytest.param([read, write(b"HTTP/1.1 100 X\r\nA: b\r\n")], id="half an interim one"),
            pytest.param([read, write(b"\x00\xff garbage \r\n\r\n")], id="garbage"),
            pytest.param([read, write(b"HTTP/2 200\r\n\r\n")], id="another protocol"),
            pytest.param([read, write(b"HTTP/1.1 2OO OK\r\n\r\n")], id="a status of letters"),
            pytest.param([read, write(b"HTTP/1.1 99 X\r\n\r\n")], id="a status too small"),
            pytest.param(
                [read, write(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 5000 + b"\r\n")],
                id="a bomb of headers",
            ),
            pytest.param(
                [read, write(b"HTTP/1.1 200 OK\r\nA: " + b"b" * 1_000_000 + b"\r\n\r\n")],
                id="an endless header",
            ),
            pytest.param([lambda peer: peer.socket.recv(1) and None, reset], id="read in part"),
        ],
    )
    def test_no_whole_head_came(
        self, transport: Transport, serve: Serve, script: Sequence[Step]
    ) -> None:
        got = no_answer(transport, serve(script).url)
        assert (got.sent, got.untrusted) == (True, False)
        assert got.reason

    @pytest.mark.parametrize(
        "script",
        [
            pytest.param([read, silence], id="silence"),
            pytest.param([read, drip(http(200, b"", "A: " + "b" * 2000))], id="a drip"),
            pytest.param([read, forever(b"HTTP/1.1 100 Continue\r\n\r\n")], id="endless 100"),
        ],
    )
    def test_the_time_of_the_whole_attempt_holds_r16(
        self, transport: Transport, serve: Serve, script: Sequence[Step]
    ) -> None:
        got = no_answer(transport, serve(script).url, SHORT)
        assert (got.sent, got.reason) == (True, "no answer within 0.3 s")
        assert SHORT <= got.seconds < 5

    def test_the_time_holds_over_tls_too(
        self, serve: Serve, server_context: ssl.SSLContext, bundle: str
    ) -> None:
        script = [secure(server_context), read, drip(http(200, b"", "A: " + "b" * 2000))]
        trusting = Transport({"REQUESTS_CA_BUNDLE": bundle})
        # The handshake counts too, so a little longer.
        got = no_answer(trusting, f"https://127.0.0.1:{serve(script).port}", 1.0)
        trusting.close()
        assert (got.sent, got.reason) == (True, "no answer within 1 s")

    def test_after_a_lost_answer_the_next_request_gets_its_own(
        self, transport: Transport, serve: Serve
    ) -> None:
        server = serve([read, silence], [answer_all(http(204))])
        no_answer(transport, server.url, SHORT)
        assert answer(transport, server).status == 204

    def test_an_interim_answer_is_not_the_answer_of_the_next_request(
        self, transport: Transport, serve: Serve
    ) -> None:
        late = threading.Event()
        first = [read, write(b"HTTP/1.1 103 Early Hints\r\n\r\n"), wait_for(late), write(http(200))]
        server = serve(first, [answer_all(http(404))])
        got = no_answer(transport, server.url)
        assert (got.sent, got.reason) == (True, "nothing came after an interim answer (103)")
        second = answer(transport, server)
        late.set()
        assert second.status == 404

    def test_continue_is_not_an_answer(self, transport: Transport, serve: Serve) -> None:
        server = serve([read, write(b"HTTP/1.1 100 Continue\r\nA: b\r\n\r\n" * 3 + http(202))])
        assert answer(transport, server).status == 202


class TestBodies:
    """R16: after a whole head of a 2xx the command has succeeded, whatever comes after it."""

    @pytest.mark.parametrize("body", [b"", b"{}", b"OK", "grün".encode(), b'{"a": 1'])
    def test_any_body_is_read(self, transport: Transport, serve: Serve, body: bytes) -> None:
        got = answer(transport, serve([read, write(http(200, body)), silence]))
        assert (got.status, got.text, got.cut) == (200, body.decode(), None)

    def test_headers_are_found_by_lower_case_names(
        self, transport: Transport, serve: Serve
    ) -> None:
        got = answer(transport, serve([read, write(http(200, b"", "X-REQUEST-Id:  abc "))]))
        assert got.headers["x-request-id"] == "abc"

    @pytest.mark.parametrize(
        ("script", "text", "cut"),
        [
            pytest.param(
                [read, write(http(200, b"half", length=9))], "half", "could not be read", id="FIN"
            ),
            pytest.param(
                [
                    read,
                    write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"),
                ],
                None,
                "could not be read",
                id="a cut chunk",
            ),
            pytest.param(
                [read, write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhalf")],
                "",
                "could not be read",
                id="a chunk without a length",
            ),
            pytest.param(
                [read, write(http(200, b"x" * (MAX_BODY + 5)))],
                "x" * MAX_BODY,
                "longer than 65,536 bytes",
                id="too large",
            ),
            pytest.param(
                [read, write(b"HTTP/1.1 200 OK\r\n\r\n"), forever(b"x" * 65_536)],
                "x" * MAX_BODY,
                "longer than 65,536 bytes",
                id="endless",
            ),
        ],
    )
    def test_a_body_that_is_not_whole_is_said_so(
        self,
        transport: Transport,
        serve: Serve,
        script: Sequence[Step],
        text: str | None,
        cut: str,
    ) -> None:
        server = serve(script, [answer_all(http(204))])
        got = answer(transport, server)
        assert got.status == 200
        assert text in (None, got.text)
        assert cut in (got.cut or "")
        assert answer(transport, server).status == 204
        assert server.connections == 2

    @pytest.mark.parametrize(
        "head",
        [
            b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n",
        ],
        ids=["length", "until the end", "chunked"],
    )
    def test_a_body_that_does_not_end_in_time_is_a_success_in_time(
        self, transport: Transport, serve: Serve, head: bytes
    ) -> None:
        server = serve([read, write(head), drip(b"x" * 5000)], [answer_all(http(204))])
        got = answer(transport, server, SHORT)
        assert (got.status, got.cut) == (200, "the body did not end in time")
        assert got.seconds < 5
        assert answer(transport, server).status == 204

    def test_more_than_was_announced_is_not_the_answer_of_the_next_request(
        self, transport: Transport, serve: Serve
    ) -> None:
        there = threading.Event()
        script = [read, write(http(200, b"okHTTP/1.1 500 X\r\n\r\n", length=2)), tell(there)]
        server = serve([*script, answer_all(http(204))], [answer_all(http(204))])
        first = answer(transport, server)
        assert (first.text, first.cut) == ("ok", None)
        assert there.wait(10)
        assert answer(transport, server).status == 204

    def test_a_length_that_is_no_number_is_no_failure(
        self, transport: Transport, serve: Serve
    ) -> None:
        server = serve([read, write(b"HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\nbody")])
        assert answer(transport, server).status == 200

    def test_two_lengths_that_differ_are_no_failure(
        self, transport: Transport, serve: Serve
    ) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"
        assert transport.send(post(serve([read, write(head)]).url), LONG) is not None

    def test_compressed_bodies_are_not_opened(self, transport: Transport, serve: Serve) -> None:
        bomb = gzip.compress(b"\0" * 10_000_000)
        server = serve([read, write(http(200, bomb, "Content-Encoding: gzip"))])
        got = answer(transport, server)
        assert (got.status, got.cut) == (200, None)
        assert len(got.text) <= len(bomb)

    def test_a_body_of_no_encoding_is_read_as_far_as_it_goes(
        self, transport: Transport, serve: Serve
    ) -> None:
        assert answer(transport, serve([read, write(http(200, b"a\xff"))])).text == "a\ufffd"


class TestLongBodies:
    """A request may ask for more of its answer than others do."""

    @pytest.mark.parametrize("chunked", [False, True])
    @pytest.mark.parametrize(
        ("size", "cut"),
        [(199_999, None), (200_000, None), (200_001, "the body is longer than 200,000 bytes")],
    )
    def test_as_much_is_read_as_was_asked_for(
        self, transport: Transport, serve: Serve, size: int, cut: str | None, chunked: bool
    ) -> None:
        body = b"x" * size
        whole = http(200, body)
        if chunked:
            head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            whole = head + b"%x\r\n%s\r\n0\r\n\r\n" % (size, body)
        server = serve([answer_all(whole)], [answer_all(whole)])
        request = Request("GET", server.url, {}, longest=200_000)
        for _ in range(2):  # what was not read is not the answer of the next request
            got = transport.send(request, LONG)
            assert isinstance(got, Answer)
            assert (got.status, len(got.text), got.cut) == (200, min(size, 200_000), cut)

    def test_a_request_without_a_body_brings_none(self, transport: Transport, serve: Serve) -> None:
        server = serve([answer_all(http(200))])
        transport.send(Request("GET", server.url, {}), LONG)
        assert dict(header_lines(server.requests[0])) == {"host": f"127.0.0.1:{server.port}"}


class TestClosing:
    """What other threads still do ends with the transport."""

    @pytest.mark.parametrize(
        "script",
        [
            pytest.param([read, silence], id="no head"),
            pytest.param([read, write(b"HTTP/1.1 200 OK\r\nA: b\r\n"), silence], id="half a head"),
        ],
    )
    def test_a_wait_for_an_answer_ends_at_once(
        self, transport: Transport, serve: Serve, script: Sequence[Step]
    ) -> None:
        server = serve(script)
        results: list[Answer | NoAnswer] = []
        thread = threading.Thread(
            target=lambda: results.append(transport.send(post(server.url), 60))
        )
        thread.start()
        while not server.requests:
            time.sleep(0.001)
        transport.close()
        thread.join(10)
        (got,) = results
        assert isinstance(got, NoAnswer)
        assert (got.sent, got.reason) == (True, "the connections were closed")

    def test_a_connection_that_comes_after_it_carries_nothing(
        self, transport: Transport, serve: Serve, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server = serve([silence])
        look_up = socket.getaddrinfo

        def closing(*args: Any, **kwargs: Any) -> Any:
            transport.close()
            return look_up(*args, **kwargs)

        monkeypatch.setattr(socket, "getaddrinfo", closing)
        got = no_answer(transport, server.url)
        assert (got.sent, got.reason) == (False, "the connections were closed")
        assert server.requests == []

    def test_nothing_is_sent_from_then_on(self, transport: Transport, serve: Serve) -> None:
        server = serve([answer_all(http(200))])
        answer(transport, server)
        transport.close()
        got = no_answer(transport, server.url)
        assert (got.sent, got.untrusted, got.reason) == (
            False,
            False,
            "the connections were closed",
        )
        assert len(server.requests) == 1


class TestRedirects:
    @pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
    @pytest.mark.parametrize("location", ["other", "/elsewhere", "http://[garbage", "\xff\xfe", ""])
    def test_nothing_follows_them(
        self, transport: Transport, serve: Serve, status: int, location: str
    ) -> None:
        other = serve([answer_all(http(200))])
        target = other.url if location == "other" else location
        moved = b"HTTP/1.1 %d X\r\nContent-Length: 0\r\nLocation: %s\r\n\r\n" % (
            status,
            target.encode("latin-1"),
        )
        server = serve([answer_all(moved)])
        assert answer(transport, server).status == status
        assert (len(server.requests), other.connections) == (1, 0)

    def test_one_without_a_location_is_an_answer(self, transport: Transport, serve: Serve) -> None:
        assert answer(transport, serve([read, write(http(302))])).status == 302

    def test_their_bodies_are_not_read_without_bound(
        self, transport: Transport, serve: Serve
    ) -> None:
        head = b"HTTP/1.1 302 X\r\nLocation: /x\r\n\r\n"
        got = answer(transport, serve([read, write(head), forever(b"x" * 65_536)]))
        assert (got.status, len(got.text)) == (302, MAX_BODY)


class TestTrust:
    @pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
    def test_a_bundle_makes_an_authority_trusted(
        self, serve: Serve, server_context: ssl.SSLContext, bundle: str, name: str
    ) -> None:
        server = serve([secure(server_context), answer_all(http(204))])
        trusting = Transport({name: bundle})
        got = trusting.send(post(f"https://127.0.0.1:{server.port}"), LONG)
        trusting.close()
        assert isinstance(got, Answer)
        assert got.status == 204

    def test_requests_never_show_their_headers(self) -> None:
        request = post("http://127.0.0.1:9")
        assert "the-token" in request.headers["Authorization"]
        for text in (repr(request), pretty_repr(request)):
            assert "http://127.0.0.1:9" in text
            assert "the-token" not in text


@pytest.fixture
def _collected() -> Iterator[None]:
    """Older versions leave it to the garbage collector to close what a failed CONNECT opened."""
    yield
    gc.collect()


@pytest.mark.usefixtures("_collected")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
class TestProxies:
    def test_https_goes_through_connect_and_the_proxy_sees_no_secret(
        self,
        serve: Serve,
        server_context: ssl.SSLContext,
        bundle: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        established = write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        proxy = serve([read, established, secure(server_context), answer_all(http(204))])
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:pass@127.0.0.1:{proxy.port}")
        trusting = Transport({"REQUESTS_CA_BUNDLE": bundle})
        for _ in range(2):
            got = trusting.send(post("https://allowed.test/x"), LONG)
            assert isinstance(got, Answer)
            assert got.status == 204
        trusting.close()
        tunnel, *commands = proxy.requests
        assert tunnel.startswith(b"CONNECT allowed.test:443 HTTP/1.")
        assert b"Authorization: Bearer" not in tunnel
        assert b"Proxy-Authorization: Basic dXNlcjpwYXNz" in tunnel
        assert len(commands) == 2
        assert all(it.startswith(b"POST /x HTTP/1.1") for it in commands)
        assert not any(b"proxy" in it.lower() for it in commands)
        assert proxy.connections == 1

    def test_a_lost_answer_through_a_proxy_is_lost(
        self,
        serve: Serve,
        server_context: ssl.SSLContext,
        bundle: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        proxy = serve([read, write(http(200)), secure(server_context), read, reset])
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        trusting = Transport({"REQUESTS_CA_BUNDLE": bundle})
        got = no_answer(trusting, "https://allowed.test/x")
        trusting.close()
        assert got.sent

    @pytest.mark.parametrize(
        "script",
        [
            pytest.param([read, write(http(407, reason="Authentication Required"))], id="407"),
            pytest.param([read, write(http(502))], id="502"),
            pytest.param([read, reset], id="reset"),
            pytest.param([read], id="closed"),
            pytest.param([read, write(b"garbage\r\n\r\n")], id="garbage"),
            pytest.param([read, write(http(200)), write(b"garbage" * 9)], id="no TLS behind it"),
        ],
    )
    def test_what_a_proxy_refuses_was_not_sent_r16(
        self,
        transport: Transport,
        serve: Serve,
        script: Sequence[Step],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        proxy = serve(script)
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:pass-word@127.0.0.1:{proxy.port}")
        got = no_answer(transport, "https://allowed.test/x")
        assert not got.sent
        assert "pass-word" not in got.reason
        assert len(proxy.requests) == 1

    def test_a_silent_proxy_was_not_sent_to(
        self, transport: Transport, serve: Serve, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTPS_PROXY", serve([read, silence]).url)
        got = no_answer(transport, "https://allowed.test/x", SHORT)
        assert (got.sent, got.reason) == (False, "no connection within 0.3 s")

    def test_a_proxy_that_cannot_be_reached_was_not_sent_to(
        self, transport: Transport, closed_port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{closed_port}")
        got = no_answer(transport, "https://allowed.test/x")
        assert (got.sent, got.reason) == (False, "the connection was refused")

    @pytest.mark.parametrize(
        ("proxy", "reason"),
        [
            ("http://user:pass-word@127.0.0.1:port", "an address cannot be read, most likely the"),
            ("http://user:pass-word@[::1", "an address cannot be read, most likely the proxy's"),
            ("http://user:pass-word@", "the proxy's address holds no host"),
            ("socks5h://user:pass-word@127.0.0.1:9", "SOCKS proxies are not supported"),
            ("nonsense://user:pass-word@127.0.0.1:9", ""),
        ],
    )
    def test_an_unusable_proxy_is_no_crash_and_keeps_its_password(
        self, transport: Transport, proxy: str, reason: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        got = no_answer(transport, "https://allowed.test/x")
        assert not got.sent
        assert got.reason.startswith(reason)
        assert "pass-word" not in got.reason

    def test_no_proxy_leaves_a_host_out(
        self, transport: Transport, serve: Serve, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        proxy = serve()
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "allowed.test")
        monkeypatch.setattr(socket, "getaddrinfo", fail)
        no_answer(transport, "https://allowed.test/x")
        assert proxy.connections == 0

    @pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"])
    def test_loopback_never_goes_through_a_proxy(
        self, transport: Transport, serve: Serve, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        proxy, server = serve(), serve([answer_all(http(204))], [answer_all(http(204))])
        monkeypatch.setenv(name, proxy.url)
        assert answer(transport, server).status == 204
        assert isinstance(transport.send(post(f"http://LOCALHOST:{server.port}"), LONG), Answer)
        assert proxy.connections == 0
