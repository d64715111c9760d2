"""Makes a page: the templates, and the policy that lets it load and run nothing from outside.

jinja2 is imported only when a page is made, since no other output needs it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from runner import __version__
from runner.plural import counted
from runner.printable import harmless_json, printable

if TYPE_CHECKING:
    from jinja2 import Environment

    from runner.ci.places import Places

_UNSEEN_IN_ADDRESSES = frozenset(" \"'<>\\^`{|}")


def page(template: str, **values: Any) -> str:
    """Render a template of this package.

    Every value is made printable and escaped on its way into the page, whatever it is; a name that
    a template does not get is a bug and raises `jinja2.UndefinedError`.
    """
    style, script = _part("style.css"), _part("script.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    return (
        _environment()
        .get_template(template)
        .render(
            **values,
            policy=policy,
            style=style,
            script=script,
            version=__version__,
        )
    )


def safe_link(address: object) -> str | None:
    """Give an address that a page may link to: of http or https, of a host, and nothing hidden."""
    if not isinstance(address, str) or printable(address) != address:
        return None
    if _UNSEEN_IN_ADDRESSES.intersection(address):
        return None
    try:
        parts = urlsplit(address)
        there = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    return address if there and "@" not in parts.netloc else None


def source_link(places: Places, file: str, line: object) -> str | None:
    """Give the address of a line in the repository; None where there is none, or none to trust."""
    if not isinstance(line, int) or printable(file) != file:
        return None
    return safe_link(places.link(file, line))


def as_json(value: object) -> str:
    """Give a JSON value as one harmless line."""
    return harmless_json(json.dumps(value, ensure_ascii=False))


def cut(text: object, limit: int) -> str:
    """Give at most `limit` characters of a text, with three dots where there are more."""
    return printable(str(text), limit)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("runner.render.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"cut": cut, "as_json": as_json, "counted": counted}
    return made


def _shown(value: Any) -> Any:
    """Make foreign text harmless; markup is of the templates themselves."""
    if value is None:
        return ""
    return printable(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


@cache
def _part(name: str) -> str:
    text = (files("runner.render.html") / "templates" / name).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n")  # as browsers read it before they take its digest


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
