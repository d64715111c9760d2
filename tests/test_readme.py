"""What the README shows is what the program does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.program import write

if TYPE_CHECKING:
    from tests.support.program import Program

TEXT = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", TEXT, re.DOTALL)
YAML = [body for language, body in BLOCKS if language == "yaml"]
JUNE = next(body for body in YAML if body.startswith("# campaigns/june.yaml"))


def console(command: str) -> str:
    """Give what the README shows behind a command."""
    start = f"$ campaign-runner {command}\n"
    bodies: list[str] = [body for _, body in BLOCKS]
    return next(body.removeprefix(start) for body in bodies if body.startswith(start))


def test_the_plan_is_as_shown(program: Program) -> None:
    write("campaigns/june.yaml", JUNE)
    assert program("plan", "campaigns").stdout == console("plan campaigns")


def test_the_problems_are_as_shown(program: Program) -> None:
    broken = JUNE.replace("start: WKF201", "strat: WKF201").replace("WKF9]", "9]")
    write("campaigns/june.yaml", broken)
    ended = program("validate", "campaigns")
    assert ended.stdout + ended.stderr == console("validate campaigns")


def test_the_run_begins_and_ends_as_shown(program: Program) -> None:
    write("campaigns/june.yaml", JUNE)
    ended = program("run", "campaigns", "--sandbox")
    shown = console("run campaigns").splitlines()
    seconds = re.compile(r"\d+\.\d s$")
    where = re.compile(r" to .*?: ")  # the sandbox there, Adobe here
    assert where.sub("", ended.stderr.splitlines()[0]) == where.sub("", shown[0])
    assert seconds.sub("", ended.stderr.splitlines()[-1]) == seconds.sub("", shown[-1])


@pytest.mark.parametrize("auth", next(b for b in YAML if b.startswith("auth:")).split("---\n"))
def test_the_credentials_shown_are_valid(program: Program, auth: str) -> None:
    write("a.yaml", JUNE + auth)
    ended = program("validate", "a.yaml")
    assert ended.exit_code == 0, ended.output


CI = next(body for body in YAML if body.startswith("# .github/workflows"))


@pytest.mark.parametrize("line", re.findall(r"- run: (campaign-runner .*)", CI))
def test_the_lines_for_ci_work_on_the_file_shown(program: Program, line: str) -> None:
    write("campaigns/june.yaml", JUNE)
    arguments = line.split()[1:]
    if arguments[0] == "run":
        arguments.append("--sandbox")
    ended = program(*arguments)
    assert ended.exit_code == 0, ended.output
