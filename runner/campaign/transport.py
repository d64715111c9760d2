"""Sends one request and says what came back, or whether it can have arrived at all."""

from __future__ import annotations

import http.client
import ssl
import threading
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import requests
import urllib3
from requests.utils import get_environ_proxies, select_proxy
from urllib3.util import SKIP_HEADER

from runner.campaign.adapter import CheckedHeaders, NotingAdapter, is_plain
from runner.campaign.connections import Exchange
from runner.campaign.hosts import is_loopback, origin_of
from runner.campaign.route import ForbiddenConnectionError, Proxy, Route
from runner.campaign.watchdog import Watchdog
from runner.errors import BrokenError
from runner.printable import quoted
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from runner.campaign.hosts import Origin
    from runner.campaign.watchdog import Watch

# Each names a file, or a folder prepared by `openssl rehash`; the first that is set counts.
CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
LONGEST_CONNECT = 10.0  # seconds
MAX_BODY = 65_536  # bytes of an answer that are read; what comes after them is not missed
# Of one host, for as many threads. A request beyond them opens a connection that is not kept.
KEPT_CONNECTIONS = 64
_PIECE = 65_536  # bytes that are read at once

_CLOSED = "the connections were closed"

_FAILURES = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,  # a header, a length or an address that cannot be read
)
# requests and urllib3 would add these of their own.
_NO_HEADERS = {"User-Agent": SKIP_HEADER, "Accept-Encoding": SKIP_HEADER}


class Request(Value, frozen=True):
    """One HTTP request; `headers` hold secrets, so neither they nor its body are ever shown.

    Attributes:
        body: what is sent; nothing at all where it is empty.
        longest: the most bytes of the answer's body that are read.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    longest: int = MAX_BODY

    def __repr__(self) -> str:
        """Give what may be shown."""
        return f"Request(method={self.method!r}, url={self.url!r}, longest={self.longest!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Give the same to rich, which would look into all fields."""
        return [("method", self.method), ("url", self.url), ("longest", self.longest)]


class Answer(Value, frozen=True):
    """An answer whose whole head was read.

    Attributes:
        headers: by lower-case name.
        text: of the body, as far as it was read.
        cut: None, or why the body was not read to its end.
        seconds: from the beginning of the attempt.
    """

    status: int
    headers: Mapping[str, str]
    text: str
    cut: str | None
    seconds: float


class NoAnswer(Value, frozen=True):
    """No answer, or none whose final head could be read.

    Attributes:
        sent: whether any byte of the request was handed to the connection; where not, the server
            cannot have acted on it.
        untrusted: whether we refused the server, most likely for its certificate; trying again is
            of no use.
        reason: for people.
    """

    sent: bool
    untrusted: bool
    reason: str
    seconds: float


class Transport:
    """Keeps connections alive and sends requests over them, from any number of threads."""

    def __init__(
        self, environ: Mapping[str, str], origins: Collection[Origin] | None = None
    ) -> None:
        """Make the connections' pools.

        Args:
            environ: for the CA bundle; `CA_VARIABLES` says which variables name it.
            origins: the only servers that anything is sent to; None where each request's own
                address says enough.

        Raises:
            BrokenError: if the CA bundle is not there.
        """
        self._verify = _ca_bundle(environ)
        # Without a session of requests around it there are no cookies, no .netrc, no redirects, and
        # no look at the environment per request.
        self._adapter = NotingAdapter(KEPT_CONNECTIONS)
        self._origins = origins
        self._ways: dict[str, tuple[Route, dict[str, str]]] = {}
        self._checked = CheckedHeaders()
        self._watchdog = Watchdog()
        self._closed = threading.Event()

    def send(self, request: Request, timeout: float) -> Answer | NoAnswer:
        """Send a request once.

        Args:
            request: whose address has been checked.
            timeout: seconds for the whole of it, from connecting to the end of the answer.

        Returns:
            What came of it; after `close`, that nothing was sent.
        """
        if self._closed.is_set():
            return NoAnswer(False, False, _CLOSED, 0.0)  # noqa: FBT003 - in the order of the class
        started = monotonic()
        deadline = started + timeout
        with (
            Exchange(deadline) as exchange,
            self._watchdog.watching(deadline, exchange.current_socket) as watch,
        ):
            exchange.is_over = lambda: watch.expired
            try:
                exchange.route, proxies = self._way_to(request.url)
                response: Any = self._adapter.send(
                    self._prepare(request),
                    stream=True,
                    timeout=(min(timeout, LONGEST_CONNECT), timeout),
                    verify=self._verify,
                    proxies=proxies,
                )
            except _FAILURES as error:
                missed = "answer" if exchange.sent else "connection"
                over = watch.expired or monotonic() >= deadline
                reason = f"no {missed} within {timeout:g} s" if over else _reason(error)
                reason = _CLOSED if self._closed.is_set() else reason
                untrusted = _is_untrusted(error)
                return NoAnswer(exchange.sent, untrusted, reason, monotonic() - started)
            text, cut = _read_body(response, request.longest, watch)
        if response.status_code < 200:
            exchange.drop()  # another head is to come; the next request would take it for its own
            reason = f"nothing came after an interim answer ({response.status_code})"
            return NoAnswer(True, False, reason, monotonic() - started)  # noqa: FBT003 - as above
        headers = {name.lower(): value.strip() for name, value in response.headers.items()}
        return Answer(response.status_code, headers, text, cut, monotonic() - started)

    def close(self) -> None:
        """Close every connection for good, and end what other threads still send or wait for."""
        self._closed.set()
        self._watchdog.close()
        self._adapter.close()

    def _prepare(self, request: Request) -> requests.PreparedRequest:
        prepared = requests.PreparedRequest()
        headers = {**_NO_HEADERS, **request.headers}
        if is_plain(request.url):  # as those of all commands are: this is what comes of it
            prepared.method, prepared.url = request.method, request.url
            if request.body:
                prepared.body = request.body
                headers["Content-Length"] = str(len(request.body))
            prepared.headers = self._checked.of(headers)
            return prepared
        prepared.prepare(request.method, request.url, headers, data=request.body)
        return prepared

    def _way_to(self, url: str) -> tuple[Route, dict[str, str]]:
        """Give the way to a server, and its proxies as requests wants them."""
        authority = "/".join(url.split("/", 3)[:3])
        if authority not in self._ways:
            origin = origin_of(url)
            # Never for loopback: a proxy would get secrets in plain text.
            found = {} if is_loopback(origin.host) else dict(get_environ_proxies(url))
            chosen = select_proxy(url, found)
            allowed = self._origins is None or origin in self._origins
            self._ways[authority] = Route(origin, _proxy(chosen), allowed), found
        return self._ways[authority]


def _proxy(address: str | None) -> Proxy | None:
    if not address:
        return None
    url = urllib3.util.parse_url(address)
    if not url.host:
        raise requests.exceptions.InvalidProxyURL("the proxy's address holds no host")
    port = url.port or (443 if url.scheme == "https" else 80)
    return Proxy(url.host.strip("[]").rstrip("."), port)


def _ca_bundle(environ: Mapping[str, str]) -> str | bool:
    """Give the bundle that the environment names; without one, that of `certifi` is used."""
    name = next((it for it in CA_VARIABLES if environ.get(it)), None)
    if name is None:
        return True
    bundle = environ[name]
    if not Path(bundle).exists():
        message = f"{name} names {quoted(bundle, 200)}"
        raise BrokenError(f"{message}, which does not exist; no certificate could be checked")
    return bundle


def _read_body(response: Any, longest: int, watch: Watch) -> tuple[str, str | None]:
    """Give the text of the body, and why it is not whole; the status counts all the same."""
    raw: Any = response.raw
    data, cut = bytearray(), None
    whole = False
    try:
        # Until there is nothing more: a first read may come back short without a word.
        while (left := longest + 1 - len(data)) > 0:
            part = raw.read(min(left, _PIECE), decode_content=False)
            if not part:
                break
            data += part
        whole = left > 0 and not watch.expired
    except _FAILURES as error:
        cut = f"the body could not be read: {_reason(error)}"
    finally:
        if whole:
            raw.release_conn()
        else:
            raw.close()
    if len(data) > longest:
        cut = f"the body is longer than {longest:,} bytes"
    elif watch.expired:
        cut = "the body did not end in time"
    del data[longest:]
    return data.decode("utf-8", "replace"), cut


def _reason(error: BaseException) -> str:
    """Say in a few words what went wrong, by the innermost cause, which is the one that tells."""
    chain = _chain(error)
    for cause in reversed(chain):
        if isinstance(cause, urllib3.exceptions.LocationValueError):
            # Its own words would quote the address, with the password that a proxy's may hold.
            return "an address cannot be read, most likely the proxy's"
        if isinstance(cause, ssl.SSLError):
            said = getattr(cause, "verify_message", None) or getattr(cause, "reason", None)
            return f"TLS: {said or 'failed'}"
        if isinstance(cause, (TimeoutError, urllib3.exceptions.TimeoutError)):
            return "timed out"
        if isinstance(cause, ConnectionRefusedError):
            return "the connection was refused"
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower()
    innermost = chain[-1]
    return (str(innermost) or type(innermost).__name__).removesuffix(".")


def _is_untrusted(error: BaseException) -> bool:
    refused = (ssl.SSLCertVerificationError, ForbiddenConnectionError)
    return any(isinstance(cause, refused) for cause in _chain(error))


def _chain(error: BaseException) -> list[BaseException]:
    """Give an exception and everything it was made from, outermost first."""
    chain: list[BaseException] = []
    inner: object = error
    while isinstance(inner, BaseException) and inner not in chain:
        chain.append(inner)
        nested = [it for it in inner.args if isinstance(it, BaseException)]
        reason = getattr(inner, "reason", None)
        inner = inner.__cause__ or inner.__context__ or (nested[0] if nested else reason)
    return chain
