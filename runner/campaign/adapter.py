"""The adapter of requests that all goes through, without what costs time and is of no use here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidSchema

from runner.campaign.connections import NotingPool, SecureNotingPool

if TYPE_CHECKING:
    from collections.abc import Mapping

    from urllib3.poolmanager import PoolManager, ProxyManager

# In such an address nothing has to be encoded; its path is the group.
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9._:\[\]-]+(/(?!/)(?:[A-Za-z0-9_-]|%40|/(?!/))+)")


def is_plain(url: str) -> bool:
    """Whether nothing in an address would have to be encoded or normalized."""
    return _PLAIN_URL.fullmatch(url) is not None


class CheckedHeaders:
    """Checks headers and makes them what requests wants; those of one request after another once.

    Whoever sends them changes none of them.
    """

    def __init__(self) -> None:
        self._last: tuple[dict[str, str], Any] = ({}, None)

    def of(self, headers: dict[str, str]) -> Any:
        """Give them.

        Raises:
            InvalidHeader: a ValueError, if one cannot be sent.
        """
        same, checked = self._last
        if same != headers:
            prepared = PreparedRequest()
            prepared.prepare_headers(headers)
            checked = prepared.headers
            self._last = headers, checked
        return checked


class Head(NamedTuple):
    """An answer of which the body was not read; what a `Response` of requests has of these.

    Attributes:
        headers: those of one name joined by commas (RFC 9110, 5.3).
        raw: the answer of urllib3.
        request: what was sent; who stands in for the wire in a test asks for it.
    """

    status_code: int
    headers: Mapping[str, str]
    raw: Any
    request: Any


class NotingAdapter(HTTPAdapter):
    """An adapter of requests whose connections obey the current `Exchange` and tell it all.

    What is the same for every request to a server is found out once.
    """

    def __init__(self, most_kept: int) -> None:
        """Make the pools; each keeps so many connections at most."""
        self._pools: dict[tuple[Any, ...], Any] = {}
        super().__init__(pool_maxsize=most_kept)

    def get_connection_with_tls_context(
        self, request: Any, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        """Give the pool for a request, whose certificates are seen to already."""
        authority = "/".join(request.url.split("/", 3)[:3])
        key = (authority, verify, *sorted((proxies or {}).items()))
        pool = self._pools.get(key)
        if pool is None:
            pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
            super().cert_verify(pool, request.url, verify, cert)  # type: ignore[no-untyped-call]
            self._pools[key] = pool
        return pool

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """It is done once for each pool."""

    def request_url(self, request: Any, proxies: Any) -> str:
        """Give what stands in the request line."""
        found = _PLAIN_URL.fullmatch(request.url)
        if found is None or proxies:
            return super().request_url(request, proxies)
        return found[1]

    def build_response(self, req: Any, resp: Any) -> Any:
        """Give what is read of an answer: no cookies, nor all else that nobody asks for."""
        return Head(resp.status, dict(resp.headers.itermerged()), resp, req)

    def close(self) -> None:
        """Close every connection."""
        self._pools.clear()
        super().close()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools for direct connections."""
        super().init_poolmanager(*args, **kwargs)
        _use_noting_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: Any, **kwargs: Any) -> ProxyManager:
        """Make the pools for connections through a proxy.

        Raises:
            InvalidSchema: for a SOCKS proxy, which has connections of another kind.
        """
        if str(proxy).lower().startswith("socks"):
            raise InvalidSchema("SOCKS proxies are not supported")
        manager: ProxyManager = super().proxy_manager_for(proxy, **kwargs)
        _use_noting_pools(manager)
        return manager


def _use_noting_pools(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": NotingPool, "https": SecureNotingPool}
