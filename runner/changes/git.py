"""Asks git, in a way that lets no repository run a program or reach the network."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from runner.errors import BrokenError, UsageError
from runner.printable import printable, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

OPTION = "--changed-since"
_TIMEOUT = 120.0  # seconds for one question; a tree of a million files takes a few
_LARGEST = 5_000_000  # bytes of one file, as where files are loaded
_MOST_BYTES = 128_000_000  # of all files that are asked for at once
# What a repository's own configuration may not decide. Each command below reads commits, trees and
# blobs alone, which no filter, text conversion or hook has a part in; these are for good measure.
_SETTINGS = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.quotePath=off",
    "safe.bareRepository=explicit",
)
# All that git gets of the environment: no GIT_DIR, which would judge another repository than the
# files are in, and no secret.
_PASSED_ON = frozenset(
    (
        *("PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "SUDO_UID"),
        *("USERPROFILE", "HOMEDRIVE", "HOMEPATH", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA"),
        *("SYSTEMROOT", "SYSTEMDRIVE", "TMP", "TEMP"),
        *("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_COUNT"),
        *("GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM"),
    )
)
_NUMBERED = ("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")
# How git says that there is no repository with files; which of these, its version decides.
_WITHOUT_FILES = ("not a git repository", "work tree", "bare repository")
_OURS = {
    "LC_ALL": "C",  # messages that are looked at below
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",  # what a partial clone lacks is not fetched: newer ones know this,
    "GIT_ALLOW_PROTOCOL": "none",  # and all know this
    "GIT_NO_REPLACE_OBJECTS": "1",
}


class Answer(NamedTuple):
    """What git said."""

    exit_code: int
    output: bytes
    error: str


class Git:
    """The repository around a folder."""

    def __init__(self, cwd: Path, environ: Mapping[str, str]) -> None:
        """Find git, and the repository.

        Raises:
            UsageError: if there is no repository with files.
            BrokenError: if git is not there, or does not want to read the repository.
        """
        self._program = _find_git(environ)
        self._environ = _environment(environ)
        self._cwd = cwd
        self._known: dict[str, bytes] = {}
        self.root = Path(os.fsdecode(self._root()))

    def ask(self, *arguments: str, stdin: bytes = b"") -> Answer:
        """Ask one question.

        Raises:
            BrokenError: if no answer comes in time.
        """
        settings = [part for it in _SETTINGS for part in ("-c", it)]
        try:
            ended = subprocess.run(  # noqa: S603 - no shell, and no argument that is an option
                [self._program, "--no-pager", *settings, *arguments],
                input=stdin,
                capture_output=True,
                cwd=self._cwd,
                env=self._environ,
                timeout=_TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            message = f"{OPTION}: git did not answer within {_TIMEOUT:.0f} s"
            raise BrokenError(message) from None
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            raise BrokenError(f"{OPTION}: git cannot be run: {reason}") from error
        return Answer(ended.returncode, ended.stdout, ended.stderr.decode("utf-8", "replace"))

    def read(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Ask a question that has an answer.

        Raises:
            BrokenError: if git has none.
        """
        answer = self.ask(*arguments, stdin=stdin)
        if answer.exit_code != 0:
            raise BrokenError(f"{OPTION}: git cannot tell: {_first_line(answer.error)}")
        return answer.output

    def commit(self, name: str) -> str | None:
        """Give the ID of the commit that `name` means; None where there is none.

        A name never begins with a dash, so that git takes it for no option.
        """
        if name.startswith("-") or "\0" in name:
            return None
        answer = self.ask("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        return answer.output.decode().strip() if answer.exit_code == 0 else None

    def blobs(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Give the bytes of files by their IDs; those that are too large to be ours are missing.

        Best asked for all at once; what was asked for before is remembered.

        Raises:
            BrokenError: if the clone lacks one, or they are too large together.
        """
        wanted = [it for it in dict.fromkeys(ids) if it not in self._known]
        sizes = dict(self._sizes(wanted)) if wanted else {}
        small = [it for it in wanted if sizes[it] <= _LARGEST]
        if sum(sizes[it] for it in small) > _MOST_BYTES:
            raise BrokenError(f"{OPTION}: the files that changed are too large to be compared")
        if small:
            self._known.update(self._contents(small))
        return {it: self._known[it] for it in ids if it in self._known}

    def _sizes(self, ids: Sequence[str]) -> Iterator[tuple[str, int]]:
        answer = self.ask("cat-file", "--batch-check", stdin=_lines(ids))
        told = answer.output.decode().splitlines()
        if answer.exit_code != 0 or len(told) != len(ids):
            raise _lacking(answer.error)
        for identity, line in zip(ids, told, strict=True):
            _, kind, *size = line.split(" ")
            if kind != "blob":
                raise _lacking(line)
            yield identity, int(size[0])

    def _contents(self, ids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        answer = self.ask("cat-file", "--batch", stdin=_lines(ids))
        if answer.exit_code != 0:
            raise _lacking(answer.error)
        at = 0
        for identity in ids:
            head = answer.output.index(b"\n", at)
            size = int(answer.output[at:head].split(b" ")[2])
            yield identity, answer.output[head + 1 : head + 1 + size]
            at = head + 1 + size + 1

    def _root(self) -> bytes:
        answer = self.ask("rev-parse", "--show-toplevel")
        root = answer.output.rstrip(b"\r\n")
        if answer.exit_code == 0 and root:
            return root
        if "safe.directory" in answer.error:
            folder = quoted(str(self._cwd), 200)
            raise BrokenError(
                f"{OPTION}: git does not trust the repository at {folder}, since another user owns"
                " it; if you do, run: git config --global --add safe.directory '*' (or its path)"
            )
        if any(it in answer.error for it in _WITHOUT_FILES):
            raise UsageError(
                f"{OPTION} asks git, and the working folder is not in a git repository with files;"
                " run it in a clone"
            )
        raise BrokenError(f"{OPTION}: git cannot tell: {_first_line(answer.error)}")


def _find_git(environ: Mapping[str, str]) -> str:
    """Give where git is. Only absolute folders count: a repository may hold a `git.exe` as well.

    Raises:
        BrokenError: if it is nowhere.
    """
    for folder in environ.get("PATH", os.defpath).split(os.pathsep):
        if os.path.isabs(folder) and (found := shutil.which(os.path.join(folder, "git"))):  # noqa: PTH117, PTH118
            return found
    raise BrokenError(f"{OPTION} asks git, and there is none on the PATH; install it")


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    passed_on = {
        name: value
        for name, value in environ.items()
        if name.upper() in _PASSED_ON or name.upper().startswith(_NUMBERED)
    }
    return {**passed_on, **_OURS}


def _lines(ids: Sequence[str]) -> bytes:
    return "".join(f"{it}\n" for it in ids).encode()


def _lacking(what: str) -> BrokenError:
    return BrokenError(
        f"{OPTION}: this clone lacks files of the commit that it compares with; clone without a"
        f" --filter (git says: {_first_line(what)})"
    )


def _first_line(text: str) -> str:
    return printable(text.strip().partition("\n")[0], 300) or "nothing"
