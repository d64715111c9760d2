"""The expressions of GitHub's workflows, as far as ours use them; whatever else is an error.

So a workflow that comes to use something new fails in the tests, and does not pass them by luck.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|([A-Za-z_][\w-]*)|(&&|\|\||==|!=|[!().,])|$)")
_INSIDE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_WORDS = {"true": True, "false": False, "null": None}
STATUS = re.compile(r"\b(?:always|cancelled|failure|success)\(")


class UnknownExpressionError(Exception):
    """An expression says something that the tests know nothing about."""


class Lenient(dict[str, Any]):
    """A part of a context whose missing names are null, as they are on GitHub."""


def evaluate(
    text: str, contexts: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]
) -> Any:
    """Give the value of an expression, without the `${{ }}` around it.

    Args:
        text: the expression.
        contexts: what names stand for; below `Lenient` alone, one that is missing is null.
        functions: what may be called.

    Raises:
        UnknownExpressionError: if it holds anything that is not known.
    """
    return _Reader(text, contexts, functions).whole()


def filled(
    text: str, contexts: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]
) -> str:
    """Give a text with its expressions replaced by their values."""
    return _INSIDE.sub(lambda it: as_text(evaluate(it[1], contexts, functions)), text)


def condition(
    text: str, contexts: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]
) -> bool:
    """Give whether an `if:` holds, which asks for success where it names no status itself."""
    inside = _INSIDE.fullmatch(text.strip())
    bare = text if inside is None else inside[1]
    if not STATUS.search(bare) and not functions["success"]():
        return False
    return bool(evaluate(bare, contexts, functions))


def as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int)):
        return str(value)
    raise UnknownExpressionError(f"{value!r} is no text")


def formatted(pattern: str, *values: object) -> str:
    """Give what `format` does: the values in place of `{0}`, `{1}` and so on."""
    return pattern.format(*map(as_text, values))


class _Reader:
    """Reads one expression from its beginning to its end, and gives its value meanwhile."""

    def __init__(
        self, text: str, contexts: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]
    ) -> None:
        self._text = text.strip()
        self._tokens = list(self._read())
        self._contexts = contexts
        self._functions = functions

    def whole(self) -> Any:
        value = self._either()
        if self._tokens:
            raise self._unknown(self._tokens[0])
        return value

    def _read(self) -> Iterator[str]:
        place = 0
        while place < len(self._text):
            found = _TOKEN.match(self._text, place)
            if found is None or not found[0]:
                raise self._unknown(self._text[place:])
            place = found.end()
            yield found[0].strip()

    def _either(self) -> Any:
        value = self._both()
        while self._take("||"):
            other = self._both()
            value = value or other
        return value

    def _both(self) -> Any:
        value = self._equal()
        while self._take("&&"):
            other = self._equal()
            value = value and other
        return value

    def _equal(self) -> Any:
        value = self._not()
        for sign in ("==", "!="):
            if self._take(sign):
                return self._are_equal(value, self._not()) is (sign == "==")
        return value

    def _are_equal(self, one: object, other: object) -> bool:
        if isinstance(one, str) and isinstance(other, str):
            return one.lower() == other.lower()
        if one is None and isinstance(other, str):  # both become numbers, and text is no number
            return other == ""
        raise self._unknown(f"{one!r} == {other!r}")

    def _not(self) -> Any:
        return not self._not() if self._take("!") else self._one()

    def _one(self) -> Any:
        token = self._next()
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token == "(":
            value = self._either()
            self._expect(")")
            return value
        if token in _WORDS:
            return _WORDS[token]
        if self._take("("):
            return self._call(token)
        if token not in self._contexts:
            raise self._unknown(token)
        return self._below(self._contexts[token])

    def _below(self, value: Any) -> Any:
        while self._take("."):
            name = self._next()
            if isinstance(value, Lenient):
                value = value.get(name)
            elif isinstance(value, dict) and name in value:
                value = value[name]
            else:
                raise self._unknown(name)
        return value

    def _call(self, name: str) -> Any:
        if name not in self._functions:
            raise self._unknown(name)
        arguments = []
        while not self._take(")"):
            arguments.append(self._either())
            self._take(",")
        return self._functions[name](*arguments)

    def _take(self, token: str) -> bool:
        if self._tokens[:1] == [token]:
            del self._tokens[0]
            return True
        return False

    def _expect(self, token: str) -> None:
        if not self._take(token):
            raise self._unknown(f"no {token}")

    def _next(self) -> str:
        if not self._tokens:
            raise self._unknown("the end")
        return self._tokens.pop(0)

    def _unknown(self, what: str) -> UnknownExpressionError:
        return UnknownExpressionError(f"{what!r} in {self._text!r}")
