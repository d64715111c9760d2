"""Reads the common command lines at once, since typer takes longer to start than a file to check.

It says nothing of its own: where it is sure what typer would make of a line, that is the answer,
and where it is not, typer reads the line from its beginning (docs/decisions/0020). So it knows no
help, no mistake and no unusual way to write an option. A test holds both to the same values.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, get_args, get_origin, get_type_hints

from runner.cli.declared import Argument, Option
from runner.cli.directory import MODULES, function_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_COMPLETION = "_campaign_runner_complete".upper()  # a shell asks for words
_MOST_DIGITS = 9


class _UnsureError(Exception):
    """Typer should read this line."""


class _Parameter(NamedTuple):
    """One parameter of a command's function."""

    name: str
    type: Any
    is_list: bool
    is_required: bool
    declared: Argument | Option


def read_quickly(arguments: Sequence[str], environ: Mapping[str, str]) -> Callable[[], int] | None:
    """Give the call that a command line means, or None where typer has to say what it means."""
    if not arguments or arguments[0] not in MODULES or _COMPLETION in environ:
        return None
    function = function_of(arguments[0])
    try:
        values = _Line(function).values(arguments[1:], environ)
    except _UnsureError:
        return None
    return partial(function, **values)


class _Line:
    """Takes the words of one command line; what is left out, the function's defaults are for."""

    def __init__(self, function: Callable[..., int]) -> None:
        self._parameters = _parameters(function)
        self._options = {
            name: it
            for it in self._parameters
            if isinstance(it.declared, Option)
            for name in it.declared.names or (f"--{it.name.replace('_', '-')}",)
        }
        self._values: dict[str, Any] = {}
        self._positional: list[str] = []

    def values(self, words: Sequence[str], environ: Mapping[str, str]) -> dict[str, Any]:
        """Give what the words and the variables say.

        Raises:
            _UnsureError: if a word is not what it usually is.
        """
        left = iter(words)
        for word in left:
            if not word:
                raise _UnsureError
            if word[0] != "-" or word == "-":
                self._positional.append(word)
            else:
                self._option(word, left)
        self._take_variables(environ)
        self._take_positional()
        return self._values

    def _option(self, word: str, left: Any) -> None:
        name, given, text = word.partition("=")
        parameter = self._options.get(name)
        if parameter is None:
            raise _UnsureError
        option = parameter.declared
        if isinstance(option, Option) and option.count and not given:
            self._values[parameter.name] = self._values.get(parameter.name, 0) + 1
        elif parameter.type is bool and not given:
            self._values[parameter.name] = True
        else:
            if not given:
                text = next(left, "")
                if text.startswith("-") and text != "-":
                    raise _UnsureError
            value = _value(parameter, text)
            if parameter.is_list:
                self._values.setdefault(parameter.name, []).append(value)
            else:
                self._values[parameter.name] = value

    def _take_variables(self, environ: Mapping[str, str]) -> None:
        for parameter in self._options.values():
            variable: str | None = getattr(parameter.declared, "envvar", None)
            if variable is not None and variable in environ and parameter.name not in self._values:
                if parameter.is_list:
                    raise _UnsureError
                self._values[parameter.name] = _value(parameter, environ[variable])

    def _take_positional(self) -> None:
        for parameter in self._parameters:
            if not isinstance(parameter.declared, Argument):
                continue
            if not self._positional:
                if parameter.is_required:
                    raise _UnsureError
            elif parameter.is_list:
                self._values[parameter.name] = [_value(parameter, it) for it in self._positional]
                self._positional = []
            else:
                self._values[parameter.name] = _value(parameter, self._positional.pop(0))
        if self._positional:
            raise _UnsureError


def _value(parameter: _Parameter, text: str) -> Any:
    option = parameter.declared
    if not text or parameter.type is bool or getattr(option, "count", False):
        raise _UnsureError
    if parameter.type is int and isinstance(option, Option):
        return _number(text, option)
    if parameter.type is str:
        return text
    try:
        return parameter.type(text)
    except ValueError:
        raise _UnsureError from None


def _number(text: str, option: Option) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise _UnsureError
    number = int(text)
    least, most = option.min, option.max
    if (least is not None and number < least) or (most is not None and number > most):
        raise _UnsureError
    return number


def _parameters(function: Callable[..., int]) -> list[_Parameter]:
    hints = get_type_hints(function, include_extras=True)
    del hints["return"]
    required = len(hints) - len(getattr(function, "__defaults__", None) or ())
    found = []
    for place, (name, hint) in enumerate(hints.items()):
        kind, is_list = _kind(hint.__origin__)
        found.append(_Parameter(name, kind, is_list, place < required, hint.__metadata__[0]))
    return found


def _kind(hint: Any) -> tuple[Any, bool]:
    """Give the type of one value, and whether there may be several."""
    if get_origin(hint) not in (None, list):  # a union with None
        (hint,) = (it for it in get_args(hint) if it is not type(None))
    if get_origin(hint) is list:
        return get_args(hint)[0], True
    return hint, False
