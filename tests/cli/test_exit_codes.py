"""Every exit code of R22 through the real program, as a process of its own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner.errors import EXIT_CODE_MEANINGS, ExitCode
from tests.support.campaign import FOUR, ONE, SECRETS, pointing_at
from tests.support.program import process, report, write

if TYPE_CHECKING:
    from runner.sandbox import Sandbox
    from tests.support.program import Program

README = Path(__file__).parents[2] / "README.md"


def test_0_done() -> None:
    write("a.yaml", FOUR)
    assert process("run", "a.yaml", "--sandbox").exit_code == 0
    assert report()["exit_code"] == 0


def test_1_a_command_failed(sandbox: Sandbox) -> None:
    write("a.yaml", ONE.replace("WKF1", "WKF99"))
    assert process("run", "a.yaml", env=pointing_at(sandbox)).exit_code == 1
    assert report()["exit_code"] == 1


def test_2_detailed_exitcode() -> None:
    write("a.yaml", ONE)
    assert process("plan", "a.yaml", "--detailed-exitcode").exit_code == 2


@pytest.mark.parametrize(
    "command", ["validate", "plan", "plan --live", "run", "run --dry-run", "status", "doctor"]
)
def test_3_invalid(command: str) -> None:
    write("a.yaml", ONE.replace("version: 1", "version: 2"))
    ended = process(*command.split(), "a.yaml")
    assert ended.exit_code == 3
    assert "version 2 of the format is not known" in ended.output
    assert "Traceback" not in ended.output


def test_4_credentials_missing() -> None:
    write("a.yaml", ONE)
    assert process("run", "a.yaml").exit_code == 4
    assert report()["exit_code"] == 4


def test_4_credentials_rejected(sandbox: Sandbox) -> None:
    write("a.yaml", ONE)
    wrong = {**SECRETS, "CAMPAIGN_STANDARD_ACCESS_TOKEN": "not-this-token"}
    ended = process("run", "a.yaml", env=pointing_at(sandbox, wrong))
    assert ended.exit_code == 4
    assert "the access token is not valid, or has expired" in ended.stderr


@pytest.mark.parametrize("command", ["plan --live", "status", "doctor"])
def test_4_where_states_are_to_be_read(command: str) -> None:
    write("a.yaml", ONE)
    assert process(*command.split(), "a.yaml").exit_code == 4


@pytest.mark.parametrize("command", ["status", "doctor"])
@pytest.mark.parametrize(("workflow", "exit_code"), [("WKF1", 0), ("WKF99", 1)])
def test_0_and_1_of_what_only_looks(
    sandbox: Sandbox, command: str, workflow: str, exit_code: int
) -> None:
    write("a.yaml", ONE.replace("WKF1", workflow))
    assert process(command, "a.yaml", env=pointing_at(sandbox)).exit_code == exit_code


@pytest.mark.parametrize("command", ["plan", "run", "run --dry-run"])
def test_5_a_guardrail_refused(command: str) -> None:
    write("a.yaml", ONE + "guardrails: {protect: [WKF1]}\n")
    ended = process(*command.split(), "a.yaml")
    assert ended.exit_code == 5
    assert "Traceback" not in ended.output
    if command != "plan":
        assert report()["exit_code"] == 5


def test_6_called_off(program: Program) -> None:
    write("a.yaml", ONE)
    ended = program("run", "a.yaml", stdin="n\n", terminal=True, env=SECRETS)
    assert ended.exit_code == 6


def test_7_the_report_cannot_be_written() -> None:
    write("a.yaml", ONE)
    assert process("run", "a.yaml", "--sandbox", "--report", "no/where.json").exit_code == 7


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["frobnicate"],
        ["validate"],
        ["validate", "a.yaml", "--no-such-option"],
        ["validate", "a.yaml", "--format", "xml"],
        ["run", "a.yaml", "--base-url", "https://evil.example"],
        ["run", "a.yaml", "--report", "folder"],
        ["plan", "a.yaml", "--only", "a.yaml#9.9"],
        ["plan", "a.yaml", "--out", "-"],
        ["plan", "a.yaml", "--live", "--base-url", "https://evil.example"],
        ["plan", "a.yaml", "--override", "nothing", "--reason", "x"],
        ["plan", "a.yaml", "--assume-unknown", "perhaps"],
        ["plan", "a.yaml", "--parallel-reads", "0"],
        ["plan", "a.yaml", "--parallel-reads", "33"],
        ["status"],
        ["status", "a.yaml", "--base-url", "https://evil.example"],
        ["doctor"],
        ["doctor", "a.yaml", "--token-url", "http://mc.adobe.io"],
        ["run"],
        ["run", "a.yaml", "--plan", "p.json"],
        ["run", "a.yaml", "--plan-digest", "abc"],
        ["run", "a.yaml", "--override", "protect"],
        ["run", "a.yaml", "--reason", "x"],
        ["sandbox", "--port", "70000"],
        ["sandbox", "--workflow", "WKF 1"],
        ["sandbox", "--workflow", "WKF1=startd"],
        ["sandbox", "--effect-delay", "soon"],
        ["sandbox", "--organization", "../x"],
        ["schema", "nothing"],
    ],
)
def test_64_wrong_usage(program: Program, arguments: list[str]) -> None:
    write("a.yaml", ONE)
    Path("folder").mkdir()
    ended = program(*arguments)
    assert ended.exit_code == 64
    assert ended.stdout == ""
    assert ended.stderr
    assert "Traceback" not in ended.stderr


def test_64_through_the_real_program() -> None:
    assert process("frobnicate").exit_code == 64
    assert process().exit_code == 64


def test_wrong_usage_comes_before_invalid_files_and_leaves_no_report(program: Program) -> None:
    write("a.yaml", "nonsense")
    ended = program("run", "a.yaml", "--base-url", "https://evil.example")
    assert ended.exit_code == 64
    assert not Path("report.json").exists()


def test_invalid_files_come_before_missing_credentials(program: Program) -> None:
    write("a.yaml", ONE.replace("start", "strat"))
    assert program("run", "a.yaml").exit_code == 3


def test_the_readme_and_help_list_every_code_with_its_meaning(program: Program) -> None:
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    meanings = {int(code): meaning for code, meaning in EXIT_CODE_MEANINGS.items()}
    assert {int(code): meaning.replace("`", "") for code, meaning in rows} == meanings
    assert set(EXIT_CODE_MEANINGS) == set(ExitCode)
    for arguments in (
        ["--help"],
        *([it, "--help"] for it in ("run", "plan", "validate", "status", "doctor")),
    ):
        shown = program(*arguments).stdout
        for code, meaning in meanings.items():
            assert f"{code:>2}  {meaning}" in shown
