"""A value that no log, traceback or page shows."""

from __future__ import annotations

from typing import NoReturn

HIDDEN = "***"


class Secret:
    """A secret text; only `reveal` gives it, and only where it goes onto the wire."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Give the text itself."""
        return self._value

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return HIDDEN

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never written to a stream")
