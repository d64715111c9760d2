"""Which commit and which CI run this is, from the variables that CI systems set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.ci.systems import detect, fill
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.ci.systems import System


class SourceControl(Value, frozen=True):
    """Where the files come from; each is None where nothing says."""

    commit: str | None = None
    ref: str | None = None
    run_url: str | None = None


def source_control(environ: Mapping[str, str], system: System | None = None) -> SourceControl:
    """Give what the CI system says; nothing at all on a person's machine.

    Args:
        environ: the variables of the process.
        system: which one it is; the one that is detected, where it is left out.
    """
    it = detect(environ) if system is None else system
    return SourceControl(environ.get(it.commit), environ.get(it.ref), fill(it.run_url, environ))
