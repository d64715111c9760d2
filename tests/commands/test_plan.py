"""`plan`: pure, exact, and the same bytes for the same input."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import responses
from jsonschema import Draft202012Validator

from runner.schemas import schema
from tests.support.campaign import FOUR, ONE
from tests.support.program import process, write

if TYPE_CHECKING:
    from tests.support.program import Program


def digest(program: Program, *arguments: str) -> str:
    ended = program("plan", *arguments, "--format", "json")
    assert ended.exit_code == 0, ended.output
    value = ended.json()["digest"]
    assert isinstance(value, str)
    return value


def test_it_shows_the_commands_in_order_with_file_and_line(program: Program) -> None:
    write("a.yaml", FOUR)
    ended = program("plan", "a.yaml")
    assert ended.exit_code == 0
    assert ended.stderr == ""
    lines = ended.stdout.splitlines()
    assert lines[:9] == [
        "Environment: base (no --env given)",
        "Organization: acme",
        "",
        "  #1.1  stop    WKF1  a.yaml:4:26  First",
        "  #1.2  stop    WKF2  a.yaml:4:32  First",
        "  #2.1  start   WKF3  a.yaml:5:12",
        "  #3.1  pause   WKF4  a.yaml:6:13",
        "  #4.1  resume  WKF5  a.yaml:7:13",
        "",
    ]
    assert lines[9] == "5 commands: 2 stop, 1 start, 1 pause, 1 resume"
    assert lines[10] == f"Digest: {digest(program, 'a.yaml')}"


def test_where_organizations_differ_each_command_shows_its_own(program: Program) -> None:
    write("a.yaml", ONE + "---\n" + ONE.replace("acme", "other"))
    lines = program("plan", "a.yaml").stdout.splitlines()
    assert "  /1#1.1  start  WKF1  acme   a.yaml:3:19" in lines
    assert "  /2#1.1  start  WKF1  other  a.yaml:7:19" in lines


def test_json_is_valid_by_its_schema_and_the_same_bytes_each_time(program: Program) -> None:
    write("a.yaml", FOUR)
    first = program("plan", "a.yaml", "--format", "json")
    assert first.stdout == program("plan", "a.yaml", "--format", "json").stdout
    assert first.stdout == process("plan", "a.yaml", "--format", "json").stdout
    Draft202012Validator(schema("plan")).validate(first.json())


def test_out_keeps_the_same_json(program: Program) -> None:
    write("a.yaml", FOUR)
    ended = program("plan", "a.yaml", "--format", "json", "--out", "plan.json")
    assert ended.stdout == Path("plan.json").read_text(encoding="utf-8")
    assert "Plan written to plan.json" in ended.stderr


@pytest.mark.parametrize(("paths", "out"), [(["-"], "plan.json"), (["a.yaml"], "-")])
def test_out_refuses_standard_input_and_output_r9(
    program: Program, paths: list[str], out: str
) -> None:
    write("a.yaml", FOUR)
    ended = program("plan", *paths, "--out", out, stdin=FOUR)
    assert ended.exit_code == 64
    assert not Path("plan.json").exists()


def test_out_refuses_without_an_organization_r9(program: Program) -> None:
    write("a.yaml", "version: 1\nactions: [{start: WKF1}]\n")
    ended = program("plan", "a.yaml", "--out", "plan.json")
    assert ended.exit_code == 3
    assert "a.yaml:1:1: error: no organization is named [organization]" in ended.stderr
    assert not Path("plan.json").exists()


def test_without_out_no_organization_is_needed(program: Program) -> None:
    write("a.yaml", "version: 1\nactions: [{start: WKF1}]\n")
    ended = program("plan", "a.yaml")
    assert ended.exit_code == 0
    assert "Organization: not set (CAMPAIGN_STANDARD_TENANT_ID will be used)" in ended.stdout


def test_it_needs_neither_network_nor_secret(program: Program) -> None:
    write("a.yaml", FOUR + "auth: {access_token: '${env:CAMPAIGN_NOT_SET}'}\n")
    with responses.RequestsMock():
        assert program("plan", "a.yaml").exit_code == 0


def test_detailed_exitcode_says_that_there_is_something_to_do(program: Program) -> None:
    write("a.yaml", FOUR)
    assert program("plan", "a.yaml", "--detailed-exitcode").exit_code == 2
    nothing = ["--from", "a.yaml#2.1", "--only", "a.yaml#1.1"]
    assert program("plan", "a.yaml", "--detailed-exitcode", *nothing).exit_code == 0


def test_problems_go_to_stderr_and_nothing_to_stdout(program: Program) -> None:
    write("a.yaml", ONE.replace("start", "strat"))
    ended = program("plan", "a.yaml", "--format", "json")
    assert ended.exit_code == 3
    assert ended.stdout == ""
    assert "did you mean `start`?" in ended.stderr


def test_warnings_do_not_stop_it(program: Program) -> None:
    write("a.yaml", "version: 1\norganization: o\nactions: [{start: A}, {stop: A}]\n")
    ended = program("plan", "a.yaml", "--format", "json")
    assert ended.exit_code == 0
    assert ended.json()["warnings"][0]["rule"] == "contradiction"
    assert "warning: actions[1].stop: `A` gets stop right after start" in ended.stderr


class TestDigest:
    """What the digest covers, and what it does not (rule R9)."""

    def test_it_does_not_depend_on_where_the_folder_lies(
        self, program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        write("one/a.yaml", FOUR)
        shutil.copytree("one", "two/deep")
        digests = set()
        for folder in ("one", "two/deep"):
            monkeypatch.chdir(tmp_path / folder)
            digests.add(digest(program, "a.yaml"))
            digests.add(digest(program, str(tmp_path / folder / "a.yaml")))
        assert len(digests) == 1

    @pytest.mark.parametrize(
        "change",
        [
            ("acme", "acme2"),
            ("stop: [WKF1, WKF2]", "stop: [WKF2, WKF1]"),
            ("start: WKF3", "start: WKF30"),
            ("name: First", "name: Fourth"),
            ("on_failure: continue", "on_failure: stop"),
            ("version: 1\n", "version: 1\n# a comment\n"),
        ],
    )
    def test_any_change_of_a_file_changes_it(
        self, program: Program, change: tuple[str, str]
    ) -> None:
        write("a.yaml", FOUR)
        before = digest(program, "a.yaml")
        write("a.yaml", FOUR.replace(*change))
        assert digest(program, "a.yaml") != before

    def test_environment_selection_and_organization_change_it(
        self, program: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = FOUR.replace("organization: acme\n", "") + "environments: {p: {}, q: {}}\n"
        write("a.yaml", text)
        digests = [
            digest(program, "a.yaml"),
            digest(program, "a.yaml", "--env", "p"),
            digest(program, "a.yaml", "--env", "q"),
            digest(program, "a.yaml", "--only", "a.yaml#1.1"),
        ]
        monkeypatch.setenv("CAMPAIGN_STANDARD_TENANT_ID", "acme")
        digests.append(digest(program, "a.yaml"))
        assert len(set(digests)) == len(digests)

    def test_the_order_of_files_changes_it(self, program: Program) -> None:
        write("a.yaml", ONE)
        write("b.yaml", ONE.replace("WKF1", "WKF2"))
        assert digest(program, "a.yaml", "b.yaml") != digest(program, "b.yaml", "a.yaml")


def test_the_selection_is_kept_in_the_plan(program: Program) -> None:
    write("a.yaml", FOUR)
    ended = program("plan", "a.yaml", "--from", "a.yaml#2.1", "--format", "json")
    value = ended.json()
    assert value["selection"] == {"only": [], "from": "a.yaml#2.1"}
    assert value["totals"] == {"commands": 3, "start": 1, "pause": 1, "resume": 1}


def test_paths_outside_of_the_folder_begin_with_dots_r8(
    program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write("a.yaml", ONE)
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    value = json.loads(program("plan", "../a.yaml", "--format", "json").stdout)
    assert value["commands"][0]["id"] == "../a.yaml#1.1"


def test_standard_input_is_a_file_called_dash(program: Program) -> None:
    ended = program("plan", "-", "--format", "json", stdin=ONE)
    assert ended.json()["commands"][0]["id"] == "-#1.1"
