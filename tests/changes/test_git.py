"""Git is asked, and nothing else comes of it: no program, no network, no other repository."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from runner.changes import git as module
from runner.changes.git import Git
from runner.errors import BrokenError, UsageError
from tests.support.repository import GIT, Repository

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
TEXT = b"a: 1\n"


def asking(**environ: str) -> Git:
    """Ask in the working folder, with some variables more."""
    return Git(Path.cwd(), {**os.environ, **environ})


def script(folder: Path, text: str) -> str:
    """Put a program in the place of git, and give the PATH on which it comes first."""
    folder.mkdir()
    file = folder / "git"
    file.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    file.chmod(0o755)
    return os.pathsep.join((str(folder), os.environ["PATH"]))


def lacking(git: Git, identity: str) -> str:
    """Give what is said of a file of which the repository has not the bytes."""
    with pytest.raises(BrokenError) as caught:
        git.blobs([identity])
    return str(caught.value)


@pytest.fixture
def blob(repository: Repository) -> str:
    """Commit one file, and give the ID of its content."""
    repository.write("a.yaml", TEXT)
    repository.commit()
    return repository.git("rev-parse", "HEAD:a.yaml")


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is not yet there, outside of the working folder."""
    return tmp_path_factory.mktemp("elsewhere") / "bin"


class TestRoot:
    def test_it_is_that_of_the_repository_around(
        self, repository: Repository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Path("x/y").mkdir(parents=True)
        monkeypatch.chdir("x/y")
        assert asking().root == repository.folder

    @posix
    def test_a_line_end_in_its_name_stays(self, tmp_path: Path) -> None:
        folder = tmp_path / "a\nb"
        Repository(folder)
        assert Git(folder, os.environ).root == folder

    def test_without_a_repository_there_is_none(self) -> None:
        with pytest.raises(UsageError, match="not in a git repository with files; run it in a"):
            asking()

    def test_nor_is_there_in_one_without_files(self, tmp_path: Path) -> None:
        Repository(tmp_path / "bare", "--bare")
        with pytest.raises(UsageError, match="not in a git repository with files"):
            Git(tmp_path / "bare", os.environ)

    def test_nor_in_the_folder_of_git_itself(
        self, repository: Repository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(".git")
        with pytest.raises(UsageError, match="not in a git repository with files"):
            asking()

    @posix
    def test_one_of_another_user_is_not_trusted(
        self, repository: Repository, elsewhere: Path
    ) -> None:
        """As in a container whose user is not the one that checked out."""
        text = f'GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec {GIT} "$@"'
        with pytest.raises(BrokenError) as caught:
            asking(PATH=script(elsewhere, text))
        assert f"does not trust the repository at `{repository.folder}`" in str(caught.value)
        assert "git config --global --add safe.directory" in str(caught.value)

    @posix
    def test_whatever_else_git_says_is_told(self, repository: Repository, elsewhere: Path) -> None:
        path = script(elsewhere, "printf 'fatal: a \\033[31mred\\nsecond line' >&2; exit 128")
        with pytest.raises(BrokenError, match=r"git cannot tell: fatal: a \[31mred\Z"):
            asking(PATH=path)

    @posix
    def test_and_so_is_that_it_says_nothing(self, repository: Repository, elsewhere: Path) -> None:
        with pytest.raises(BrokenError, match=r"git cannot tell: nothing\Z"):
            asking(PATH=script(elsewhere, "exit 0"))


class TestProgram:
    def test_where_there_is_none_it_is_to_be_installed(
        self, repository: Repository, tmp_path: Path
    ) -> None:
        with pytest.raises(BrokenError, match="there is none on the PATH; install it"):
            asking(PATH=str(tmp_path / "nowhere"))

    @posix
    @pytest.mark.parametrize("folder", ["", ".", "bin"])
    def test_only_absolute_folders_count(self, repository: Repository, folder: str) -> None:
        """A working folder may hold a program of that name as well."""
        script(Path("bin"), "touch was-run")
        shutil.copy("bin/git", "git")
        path = os.pathsep.join((folder, os.environ["PATH"]))
        assert asking(PATH=path).root == repository.folder
        assert not Path("was-run").exists()

    @posix
    def test_one_that_cannot_be_run_is_told(self, repository: Repository, elsewhere: Path) -> None:
        path = script(elsewhere, "")
        (elsewhere / "git").write_bytes(b"\x7fELF, and not at all")
        with pytest.raises(BrokenError, match=r"git cannot be run: exec format error\Z"):
            asking(PATH=path)

    @posix
    def test_one_that_never_answers_is_left(
        self, repository: Repository, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "_TIMEOUT", 0.01)
        with pytest.raises(BrokenError, match="git did not answer within 0 s"):
            asking(PATH=script(elsewhere, "exec sleep 600"))


@posix
class TestEnvironment:
    """What git gets of the variables."""

    @pytest.fixture
    def passed_on(self, repository: Repository, elsewhere: Path) -> dict[str, str]:
        path = script(elsewhere, f'env > "{elsewhere}/env"; exec {GIT} "$@"')
        asking(
            PATH=path,
            GIT_DIR="/nowhere",
            GIT_WORK_TREE="/nowhere",
            GIT_INDEX_FILE="/nowhere",
            GIT_CONFIG_PARAMETERS="'core.fsmonitor'='x'",
            GIT_EXTERNAL_DIFF="x",
            GIT_NO_REPLACE_OBJECTS="0",
            GIT_CONFIG_COUNT="1",
            GIT_CONFIG_KEY_0="safe.directory",
            GIT_CONFIG_VALUE_0="*",
            LC_ALL="de_DE.UTF-8",
            HOME="/home/of/somebody",
            CAMPAIGN_STANDARD_ACCESS_TOKEN="canary",
            https_proxy="http://127.0.0.1:9",
        )
        lines = (elsewhere / "env").read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)

    def test_no_other_repository_can_be_named(self, passed_on: dict[str, str]) -> None:
        assert passed_on.keys().isdisjoint({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"})

    def test_no_secret_and_nothing_that_it_has_no_use_for(self, passed_on: dict[str, str]) -> None:
        of_the_shell = {"PWD", "SHLVL", "_", "OLDPWD", "__CF_USER_TEXT_ENCODING"}
        ours = set(module._OURS) | module._PASSED_ON | {"GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_0"}
        assert set(passed_on) <= ours | of_the_shell

    def test_settings_of_whoever_runs_it_are_passed_on(self, passed_on: dict[str, str]) -> None:
        assert passed_on["GIT_CONFIG_COUNT"] == "1"
        assert passed_on["GIT_CONFIG_KEY_0"] == "safe.directory"
        assert passed_on["HOME"] == "/home/of/somebody"

    def test_what_decides_how_it_answers_is_ours(self, passed_on: dict[str, str]) -> None:
        assert passed_on["LC_ALL"] == "C"
        assert passed_on["GIT_NO_REPLACE_OBJECTS"] == "1"
        assert passed_on["GIT_ALLOW_PROTOCOL"] == "none"


class TestQuestions:
    def test_one_that_has_no_answer_is_told_with_what_git_says(
        self, repository: Repository
    ) -> None:
        with pytest.raises(BrokenError, match="git cannot tell: fatal: Not a valid object name"):
            asking().read("ls-tree", "nothing-of-that-name")

    def test_a_commit_by_each_of_its_names(self, repository: Repository, blob: str) -> None:
        head = repository.git("rev-parse", "HEAD")
        repository.git("tag", "-a", "-m", "a tag", "v1")
        for name in ("HEAD", "main", "refs/heads/main", "v1", head, head[:12]):
            assert asking().commit(name) == head

    @pytest.mark.parametrize(
        "name",
        ["", " ", "gone", "HEAD~1", "HEAD:a.yaml", "HEAD^{tree}", "a..b", "HEAD --all", "\n", "ä"],
    )
    def test_what_is_no_commit(self, blob: str, name: str) -> None:
        assert asking().commit(name) is None

    @pytest.mark.parametrize("name", ["-", "--help", "--all", "-h", "--git-dir=x", "a\0b"])
    def test_a_name_is_never_an_option(self, blob: str, name: str) -> None:
        assert asking().commit(name) is None


class TestBlobs:
    def test_the_bytes_of_each_as_they_are(self, repository: Repository) -> None:
        contents = [b"", b"\n", b"a\r\nb", b"\0\xff", b"x" * 100_000, b"ends in a number 12\n34"]
        for n, data in enumerate(contents):
            repository.write(f"{n}.yaml", data)
        repository.commit()
        ids = [repository.git("rev-parse", f"HEAD:{n}.yaml") for n in range(len(contents))]
        found = asking().blobs([*ids, ids[0]])
        assert found == dict(zip(ids, contents, strict=True))

    def test_none_are_asked_for_where_none_are_wanted(self, repository: Repository) -> None:
        assert asking().blobs([]) == {}

    def test_what_was_read_is_remembered(self, repository: Repository, blob: str) -> None:
        git = asking()
        assert git.blobs([blob]) == {blob: TEXT}
        shutil.rmtree(".git")
        assert git.blobs([blob]) == {blob: TEXT}

    def test_one_that_is_too_large_for_a_file_of_ours_is_missing(
        self, repository: Repository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "_LARGEST", 5)
        for name, data in (("fits", b"12345"), ("large", b"123456")):
            repository.write(name, data)
        repository.commit()
        fits, large = (repository.git("rev-parse", f"HEAD:{it}") for it in ("fits", "large"))
        assert asking().blobs([large, fits]) == {fits: b"12345"}

    def test_too_many_at_once_are_refused(
        self, repository: Repository, blob: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "_MOST_BYTES", len(TEXT) - 1)
        with pytest.raises(BrokenError, match="too large to be compared"):
            asking().blobs([blob])
        monkeypatch.setattr(module, "_MOST_BYTES", len(TEXT))
        assert asking().blobs([blob]) == {blob: TEXT}

    def test_one_that_is_not_there_is_told(self, blob: str) -> None:
        message = lacking(asking(), "0" * 39 + "1")
        assert "this clone lacks files of the commit" in message
        assert "clone without a --filter (git says: 0000" in message
        assert message.endswith("1 missing)")

    def test_what_is_no_file_is_told_likewise(self, repository: Repository, blob: str) -> None:
        head = repository.git("rev-parse", "HEAD")
        assert f"git says: {head} commit " in lacking(asking(), head)

    def test_one_whose_head_is_broken_is_told(self, blob: str) -> None:
        spoil(blob, keep=4)
        assert "this clone lacks files" in lacking(asking(), blob)

    def test_one_whose_end_is_broken_is_told(self, repository: Repository) -> None:
        repository.write("a.yaml", os.urandom(20_000))
        repository.commit()
        identity = repository.git("rev-parse", "HEAD:a.yaml")
        spoil(identity, keep=2_000)
        assert "this clone lacks files" in lacking(asking(), identity)

    @posix
    def test_an_answer_that_ends_early_is_none(self, blob: str, elsewhere: Path) -> None:
        text = f'case "$*" in *--batch-check) exit 0;; esac; exec {GIT} "$@"'
        assert lacking(asking(PATH=script(elsewhere, text)), blob).endswith("(git says: nothing)")


def spoil(identity: str, keep: int) -> None:
    """Cut the file in which git keeps something."""
    file = Path(".git/objects", identity[:2], identity[2:])
    data = file.read_bytes()
    assert keep < len(data)
    file.chmod(0o644)
    file.write_bytes(data[:keep])


def test_what_a_partial_clone_lacks_is_not_fetched(
    repository: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    repository.write("a.yaml", TEXT)
    repository.commit()
    blob = repository.git("rev-parse", "HEAD:a.yaml")
    repository.git("config", "uploadpack.allowFilter", "true")
    folder = tmp_path_factory.mktemp("clone")
    clone = repository.clone(folder, "--filter=blob:none", "--no-checkout")
    assert "this clone lacks files" in lacking(Git(folder, os.environ), blob)
    assert clone.git("cat-file", "blob", blob)  # with the leave to fetch it, it comes
