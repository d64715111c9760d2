"""`init`: what it writes is valid and runs at once, and nothing that is there is touched."""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from runner import __version__
from runner.scaffold.repository import repository
from tests.support.program import report

if TYPE_CHECKING:
    from tests.support.program import Ended, Program

SYSTEMS = ("github", "gitlab", "azure", "jenkins")
OWN = f"campaign-runner=={__version__}"
HERE = Path("here")
posix = pytest.mark.skipif(os.name == "nt", reason="as POSIX has it")


def files(folder: Path = HERE) -> dict[str, str]:
    return {
        it.relative_to(folder).as_posix(): it.read_text(encoding="utf-8")
        for it in folder.rglob("*")
        if it.is_file()
    }


def environments() -> list[str]:
    """Give those that every file of the folder has."""
    found = [yaml.safe_load(it.read_text())["environments"] for it in HERE.glob("campaigns/*")]
    assert len(found) == 2
    return sorted(set.intersection(*map(set, found)))


class TestWritten:
    @pytest.mark.parametrize("ci", SYSTEMS)
    def test_it_is_the_repository_of_that_system_with_this_very_version(
        self, program: Program, ci: str
    ) -> None:
        assert program("init", HERE, "--ci", ci).exit_code == 0
        assert files() == repository(ci, OWN)

    def test_github_and_the_working_folder_are_what_is_meant_without_a_word(
        self, program: Program
    ) -> None:
        assert program("init").exit_code == 0
        assert files(Path()) == repository("github", OWN)

    @pytest.mark.parametrize("ci", SYSTEMS)
    def test_it_is_valid_and_runs_in_every_environment(self, program: Program, ci: str) -> None:
        program("init", HERE, "--ci", ci)
        assert environments() == ["prod", "stage"]
        for name in environments():
            paths = (HERE / "campaigns", "--env", name)
            valid = program("validate", *paths, "--strict")
            assert (valid.exit_code, valid.stdout) == (0, ""), valid.output
            plan = program("plan", *paths, "--format", "json")
            assert plan.exit_code == 0, plan.output
            assert {it["action"] for it in plan.json()["commands"]} == {"stop", "start", "ensure"}
            ended = program("run", *paths, "--sandbox")
            assert ended.exit_code == 0, ended.output
            assert (report()["environment"], report()["result"]) == (name, "succeeded")

    def test_without_an_environment_nothing_of_it_can_be_sent(self, program: Program) -> None:
        program("init", HERE)
        ended = program("run", HERE / "campaigns")
        assert ended.exit_code == 3
        assert "organization" in ended.stderr

    def test_its_guardrails_hold(self, program: Program) -> None:
        program("init", HERE)
        file = HERE / "campaigns/0001-example.yaml"
        file.write_text(file.read_text().replace("stop: WKF101", "stop: WKF900"))
        plan = ("plan", "here/campaigns", "--env")
        assert program(*plan, "stage").exit_code == 0
        assert program(*plan, "prod").exit_code == 5


class TestSaid:
    def test_every_file_on_stdout_and_what_to_do_next_on_stderr(self, program: Program) -> None:
        ended = program("init", "my campaigns")
        assert ended.stdout.splitlines() == [
            f"my campaigns/{path}" for path in sorted(repository("github", OWN))
        ]
        lines = re.findall(r"^  campaign-runner (.*)$", ended.stderr, re.MULTILINE)
        assert len(lines) == 2
        for line in lines:
            assert program(*shlex.split(line)).exit_code == 0

    def test_nothing_but_the_files_where_it_is_to_be_quiet(self, program: Program) -> None:
        ended = program("init", HERE, "-q")
        assert ended.stderr == ""
        assert ended.stdout

    def test_logs_in_json(self, program: Program) -> None:
        ended = program("init", HERE, "--log-format", "json")
        assert [json.loads(it)["level"] for it in ended.stderr.splitlines()] == ["info"]

    @posix
    def test_a_name_without_what_a_terminal_obeys(self, program: Program) -> None:
        ended = program("init", "a\x1b[31m\n::error::b")
        assert ended.exit_code == 0
        assert "\x1b" not in ended.output
        assert "\n::error::" not in ended.output


class TestSource:
    def test_another_place_is_installed_instead(self, program: Program) -> None:
        source = "git+https://github.com/OWNER/campaign-runner@v1"
        ended = program("init", HERE, "--runner-source", source)
        assert files() == repository("github", source)
        assert "warning" not in ended.stderr

    def test_one_that_changes_with_the_days_is_written_with_a_warning(
        self, program: Program
    ) -> None:
        source = "git+https://github.com/OWNER/campaign-runner"
        ended = program("init", HERE, "--runner-source", source)
        assert ended.exit_code == 0
        assert "on the day of each run: end it in @TAG or @COMMIT" in ended.stderr
        assert files() == repository("github", source)

    @pytest.mark.parametrize("ci", SYSTEMS)
    @pytest.mark.parametrize("source", ["", "-r evil.txt", "a'; id; '", "a\nb", "${{ secrets.X }}"])
    def test_a_hostile_one_is_refused_with_what_to_write(
        self, program: Program, ci: str, source: str
    ) -> None:
        ended = program("init", HERE, "--ci", ci, f"--runner-source={source}")
        assert (ended.exit_code, ended.stdout) == (64, "")
        assert "write a requirement of pip, such as campaign-runner==1.2.3" in ended.stderr
        assert not HERE.exists()

    def test_a_secret_in_it_is_refused_and_not_shown(self, program: Program) -> None:
        source = "git+https://me:hunter2@git.example.com/a/b@v1"
        ended = program("init", HERE, f"--runner-source={source}", "-vv")
        assert ended.exit_code == 64
        assert "hunter2" not in ended.output
        assert not HERE.exists()


class TestRefused:
    def refused(self, program: Program) -> Ended:
        before = files()
        ended = program("init", HERE)
        assert (ended.exit_code, ended.stdout) == (64, "")
        assert files() == before
        return ended

    def test_a_repository_that_is_there_already(self, program: Program) -> None:
        program("init", HERE)
        ended = self.refused(program)
        for path in files():
            assert f"`{path}` is there already" in ended.stderr

    def test_a_single_file_keeps_all_from_being_written(self, program: Program) -> None:
        HERE.mkdir()
        HERE.joinpath("README.md").write_text("mine")
        ended = self.refused(program)
        assert "1 thing in the way, and nothing was written" in ended.stderr
        assert files() == {"README.md": "mine"}

    def test_a_full_disk_leaves_nothing(
        self, program: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fail_at_the_journeys(monkeypatch, OSError(errno.ENOSPC, "No space left on device"))
        ended = program("init", HERE)
        assert (ended.exit_code, ended.stdout) == (7, "")
        assert "no space left on device; nothing was left behind" in ended.stderr
        assert not HERE.exists()

    def test_nor_does_an_interruption(
        self, program: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fail_at_the_journeys(monkeypatch, KeyboardInterrupt())
        assert program("init", HERE).exit_code == 6
        assert not HERE.exists()

    def test_a_system_that_is_not_known(self, program: Program) -> None:
        ended = program("init", HERE, "--ci", "travis")
        assert ended.exit_code == 64
        assert all(name in ended.stderr for name in SYSTEMS)
        assert not HERE.exists()


def fail_at_the_journeys(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Have the system fail when that file is made, after others were."""
    real = os.open

    def opened(path: Path, *more: int) -> int:
        if str(path).endswith("journeys.yaml"):
            assert files()
            raise error
        return real(path, *more)

    monkeypatch.setattr(os, "open", opened)
