"""A machine of a CI system: its programs, its home and its variables, and nothing of ours."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# The one that the tests run with; what it is told to install is there already.
_PYTHON = """\
#!/bin/sh
if [ "$1 $2 $3" = '-m pip install' ]; then printf '%s\\n' "$*" >> {installed}; exit; fi
exec {python} "$@"
"""


class Machine:
    """What all machines have, in a folder.

    Attributes:
        variables: those that every process has.
    """

    def __init__(self, folder: Path) -> None:
        self._programs = folder / "bin"
        self._home = folder / "home"
        self._installed = folder / "installed"
        self._programs.mkdir()
        self._home.mkdir()
        self._installed.touch()
        quoted = {"python": sys.executable, "installed": str(self._installed)}
        self._write(
            "python", _PYTHON.format_map({name: shlex.quote(it) for name, it in quoted.items()})
        )
        self.program("campaign-runner", [sys.executable, "-m", "runner"])
        self.variables = {
            "PATH": os.pathsep.join([str(self._programs), os.environ["PATH"]]),
            "HOME": str(self._home),
            "LANG": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_ALLOW_PROTOCOL": "file",  # no address but those that lead to a folder here
        }

    @property
    def installed(self) -> list[str]:
        """What pip was told, each distinct call once."""
        return sorted(set(self._installed.read_text(encoding="utf-8").splitlines()))

    def program(self, name: str, words: Sequence[str]) -> None:
        """Have a name stand for the beginning of a command."""
        self._write(name, f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')

    def serve(self, url: str, folder: Path) -> None:
        """Have git find what stands at an address in a folder."""
        text = f'[url "{folder.as_uri()}/"]\n\tinsteadOf = {url}/\n'
        (self._home / ".gitconfig").write_text(text, encoding="utf-8")

    def _write(self, name: str, text: str) -> None:
        file = self._programs / name
        file.write_text(text, encoding="utf-8")
        file.chmod(0o755)


def has_bash() -> bool:
    """Whether there is a bash as pipelines have it; that of macOS is too old."""
    bash = shutil.which("bash")
    if os.name == "nt" or bash is None:
        return False
    return subprocess.run([bash, "-c", "(( BASH_VERSINFO[0] >= 4 ))"], check=False).returncode == 0
