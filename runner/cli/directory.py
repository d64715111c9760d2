"""Which function carries out which command; its module is imported only when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# In the order of the help.
MODULES = {
    "validate": "validating",
    "plan": "planning",
    "run": "running",
    "report": "reporting",
    "status": "looking",
    "doctor": "looking",
    "sandbox": "sandbox",
    "init": "starting",
    "schema": "schemas",
}


def function_of(command: str) -> Callable[..., int]:
    """Give the function of a command, whose parameters declare its options."""
    function: Callable[..., int] = getattr(import_module(f"runner.cli.{MODULES[command]}"), command)
    return function
