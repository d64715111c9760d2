"""The completion snippets of a schema, and what an editor makes of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHOICE = re.compile(r"\$\{(\d+)\|([^|}]*)\|\}")
_PLACE = re.compile(r"(?<!\\)\$\{\d+:([^{}]*)\}")


def snippets(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every snippet of a schema with the place it belongs to."""
    if isinstance(node, dict):
        for snippet in node.get("defaultSnippets", ()):
            yield path, snippet
        for key, below in node.items():
            if key not in ("defaultSnippets", "examples"):
                yield from snippets(below, f"{path}/{key}")
    elif isinstance(node, list):
        for n, below in enumerate(node):
            yield from snippets(below, f"{path}/{n}")


def as_text(body: Any, indent: str = "") -> str:
    """Write a snippet as yaml-language-server does, which puts no quotes around anything."""
    if isinstance(body, dict):
        return "\n".join(f"{indent}{key}:{_below(it, indent)}" for key, it in body.items())
    if isinstance(body, list):
        return "\n".join(f"{indent}- {as_text(it, indent + '  ').lstrip()}" for it in body)
    return str(body).lower() if isinstance(body, bool) else str(body)


def _below(value: Any, indent: str) -> str:
    inner = as_text(value, f"{indent}  ")
    return f"\n{inner}" if isinstance(value, dict | list) else f" {inner}"


def filled_in(text: str) -> Iterator[str]:
    """Give what a person gets who takes every placeholder as it stands, once for each choice."""
    choices = _CHOICE.findall(text)
    for n in range(max([1, *(len(words.split(",")) for _, words in choices)])):
        chosen = text
        for number, words in choices:
            listed = words.split(",")
            word = listed[min(n, len(listed) - 1)]
            chosen = chosen.replace(f"${{{number}|{words}|}}", word)
        yield _PLACE.sub(r"\1", chosen).replace("\\$", "$")
