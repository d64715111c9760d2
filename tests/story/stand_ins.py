"""What stands in for the actions that steps use: the same effect, without GitHub."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from tests.story.expressions import UnknownExpressionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.story.actions import JobRun


class RefusedError(Exception):
    """An action ends its step as failed."""


def _checked_out(job: JobRun, given: Mapping[str, str]) -> None:
    """Fetch the event's commit, alone unless `fetch-depth: 0` asks for all, and check it out."""
    _only(given, "fetch-depth", "persist-credentials")
    _require(job, "contents", "read")
    tracked = job.event.ref.replace("/heads/", "/remotes/origin/").replace(
        "/pull/", "/remotes/pull/"
    )
    _git(job, "init", "--quiet")
    _git(job, "remote", "add", "origin", f"{job.server.url}/{job.server.repository}")
    depth = ["--depth", given.get("fetch-depth", "1")]
    if depth[1] == "0":
        depth = []
        _git(job, "fetch", "--quiet", "origin", "+refs/heads/*:refs/remotes/origin/*")
    _git(job, "fetch", "--quiet", "--no-tags", *depth, "origin", f"+{job.event.sha}:{tracked}")
    _git(job, "checkout", "--quiet", "--detach", tracked)


def _set_up_python(job: JobRun, given: Mapping[str, str]) -> None:
    """Do nothing: the machine's `python` is the one that the tests run with."""
    _only(given, "python-version")


def _uploaded(job: JobRun, given: Mapping[str, str]) -> None:
    """Copy files, by their paths below the folder that all of them are in.

    What is hidden, or in a hidden folder, only where that is asked for.
    """
    _only(given, "name", "path", "if-no-files-found", "include-hidden-files", "retention-days")
    patterns = [_below(job.workspace, it) for it in given["path"].split("\n") if it]
    found = [it for pattern in patterns for it in sorted(job.workspace.glob(pattern))]
    if given.get("include-hidden-files") != "true":
        found = [it for it in found if not _is_hidden(it.relative_to(job.workspace))]
    if not found:
        if given["if-no-files-found"] == "error":
            raise RefusedError("No files were found with the provided path")
        return
    top = os.path.commonpath([Path(job.workspace, it).parent for it in patterns])
    artifact = job.artifacts / given["name"]
    artifact.mkdir(parents=True)  # a second one of the same name is refused there, too
    for it in found:
        target = artifact / it.relative_to(top)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(it, target)


def _downloaded(job: JobRun, given: Mapping[str, str]) -> None:
    """Copy the files of an artifact of the same run into the workspace."""
    _only(given, "name")
    artifact = job.artifacts / given["name"]
    if not artifact.is_dir():
        raise RefusedError(f"Artifact not found for name: {given['name']}")
    shutil.copytree(artifact, job.workspace, dirs_exist_ok=True)


def _sarif_uploaded(job: JobRun, given: Mapping[str, str]) -> None:
    """Keep the findings where the tests look for them."""
    _only(given, "sarif_file", "category")
    _require(job, "security-events", "write")
    text = (job.workspace / given["sarif_file"]).read_text(encoding="utf-8")
    job.server.findings.append((given["category"], text))


STAND_INS: Mapping[str, Callable[[JobRun, Mapping[str, str]], None]] = {
    "actions/checkout": _checked_out,
    "actions/setup-python": _set_up_python,
    "actions/upload-artifact": _uploaded,
    "actions/download-artifact": _downloaded,
    "github/codeql-action/upload-sarif": _sarif_uploaded,
}


def _git(job: JobRun, *arguments: str) -> None:
    subprocess.run(
        ["git", *arguments],
        cwd=job.workspace,
        env=job.server.machine.variables,
        check=True,
        timeout=60,
    )


def _only(given: Mapping[str, str], *known: str) -> None:
    if strangers := set(given) - set(known):
        raise UnknownExpressionError(f"with {', '.join(sorted(strangers))}: nothing is known of it")


def _require(job: JobRun, permission: str, level: str) -> None:
    if job.permissions.get(permission) not in (level, "write"):
        raise RefusedError("Resource not accessible by integration")


def _below(workspace: Path, path: str) -> str:
    """Give a path below the workspace; an absolute one has to be there, too."""
    return Path(workspace, path).relative_to(workspace).as_posix()


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
