"""GitLab's Code Quality report: as GitLab reads it, with nothing that could harm on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from runner.ci.places import Places
from runner.printable import printable
from runner.problems import Problem, Severity
from runner.render.code_quality import code_quality

PLACES = Places(Path("/repository/campaigns"), Path("/repository"))
PUBLISHED = Path(__file__).parent / "published" / "gitlab-code-quality.schema.json"
ENTRY = Draft7Validator(json.loads(PUBLISHED.read_text(encoding="utf-8")))
ERROR = Problem("key", "a.yaml", 3, 5, "actions[0]", "this is wrong", "write that")
WARNING = Problem("link", "Größe 1.yaml", 1, 1, "", "not followed", severity=Severity.WARNING)


def read(problems: list[Problem]) -> Any:
    text = code_quality(problems, PLACES)
    value = json.loads(text)
    for entry in value:
        ENTRY.validate(entry)
        # What GitLab's pages ask for beyond its schema.
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert entry["location"]["lines"]["begin"] >= 1
    assert len({it["fingerprint"] for it in value}) == len(problems)
    return value


def test_a_problem_is_an_entry_with_its_place_in_the_repository() -> None:
    (entry,) = read([ERROR])
    fingerprint = entry.pop("fingerprint")
    assert len(fingerprint) == 64
    assert entry == {
        "description": "actions[0]: this is wrong. Write that",
        "check_name": "key",
        "severity": "blocker",
        "location": {"path": "campaigns/a.yaml", "lines": {"begin": 3}},
    }


def test_a_warning_is_less_severe() -> None:
    (entry,) = read([WARNING])
    assert entry["severity"] == "minor"
    assert entry["description"] == "not followed"
    assert entry["location"]["path"] == "campaigns/Größe 1.yaml"


def test_a_file_outside_of_the_repository_keeps_its_path() -> None:
    (entry,) = read([Problem("key", "../../b.yaml", 1, 1, "", "wrong")])
    assert entry["location"]["path"] == "../../b.yaml"


def test_where_nothing_is_wrong_the_list_is_empty() -> None:
    # Not an empty file: GitLab has to see that the problems of the target branch are gone.
    assert code_quality([], PLACES) == "[]\n"


def test_a_thousand_problems_that_are_alike_stay_a_thousand() -> None:
    assert len(read([ERROR] * 1000)) == 1000


@given(st.text(), st.text(), st.text())
def test_hostile_text_stays_text(file: str, message: str, hint: str) -> None:
    (entry,) = read([Problem("key", f"{file}::error::x", 1, 1, "", f"##[error]{message}", hint)])
    for text in (entry["description"], entry["location"]["path"]):
        assert text == printable(text)
