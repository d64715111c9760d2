"""No repository makes `--changed-since` run a program, or look at another one (R33)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.repository import GIT, SETTINGS, Repository, actions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.program import Ended, Program

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
OLD, NEW = actions("start: WKF1"), actions("stop: WKF2")
HOOKS = ("pre-commit", "post-commit", "post-checkout", "post-index-change", "reference-transaction")


class Trap:
    """A branch with an old and a new file, and a program that leaves a trace where it is run."""

    def __init__(self, program: Program, folder: Path) -> None:
        self._program = program
        self.trace = folder / "trace"
        self.script = folder / "script"
        self.script.write_text(f"#!/bin/sh\ntouch '{self.trace}'\n", encoding="utf-8")
        self.script.chmod(0o755)
        self.repository = Repository(Path.cwd())
        self.repository.write("c/old.yaml", OLD)
        self.repository.commit()
        self.repository.git("checkout", "-q", "-b", "feature")
        self.repository.write("c/new.yaml", NEW)

    def configure(self, *settings: str, attributes: str = "") -> None:
        """Set `name=value` in the repository's own configuration; `SCRIPT` is the program."""
        for it in settings:
            name, _, value = it.replace("SCRIPT", str(self.script)).partition("=")
            self.repository.git("config", name, value)
        if attributes:
            self.repository.write(".gitattributes", f"{attributes}\n")

    def assert_set(self, *arguments: str) -> None:
        """Make sure that git itself runs into it."""
        subprocess.run(
            [GIT, "-c", "user.name=A", "-c", "user.email=a@example.com", *arguments],
            env={**os.environ, **SETTINGS},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert self.trace.exists(), arguments
        self.trace.unlink()

    def plan(self, *paths: str, since: str = "main", env: Mapping[str, str] | None = None) -> Ended:
        settings = {**SETTINGS, **(env or {})}
        return self._program("plan", *(paths or ("c",)), "--changed-since", since, env=settings)

    def assert_passed_by(self, ended: Ended) -> None:
        """Make sure that the old file was left out, the new one was not, and nothing was run."""
        assert ended.exit_code == 0, ended.output
        assert "  actions run: c/new.yaml (added)\n" in ended.stderr
        assert "  actions left out: 1 unchanged file\n" in ended.stderr
        assert "WKF1" not in ended.stdout
        assert not self.trace.exists()


@pytest.fixture
def trap(program: Program, tmp_path_factory: pytest.TempPathFactory) -> Trap:
    return Trap(program, tmp_path_factory.mktemp("elsewhere"))


@pytest.mark.parametrize(
    ("settings", "attributes", "runs_into_it"),
    [
        (["core.fsmonitor=SCRIPT"], "", ["status"]),
        (["filter.x.clean=SCRIPT"], "*.yaml filter=x", ["add", "-A"]),
        (
            ["filter.x.smudge=SCRIPT"],
            "*.yaml filter=x",
            ["cat-file", "--filters", "HEAD:c/old.yaml"],
        ),
        (["diff.x.textconv=SCRIPT"], "*.yaml diff=x", ["diff", "--cached", "HEAD"]),
        (["diff.x.command=SCRIPT"], "*.yaml diff=x", ["diff", "--cached", "HEAD"]),
        (["diff.external=SCRIPT"], "", ["diff", "--cached", "HEAD"]),
    ],
    ids=lambda it: it[0] if isinstance(it, list) else "",
)
def test_settings_of_the_repository_run_nothing(
    trap: Trap, settings: list[str], attributes: str, runs_into_it: list[str]
) -> None:
    trap.repository.git("add", "-A")
    trap.configure(*settings, attributes=attributes)
    trap.repository.write("c/old.yaml", OLD)  # so that git has to look at it
    trap.assert_set(*runs_into_it)
    trap.assert_passed_by(trap.plan())


def test_nor_do_its_hooks(trap: Trap) -> None:
    for name in HOOKS:
        shutil.copy(trap.script, Path(".git/hooks", name))
    trap.assert_set("commit", "--allow-empty", "-m", "a change")
    trap.assert_passed_by(trap.plan())


@pytest.mark.parametrize(
    "settings",
    [
        ["remote.origin.url=ssh://a.invalid/x", "core.sshCommand=SCRIPT"],
        ["remote.origin.url=.", "remote.origin.uploadpack=SCRIPT"],
        ["remote.origin.url=ext::SCRIPT", "protocol.ext.allow=always"],
        ["remote.origin.url=git://a.invalid/x", "core.gitProxy=SCRIPT"],
    ],
    ids=lambda it: it[1].partition("=")[0],
)
def test_what_a_clone_lacks_is_not_fetched_by_whatever_it_names(
    trap: Trap, settings: list[str]
) -> None:
    """A clone that says it is a partial one would fetch what was taken out of it."""
    identity = trap.repository.git("rev-parse", "main:c/old.yaml")
    trap.configure(*settings, "remote.origin.promisor=true", "extensions.partialClone=origin")
    trap.repository.git("config", "core.repositoryFormatVersion", "1")
    trap.repository.write("c/old.yaml", f"{OLD}# so that it has to be read\n")
    Path(".git/objects", identity[:2], identity[2:]).unlink()
    trap.assert_set("cat-file", "blob", identity)
    ended = trap.plan()
    assert ended.exit_code == 7
    assert "this clone lacks files of the commit that it compares with" in ended.stderr
    assert not trap.trace.exists()


@pytest.mark.parametrize("folder", ["", ".", "bin"])
def test_a_program_of_that_name_in_the_working_folder_is_not_git(trap: Trap, folder: str) -> None:
    for place in (Path("git"), Path("bin/git")):
        place.parent.mkdir(exist_ok=True)
        shutil.copy(trap.script, place)
    path = os.pathsep.join((folder, os.environ["PATH"]))
    assert shutil.which("git", path=path) != GIT
    trap.assert_passed_by(trap.plan(env={"PATH": path}))


class TestVariables:
    """Variables that lead git elsewhere lead it nowhere."""

    @pytest.fixture
    def other(self, trap: Trap, tmp_path_factory: pytest.TempPathFactory) -> Repository:
        """A repository in which the old file is not there, so that it would be new."""
        made = Repository(tmp_path_factory.mktemp("other"))
        made.write("README", "")
        made.commit()
        made.git("config", "core.fsmonitor", str(trap.script))
        return made

    @pytest.mark.parametrize(
        "name", ["GIT_DIR", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_INDEX_FILE"]
    )
    def test_to_the_files_of_another(self, trap: Trap, other: Repository, name: str) -> None:
        git = other.folder / ".git"
        place = {"GIT_OBJECT_DIRECTORY": git / "objects", "GIT_INDEX_FILE": git / "index"}
        trap.assert_passed_by(trap.plan(env={name: str(place.get(name, git))}))

    def test_to_another_working_tree(self, trap: Trap, other: Repository) -> None:
        elsewhere = {"GIT_WORK_TREE": str(other.folder), "GIT_DIR": str(Path.cwd() / ".git")}
        trap.assert_passed_by(trap.plan(env=elsewhere))

    @pytest.mark.parametrize(
        "name",
        ["GIT_EXTERNAL_DIFF", "GIT_SSH_COMMAND", "GIT_PROXY_COMMAND", "GIT_PAGER", "GIT_EDITOR"],
    )
    def test_to_a_program(self, trap: Trap, name: str) -> None:
        trap.assert_passed_by(trap.plan(env={name: str(trap.script)}))

    def test_to_settings(self, trap: Trap) -> None:
        setting = f"'core.fsmonitor'='{trap.script}'"
        trap.assert_passed_by(trap.plan(env={"GIT_CONFIG_PARAMETERS": setting}))

    def test_to_a_file_that_is_written(self, trap: Trap) -> None:
        traces = {name: str(trap.trace) for name in ("GIT_TRACE", "GIT_TRACE2_EVENT")}
        trap.assert_passed_by(trap.plan(env=traces))


def test_a_repository_that_is_part_of_the_files_is_not_asked(
    trap: Trap, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files of a pull request can make a folder look like a bare repository."""
    bare = Repository(Path.cwd() / "inner", "--bare")
    bare.git("config", "core.bare", "false")
    bare.git("config", "core.worktree", str(Path.cwd() / "inner"))
    bare.git("config", "core.fsmonitor", str(trap.script))
    bare.git("--work-tree=.", "commit", "-q", "--allow-empty", "-m", "a change")
    Path("inner/new.yaml").write_text(NEW, encoding="utf-8")
    monkeypatch.chdir("inner")
    trap.assert_set("status")
    ended = trap.plan("new.yaml")
    assert ended.exit_code == 64
    assert "not in a git repository with files" in ended.stderr
    assert not trap.trace.exists()


def test_a_working_tree_that_is_said_to_be_elsewhere_has_none_of_the_files(
    trap: Trap, tmp_path_factory: pytest.TempPathFactory
) -> None:
    trap.configure(f"core.worktree={tmp_path_factory.mktemp('elsewhere')}")
    ended = trap.plan()
    assert ended.exit_code == 64
    assert "`c/old.yaml` lies outside of it" in ended.stderr


def test_an_object_that_is_put_in_the_place_of_another_is_not_looked_at(trap: Trap) -> None:
    """`git replace` would make an old file new."""
    main = trap.repository.git("rev-parse", "main")
    empty = trap.repository.git("commit-tree", "-m", "nothing", git_empty_tree(trap.repository))
    trap.repository.git("replace", main, empty)
    assert trap.repository.git("ls-tree", "-r", "main") == ""
    trap.assert_passed_by(trap.plan())


def git_empty_tree(repository: Repository) -> str:
    return repository.git("hash-object", "-w", "-t", "tree", os.devnull)


@pytest.mark.parametrize(
    "attributes",
    [
        "*.yaml export-ignore",
        "*.yaml -diff",
        "*.yaml binary",
        "*.yaml merge=union",
        "*.yaml linguist-generated",
    ],
)
def test_attributes_make_no_old_file_new(trap: Trap, attributes: str) -> None:
    trap.repository.write(".gitattributes", f"{attributes}\n")
    trap.repository.commit()
    trap.assert_passed_by(trap.plan())


@pytest.mark.parametrize("bit", ["--assume-unchanged", "--skip-worktree"])
def test_nor_do_bits_of_the_index_hide_a_modified_one(trap: Trap, bit: str) -> None:
    trap.repository.git("update-index", bit, "c/old.yaml")
    trap.repository.write("c/old.yaml", NEW)
    assert trap.repository.git("diff", "--name-only", "main") == ""
    ended = trap.plan()
    assert ended.exit_code == 3
    assert "c/old.yaml:4:11: error: actions: this file was modified" in ended.stderr


def test_no_secret_is_given_to_git(trap: Trap, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("bin")
    git = folder / "git"
    git.write_text(f'#!/bin/sh\nenv >> "{folder}/env"\nexec {GIT} "$@"\n', encoding="utf-8")
    git.chmod(0o755)
    path = os.pathsep.join((str(folder), os.environ["PATH"]))
    env = {"PATH": path, "CAMPAIGN_STANDARD_ACCESS_TOKEN": "canary-of-a-token"}
    trap.assert_passed_by(trap.plan(env=env))
    assert "PATH=" in (folder / "env").read_text(encoding="utf-8")
    assert "canary" not in (folder / "env").read_text(encoding="utf-8")
