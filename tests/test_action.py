"""The composite action's shell lines, run by a real bash: what is given is passed on as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.scaffold.action import ACTION, CALL, INSTALL, OWN, Machine
from tests.scaffold.written import needs_bash
from tests.support.program import report, write

pytestmark = needs_bash
CANARY = "canary-5d2f"
# Each would make a file named `hit` if a shell read it.
HOSTILE = (
    "a b",
    "  a  ",
    "a; touch hit",
    "$(touch hit)",
    "`touch hit`",
    '"; touch hit; "',
    "'; touch hit; '",
    "a && touch hit",
    "a | touch hit",
    "a > hit",
    "*",
    "$HOME",
    "${options[@]}",
    "a\\",
    "!!",
    "::error::a",
    "ä\u202e",
)


@pytest.fixture
def machine(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return Machine(tmp_path_factory.mktemp("machine"), tmp_path)


class TestWords:
    def test_the_command_then_its_options_and_after_them_the_paths(self, machine: Machine) -> None:
        given = {"command": "plan", "paths": "a\nb", "arguments": "--strict\n--only=a.yaml#1.1"}
        assert machine.call(given).returncode == 0
        assert machine.words == ["plan", "--strict", "--only=a.yaml#1.1", "--", "a", "b"]

    def test_left_out_they_are_the_folder_and_nothing(self, machine: Machine) -> None:
        machine.call({"command": "validate"})
        assert machine.words == ["validate", "--", "campaigns"]

    def test_no_path_is_none(self, machine: Machine) -> None:
        machine.call({"command": "run", "paths": "", "arguments": "--resume=a.jsonl"})
        assert machine.words == ["run", "--resume=a.jsonl", "--"]

    @pytest.mark.parametrize("command", ["validate", "plan", "run", "report"])
    def test_an_environment_goes_to_the_commands_that_know_it(
        self, machine: Machine, command: str
    ) -> None:
        machine.call({"command": command, "env": "prod"})
        known = [] if command == "report" else ["--env=prod"]
        assert machine.words == [command, *known, "--", "campaigns"]

    def test_empty_lines_are_nothing(self, machine: Machine) -> None:
        machine.call({"command": "plan", "paths": "\na\n\nb\n", "arguments": "\n--strict\n\n"})
        assert machine.words == ["plan", "--strict", "--", "a", "b"]

    def test_variables_of_the_job_add_nothing(self, machine: Machine) -> None:
        names = re.findall(r"\b([a-z]+)\+?=\(|read -r (\w+)", CALL["run"])
        job = {name: "--yes" for found in names for name in found if name}
        assert set(job) == {"options", "files", "line"}
        machine.call({"command": "validate", "paths": "a"}, job)
        assert machine.words == ["validate", "--", "a"]

    def test_no_input_comes_to_a_shell_but_as_a_variable(self) -> None:
        for step in (INSTALL, CALL):
            assert "${{" not in step["run"]
        used = re.findall(r"\$\{\{ inputs\.([\w-]+) \}\}", str([INSTALL["env"], CALL["env"]]))
        assert sorted(used) == sorted(ACTION["inputs"])


class TestHostile:
    @pytest.mark.parametrize(
        "path", [*HOSTILE, "-x", "--yes", "--base-url=https://e.example", "--"]
    )
    def test_a_path_is_one_word_and_no_option(self, machine: Machine, path: str) -> None:
        machine.call({"command": "run", "paths": f"a\n{path}"})
        assert machine.words == ["run", "--", "a", path]
        assert list(Path().iterdir()) == []

    @pytest.mark.parametrize("name", [*HOSTILE, "-x", "--yes", "a\n--yes", "\n"])
    def test_an_environment_is_one_word(self, machine: Machine, name: str) -> None:
        machine.call({"command": "run", "env": name, "paths": "a"})
        assert machine.words == ["run", f"--env={name}", "--", "a"]
        assert list(Path().iterdir()) == []

    @pytest.mark.parametrize("value", HOSTILE)
    def test_an_option_is_one_word(self, machine: Machine, value: str) -> None:
        machine.call({"command": "run", "arguments": f"--report={value}"})
        assert machine.words == ["run", f"--report={value}", "--", "campaigns"]
        assert list(Path().iterdir()) == []

    @pytest.mark.parametrize("line", ["a", "-x", "-", "--", " --yes", CANARY, f"$({CANARY})", " "])
    def test_what_is_no_option_is_refused_and_not_repeated(
        self, machine: Machine, line: str
    ) -> None:
        ended = machine.call({"command": "run", "arguments": f"--strict\n{line}"})
        assert (ended.returncode, ended.stdout) == (64, "")
        assert ended.stderr == (
            "arguments: one option a line, such as --strict or --state-dir=.state/prod\n"
        )
        assert machine.installed == []

    @pytest.mark.parametrize(
        "command",
        ["", "plan ", "plan run", "doctor", "sandbox", "--version", "*", CANARY, *HOSTILE],
    )
    def test_a_command_that_is_not_known_is_refused_and_not_repeated(
        self, machine: Machine, command: str
    ) -> None:
        ended = machine.call({"command": command})
        assert (ended.returncode, ended.stdout) == (64, "")
        assert ended.stderr == "command: one of validate, plan, run, report\n"
        assert list(Path().iterdir()) == []


class TestInstalled:
    def test_left_out_it_is_the_repository_of_the_action(self, machine: Machine) -> None:
        assert machine.install().returncode == 0
        assert machine.installed == [OWN]
        assert Path(OWN, "pyproject.toml").is_file()

    def test_it_is_installed_once_for_a_job_and_again_for_another_source(
        self, machine: Machine
    ) -> None:
        for source in ("a==1", "a==1", "a==2", "a==2"):
            assert machine.install(source=source).returncode == 0
        assert machine.installed == ["a==1", "a==2"]

    def test_what_failed_is_tried_again(self, machine: Machine) -> None:
        machine.python(code=3)
        assert machine.install(source="a==1").returncode == 3
        machine.python()
        assert machine.install(source="a==1").returncode == 0
        assert machine.installed == ["a==1", "a==1"]

    @pytest.mark.parametrize("more", HOSTILE)
    def test_a_hostile_source_is_one_word_of_pip(self, machine: Machine, more: str) -> None:
        machine.install(source=f"a{more}")
        assert machine.installed == [f"a{more}"]
        assert list(Path().iterdir()) == []

    @pytest.mark.parametrize(
        "source",
        ["-r evil.txt", "--index-url=https://e.example", " a", "\na", f"${CANARY}", "~/a", "@"],
    )
    def test_one_that_could_be_an_option_is_refused_and_not_repeated(
        self, machine: Machine, source: str
    ) -> None:
        ended = machine.install(source=source)
        assert (ended.returncode, ended.stdout) == (64, "")
        assert ended.stderr == (
            "source: write a requirement of pip, such as campaign-runner==1.2.3\n"
        )
        assert machine.installed == []


class TestEnd:
    @pytest.mark.parametrize("code", [0, 1, 2, 3, 4, 5, 6, 7, 64])
    def test_the_exit_code_is_the_programs(self, machine: Machine, code: int) -> None:
        assert machine.call({"command": "plan"}, code=code).returncode == code

    def test_a_job_that_is_cancelled_tells_the_program_itself(self, machine: Machine) -> None:
        """The process that GitHub has started is the program by then, and no shell before it."""
        ended = machine.call(
            {"command": "run"}, {"BASH_ENV": str(write("tell.sh", "echo shell $$"))}
        )
        said = re.findall(r"^(?:shell|process) (\d+)$", ended.stdout, re.MULTILINE)
        assert said == [said[0]] * 2


class TestReally:
    """With the program itself."""

    GOOD = "version: 1\norganization: acme\nactions: [{start: WKF1}]\n"

    def test_it_plans_a_folder_whose_name_has_blanks(self, machine: Machine) -> None:
        write("my campaigns/a $(id).yaml", self.GOOD)
        ended = machine.really_call(
            command="plan", paths="my campaigns", arguments="--detailed-exitcode"
        )
        assert ended.returncode == 2, ended.stderr
        assert machine.step.outputs["exit-code"] == "2"
        assert set(machine.step.outputs) <= set(ACTION["outputs"])
        assert "WKF1" in machine.step.summary

    def test_it_runs_in_the_sandbox_and_gives_all_outputs(self, machine: Machine) -> None:
        write("campaigns/a.yaml", self.GOOD)
        ended = machine.really_call(command="run", arguments="--sandbox")
        assert ended.returncode == 0, ended.stderr
        assert report()["result"] == machine.step.outputs["result"] == "succeeded"
        assert set(ACTION["outputs"]) - set(machine.step.outputs) == {"has-work"}

    def test_what_is_invalid_is_annotated_and_ends_with_3(self, machine: Machine) -> None:
        write("campaigns/a.yaml", self.GOOD.replace("start", "strat"))
        ended = machine.really_call(command="validate", arguments="--format=github")
        assert ended.returncode == 3
        assert "::error " in ended.stdout

    def test_the_outputs_are_those_of_the_second_step(self) -> None:
        assert CALL["id"] == "command"
        for name, it in ACTION["outputs"].items():
            assert it["value"] == "${{ steps.command.outputs." + name + " }}"
