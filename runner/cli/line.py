"""From a command line to an exit code."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from runner.cli.boundary import guarded
from runner.cli.quick import read_quickly

if TYPE_CHECKING:
    from collections.abc import Sequence


def run_cli(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit code; nothing is raised."""

    def line() -> Any:
        call = read_quickly(arguments, os.environ)
        if call is not None:
            return call()
        from runner.cli.app import run_app

        return run_app(list(arguments))

    return guarded(line)
