"""Completion in shells: what the installed command gives them, and in a real bash."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.program import process

# Beside the interpreter, as installing puts it; not what else may be on the path.
INSTALLED = shutil.which("campaign-runner", path=str(Path(sys.executable).parent))
BASH = shutil.which("bash") if os.name == "posix" else None
FORMATS = ["text", "json", "github", "sarif", "gitlab"]


def script(shell: str) -> str:
    ended = process(env={"_CAMPAIGN_RUNNER_COMPLETE": f"source_{shell}"})
    assert (ended.exit_code, ended.stderr) == (0, "")
    return ended.stdout


@pytest.mark.skipif(BASH is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        (["va"], ["validate"]),
        (["validate", "--form"], ["--format"]),
        (["validate", "a.yaml", "--format", ""], FORMATS),
        (["validate", "--format", "g"], ["github", "gitlab"]),
        (["plan", "--ci", "j"], ["jenkins"]),
        (["schema", "p"], ["policy", "plan"]),
        (["validate", ""], []),  # then bash completes names of files
    ],
)
def test_bash_completes_commands_options_and_values(line: list[str], offered: list[str]) -> None:
    assert INSTALLED is not None, "the project is not installed beside this Python"
    asks = (
        f"{script('bash')}\n"
        'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))\n'
        '_campaign_runner_completion "$1"\n'
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    assert BASH is not None
    ended = subprocess.run(
        [BASH, "--norc", "-c", asks, "bash", INSTALLED, *line],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    assert (ended.stdout.split(), ended.stderr) == (offered, "")


def test_zsh_and_fish_are_answered_in_their_own_forms() -> None:
    asked = {"_TYPER_COMPLETE_ARGS": "campaign-runner validate --format s"}
    zsh = process(env={**asked, "_CAMPAIGN_RUNNER_COMPLETE": "complete_zsh"})
    assert zsh.exit_code == 0
    assert re.fullmatch(r"_arguments '\*: :\(\(\"sarif\".*\)\)'\n", zsh.stdout)
    asked["_TYPER_COMPLETE_FISH_ACTION"] = "get-args"
    fish = process(env={**asked, "_CAMPAIGN_RUNNER_COMPLETE": "complete_fish"})
    assert (fish.exit_code, fish.stdout) == (0, "sarif\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_there_is_a_script_for_each_shell(shell: str) -> None:
    assert f"complete_{shell}" in script(shell)
    assert "campaign-runner" in script(shell)
