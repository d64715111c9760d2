"""Every file in `tests/invalid` is refused in the words beside it.

To add a case, put `NAME.yaml` there and `NAME.expected` with what `validate NAME.yaml` prints.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from runner.schemas import schema
from tests.support.program import report

if TYPE_CHECKING:
    from tests.support.program import Program

FOLDER = Path(__file__).parent / "invalid"
FILES = sorted(FOLDER.glob("*.yaml"))
PROBLEM = Draft202012Validator(schema("report")["$defs"]["problem"])


def test_every_case_is_whole() -> None:
    assert FILES
    assert {it.stem for it in FOLDER.glob("*.expected")} == {it.stem for it in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_bad_file_is_refused_in_the_words_beside_it(program: Program, file: Path) -> None:
    shutil.copy(file, file.name)
    expected = file.with_suffix(".expected").read_text(encoding="utf-8")
    ended = program("validate", file.name)
    assert (ended.exit_code, ended.stdout) == (3, expected)
    assert "canary" not in ended.output  # all literal secrets in these files hold this word (R5)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_run_of_it_sends_nothing_and_reports_the_same_problems_r23(
    program: Program, file: Path
) -> None:
    shutil.copy(file, file.name)
    ended = program("run", file.name, "--sandbox")
    assert ended.exit_code == 3
    value = report()
    assert (value["result"], value["exit_code"], value["commands"]) == ("refused", 3, [])
    checked = json.loads(program("validate", file.name, "--format", "json").stdout)
    assert not checked["valid"]
    assert [it for it in checked["problems"] if it["severity"] == "error"] == value["problems"]
    for problem in checked["problems"]:
        PROBLEM.validate(problem)
    assert "canary" not in ended.output + json.dumps([value, checked])
