"""The command line itself: help, version, schemas, variables, and how it meets the unexpected."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner import __version__
from runner.guardrails.demands import NAMES
from tests.support.campaign import ONE, SECRETS
from tests.support.program import process, write

if TYPE_CHECKING:
    from tests.support.program import Program

ROOT = Path(__file__).parents[2]
COMMANDS = ("validate", "plan", "run", "report", "status", "doctor", "sandbox", "init", "schema")


@pytest.mark.parametrize("arguments", [["--version"], ["--version", "plan"]])
def test_the_version_is_shown(program: Program, arguments: list[str]) -> None:
    ended = program(*arguments)
    assert (ended.exit_code, ended.stdout) == (0, f"campaign-runner {__version__}\n")


# What a command has no use for, of what takes long to import.
FILES = {"yaml", "jsonschema_rs"}
VALUES = {"msgspec"}
NETWORK = {"requests", "urllib3", "ssl", "http.client", "runner.campaign.client"}
LIBRARIES = {"typer", "pydantic", "rich", "jsonschema", "jinja2", "werkzeug", "junitparser"}
TYPER = {"typer", "pydantic"}  # the second one turns words into values
PLANS = {"runner.plan.plan", "runner.guardrails.check", "runner.validate.build"}
SELDOM = {"logging", "tempfile", "importlib.resources", "importlib.metadata", "zoneinfo", "difflib"}


@pytest.mark.parametrize(
    ("arguments", "unused"),
    [
        (["--version"], FILES | VALUES | NETWORK | LIBRARIES | PLANS | SELDOM),
        (["--help"], FILES | VALUES | NETWORK | PLANS | (LIBRARIES - {"typer"})),
        (["run", "--help"], FILES | VALUES | NETWORK | PLANS | (LIBRARIES - TYPER)),
        (["doctor", "--help"], FILES | VALUES | NETWORK | PLANS | (LIBRARIES - TYPER)),
        (["validate", "a.yaml"], NETWORK | LIBRARIES | PLANS | SELDOM),
        (["plan", "a.yaml"], NETWORK | LIBRARIES | SELDOM),
        (["run", "a.yaml", "--dry-run"], NETWORK | (LIBRARIES - {"rich"})),
        (["run", "a.yaml", "--dry-run", "-q"], NETWORK | LIBRARIES),
    ],
    ids=lambda it: " ".join(it) if isinstance(it, list) else "",
)
def test_what_is_not_used_is_not_imported(arguments: list[str], unused: set[str]) -> None:
    write("a.yaml", ONE)
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "runner", *arguments],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "COVERAGE_PROCESS_START": ""},
        check=True,
    )
    imported = set(re.findall(r"\|\s+([\w.]+)$", ended.stderr, re.MULTILINE))
    assert "runner" in imported
    assert imported & unused == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_a_line_for_each_option(program: Program, command: str) -> None:
    ended = program(command, "--help")
    assert ended.exit_code == 0
    options = ended.stdout.partition("Options:")[2].partition("Exit codes")[0]
    for option in re.findall(
        r"^  (--[\w-]+|-\w, --[\w-]+)(.*(?:\n {10,}.*)*)", options, re.MULTILINE
    ):
        assert re.search(r"[A-Z0-9][a-z]* \w+|\.$", option[1]), option


@pytest.mark.parametrize("command", ["plan", "run"])
def test_the_help_names_every_guardrail_that_can_be_lifted(program: Program, command: str) -> None:
    shown = " ".join(program(command, "--help").stdout.split())
    assert f"One of {', '.join(NAMES)}." in shown


def test_every_command_is_in_the_readme(program: Program) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = program("--help").stdout.partition("Commands:")[2].partition("Exit codes")[0]
    assert re.findall(r"^  (\w+)  ", listed, re.MULTILINE) == list(COMMANDS)
    assert re.findall(r"^\| `campaign-runner (\w+)", text, re.MULTILINE) == list(COMMANDS)


def test_the_readme_names_every_variable_of_the_program() -> None:
    files = sorted((ROOT / "runner/cli").glob("*.py"))
    source = "".join(file.read_text(encoding="utf-8") for file in files)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    pattern = r"(?<!_)CAMPAIGN_RUNNER_[A-Z_]+"
    assert set(re.findall(pattern, source)) == set(re.findall(pattern, text))


@pytest.mark.parametrize("name", ["config", "faults", "journal", "plan", "policy", "report"])
def test_schemas_are_printed_as_they_stand_in_the_repository(program: Program, name: str) -> None:
    expected = (ROOT / f"schema/{name}.schema.json").read_text(encoding="utf-8")
    assert program("schema", name).stdout == expected


def test_the_schema_of_the_files_is_the_default(program: Program) -> None:
    assert program("schema").stdout == program("schema", "config").stdout


@pytest.mark.parametrize(
    ("variable", "value", "arguments", "expected"),
    [
        ("CAMPAIGN_RUNNER_ENV", "prd", ["plan", "a.yaml"], "there is no environment `prd`"),
        ("CAMPAIGN_RUNNER_REPORT", "folder/r.json", ["run", "a.yaml"], "cannot be written"),
        ("CAMPAIGN_RUNNER_BASE_URL", "https://e.example", ["run", "a.yaml"], "`e.example`"),
        ("CAMPAIGN_RUNNER_TOKEN_URL", "https://e.example", ["run", "a.yaml"], "`e.example`"),
        ("CAMPAIGN_RUNNER_BASE_URL", "https://e.example", ["status", "a.yaml"], "`e.example`"),
        ("CAMPAIGN_RUNNER_BASE_URL", "https://e.example", ["doctor", "a.yaml"], "`e.example`"),
        ("CAMPAIGN_RUNNER_BASE_URL", "https://e.example", ["plan", "--live", "."], "`e.example`"),
        ("CAMPAIGN_RUNNER_POLICY", "no.yaml", ["plan", "a.yaml"], "no.yaml:1:1: error"),
        ("CAMPAIGN_RUNNER_PARALLEL_READS", "0", ["status", "a.yaml"], "PARALLEL_READS"),
        ("CAMPAIGN_RUNNER_LOG_FORMAT", "json", ["validate", "a.yaml"], '"level": "info"'),
    ],
)
def test_options_may_come_from_variables(
    program: Program, variable: str, value: str, arguments: list[str], expected: str
) -> None:
    write("a.yaml", ONE)
    assert expected in program(*arguments, env={**SECRETS, variable: value}).output


def test_color_is_off_by_option_and_by_either_variable(program: Program) -> None:
    write("a.yaml", ONE)
    colored = program("run", "a.yaml", "--sandbox", terminal=True, env={"TERM": "xterm-256color"})
    assert "\x1b[32m" in colored.stderr
    for more, env in (
        (["--no-color"], {}),
        ([], {"NO_COLOR": "anything"}),
        ([], {"CAMPAIGN_RUNNER_NO_COLOR": "1"}),
    ):
        plain = program(
            *("run", "a.yaml", "--sandbox", *more),
            terminal=True,
            env={"TERM": "xterm-256color", **env},
        )
        assert "\x1b[32m" not in plain.stderr


def test_a_reader_that_goes_away_gets_no_traceback() -> None:
    many = ONE.replace("WKF1", "[" + ",".join(f"W{n}" for n in range(20_000)) + "]")
    write("a.yaml", f"{many}guardrails: {{max_active: 20000}}\n")
    ended = subprocess.run(
        f"{sys.executable} -m runner plan a.yaml | head -1",
        shell=True,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ended.stdout == "Environment: base (no --env given)\n"
    assert ended.stderr == ""


def test_a_terminal_that_lacks_a_character_still_gets_the_line() -> None:
    write("ü.yaml", ONE)
    env = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    ended = process("plan", "ü.yaml", env=env)
    assert ended.exit_code == 0, ended.stderr
    assert "\\xfc.yaml:3:19" in ended.stdout


@pytest.mark.skipif(os.name == "nt", reason="a file name that is no text exists on POSIX only")
def test_a_file_name_that_is_no_text_is_carried_through() -> None:
    Path(os.fsdecode(b"\xff.yaml")).write_text(ONE, encoding="utf-8")
    assert process("validate", ".").exit_code == 0
    assert process("plan", ".", "--format", "json").exit_code == 0
    assert process("run", ".", "--sandbox").exit_code == 0


def test_ctrl_c_while_the_command_line_is_read_is_exit_6(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_version: bool) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("runner.cli.options.house_rules", lambda *_: interrupt(True))
    write("a.yaml", "version: 1\n")
    ended = program("plan", "a.yaml")
    assert (ended.exit_code, ended.stdout) == (6, "")
    assert "interrupted" in ended.stderr
