"""Every example is validated, planned and run in the sandbox, bare and in each environment."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.support.program import report

if TYPE_CHECKING:
    from tests.support.program import Program

EXAMPLES = Path(__file__).parents[1] / "examples"
FOLDERS = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())


def environments(folder: str) -> list[str | None]:
    names: set[str] = set()
    for file in (EXAMPLES / folder).rglob("*.y*ml"):
        for document in yaml.safe_load_all(file.read_text(encoding="utf-8")):
            names.update(document.get("environments", {}))
    return [None, *sorted(names)]


CASES = [(folder, name) for folder in FOLDERS for name in environments(folder)]


@pytest.mark.parametrize(("folder", "environment"), CASES)
def test_an_example_is_valid_and_runs(
    program: Program, folder: str, environment: str | None
) -> None:
    shutil.copytree(EXAMPLES, "examples")
    arguments = [f"examples/{folder}"]
    if environment is not None:
        arguments += ["--env", environment]
    valid = program("validate", *arguments, "--strict")
    assert (valid.exit_code, valid.stdout) == (0, "")
    plan = program("plan", *arguments, "--format", "json").json()
    ended = program("run", *arguments, "--sandbox")
    assert ended.exit_code == 0, ended.output
    value = report()
    assert [it["id"] for it in value["commands"]] == [it["id"] for it in plan["commands"]]
    assert {it["outcome"] for it in value["commands"]} == {"succeeded"}


def test_the_quickstart_shows_every_command(program: Program) -> None:
    shutil.copytree(EXAMPLES, "examples")
    plan = program("plan", "examples/quickstart", "--format", "json").json()
    assert {it["action"] for it in plan["commands"]} == {"start", "stop", "pause", "resume"}


@pytest.mark.parametrize("file", sorted(EXAMPLES.rglob("*.yaml")), ids=lambda file: file.name)
def test_an_example_binds_the_schema_for_editors(file: Path) -> None:
    line = next(
        line
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.startswith("# yaml-language-server: $schema=")
    )
    assert (file.parent / line.partition("=")[2]).resolve() == (
        EXAMPLES.parent / "schema/config.schema.json"
    )
