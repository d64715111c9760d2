"""Which commit is compared with, and what to set where a clone does not hold it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner.changes.commits import Base, find_base
from runner.changes.git import Git
from runner.errors import UsageError

if TYPE_CHECKING:
    from tests.support.repository import Repository

FETCH = (
    "fetch the whole history: `fetch-depth: 0` for actions/checkout, `GIT_DEPTH: 0` on GitLab,"
    " `fetchDepth: 0` on Azure Pipelines, no shallow clone on Jenkins, or git fetch --unshallow"
)


def base(name: str, folder: Path | None = None) -> Base:
    return find_base(Git(folder or Path.cwd(), os.environ), name)


def refused(name: str, folder: Path | None = None) -> str:
    """Give why there is nothing to compare with."""
    with pytest.raises(UsageError) as caught:
        base(name, folder)
    return str(caught.value)


@pytest.fixture
def parted(repository: Repository) -> dict[str, str]:
    """Three commits of `main` and two of `feature`, which left it after the first; by message."""
    made = {"m1": repository.commit("m1")}
    repository.git("checkout", "-q", "-b", "feature")
    made |= {it: repository.commit(it) for it in ("f1", "f2")}
    repository.git("checkout", "-q", "main")
    made |= {it: repository.commit(it) for it in ("m2", "m3")}
    repository.git("checkout", "-q", "feature")
    return made


class TestFound:
    def test_it_comes_with_where_both_parted(self, parted: dict[str, str]) -> None:
        assert base("main") == Base(parted["m3"], parted["m1"])
        assert base("main").commits == (parted["m1"], parted["m3"])

    def test_one_that_head_comes_after_is_both(self, parted: dict[str, str]) -> None:
        assert base("HEAD~1") == Base(parted["f1"], parted["f1"])
        assert base("HEAD~1").commits == (parted["f1"],)

    def test_one_that_comes_after_head_parted_at_head(
        self, repository: Repository, parted: dict[str, str]
    ) -> None:
        repository.git("checkout", "-q", parted["m1"])
        assert base("main") == Base(parted["m3"], parted["m1"])


class TestNames:
    @pytest.mark.parametrize("name", ["", " ", "\t\n"])
    def test_an_empty_one_says_that_a_variable_may_be_unset(
        self, parted: dict[str, str], name: str
    ) -> None:
        assert refused(name) == (
            "--changed-since is empty; a variable that should hold a commit may be unset"
        )

    @pytest.mark.parametrize("length", [40, 64])
    def test_all_zeros_are_a_new_branch(self, parted: dict[str, str], length: int) -> None:
        message = refused("0" * length)
        assert message.startswith("--changed-since is all zeros, which CI systems give for a")
        assert message.endswith("name the branch that it left, such as origin/main")

    @pytest.mark.parametrize("name", ["0", "0000000", "0" * 39 + "1"])
    def test_other_names_of_zeros_are_names(self, parted: dict[str, str], name: str) -> None:
        assert f"there is no commit `{name}` in this repository" in refused(name)

    @pytest.mark.parametrize("name", ["gone", "--all", "HEAD^{tree}", "main..feature"])
    def test_what_is_no_commit_is_told(self, parted: dict[str, str], name: str) -> None:
        assert refused(name) == (
            f"--changed-since: there is no commit `{name}` in this repository; fetch it first, or"
            " name another (after a forced push it may be gone)"
        )

    def test_a_branch_that_only_the_origin_has_is_named(
        self, repository: Repository, parted: dict[str, str], tmp_path: Path
    ) -> None:
        repository.clone(tmp_path / "clone")
        assert refused("main", tmp_path / "clone") == (
            "--changed-since: there is no commit `main` in this repository; did you mean"
            " `origin/main`?"
        )
        assert base("origin/main", tmp_path / "clone").commit == parted["m3"]

    def test_a_long_or_hostile_one_is_shown_harmlessly(self, parted: dict[str, str]) -> None:
        message = refused("\x1b[2J\n::error::" + "x" * 1_000)
        assert message.isprintable()
        assert "::error::" not in message
        assert len(message) < 400


class TestHistories:
    def test_a_branch_without_a_commit_has_nothing_to_compare(
        self, repository: Repository, parted: dict[str, str]
    ) -> None:
        repository.git("checkout", "-q", "--orphan", "new")
        assert refused("main") == "--changed-since: this branch has no commit yet"

    def test_one_that_has_nothing_in_common_is_told(
        self, repository: Repository, parted: dict[str, str]
    ) -> None:
        repository.git("checkout", "-q", "--orphan", "new")
        repository.commit()
        assert refused("main") == "--changed-since: HEAD and `main` have no commit in common"


class TestShallowClones:
    """A clone whose history is cut says what to set (R33)."""

    @pytest.mark.parametrize("name", ["m1", "m2"])
    def test_one_that_lacks_the_commit_is_refused(
        self, repository: Repository, parted: dict[str, str], tmp_path: Path, name: str
    ) -> None:
        repository.clone(tmp_path / "clone", "--depth", "1")
        commit = parted[name]
        assert refused(commit, tmp_path / "clone") == (
            f"--changed-since: this clone is shallow, and lacks the commit `{commit}`; {FETCH}"
        )

    def test_one_that_holds_the_commit_before_will_do(
        self, repository: Repository, parted: dict[str, str], tmp_path: Path
    ) -> None:
        repository.clone(tmp_path / "clone", "--depth", "2")
        expected = Base(parted["f1"], parted["f1"])
        assert base("HEAD~1", tmp_path / "clone") == expected

    def test_so_will_one_in_which_the_commit_comes_after_head(
        self, repository: Repository, parted: dict[str, str], tmp_path: Path
    ) -> None:
        clone = repository.clone(tmp_path / "clone", "--depth", "2")
        clone.git("checkout", "-q", "HEAD~1")
        expected = Base(parted["f2"], parted["f1"])
        assert base("origin/feature", tmp_path / "clone") == expected

    def test_one_that_lacks_where_both_parted_is_refused(
        self, repository: Repository, parted: dict[str, str], tmp_path: Path
    ) -> None:
        repository.clone(tmp_path / "clone", "--depth", "1", "--no-single-branch")
        assert refused("origin/main", tmp_path / "clone") == (
            "--changed-since: this clone is shallow, and lacks where HEAD and `origin/main`"
            f" parted; {FETCH}"
        )

    def test_so_is_one_that_only_seems_to_hold_it(
        self, repository: Repository, parted: dict[str, str], tmp_path: Path
    ) -> None:
        """Of a cut history nobody can say that no later commit is in common."""
        repository.git("checkout", "-q", "feature")
        repository.git("merge", "-q", "--no-ff", "-m", "f3", "main~1")
        repository.commit("f4")
        clone = repository.clone(tmp_path / "clone", "--depth", "3", "--no-single-branch")
        fork = clone.git("merge-base", "HEAD", "origin/main")
        assert fork == parted["m2"]
        assert "lacks where HEAD and `origin/main` parted" in refused(
            "origin/main", tmp_path / "clone"
        )
        clone.git("fetch", "-q", "--unshallow")
        assert base("origin/main", tmp_path / "clone").fork == fork
