"""What `init` writes for each CI system, and the shell lines of pipelines, wherever they stand."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from runner.scaffold.repository import repository

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = "campaign-runner==1.2.3"
PIPELINES = {
    "github": {
        ".github/workflows/campaign-pull-request.yml",
        ".github/workflows/campaign-merge.yml",
        ".github/workflows/campaign-resume.yml",
        ".github/dependabot.yml",
    },
    "gitlab": {".gitlab-ci.yml"},
    "azure": {"azure-pipelines.yml"},
    "jenkins": {"Jenkinsfile"},
}
COMMON = {
    "README.md",
    "campaigns/0001-example.yaml",
    "campaigns/journeys.yaml",
    ".gitignore",
    ".pre-commit-config.yaml",
    ".vscode/campaign-runner.schema.json",
    ".vscode/extensions.json",
    ".vscode/settings.json",
}
TEXTS = {ci: repository(ci, SOURCE) for ci in PIPELINES}

_ONE = ("run", "bash")  # of GitHub and Azure
_MANY = ("script", "before_script", "after_script")  # of GitLab, which joins them
_JENKINS = re.compile(r"\bsh '''(.*?)'''", re.DOTALL)

BASH = shutil.which("bash") or "bash"
needs_bash = pytest.mark.skipif(
    os.name == "nt" or shutil.which("bash") is None, reason="needs bash as pipelines have it"
)


@dataclass(frozen=True)
class Block:
    """What one shell gets.

    Attributes:
        where: the file and the place in it.
    """

    where: str
    text: str

    def __str__(self) -> str:
        return self.where


def shell_blocks(path: str, text: str) -> list[Block]:
    """Give every block of shell lines of a pipeline, in order."""
    if path.endswith("Jenkinsfile"):
        return [Block(f"{path} {n}", it) for n, it in enumerate(_JENKINS.findall(text))]
    return [Block(f"{path} {place}", it) for place, it in _blocks(yaml.safe_load(text), "")]


def _blocks(node: Any, where: str) -> Iterator[tuple[str, str]]:
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        place = f"{where}/{key}"
        if key in _ONE and isinstance(value, str):
            yield place, value
        elif key in _MANY and isinstance(value, list):
            yield place, "\n".join(value)
        elif isinstance(value, dict | list):
            yield from _blocks(value, place)
