"""What editors complete is right as it stands, before anything is changed in it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from runner.commands.faults import read_faults
from runner.schemas import schema
from tests.support.problems import loaded
from tests.support.program import write
from tests.support.snippets import as_text, filled_in, snippets

if TYPE_CHECKING:
    from tests.support.program import Program

CONFIG = {(path, it["label"]): it for path, it in snippets(schema("config"))}
POLICY = {(path, it["label"]): it for path, it in snippets(schema("policy"))}
FAULTS = {(path, it["label"]): it for path, it in snippets(schema("faults"))}
# Where a snippet stands in a file that is whole but for it.
HEAD = "version: 1\norganization: acme\n"
ACTIONS = f"{HEAD}actions:\n  - start: WKF1\n"
FILES = {
    "": "",
    "/properties/desired": f"{HEAD}desired:\n  ",
    "/properties/environments": f"{ACTIONS}environments:\n  ",
    "/properties/signals": f"{ACTIONS}signals:\n  ",
    "/$defs/action": f"{HEAD}actions:\n  - ",
    "/$defs/actionWait": f"{HEAD}actions:\n  - start: [WKF1]\n    wait:\n      ",
    "/$defs/auth": f"{ACTIONS}auth:\n  ",
    "/$defs/guardrails": f"{ACTIONS}guardrails:\n  ",
    "/$defs/window": f"{ACTIONS}guardrails:\n  windows:\n  - ",
    "/$defs/rule": "version: 1\nrules:\n  - ",
}
POLICIES = {
    "": "",
    "/$defs/guardrails": "version: 1\nguardrails:\n  ",
    "/$defs/window": "version: 1\nguardrails:\n  windows:\n  - ",
}


def files(path: str, snippet: dict[str, Any], around: dict[str, str]) -> list[str]:
    """Give whole files, one for each choice."""
    before, _, indent = around[path].rpartition("\n")
    made = []
    for text in filled_in(as_text(snippet["body"])):
        lines = textwrap.indent(text, " " * len(indent))[len(indent) :]
        made.append(f"{before}\n{indent}{lines}\n".lstrip("\n"))
    return made


@pytest.mark.parametrize("key", CONFIG, ids=lambda key: key[1])
def test_a_snippet_makes_a_file_that_is_valid(program: Program, key: tuple[str, str]) -> None:
    for text in files(key[0], CONFIG[key], FILES):
        write("a.yaml", text)
        # A start that is waited for as paused never comes true; the choice is the editor's part.
        ended = program("validate", "a.yaml", "--strict")
        wrong = [it for it in ended.stdout.splitlines() if "[wait]" not in it and it[0] != " "]
        assert wrong == [], text
        assert "$" not in text.replace("${env:", "")


@pytest.mark.parametrize("key", POLICY, ids=lambda key: key[1])
def test_a_snippet_makes_a_policy_that_is_valid(program: Program, key: tuple[str, str]) -> None:
    write("a.yaml", ACTIONS)
    for text in files(key[0], POLICY[key], POLICIES):
        write("policy.yaml", text)
        ended = program("validate", "a.yaml", "--policy", "policy.yaml", "--strict")
        assert (ended.exit_code, ended.stdout) == (0, ""), text


@pytest.mark.parametrize("key", FAULTS, ids=lambda key: key[1])
def test_a_snippet_makes_faults_that_are_valid(key: tuple[str, str]) -> None:
    for text in files(key[0], FAULTS[key], FILES):
        assert read_faults(loaded(text), "sandbox", ["WKF1"]).rules


def test_there_is_one_for_a_file_each_kind_of_action_and_each_part() -> None:
    assert {path for path, _ in CONFIG} == set(FILES) - {"/$defs/rule"}
    actions = [it["body"] for (path, _), it in CONFIG.items() if path == "/$defs/action"]
    kinds = {key for body in actions for key in body} - {"name"}
    assert kinds == set(schema("config")["$defs"]["action"]["properties"]) - {
        "name",
        "timeout",
        "on_failure",
        "parallel",
    }


@pytest.mark.parametrize("of_schema", [CONFIG, POLICY, FAULTS], ids=["config", "policy", "faults"])
def test_a_snippet_is_told_from_others_and_from_keys(
    of_schema: dict[tuple[str, str], dict[str, Any]],
) -> None:
    assert of_schema
    for (_, label), it in of_schema.items():
        assert set(it) == {"label", "description", "body"}
        assert it["description"].endswith(".")
        # A label that is a key would take its place in the list.
        assert label not in schema("config")["properties"]
        assert label not in schema("config")["$defs"]["action"]["properties"]


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("start: ${1:WKF1}", ["start: WKF1"]),
        ("a: ${1|x,y|}\nb: ${2:z}", ["a: x\nb: z", "a: y\nb: z"]),
        ("a: \\${env:${1:NAME}}", ["a: ${env:NAME}"]),
    ],
)
def test_placeholders_are_filled_in_as_editors_do(text: str, filled: list[str]) -> None:
    assert list(filled_in(text)) == filled
