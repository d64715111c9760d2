"""SARIF: valid by its published schema, the same bytes each time, and nothing hostile in it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator, FormatChecker

from runner import __version__
from runner.catalogue import RULES
from runner.ci.places import Places
from runner.printable import printable
from runner.problems import Problem, Severity
from runner.render.sarif import sarif
from tests.support.problems import found

PLACES = Places(Path("/repository/campaigns"), Path("/repository"))
PUBLISHED = Path(__file__).parent / "published" / "sarif-2.1.0.schema.json"
ERROR = Problem("key", "a.yaml", 3, 5, "actions[0]", "this is wrong", "write that")
WARNING = Problem("contradiction", "b.yaml", 1, 1, "", "undone", severity=Severity.WARNING)


@cache
def schema() -> Draft4Validator:
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    return Draft4Validator(published, format_checker=FormatChecker())


def run(problems: list[Problem], places: Places = PLACES) -> Any:
    value = json.loads(sarif(problems, places))
    schema().validate(value)
    (only,) = value["runs"]
    assert len(only["results"]) == len(problems)
    return only


def uri(file: str, places: Places = PLACES) -> tuple[str, str | None]:
    (result,) = run([Problem("key", file, 1, 1, "", "wrong")], places)["results"]
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    return location["uri"], location.get("uriBaseId")


def test_the_schema_is_one_that_refuses() -> None:
    assert not schema().is_valid({"version": "2.1.0", "runs": [{"results": []}]})


def test_a_problem_is_a_result_at_its_place() -> None:
    it = run([ERROR, WARNING])
    first, second = it["results"]
    assert first.pop("partialFingerprints").keys() == {"campaignRunnerProblem/v1"}
    assert first == {
        "ruleId": "key",
        "ruleIndex": [rule["id"] for rule in it["tool"]["driver"]["rules"]].index("key"),
        "level": "error",
        "message": {"text": "actions[0]: this is wrong. Write that"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "campaigns/a.yaml", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 3, "startColumn": 5},
                }
            }
        ],
    }
    assert (second["level"], second["message"]) == ("warning", {"text": "undone"})


def test_every_rule_is_there_with_help_for_people() -> None:
    driver = run([])["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("campaign-runner", __version__)
    assert [it["id"] for it in driver["rules"]] == list(RULES)
    for it in driver["rules"]:
        assert RULES[it["id"]].summary == it["shortDescription"]["text"]
        assert RULES[it["id"]].help in it["help"]["markdown"]
        assert "`" not in it["help"]["text"]
    levels = {it["id"]: it["defaultConfiguration"]["level"] for it in driver["rules"]}
    assert (levels["key"], levels["contradiction"]) == ("error", "warning")


def test_a_result_of_a_rule_that_nobody_explains_is_shown_all_the_same() -> None:
    it = run([Problem("unheard-of", "a.yaml", 1, 1, "", "wrong")])
    (result,) = it["results"]
    assert it["tool"]["driver"]["rules"][result["ruleIndex"]] == {"id": "unheard-of"}


def test_columns_count_characters_as_it_says() -> None:
    # U+1F600 is one character of Unicode, and two code units of UTF-16.
    text = 'version: 1\norganization: acme\nactions: [{name: "\U0001f600", stat: WKF1}]\n'
    problem = next(it for it in found(text) if it.rule == "unknown-key")
    assert problem.column == text.splitlines()[2].index("stat") + 1
    only = run([problem])
    assert only["columnKind"] == "unicodeCodePoints"
    region = only["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 3, "startColumn": problem.column}


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("a.yaml", "campaigns/a.yaml"),
        ("../a.yaml", "a.yaml"),
        ("Größe 1/a b.yaml", "campaigns/Gr%C3%B6%C3%9Fe%201/a%20b.yaml"),
        ("100%.yaml", "campaigns/100%25.yaml"),
        ("a:b?c#d.yaml", "campaigns/a%3Ab%3Fc%23d.yaml"),
        ("a\n::error::.yaml", "campaigns/a%0A%3A%3Aerror%3A%3A.yaml"),
        ("\udcff.yaml", "campaigns/%FF.yaml"),
    ],
)
def test_a_path_is_a_uri_below_the_root_of_the_repository(file: str, says: str) -> None:
    assert uri(file) == (says, "%SRCROOT%")


def test_a_file_outside_of_the_repository_is_named_whole() -> None:
    assert uri("../../other/ä.yaml") == ("file:///other/%C3%A4.yaml", None)
    assert uri("/other/a.yaml") == ("file:///other/a.yaml", None)


def test_without_a_repository_paths_begin_where_the_command_ran() -> None:
    nowhere = Places(Path("/somewhere/deep"))
    assert uri("a b.yaml", nowhere) == ("a%20b.yaml", "%SRCROOT%")
    assert uri("../a.yaml", nowhere) == ("file:///somewhere/a.yaml", None)


def test_a_message_makes_no_link_onto_the_page() -> None:
    problem = Problem("key", "a.yaml", 1, 1, "", "see [this](https://example.com) and [0](1)")
    (result,) = run([problem])["results"]
    assert result["message"]["text"] == "see [this] (https://example.com) and [0] (1)"


def test_where_nothing_is_wrong_the_results_are_an_empty_list() -> None:
    # Not missing: then nothing would have been looked for, and no alert would be closed.
    assert run([])["results"] == []


def test_the_bytes_are_the_same_each_time() -> None:
    problems = [ERROR, WARNING, ERROR]
    assert sarif(problems, PLACES) == sarif(list(problems), PLACES)
    prints = [it["partialFingerprints"] for it in run(problems)["results"]]
    assert prints[0] != prints[2]


def test_a_thousand_problems_are_all_there() -> None:
    run([ERROR, WARNING] * 500)


@given(st.text().map(lambda it: it.replace("/", "")), st.text(), st.text())
def test_hostile_text_stays_text(file: str, message: str, hint: str) -> None:
    problem = Problem("key", f"x{file}", 1, 1, "", f"##[error]::x::{message}", hint)
    (result,) = run([problem])["results"]
    text = result["message"]["text"]
    assert text == printable(text)
    assert "](" not in text
    where = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert where["uri"].isascii()
    assert unquote(where["uri"]) == f"campaigns/x{file}"
