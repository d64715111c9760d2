"""Real git repositories in temporary folders."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HEAD = "version: 1\norganization: acme\n"
GIT = shutil.which("git") or "git"
# The same for the tests' git and the program's, whatever the machine's own settings are.
SETTINGS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
_WHO = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgSign=false")
_PROTOCOLS = ("-c", "protocol.file.allow=always")


def actions(*commands: str, head: str = HEAD) -> str:
    """Give a file with such actions, as `start: WKF1`."""
    return f"{head}actions:\n" + "".join(f"  - {it}\n" for it in commands)


def _without_git() -> dict[str, str]:
    """Give the variables of the process, without those that lead git to another repository."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


class Repository:
    """A repository in a folder, made with its first branch `main`."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *more)

    def git(self, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        """Call git in the folder, and give what it says."""
        ended = subprocess.run(
            [GIT, *_WHO, *_PROTOCOLS, *arguments],
            cwd=self.folder,
            env={**_without_git(), **SETTINGS, **(env or {})},
            capture_output=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr.decode()
        return os.fsdecode(ended.stdout).strip()

    def write(self, path: str, text: str | bytes) -> Path:
        """Write a file, with its folders."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def remove(self, path: str) -> None:
        (self.folder / path).unlink()

    def move(self, path: str, to: str) -> None:
        target = self.folder / to
        target.parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).rename(target)

    def commit(self, message: str = "a change") -> str:
        """Commit all that stands in the folder, and give the ID."""
        self.git("add", "-A", "-f")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def clone(self, to: Path, *options: str) -> Repository:
        """Give a clone of it, made over the protocol that shallow clones need."""
        self.git("clone", "-q", *options, self.folder.as_uri(), str(to))
        made = object.__new__(Repository)
        made.folder = to
        return made
