"""`validate`: one set of problems, in the form that each reader takes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft4Validator, Draft7Validator

from runner.render.formats import ProblemFormat
from tests.support.program import write
from tests.support.workflow_commands import obeyed

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

    from tests.support.program import Program

TESTS = Path(__file__).parents[1]
INVALID = sorted((TESTS / "invalid").glob("*.yaml"))
GOOD = "version: 1\norganization: acme\nactions: [start: WKF1]\n"
BAD = "version: 1\norganization: acme\nactions:\n  - stat: WKF1\n"
UNDONE = "version: 1\norganization: acme\nactions: [start: WKF1, stop: WKF1]\n"
FORMATS = tuple(it.value for it in ProblemFormat)


def published(name: str) -> Any:
    file = TESTS / "render" / "published" / f"{name}.schema.json"
    return json.loads(file.read_text(encoding="utf-8"))


SARIF: Validator = Draft4Validator(published("sarif-2.1.0"))
CODE_QUALITY: Validator = Draft7Validator(
    {"type": "array", "items": published("gitlab-code-quality")}
)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("text", "options", "code", "summary"),
    [
        (GOOD, [], 0, "valid"),
        (BAD, [], 3, "1 error, 0 warnings"),
        (UNDONE, [], 0, "0 errors, 1 warning"),
        (UNDONE, ["--strict"], 3, "0 errors, 1 warning"),
    ],
)
def test_the_exit_code_and_the_summary_are_the_same_in_every_format(
    program: Program, form: str, text: str, options: list[str], code: int, summary: str
) -> None:
    write("a.yaml", text)
    ended = program("validate", "a.yaml", "--format", form, *options)
    assert ended.exit_code == code
    assert ended.stderr.endswith(f"1 file read, environment base (no --env given): {summary}\n")


@pytest.mark.parametrize("form", FORMATS)
def test_quietly_a_valid_file_leaves_stderr_empty(program: Program, form: str) -> None:
    write("a.yaml", GOOD)
    assert program("validate", "a.yaml", "--format", form, "-q").stderr == ""


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.stem)
def test_every_bad_file_gives_the_same_problems_in_every_format(
    program: Program, file: Path
) -> None:
    Path(".git").mkdir()
    folder = Path("Größe 1, a%0A:b")
    folder.mkdir()
    shutil.copy(file, folder)
    path = str(folder / file.name)
    outputs = {form: program("validate", path, "--format", form) for form in FORMATS}
    assert {it.exit_code for it in outputs.values()} == {3}
    problems = outputs["json"].json()["problems"]

    sarif = outputs["sarif"].json()
    SARIF.validate(sarif)
    driver = sarif["runs"][0]["tool"]["driver"]
    explained = {it["id"] for it in driver["rules"] if "help" in it}
    results = sarif["runs"][0]["results"]
    assert [it["ruleId"] for it in results] == [it["rule"] for it in problems]
    assert {it["ruleId"] for it in results} <= explained

    entries = outputs["gitlab"].json()
    CODE_QUALITY.validate(entries)
    assert [it["check_name"] for it in entries] == [it["rule"] for it in problems]
    assert {it["location"]["path"] for it in entries} == {path}

    lines = outputs["github"].stdout.splitlines()
    commands = [obeyed(line) for line in lines]
    assert len(lines) == min(10, sum(it["severity"] == "error" for it in problems)) + min(
        10, sum(it["severity"] == "warning" for it in problems)
    )
    assert all(it is not None and it.name in ("error", "warning") for it in commands)
    placed = [it for it in commands if it is not None and it.properties]
    assert {it.properties["file"] for it in placed} == {path}
    # The log has each with its place; what is obeyed of it are the annotations alone.
    assert outputs["text"].stdout in outputs["github"].stderr
    assert not [it for it in outputs["github"].stderr.splitlines() if obeyed(it)]
    assert "canary" not in "".join(it.output for it in outputs.values())  # a literal secret (R5)


def test_annotations_count_from_the_root_of_the_repository(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(".git").mkdir()
    write("deep/down/a.yaml", BAD)
    monkeypatch.chdir("deep")
    (line,) = program("validate", "down", "--format", "github").stdout.splitlines()
    assert line.startswith("::error title=unknown-key,file=deep/down/a.yaml,line=4,col=5::")


def test_outside_of_any_repository_they_count_from_the_working_folder(program: Program) -> None:
    write("a.yaml", BAD)
    ended = program("validate", "a.yaml", "--format", "github")
    assert "file=a.yaml,line=4" in ended.stdout


def test_a_thousand_problems_are_ten_annotations_and_all_in_the_other_formats(
    program: Program,
) -> None:
    actions = "".join(f"  - stop: [WKF{n}, WKF{n}]\n" for n in range(90))
    for n in range(12):
        write(f"{n:02}.yaml", f"version: 1\norganization: acme\nactions:\n{actions}")
    found = program("validate", ".", "--format", "json").json()["problems"]
    assert len(found) > 1000
    lines = program("validate", ".", "--format", "github").stdout.splitlines()
    assert len(lines) == 10
    assert lines[-1] == f"::error::and {len(found) - 9:,} more errors: see the log of this step"
    assert len({line.split("file=")[1].split(",")[0] for line in lines[:9]}) == 9
    sarif = program("validate", ".", "--format", "sarif").json()
    SARIF.validate(sarif)
    assert len(sarif["runs"][0]["results"]) == len(found)
    entries = program("validate", ".", "--format", "gitlab").json()
    assert len({it["fingerprint"] for it in entries}) == len(found)


def test_a_hostile_file_name_breaks_out_of_no_format(program: Program) -> None:
    name = "x\n::error::forged ##[error]%0A::stop-commands::y.yaml"
    write(name, BAD)
    for form in FORMATS:
        ended = program("validate", ".", "--format", form)
        assert ended.exit_code == 3
        assert "##[" not in ended.output
        obeyed_lines = [it for it in map(obeyed, ended.output.splitlines()) if it]
        assert {it.name for it in obeyed_lines} <= {"error"}
        assert all(it.properties["title"] == "unknown-key" for it in obeyed_lines[:1])
        assert not [it for it in obeyed_lines if it.message.startswith("forged")]


def test_what_a_policy_lacks_is_told_in_every_format(program: Program) -> None:
    write("a.yaml", GOOD)
    write("policy.yaml", "version: 1\nguardrails: {max_stop: 1}\n")
    for form in FORMATS:
        ended = program("validate", "a.yaml", "--policy", "policy.yaml", "--format", form)
        assert ended.exit_code == 3
        assert "unknown-key" in ended.stdout
        assert "policy.yaml" in ended.stdout


def test_what_cannot_be_read_is_told_in_every_format(program: Program) -> None:
    for form in FORMATS:
        ended = program("validate", "missing.yaml", "--format", form)
        assert ended.exit_code == 3
        assert "unreadable" in ended.stdout


def test_a_format_that_is_not_known_is_wrong_usage(program: Program) -> None:
    ended = program("validate", "a.yaml", "--format", "xml")
    assert (ended.exit_code, ended.stdout) == (64, "")
    assert all(form in ended.stderr for form in FORMATS)
