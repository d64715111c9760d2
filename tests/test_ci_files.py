"""The files in .github, the hook of pre-commit and examples/ci: safe, and what `init` writes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from runner.scaffold.repository import repository

if TYPE_CHECKING:
    from tests.support.program import Program

ROOT = Path(__file__).parents[1]
WORKFLOWS = ("campaign-merge", "campaign-pull-request", "campaign-resume")
SOURCE = "git+https://github.com/OWNER/campaign-runner@TAG"
WRITTEN = {
    path: text
    for path, text in repository("github", SOURCE).items()
    if path.startswith(".github/workflows/")
}
OURS = {
    it.relative_to(ROOT).as_posix(): it.read_text(encoding="utf-8")
    for it in (ROOT / ".github").rglob("*.yml")
    if it.name != "dependabot.yml"
}
TEXTS = {**OURS, **{f"init: {path}": text for path, text in WRITTEN.items()}}
every_file = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)


def body(text: str) -> str:
    return text[text.index("\npermissions: {}\n") :]


def steps(text: str) -> list[dict[str, Any]]:
    value = yaml.safe_load(text)
    jobs = value.get("jobs", {"action": value.get("runs")})
    return [step for job in jobs.values() for step in job["steps"]]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_to_call_is_the_one_that_init_writes(name: str) -> None:
    path = f".github/workflows/{name}.yml"
    ours = body(OURS[path]).replace("${{ inputs.environment }}", "prod")
    assert ours == body(WRITTEN[path])


@every_file
def test_actions_are_pinned_and_no_expression_comes_into_a_shell(text: str) -> None:
    found = steps(text)
    assert found
    for step in found:
        assert "${{" not in step.get("run", "")
        if "uses" in step:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"])
        if "actions/checkout@" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("text", [it for it in TEXTS.values() if "\njobs:" in it])
def test_rights_begin_with_none_and_strangers_never_get_the_targets(text: str) -> None:
    value = yaml.safe_load(text)
    assert value["permissions"] == {}
    assert "pull_request_target" not in text
    assert all("permissions" in job for job in value["jobs"].values())


@pytest.mark.parametrize(
    ("system", "file"),
    [("gitlab", ".gitlab-ci.yml"), ("azure", "azure-pipelines.yml"), ("jenkins", "Jenkinsfile")],
)
def test_the_examples_are_what_init_writes(system: str, file: str) -> None:
    shown = (ROOT / "examples/ci" / system / file).read_text(encoding="utf-8")
    assert shown == repository(system, SOURCE)[file]


@pytest.mark.parametrize("system", ["github", "gitlab", "azure", "jenkins"])
def test_what_init_writes_is_valid_and_runs_in_each_environment(
    program: Program, system: str
) -> None:
    assert program("init", "here", "--ci", system).exit_code == 0
    written = [it for it in Path("here").rglob("*") if it.is_file()]
    assert not [it for it in written if "@@" in it.read_text(encoding="utf-8")]
    for environment in ("stage", "prod"):
        more = ("here/campaigns", "--env", environment)
        for line in (("validate", "--strict"), ("plan",), ("run", "--sandbox")):
            ended = program(line[0], *more, *line[1:])
            assert ended.exit_code == 0, ended.output
    before = {it: it.read_bytes() for it in written}
    again = program("init", "here", "--ci", system)
    assert again.exit_code == 64
    assert "is there already" in again.stderr
    assert {it: it.read_bytes() for it in written} == before


@pytest.mark.parametrize(
    "source", ["-r evil.txt", "a b'; rm -rf /", "${{ secrets.X }}", "https://me:secret@host/x", ""]
)
def test_a_source_that_means_something_in_a_pipeline_is_refused(
    program: Program, source: str
) -> None:
    ended = program("init", "here", f"--runner-source={source}")
    assert ended.exit_code == 64
    assert not Path("here").exists()
    assert "secret@" not in ended.output


def test_the_hook_checks_files(program: Program) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    _, *arguments = hook["entry"].split()
    Path("a.yaml").write_text("version: 1\norganization: acme\nactions: [{strat: A}]\n")
    ended = program(*arguments, "a.yaml")
    assert ended.exit_code == 3
    assert "did you mean `start`?" in ended.output
