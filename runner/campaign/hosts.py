"""Which hosts may be talked to, and how (promise: no secret leaves)."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from runner.errors import UsageError
from runner.printable import quoted
from runner.value import Value

ALLOWED_HOSTS = ("mc.adobe.io", "ims-na1.adobelogin.com")
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)


_PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Where a server is found; the host in lower case, without brackets or a dot at its end."""

    scheme: str
    host: str
    port: int


class Target(Value, frozen=True):
    """Where requests go; `check_target` makes one of which both addresses have been checked.

    Attributes:
        base_url: of the API, without a slash at its end.
        token_url: of the token endpoint.
        sandbox: whether it is the embedded sandbox.
    """

    base_url: str
    token_url: str
    sandbox: bool = False

    @property
    def host(self) -> str:
        """The API's host, with its port where one is written."""
        return urlsplit(self.base_url).netloc

    @property
    def origins(self) -> frozenset[Origin]:
        """The only servers that requests may go to."""
        return frozenset({origin_of(self.base_url), origin_of(self.token_url)})

    @property
    def is_loopback(self) -> bool:
        """Whether the API is on this very machine."""
        return is_loopback(urlsplit(self.base_url).hostname or "")


def check_target(
    base_url: str, token_url: str, allowed_hosts: tuple[str, ...] = (), *, sandbox: bool = False
) -> Target:
    """Give the target, checked.

    Args:
        base_url: of the API.
        token_url: of the token endpoint.
        allowed_hosts: from `--allow-host`.
        sandbox: whether it is the embedded sandbox.

    Raises:
        UsageError: if an address is no plain URL, its host is not allowed, or it would carry
            secrets in plain text to another machine.
    """
    base_url = base_url.rstrip("/")
    for option, url in (("--base-url", base_url), ("--token-url", token_url)):
        fault = _fault(url, allowed_hosts)
        if fault is not None:
            raise UsageError(f"{option} {quoted(_showable(url), 200)}: {fault}")
    return Target(base_url, token_url, sandbox)


def origin_of(url: str) -> Origin:
    """Give the server that a URL leads to.

    Raises:
        ValueError: if the URL is none of HTTP, or cannot be read.
    """
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not parts.hostname:
        raise ValueError("this is no address of HTTP")
    return Origin(scheme, parts.hostname.lower().rstrip("."), parts.port or _PORTS[scheme])


def is_loopback(host: str) -> bool:
    """Whether `host` names this machine: `localhost`, 127.0.0.0/8 or ::1."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _fault(url: str, allowed_hosts: tuple[str, ...]) -> str | None:
    host = _host(url)
    if host is None:
        return "write a URL such as https://mc.adobe.io, without user, query or fragment"
    if not is_loopback(host) and host not in {*ALLOWED_HOSTS, *map(str.lower, allowed_hosts)}:
        hint = f"whoever runs this can add --allow-host {host}"
        return f"the host {quoted(host)} is not allowed; {hint}"
    if url.lower().startswith("http:") and not is_loopback(host):
        return "secrets do not travel in plain text; write https://"
    return None


def _host(url: str) -> str | None:
    """Give the host of a plain URL, in lower case, or None where it is anything else."""
    if not url.isascii() or not url.isprintable() or any(mark in url for mark in ' \\?#@"<>'):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port  # a ValueError where it is no number
    except ValueError:
        return None
    # Older versions of `urlsplit` find the host `::1` in `[::1].evil.test`.
    plain = _AUTHORITY.fullmatch(parts.netloc) is not None
    return parts.hostname if plain and parts.scheme in ("http", "https") else None


def _showable(url: str) -> str:
    """A password or a token in a URL must not end up in a message, however badly it is written."""
    scheme = _SCHEME.match(url)
    rest = url[scheme.end() :] if scheme else url
    after_user = rest.rpartition("@")[2]
    return (scheme[0] if scheme else "") + re.split(r"[?#]", after_user)[0]
