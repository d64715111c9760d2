"""The files of a repository to start from, by CI system; pure."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from runner.scaffold.source import is_path
from runner.scaffold.templates import filled
from runner.schemas import schema_text

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = ".vscode/campaign-runner.schema.json"
_COMMON = {
    "README.md": "common/README.md",
    "campaigns/0001-example.yaml": "common/0001-example.yaml",
    "campaigns/journeys.yaml": "common/journeys.yaml",
    ".vscode/settings.json": "common/settings.json",
    ".vscode/extensions.json": "common/extensions.json",
    ".gitignore": "common/gitignore",
    ".pre-commit-config.yaml": "common/pre-commit-config.yaml",
}
_PIPELINES: Mapping[str, Mapping[str, str]] = {
    "github": {
        ".github/workflows/campaign-pull-request.yml": "github/pull-request.yml",
        ".github/workflows/campaign-merge.yml": "github/merge.yml",
        ".github/workflows/campaign-resume.yml": "github/resume.yml",
        ".github/dependabot.yml": "github/dependabot.yml",
    },
    "gitlab": {".gitlab-ci.yml": "gitlab/gitlab-ci.yml"},
    "azure": {"azure-pipelines.yml": "azure/azure-pipelines.yml"},
    "jenkins": {"Jenkinsfile": "jenkins/Jenkinsfile"},
}
# What a pull request is compared with. Where a merge commit is checked out, its first parent is the
# target branch as it was merged; no name of a branch comes near the shell then.
_BASES = {
    "github": "HEAD^1",
    "gitlab": '"$CI_MERGE_REQUEST_DIFF_BASE_SHA"',
    "azure": "HEAD^1",
    "jenkins": '"origin/$CHANGE_TARGET"',
}
# How a run is gone on with, and what the two settings for it are called there.
_RESUMES = {
    "github": (
        "Actions, `Campaigns, resume`, Run workflow, with its ID.",
        "settle",
        "retry-failed",
    ),
    "gitlab": (
        "New pipeline, with its ID as `RESUME`, and then the job `resume`.",
        "SETTLE",
        "RETRY_FAILED",
    ),
    "azure": ("Run pipeline, with its ID under `resume`.", "settle", "retryFailed"),
    "jenkins": ("Build with Parameters, with its ID as `RESUME`.", "SETTLE", "RETRY_FAILED"),
}
# Released versions, by their commits, as GitHub's own repositories pin them.
_ACTIONS = {
    "checkout": "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2",
    "setup-python": "actions/setup-python@a309ff8b426b58ec0e2a45f0f869d46889d02405 # v6.2.0",
    "upload-artifact": "actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1",
    "download-artifact": (
        "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1"
    ),
    "upload-sarif": (
        "github/codeql-action/upload-sarif@b96794f015dfd88f77b49b1c93e0fa7110f94c63 # v4.38.0"
    ),
}
TARGET = "prod"


def repository(ci: str, source: str) -> dict[str, str]:
    """Give the text of every file, by its path in the repository.

    Args:
        ci: `github`, `gitlab`, `azure` or `jenkins`.
        source: what pip installs in the pipelines, as `check_source` gives it.
    """
    how, settle, retry = _RESUMES[ci]
    values = {
        **_ACTIONS,
        "base": _BASES[ci],
        "ci": ci,
        "hook-language": _hook_language(source),
        "resume-how": how,
        "retry-name": retry,
        "settle-name": settle,
        "runner": json.dumps(source),
        "runner-text": source,
        "shell-runner": shlex.quote(source),
        "target": TARGET,
    }
    templates = {**_COMMON, **_PIPELINES[ci]}
    texts = {path: filled(template, values) for path, template in templates.items()}
    return {**texts, SCHEMA: schema_text("config")}


def _hook_language(source: str) -> str:
    """Say how pre-commit gets the program: of a path, only the repository's folder knows."""
    if is_path(source):
        return "system # as it is installed: pre-commit does not know the paths of this repository"
    return f"python\n        additional_dependencies: [{json.dumps(source)}]"
