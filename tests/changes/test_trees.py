"""What reading a path would have given at a commit."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from runner.changes import git as git_module
from runner.changes.git import Git
from runner.changes.trees import Tree
from runner.errors import BrokenError
from tests.support.repository import Repository

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs links and names of POSIX")


class Made:
    """A repository whose working folder becomes a commit that is read."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository

    def link(self, path: str, target: str) -> None:
        file = self.repository.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.symlink_to(target)

    def tree(self) -> Tree:
        self.repository.commit()
        return Tree(Git(Path.cwd(), os.environ), "HEAD")

    def read(self, path: str) -> str | None:
        """Give what reading a path would have given; None for nothing."""
        entry = self.tree().file(path)
        return None if entry is None else self.repository.git("cat-file", "blob", entry.identity)


@pytest.fixture
def made(repository: Repository) -> Made:
    repository.write("a.yaml", "a")
    repository.write("x/y/b.yaml", "b")
    return Made(repository)


class TestEntries:
    def test_every_file_of_the_commit_by_its_path(self, made: Made) -> None:
        assert set(made.tree().entries) == {"a.yaml", "x/y/b.yaml"}

    def test_the_whole_of_it_from_a_folder_below(
        self, made: Made, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made.repository.commit()
        monkeypatch.chdir("x/y")
        assert set(Tree(Git(Path.cwd(), os.environ), "HEAD").entries) == {"a.yaml", "x/y/b.yaml"}

    def test_a_commit_without_files_has_none(self, repository: Repository) -> None:
        repository.commit()
        assert not Tree(Git(Path.cwd(), os.environ), "HEAD").entries

    @posix
    def test_names_may_hold_whatever_a_path_can(self, made: Made) -> None:
        odd = ["tab\there", "new\nline", 'quote"', "back\\slash", " blank ", "ä 日本"]
        for name in odd:
            made.repository.write(name, "odd")
        tree = made.tree()
        assert all(tree.file(name) is not None for name in odd)

    def test_a_commit_that_is_not_there_cannot_be_read(self, made: Made) -> None:
        with pytest.raises(BrokenError, match="git cannot tell"):
            Tree(Git(Path.cwd(), os.environ), "0" * 39 + "1")


class TestFiles:
    def test_a_file_and_one_that_may_be_executed(self, made: Made) -> None:
        (made.repository.folder / "a.yaml").chmod(0o755)
        assert made.read("a.yaml") == "a"
        assert made.read("x/y/b.yaml") == "b"

    @pytest.mark.parametrize(
        "path", ["gone.yaml", "x/gone.yaml", "x", "x/y", "A.yaml", "a.yaml/b.yaml", "a.yaml/"]
    )
    def test_where_no_file_stands_there_is_none(self, made: Made, path: str) -> None:
        assert made.tree().file(path) is None

    def test_a_submodule_is_no_file(
        self, made: Made, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        inner = Repository(tmp_path_factory.mktemp("inner"))
        inner.write("s.yaml", "s")
        inner.commit()
        made.repository.git("submodule", "--quiet", "add", inner.folder.as_uri(), "sub")
        tree = made.tree()
        assert tree.entries["sub"].mode == "160000"
        assert tree.file("sub") is None
        assert tree.file("sub/s.yaml") is None


@posix
class TestLinks:
    @pytest.mark.parametrize(
        ("path", "target"),
        [
            ("link", "a.yaml"),
            ("link", "./a.yaml"),
            ("link", "x/y/../../a.yaml"),
            ("link", "x//y/..//../a.yaml"),
            ("x/link", "../a.yaml"),
            ("x/y/link", "../../a.yaml"),
            ("x/link", "y/../../a.yaml"),
        ],
    )
    def test_they_are_followed_from_where_they_stand(
        self, made: Made, path: str, target: str
    ) -> None:
        made.link(path, target)
        assert made.read(path) == "a"

    def test_one_after_another(self, made: Made) -> None:
        made.link("one", "x/two")
        made.link("x/two", "y/three")
        made.link("x/y/three", "b.yaml")
        assert made.read("one") == "b"

    def test_a_folder_may_be_one(self, made: Made) -> None:
        made.link("alias", "x")
        made.link("z/again", "../alias/y")
        assert made.read("alias/y/b.yaml") == "b"
        assert made.read("z/again/b.yaml") == "b"

    def test_upwards_is_upwards_from_where_a_folder_leads(self, made: Made) -> None:
        made.link("alias", "x/y")
        made.repository.write("x/c.yaml", "c")
        made.link("link", "alias/../c.yaml")
        assert made.read("link") == "c"

    @pytest.mark.parametrize(
        "target",
        ["/etc/hosts", "/", "../a.yaml", "x/../../a.yaml", "gone", "x", "a.yaml/b", "link"],
    )
    def test_what_leads_out_or_nowhere_gave_nothing(self, made: Made, target: str) -> None:
        made.link("link", target)
        assert made.tree().file("link") is None

    def test_forty_of_them_are_followed_and_not_one_more(self, made: Made) -> None:
        made.link("1", "a.yaml")
        for n in range(2, 42):
            made.link(str(n), str(n - 1))
        tree = made.tree()
        assert tree.file("40") == tree.entries["a.yaml"]
        assert tree.file("41") is None

    @pytest.mark.skipif(sys.platform != "linux", reason="other systems follow fewer")
    def test_so_many_does_the_system_follow(self, made: Made) -> None:
        made.link("1", "a.yaml")
        for n in range(2, 42):
            made.link(str(n), str(n - 1))
        assert Path("40").read_text(encoding="utf-8") == "a"
        with pytest.raises(OSError, match="symbolic links"):
            Path("41").read_text(encoding="utf-8")

    def test_one_as_long_as_no_file_of_ours_leads_nowhere(
        self, made: Made, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made.link("link", "x/y/b.yaml")
        monkeypatch.setattr(git_module, "_LARGEST", 5)
        assert made.tree().file("link") is None
