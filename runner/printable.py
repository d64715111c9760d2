"""Makes foreign text safe to show: one line, no control characters, no command of a CI system."""

from __future__ import annotations

import json
import re

_BLANKS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
# Controls, surrogates, and what reorders or hides text on a terminal (Unicode TR36, "bidirectional
# text spoofing"), tag characters included.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_UNSEEN = re.compile(f"{_BLANKS.pattern[:-1]}|{_HIDDEN.pattern}")
# `##[error]` and `##vso[task...]` are commands of GitHub, Azure and TeamCity wherever they stand.
_HASH_COMMAND = re.compile(r"##(?=\w*\[)")
# `::error::` is a command of GitHub at a line's start, even after blanks; and any place may come to
# stand there, since tables break their lines.
_COLON_COMMAND = re.compile(r"(?:\A|(?<=\s)):(?=:)|:(?=:[A-Za-z])")
# What JSON would show as it is, though it never has to.
_UNSAFE_IN_JSON = re.compile(f"(?!\n){_HIDDEN.pattern}|[\u2028\u2029]|(?<=#)#(?=\\w*\\[)")


def printable(text: str, limit: int | None = None) -> str:
    """Give `text` as one harmless line.

    Args:
        text: from a file, a file name or the remote side.
        limit: the most characters to show; what is cut is marked by three dots.
    """
    if not _is_plain(text):
        text = _HIDDEN.sub("", _BLANKS.sub(" ", text))
        text = _HASH_COMMAND.sub("# #", text)
        text = _COLON_COMMAND.sub(": ", text)
    if limit is not None and len(text) > limit:
        return text[:limit] + "..."
    return text


def quoted(text: str, limit: int = 60) -> str:
    r"""Give `text` as one harmless line between backquotes, cut to `limit` characters.

    What could not be seen is spelt out, since it may be the very fault: `WKF1\u200b`.
    """
    shown = _UNSEEN.sub(_spelt_out, text[: limit + 1])
    return f"`{printable(shown, limit)}`"


def harmless_json(text: str) -> str:
    """Give a JSON text that means the same, without what a terminal or a CI system would obey.

    Args:
        text: as `json.dumps` gives it; its own line ends are kept.
    """
    if text.isascii() and "##" not in text and "\x7f" not in text:  # JSON escapes other controls
        return text
    return _UNSAFE_IN_JSON.sub(_escaped, text)


def _escaped(unsafe: re.Match[str]) -> str:
    char = unsafe[0]
    return "\\u0023" if char == "#" else json.dumps(char)[1:-1]


def _spelt_out(unseen: re.Match[str]) -> str:
    return unseen[0].encode("unicode_escape").decode()


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and "::" not in text and "##" not in text
