"""Bytes to text: UTF-8 only, and no character that YAML forbids or nobody sees."""

from __future__ import annotations

import re

from runner.problems import Problem, file_problem

# All but YAML 1.1's production c-printable, and the byte order mark, which only a file's beginning
# may have: from files put together it would become an invisible part of a key.
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_LINE_ENDS = "\n\r\x85\u2028\u2029"  # in YAML 1.1; a CR with its LF is one
_OTHER_MARKS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))


def decode_text(path: str, data: bytes) -> tuple[str | None, list[Problem]]:
    """Give the text of a file without its byte order mark, or None and why it is no text."""
    for mark, encoding in _OTHER_MARKS:
        if data.startswith(mark):
            return None, [
                file_problem("encoding", path, f"the file is {encoding}", "save it as UTF-8")
            ]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8-sig", "replace")
        message = f"byte 0x{error.object[error.start]:02x} is not UTF-8"
        return None, [_at_end_of(before, "encoding", path, message, "save the file as UTF-8")]
    forbidden = _FORBIDDEN.search(text)
    if forbidden is not None:
        message = f"the character U+{ord(forbidden.group()):04X} may not stand here"
        before = text[: forbidden.start()]
        return None, [
            _at_end_of(before, "control-character", path, message, _hint(forbidden.group()))
        ]
    return text, []


def end_of(text: str) -> tuple[int, int]:
    """Give the line and column, both from 0, of the place after the last character.

    What is missing at the end the parser misses in the line below, even where the last line is not
    ended and there is no other; no place that is shown may lie beyond this one.
    """
    lines = sum(map(text.count, _LINE_ENDS)) - text.count("\r\n")
    return lines, len(text) - 1 - max(map(text.rfind, _LINE_ENDS))


def _hint(character: str) -> str:
    if character == "\0":
        return "save the file as UTF-8; in UTF-16, for one, every other character looks like this"
    return "remove it; no editor shows it"


def _at_end_of(before: str, rule: str, path: str, message: str, hint: str) -> Problem:
    lines = re.split("\r\n|\r|\n", before)
    return Problem(rule, path, len(lines), len(lines[-1]) + 1, "", message, hint)
