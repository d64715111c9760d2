"""Bytes to text: UTF-8 only (R4)."""

from __future__ import annotations

import pytest

from runner.load.text import decode_text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"a: 1\n", "a: 1\n"),
        (b"\xef\xbb\xbfa: 1\r\n", "a: 1\r\n"),
        ("ä 漢 😀\x85\xa0\t".encode(), "ä 漢 😀\x85\xa0\t"),
    ],
)
def test_utf_8_is_text_with_or_without_a_mark_r4(data: bytes, text: str) -> None:
    assert decode_text("a.yaml", data) == (text, [])


@pytest.mark.parametrize(
    ("data", "place", "message", "hint"),
    [
        ("a".encode("utf-16"), "1:1", "the file is UTF-16", "save it as UTF-8"),
        (b"\xfe\xff\x00a", "1:1", "the file is UTF-16", "save it as UTF-8"),
        ("ab".encode("utf-16-le"), "1:2", "the character U+0000 may not stand here", "save the f"),
        (b"a: 1\nb: \xe9\n", "2:4", "byte 0xe9 is not UTF-8", "save the file as UTF-8"),
        (b"\xef\xbb\xbfa\r\nb\rc\xff", "3:2", "byte 0xff is not UTF-8", "save the file as UTF-8"),
        (b"\xc0\xaf", "1:1", "byte 0xc0 is not UTF-8", "save the file as UTF-8"),
        (b"\xed\xa0\x80", "1:1", "byte 0xed is not UTF-8", "save the file as UTF-8"),
        (b"a\nb\x1b[31m", "2:2", "the character U+001B may not stand here", "remove it; no ed"),
        (b"a\x7f", "1:2", "the character U+007F may not stand here", "remove it; no ed"),
        ("a\x9b".encode(), "1:2", "the character U+009B may not stand here", "remove it; no ed"),
        ("a\n\ufeffb".encode(), "2:1", "the character U+FEFF may not stand here", "remove it; no"),
        ("\uffff".encode(), "1:1", "the character U+FFFF may not stand here", "remove it; no ed"),
    ],
)
def test_anything_else_is_refused_with_its_place(
    data: bytes, place: str, message: str, hint: str
) -> None:
    text, (problem,) = decode_text("a.yaml", data)
    assert text is None
    assert (f"{problem.line}:{problem.column}", problem.message) == (place, message)
    assert problem.hint.startswith(hint)
