"""Where files are, seen from the root of the repository, as pages and annotations name them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec import field

from runner.ci.systems import NONE, fill
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.ci.systems import System


class Places(Value, frozen=True):
    """Turns paths as commands show them into those of the repository, and into links.

    Attributes:
        cwd: the folder that paths begin at.
        root: the repository's; None where there is none.
        system: whose pages links lead to.
        environ: the variables that fill the links.
    """

    cwd: Path
    root: Path | None = None
    system: System = NONE
    environ: Mapping[str, str] = field(default_factory=dict)

    def path(self, file: str) -> str:
        """Give the path below the repository's root, with `/`; as it is where it lies outside."""
        return self._inside(file) or file

    def link(self, file: str, line: int) -> str | None:
        """Give the address of a line on the pages of the CI system; None where there is none."""
        path = self._inside(file)
        if path is None or not self.system.source_url:
            return None
        where = {"path": quote(path.encode("utf-8", "surrogateescape")), "line": str(line)}
        return fill(self.system.source_url, self.environ, **where)

    def _inside(self, file: str) -> str | None:
        if self.root is None:
            return None
        absolute = Path(os.path.normpath(self.cwd / file))
        if not absolute.is_relative_to(self.root):
            return None
        return absolute.relative_to(self.root).as_posix()


def find_places(cwd: Path, system: System, environ: Mapping[str, str]) -> Places:
    """Give the places of the repository around `cwd`.

    Its root is the folder that the CI system names, where that holds `cwd`; else the nearest folder
    upwards that has a `.git`. Only looks, and asks no git.
    """
    named = environ.get(system.root) if system.root else None
    if named:
        root = Path(os.path.normpath(named))
        if cwd.is_relative_to(root):
            return Places(cwd, root, system, environ)
    found = next((it for it in (cwd, *cwd.parents) if os.path.lexists(it / ".git")), None)
    return Places(cwd, found, system, environ)
