"""A machine of GitHub or GitLab, as far as its variables and files go."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.workflow_commands import Command, obeyed

if TYPE_CHECKING:
    from tests.support.program import Ended

CODE_QUALITY = Path("gl-code-quality-report.json")
JUNIT = Path("campaign-runner-junit.xml")


@dataclass(frozen=True)
class GitHub:
    """The files of one step, which GitHub makes before it begins.

    Attributes:
        folder: where they are.
        workspace: where the repository is checked out.
    """

    folder: Path
    workspace: Path

    @property
    def env(self) -> dict[str, str]:
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(self.summary_file),
            "GITHUB_OUTPUT": str(self.output_file),
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "acme/campaigns",
            "GITHUB_SHA": "4f1c2d9a",
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_RUN_ID": "4711",
        }

    @property
    def summary_file(self) -> Path:
        return self.folder / "summary.md"

    @property
    def output_file(self) -> Path:
        return self.folder / "output"

    @property
    def summary(self) -> str:
        return self.summary_file.read_text(encoding="utf-8")

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs as GitHub's runner reads them: `name=value`, or `name<<END` up to `END`."""
        found: dict[str, str] = {}
        lines = iter(self.output_file.read_text(encoding="utf-8").split("\n"))
        for line in lines:
            if not line:
                continue
            equals, heredoc = line.find("="), line.find("<<")
            if heredoc >= 0 and not 0 <= equals < heredoc:
                name, end = line[:heredoc], line[heredoc + 2 :]
                value = []
                while (inner := next(lines)) != end:
                    value.append(inner)
                found[name] = "\n".join(value)
            else:
                assert equals >= 0, line
                found[line[:equals]] = line[equals + 1 :]
        return found


def github_in(folder: Path, workspace: Path) -> GitHub:
    """Give a step of GitHub whose files are there and empty."""
    folder.mkdir()
    made = GitHub(folder, workspace)
    made.summary_file.touch()
    made.output_file.touch()
    return made


def gitlab_env(workspace: Path) -> dict[str, str]:
    """Give the variables of a job of GitLab."""
    return {
        "GITLAB_CI": "true",
        "CI_PROJECT_DIR": str(workspace),
        "CI_PROJECT_URL": "https://gitlab.com/acme/campaigns",
        "CI_COMMIT_SHA": "4f1c2d9a",
        "CI_JOB_URL": "https://gitlab.com/acme/campaigns/-/jobs/4711",
    }


def commands_of(ended: Ended) -> list[Command]:
    """Give the workflow commands that GitHub's runner would obey, of both streams."""
    found = [obeyed(line) for line in ended.output.split("\n")]
    return [it for it in found if it is not None]


def annotations_of(ended: Ended) -> list[Command]:
    return [it for it in commands_of(ended) if it.name in ("error", "warning", "notice")]


def code_quality() -> Any:
    return json.loads(CODE_QUALITY.read_text(encoding="utf-8"))
