"""Checks the address that triggers a signal activity: it comes from the remote side."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from runner.printable import quoted

LONGEST_HREF = 2048  # characters; two keys of some 40 characters and a path make up a real one
_HREF = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<user>[^/?#@]*@)?"
    r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<path>/[^?#]*)"
    r"(?P<more>[?#].*)?",
    re.IGNORECASE,
)
# What stands between two slashes: what RFC 3986 allows in a path, plain, or escaped where it is not
# one of the characters that need no escape. Not a semicolon: some servers cut it off together with
# what follows it, so that `..;` leads upwards. Not an escaped slash, point, backslash or per cent,
# and nothing beyond ASCII, which servers decode in more than one way. What is left is read alike by
# everybody on the way, and none of them has a reason to write it differently.
_SEGMENT = re.compile(r"(?!\.+\Z)(?:[A-Za-z0-9._~!$&'()*+,=:@-]|%(?:2[146789ABC]|3[AD]|40))+")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_PORTS = {"http": 80, "https": 443}


class UntrustedHrefError(Exception):
    """An address that is not posted to, in words for people.

    They hold no user info and no query, but may hold other text of the remote side: like all of
    that, they are to be scrubbed.
    """


def check_href(href: str, base_url: str, organization: str) -> str:
    """Give the address to post a signal to, exactly as it is to be sent.

    It has the host and port of the base URL, and lies below the organization's workflows. Scheme
    and host are given in lower case, without the scheme's own port, and escapes in upper case, as
    every program on the way would write them (RFC 3986, section 6.2.2); all else is left as it is.

    Args:
        href: `trigger.href` of an activity, as the API gave it.
        base_url: of the API, checked, without a slash at its end.
        organization: whose workflow it is.

    Raises:
        UntrustedHrefError: if it would lead elsewhere, or cannot be told to lead there.
    """
    if len(href) > LONGEST_HREF:
        raise UntrustedHrefError(f"it is longer than {LONGEST_HREF:,} characters")
    if not href.isascii() or not href.isprintable() or re.search(r'[ \\"<>^`{|}]', href):
        raise UntrustedHrefError("it holds characters that no address holds")
    found = _HREF.fullmatch(href)
    if found is None:
        raise UntrustedHrefError("it is no whole address such as https://mc.adobe.io/...")
    if found["user"] is not None:
        raise UntrustedHrefError("it holds a user name before its host")
    if found["more"] is not None:
        raise UntrustedHrefError("it holds a query or a fragment")
    origin = _checked_origin(found, base_url)
    return origin + _checked_path(found["path"], urlsplit(base_url).path, organization)


def _checked_origin(found: re.Match[str], base_url: str) -> str:
    base = urlsplit(base_url)
    scheme, host = found["scheme"].lower(), found["host"].lower()
    if scheme != base.scheme:
        raise UntrustedHrefError(f"it begins with {scheme}://, and the base URL does not")
    port = int(found["port"] or _PORTS[scheme])
    if (host, port) != (_host(base.netloc), _PORTS[scheme] if base.port is None else base.port):
        named = host if found["port"] is None else f"{host}:{port}"
        raise UntrustedHrefError(
            f"its host is {quoted(named, 300)}, and the base URL's is {quoted(base.netloc, 300)}"
        )
    return f"{scheme}://{host}" + (f":{port}" if port != _PORTS[scheme] else "")


def _host(netloc: str) -> str:
    """Give the host as it is written, in lower case, with the brackets of an IPv6 address."""
    return re.sub(r":[0-9]*\Z", "", netloc).lower()


def _checked_path(path: str, base_path: str, organization: str) -> str:
    prefix = f"{base_path}/{organization}/campaign/workflow/execution/"
    path = _ESCAPE.sub(lambda escape: escape[0].upper(), path)
    shown = quoted(path, LONGEST_HREF)
    if not path.startswith(prefix) or path == prefix:
        raise UntrustedHrefError(f"its path {shown} is not below {quoted(prefix, LONGEST_HREF)}")
    if not all(_SEGMENT.fullmatch(it) for it in path[1:].removesuffix("/").split("/")):
        raise UntrustedHrefError(f"its path {shown} can be read in more than one way")
    return path
