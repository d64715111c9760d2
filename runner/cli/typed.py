"""Makes typer's declarations of ours."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from runner.cli.declared import Argument, Option

if TYPE_CHECKING:
    from collections.abc import Callable


def typed(function: Callable[..., int]) -> Callable[..., int]:
    """Give the same function with parameters as typer declares them."""
    assert isinstance(function, FunctionType)  # noqa: S101 - commands are nothing else
    same = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__
    )
    same.__doc__ = function.__doc__
    hints = get_type_hints(function, include_extras=True)
    same.__annotations__ = {name: _annotation(hint) for name, hint in hints.items()}
    return same


def _annotation(hint: Any) -> Any:
    for ours in getattr(hint, "__metadata__", ()):
        if isinstance(ours, Option):
            return Annotated[hint.__origin__, _option(ours)]
        if isinstance(ours, Argument):
            return Annotated[hint.__origin__, _argument(ours)]
    return hint


def _option(ours: Option) -> Any:
    return typer.Option(
        *ours.names,
        metavar=ours.metavar,
        envvar=ours.envvar,
        help=ours.help,
        min=ours.min,
        max=ours.max,
        count=ours.count,
        show_default=ours.show_default,
    )


def _argument(ours: Argument) -> Any:
    return typer.Argument(metavar=ours.metavar, help=ours.help, show_default=ours.show_default)
