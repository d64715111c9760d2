"""Cleans text of every secret that was resolved, in any form that a log may show it in."""

from __future__ import annotations

import base64
import html
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from runner.printable import printable
from runner.secrets.secret import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.secrets.secret import Secret

SHORTEST = 8  # characters; a shorter secret could not be told from ordinary text (rule R19)


class Scrubber:
    """Knows the secrets of one process and takes them out of text."""

    def __init__(self) -> None:
        self._forms: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, secret: Secret) -> None:
        """Clean all text from now on of this secret too."""
        self._forms.update(_forms(secret.reveal()))
        longest_first = sorted(self._forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)))

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
        text = printable(text)
        if cut:
            text = self._without_torn_end(text)
        return printable(self.scrub(text), limit)

    def _without_torn_end(self, text: str) -> str:
        if self._pattern is None:
            return text
        longest = max(map(len, self._forms))
        ends = [match.end() for match in self._pattern.finditer(text)]
        return text[: max([len(text) - longest, *ends, 0])]


def _forms(value: str) -> Iterator[str]:
    raw = value.encode()
    yield value
    for quoted in (quote(value, safe=""), quote(value), quote_plus(value)):
        yield quoted
        yield re.sub("%..", lambda match: match[0].lower(), quoted)
    for escaped in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        yield escaped[1:-1]
        yield escaped[1:-1].replace("/", "\\/")
    yield repr(value)[1:-1]
    yield repr(raw)[2:-1]
    yield html.escape(value)
    yield raw.hex()
    for lead in range(3):  # base64 of a longer text differs with the bytes before the secret
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            encoded = encode(b"\0" * lead + raw).decode().rstrip("=")
            settled = encoded[(0, 2, 3)[lead] : len(encoded) - ((lead + len(raw)) % 3 > 0)]
            if len(settled) >= SHORTEST:
                yield settled
