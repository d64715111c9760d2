"""JSON as we write it everywhere: two blanks for each level, and what is not ASCII as it is.

`json.dumps` has the same bytes, but with an indentation it is slow, and gives no part before the
whole.
"""

from __future__ import annotations

import json
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

from runner.printable import harmless_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

# For whatever is neither a list nor a mapping. Text, null and whole numbers, which are most of all
# values, and keys do without the encoder that it makes for each call.
_encode = json.JSONEncoder(ensure_ascii=False).encode


def json_text(value: Any) -> str:
    """Give a value as a whole file."""
    return harmless_json(indented(value)) + "\n"


def json_pieces(head: Mapping[str, Any], key: str, items: Iterable[Any]) -> Iterator[str]:
    """Give the file of a mapping in pieces, of which only one at a time needs memory.

    Args:
        head: the mapping, but for its last key.
        key: the last one; its value is a list.
        items: of that list, each made when it is asked for.
    """
    whole = indented({**head, key: []})
    yield harmless_json(whole.removesuffix("]\n}"))
    before = "\n    "
    for item in items:
        yield before + harmless_json(indented(item, "\n    "))
        before = ",\n    "
    yield "]\n}\n" if before == "\n    " else "\n  ]\n}\n"


def indented(value: Any, line: str = "\n") -> str:
    """Give a value as JSON; `line` begins each of its lines but the first."""
    if type(value) is str:
        return encode_basestring(value)
    if value is None:
        return "null"
    if type(value) is int:
        return str(value)
    if isinstance(value, dict) and value:
        below = f"{line}  "
        listed = [f"{encode_basestring(key)}: {indented(it, below)}" for key, it in value.items()]
        return f"{{{below}{f',{below}'.join(listed)}{line}}}"
    if isinstance(value, (list, tuple)) and value:
        below = f"{line}  "
        return f"[{below}{f',{below}'.join([indented(it, below) for it in value])}{line}]"
    return _encode(value)
