"""Checks the pipelines in `.github`, and those that `init` writes for every CI system.

Needs what `.ci/requirements.txt` names, and the path of campaign-runner as its argument. What
`init` writes goes to a temporary folder; the repository stays as it is.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = Path(sys.executable).parent
# The schema of Azure has patterns that are none in the stricter of two readings of JavaScript's,
# and those of GitLab and Azure describe the files after the systems' own rewriting.
SCHEMAS = {
    "workflows": ("vendor.github-workflows",),
    "action": ("vendor.github-actions",),
    "dependabot": ("vendor.dependabot",),
    "gitlab": ("vendor.gitlab-ci", "--data-transform", "gitlab-ci"),
    "azure": (
        *("vendor.azure-pipelines", "--data-transform", "azure-pipelines"),
        *("--regex-variant", "nonunicode"),
    ),
}
SYSTEMS = ("github", "gitlab", "azure", "jenkins")
# What a Jenkinsfile consists of, as far as its brackets go: text and comments may hold any.
GROOVY = re.compile(
    r"'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|//[^\n]*|/\*.*?\*/"
    r"|[()\[\]{}]|['\"]",
    re.DOTALL,
)
PAIRS = {")": "(", "]": "[", "}": "{"}
SHELL_BLOCK = re.compile(r"\bsh '''(.*?)'''", re.DOTALL)


class CheckError(Exception):
    """A pipeline is not as it should be."""


def main() -> int:
    """Run every check and give the exit code."""
    program = Path(sys.argv[1]).resolve()
    try:
        check_repository()
        with tempfile.TemporaryDirectory(prefix="campaign-runner-pipelines-") as name:
            for system in SYSTEMS:
                folder = Path(name, system)
                call(program, "init", folder, "--ci", system)
                check_written(folder, system)
    except CheckError as error:
        print(f"pipeline check: {error}", file=sys.stderr)
        return 1
    print(f".github and what init writes for {', '.join(SYSTEMS)}: all checks passed")
    return 0


def check_repository() -> None:
    """Check this repository's own files."""
    github = ROOT / ".github"
    check_github(github)
    check_schema("action", *sorted(github.glob("actions/*/action.yml")))
    tool("pre-commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml")
    matrix = ROOT / "examples/ci/github-matrix/campaigns.yml"
    tool("actionlint", matrix)
    tool("zizmor", "--offline", "--quiet", "--no-progress", "--persona=pedantic", matrix)
    check_schema("workflows", matrix)
    tool("hadolint", *sorted((ROOT / "examples").rglob("Dockerfile")))


def check_written(folder: Path, system: str) -> None:
    """Check what `init` has written for a CI system."""
    tool("pre-commit", "validate-config", folder / ".pre-commit-config.yaml")
    if system == "github":
        check_github(folder / ".github")
    elif system == "gitlab":
        check_schema("gitlab", folder / ".gitlab-ci.yml")
    elif system == "azure":
        check_schema("azure", folder / "azure-pipelines.yml")
    else:
        check_jenkinsfile(folder / "Jenkinsfile")


def check_github(folder: Path) -> None:
    """Check workflows, and the rest of such a folder as far as it is there."""
    workflows = sorted(folder.glob("workflows/*.yml"))
    tool("actionlint", *workflows)
    tool("zizmor", "--offline", "--quiet", "--no-progress", "--persona=pedantic", folder)
    check_schema("workflows", *workflows)
    check_schema("dependabot", folder / "dependabot.yml")


def check_schema(name: str, *files: Path) -> None:
    """Hold files against the schema of a vendor that check-jsonschema has with it."""
    tool("check-jsonschema", "--builtin-schema", *SCHEMAS[name], *files)


def check_jenkinsfile(file: Path) -> None:
    """Check what can be told without a Jenkins: whether brackets and shell lines are whole."""
    text = file.read_text(encoding="utf-8")
    check_brackets(text)
    blocks = SHELL_BLOCK.findall(text)
    require(bool(blocks), "the Jenkinsfile has no shell lines")
    for block in blocks:
        require("\\" not in block, "Groovy takes away the backslashes of shell lines")
        call(shutil.which("bash") or "bash", "-n", "-c", block)


def check_brackets(text: str) -> None:
    """See that every bracket of a Jenkinsfile has its other half, and every quote."""
    opened: list[tuple[str, int]] = []
    for it in GROOVY.finditer(text):
        mark, line = it[0], text.count("\n", 0, it.start()) + 1
        if mark in PAIRS.values():
            opened.append((mark, line))
        elif mark in PAIRS:
            before = opened.pop()[0] if opened else "nothing"
            require(before == PAIRS[mark], f"Jenkinsfile, line {line}: {mark} closes {before}")
        else:
            require(mark not in {"'", '"'}, f"Jenkinsfile, line {line}: a quote stays open")
    require(not opened, f"the Jenkinsfile leaves open {opened}")


def tool(name: str, *arguments: str | Path) -> None:
    """Run a program from the environment of this one; it must find nothing."""
    call(TOOLS / name, *arguments)


def call(*command: str | Path) -> None:
    """Run a command in the repository, which must succeed, without this project's variables."""
    kept = {name: it for name, it in os.environ.items() if not name.startswith("CAMPAIGN_")}
    ended = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        env=kept,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if ended.returncode != 0:
        words = " ".join(str(word) for word in command)
        said = (ended.stdout + ended.stderr).decode(errors="replace")
        raise CheckError(f"{words} ended with {ended.returncode}\n{said}")


def require(holds: bool, otherwise: str) -> None:
    """Fail the check unless something holds."""
    if not holds:
        raise CheckError(otherwise)


if __name__ == "__main__":
    sys.exit(main())
