"""Cleans text of every secret that was resolved, in any form that a log may show it in."""

from __future__ import annotations

import base64
import re
import threading
from typing import TYPE_CHECKING
from urllib.parse import quote

from runner.printable import printable
from runner.secrets.secret import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.secrets.secret import Secret

SHORTEST = 8  # characters; a shorter secret could not be told from ordinary text (rule R19)
_LONGEST_SPELLING = 12  # characters that one of a secret takes at most, in `_spelt`
_NAMED = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}


class Scrubber:
    """Knows the secrets of one process and takes them out of text."""

    def __init__(self) -> None:
        self._forms: dict[str, int] = {}
        self._pattern: re.Pattern[str] | None = None
        self._adding = threading.Lock()  # of two added at a time none may be forgotten

    def add(self, secret: Secret) -> None:
        """Clean all text from now on of this secret too, of at least `SHORTEST` characters."""
        with self._adding:
            for form in _forms(secret.reveal()):
                special = sum(not char.isalnum() for char in form)
                self._forms[_spelt(form)] = len(form) + special * (_LONGEST_SPELLING - 1)
            longest_first = sorted(self._forms, key=self._forms.__getitem__, reverse=True)
            self._pattern = re.compile("|".join(longest_first))

    def scrub(self, text: str) -> str:
        """Give `text` with every form of every secret replaced by `***`."""
        return text if self._pattern is None else self._pattern.sub(HIDDEN, text)

    def remote_text(self, text: str, *, cut: bool = False, limit: int = 300) -> str:
        """Give text of the remote side as one line that may be shown and stored.

        Args:
            text: as it was received.
            cut: whether it ends where reading stopped, so that its end may be part of a secret.
            limit: the most characters to give.
        """
        # What is hidden goes first: it could part a secret that shows again without it.
        return printable(self._without_parted_secrets(printable(text), cut=cut), limit)

    def _without_parted_secrets(self, text: str, *, cut: bool) -> str:
        """Give `text` without secrets, even those that blanks part: base64 comes in lines."""
        if self._pattern is None:
            return text
        places = [place for place, char in enumerate(text) if not char.isspace()]
        dense = "".join(text[place] for place in places)
        spans = [match.span() for match in self._pattern.finditer(dense)]
        end = len(dense)
        if cut:
            # Whatever could be the beginning of a secret goes, but for the rest of a whole one.
            torn = max(0, end - max(self._forms.values()))
            end = max([torn, *(stop for start, stop in spans if start < torn)])
        parts, done = [], 0
        for start, stop in spans:
            if stop <= end:
                parts += [text[done : places[start]], HIDDEN]
                done = places[stop - 1] + 1
        last = len(text) if end == len(dense) else places[end]
        return "".join([*parts, text[done:last]])


def _forms(value: str) -> Iterator[str]:
    """Give the texts that hold a secret, each of which may be spelt in many ways."""
    yield value
    # `a::b`, after text was made harmless and before it is cleaned.
    yield printable(value)
    # A form of HTTP holds it escaped, and a log may hold that form in base64.
    for raw in {value.encode(), quote(value, safe="").encode()}:
        yield raw.hex()
        yield raw.hex().upper()
        yield from _in_base64(raw)


def _in_base64(raw: bytes) -> Iterator[str]:
    for lead in range(3):  # base64 of a longer text differs with the bytes before the secret
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            encoded = encode(b"\0" * lead + raw).decode().rstrip("=")
            yield encoded[(0, 2, 3)[lead] : len(encoded) - ((lead + len(raw)) % 3 > 0)]


def _spelt(form: str) -> str:
    """Give a pattern for a form, plain or as URLs, JSON, HTML or a programming language spell it.

    Letters and digits are always spelt as themselves; of all others any may be spelt in any way,
    since what is left as it is differs from one program to the next.
    """
    return "".join(char if char.isalnum() else _spellings(char) for char in form)


def _spellings(char: str) -> str:
    code = re.sub("[a-f]", lambda digit: f"[{digit[0]}{digit[0].upper()}]", f"{ord(char):02x}")
    ways = [
        # A backslash before it is JSON's or a program's; JSON in JSON has three.
        r"\\{0,7}" + re.escape(char),
        f"%(?:25){{0,2}}{code}",
        rf"\\{{1,7}}(?:u00|x){code}",
        f"&#(?:[xX]0{{0,4}}{code}|0{{0,4}}{ord(char)});",
    ]
    if char in _NAMED:
        ways.append(f"&{_NAMED[char]};")
    return f"(?:{'|'.join(ways)})"
