"""The schemas in the language server that VS Code and other editors use for YAML."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner.schemas import schema
from tests.editor.language_server import LanguageServer
from tests.support.snippets import filled_in, snippets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.program import Program

pytestmark = pytest.mark.editor

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
VARIABLE = "CAMPAIGN_RUNNER_EDITOR_MODULES"
# Looked up now: within a test, variables of this program are not there.
MODULES = Path(os.environ.get(VARIABLE) or HERE / "node_modules")
EXAMPLES = sorted((ROOT / "examples").rglob("*.yaml"))
INVALID = sorted((ROOT / "tests" / "invalid").glob("*.yaml"))
HEAD = "version: 1\norganization: acme\n"


def command() -> list[str]:
    node = shutil.which("node")
    if node is None:
        pytest.fail("yaml-language-server needs Node 20 or newer: `node` was not found.")
    package = MODULES / "yaml-language-server"
    if not (package / "package.json").is_file():
        pytest.fail(
            f"yaml-language-server is not in {MODULES}: run `npm ci --prefix tests/editor`, or name"
            f" the node_modules folder that has it in {VARIABLE}."
        )
    wanted = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    found = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    assert {"yaml-language-server": found} == wanted
    return [node, str(package / "bin" / "yaml-language-server"), "--stdio"]


@pytest.fixture(scope="module")
def server() -> Iterator[LanguageServer]:
    schemas = {
        (ROOT / "schema" / "config.schema.json").as_uri(): "*.yaml",
        (ROOT / "schema" / "policy.schema.json").as_uri(): "*.policy.yml",
    }
    server = LanguageServer(command(), schemas)
    yield server
    server.close()


def offered(server: LanguageServer, text: str, name: str = "a.yaml") -> dict[str, str]:
    """Give what is offered at the mark `|` of a text, and what each would insert there."""
    before, _, after = text.partition("|")
    file = Path(name).absolute()
    server.open(file, before + after)
    line = before.count("\n")
    found = server.completions(file, line, len(before) - before.rfind("\n") - 1)
    return {label: it["textEdit"]["newText"] for label, it in found.items()}


def inserted(text: str, snippet: str) -> Iterator[str]:
    """Give the whole text after a snippet went in, indented like the line that it stands in."""
    before, _, after = text.partition("|")
    line = before.rpartition("\n")[2]
    blanks = line[: len(line) - len(line.lstrip(" "))]
    for one in filled_in(snippet.replace("\n", f"\n{blanks}")):
        yield before + one + after


def labels(path: str) -> set[str]:
    return {it["label"] for at, it in snippets(schema("config")) if at == path}


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_no_example_shows_a_warning(server: LanguageServer, file: Path) -> None:
    # Each names its schema itself.
    assert server.open(file, file.read_text(encoding="utf-8")) == []


def test_what_our_schema_refuses_the_editor_marks_there(
    server: LanguageServer, program: Program
) -> None:
    """Of the bad files, those that another reader of YAML takes for the same values."""
    kinds = ("unknown-key", "missing-key", "one-command", "version", "auth", "value")
    compared = 0
    for file in INVALID:
        shutil.copy(file, file.name)
        found = program("validate", file.name, "--format", "json").json()["problems"]
        if len({it["file"] for it in found}) != 1 or any(it["rule"] not in kinds for it in found):
            continue
        text = file.read_text(encoding="utf-8")
        marked = {
            it["range"]["start"]["line"] + 1 for it in server.open(Path(file.name).absolute(), text)
        }
        ours = {it["line"] for it in found}
        # Where two keys exclude each other, it marks the mapping that begins above.
        assert all({line, line - 1} & marked for line in ours), file.name
        compared += 1
    assert compared > 25


def test_an_empty_file_is_offered_a_whole_one(server: LanguageServer, program: Program) -> None:
    found = offered(server, "|")
    assert labels("") <= set(found)
    for label in labels(""):
        for text in inserted("|", found[label]):
            Path("made.yaml").write_text(text, encoding="utf-8")
            assert server.open(Path(f"{label}.yaml").absolute(), text) == []
            assert program("validate", "made.yaml", "--strict").exit_code == 0


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (f"{HEAD}actions:\n  - |\n", "/$defs/action"),
        (f"{HEAD}actions:\n  - start: WKF1\n  - |\n", "/$defs/action"),
        (f"{HEAD}actions:\n- |\n", "/$defs/action"),
        (f"{HEAD}desired:\n  |\n", "/properties/desired"),
        (f"{HEAD}actions: [start: WKF1]\nenvironments:\n  |\n", "/properties/environments"),
        (f"{HEAD}actions: [start: WKF1]\nguardrails:\n  |\n", "/$defs/guardrails"),
        (f"{HEAD}actions: [start: WKF1]\nguardrails:\n  windows:\n    - |\n", "/$defs/window"),
        (f"{HEAD}actions: [start: WKF1]\nauth:\n  |\n", "/$defs/auth"),
        (f"{HEAD}actions: [start: WKF1]\nsignals:\n  |\n", "/properties/signals"),
        (f"{HEAD}actions:\n  - start: WKF1\n    wait: |\n", "/$defs/actionWait"),
    ],
)
def test_each_place_is_offered_what_is_right_there(
    server: LanguageServer, program: Program, text: str, path: str
) -> None:
    found = offered(server, text)
    assert labels(path) <= set(found)
    for label in labels(path):
        for made in inserted(text, found[label]):
            Path("made.yaml").write_text(made, encoding="utf-8")
            ended = program("validate", "made.yaml", "--strict")
            # That a start is waited for as paused only we can tell.
            wrong = [it for it in ended.stdout.splitlines() if "[wait]" not in it and it[0] != " "]
            assert wrong == [], made
            assert server.open(Path("filled.yaml").absolute(), made) == []


def test_keys_that_stand_there_are_not_offered_again(server: LanguageServer) -> None:
    found = offered(server, f"{HEAD}actions:\n  - start: WKF1\n    |\n")
    assert {"name", "timeout", "on_failure", "wait"} <= set(found)
    assert "start" not in found


def test_over_a_key_its_description_is_shown(server: LanguageServer) -> None:
    text = (
        f"{HEAD}actions:\n  - stop: WKF1\n    on_failure: continue\nguardrails: {{max_stops: 1}}\n"
    )
    file = Path("hover.yaml").absolute()
    server.open(file, text)
    config = schema("config")
    of_action = config["$defs"]["action"]["properties"]
    places = [
        (2, 1, config["properties"]["actions"]),
        (3, 5, of_action["stop"]),
        (4, 6, of_action["on_failure"]),
        (5, 15, config["$defs"]["guardrails"]["properties"]["max_stops"]),
    ]
    for line, column, node in places:
        shown = server.hover(file, line, column).replace("\\", "")
        assert node["description"].rstrip(".") in shown, shown


def test_a_policy_is_offered_a_whole_one(server: LanguageServer) -> None:
    made = offered(server, "|", "team.policy.yml")
    (text,) = inserted("|", made["policy"])
    assert server.open(Path("filled.policy.yml").absolute(), text) == []
