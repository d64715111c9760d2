"""Where files stand in the repository, in the spelling of the disk."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner.changes.worktree import WorkFile, WorkTree, plain
from runner.errors import BrokenError, UsageError
from runner.load import SourceFile
from tests.support.repository import GIT, Repository

if TYPE_CHECKING:
    from collections.abc import Sequence

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs links of POSIX")

TEXT = b"a: 1\r\nb: 2\n"


@pytest.fixture
def tree(repository: Repository) -> WorkTree:
    repository.write("a.yaml", TEXT)
    repository.write("x/y/b.yaml", TEXT)
    return WorkTree(Path.cwd(), Path.cwd())


def source(path: str, data: bytes = TEXT) -> SourceFile:
    return SourceFile(path, hashlib.sha256(data).hexdigest())


def stranger(tree: WorkTree, path: str) -> str:
    with pytest.raises(UsageError) as caught:
        tree.files([source(path)])
    return str(caught.value)


class TestWorkFile:
    @pytest.mark.parametrize(
        ("data", "expected"),
        [(b"a\r\nb\n", b"a\nb\n"), (b"a\rb\r\r\n", b"a\rb\r\n"), (b"", b""), (b"\n", b"\n")],
    )
    def test_plain_line_ends_are_those_that_yaml_reads_alike(
        self, data: bytes, expected: bytes
    ) -> None:
        assert plain(data) == WorkFile("a", "a", data).plain == expected

    @pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
    @pytest.mark.parametrize("data", [b"", b"a\n", b"a\r\n", b"\0\xff" * 1_000])
    def test_its_ids_are_those_of_git(self, tmp_path: Path, algorithm: str, data: bytes) -> None:
        folder = Repository(tmp_path / "r", f"--object-format={algorithm}").folder
        asked = [GIT, "hash-object", "--stdin"]
        known = {
            subprocess.run(asked, cwd=folder, input=it, capture_output=True, check=True)
            .stdout.decode()
            .strip()
            for it in (data, plain(data))
        }
        length = {"sha1": 40, "sha256": 64}[algorithm]
        assert WorkFile("a", "a", data).identities(length) == known


class TestFiles:
    def test_each_with_where_it_stands_and_what_is_in_it(self, tree: WorkTree) -> None:
        found = tree.files([source("x/y/b.yaml"), source("a.yaml")])
        assert found == [
            WorkFile("x/y/b.yaml", "x/y/b.yaml", TEXT),
            WorkFile("a.yaml", "a.yaml", TEXT),
        ]

    def test_seen_from_below_the_root(
        self, tree: WorkTree, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        root = Path.cwd()
        monkeypatch.chdir("x")
        seen = WorkTree(root, Path.cwd())
        found = seen.files([source("y/b.yaml"), source("../a.yaml"), source(str(root / "a.yaml"))])
        assert [it.path for it in found] == ["x/y/b.yaml", "a.yaml", "a.yaml"]

    @pytest.mark.parametrize("how", ["changed", "gone", "a folder"])
    def test_one_that_is_not_what_was_read_any_more_is_refused(
        self, tree: WorkTree, how: str
    ) -> None:
        Path("a.yaml").unlink()
        if how == "changed":
            Path("a.yaml").write_bytes(b"other")
        if how == "a folder":
            Path("a.yaml").mkdir()
        with pytest.raises(BrokenError, match="has changed while it was read"):
            tree.files([source("a.yaml")])


class TestStrangers:
    @posix
    def test_each_is_told_with_its_reason(
        self, tree: WorkTree, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        outside = tmp_path_factory.mktemp("outside") / "c.yaml"
        outside.write_bytes(TEXT)
        Path("link.yaml").symlink_to(outside)
        assert stranger(tree, "-").endswith("`-` is standard input, which has no history")
        assert stranger(tree, "../c.yaml").endswith("`../c.yaml` lies outside of it")
        assert stranger(tree, str(outside)).endswith("` lies outside of it")
        assert stranger(tree, "link.yaml").endswith("`link.yaml` is a link that leads out of it")

    @posix
    def test_a_link_that_leads_out_and_in_again_is_none(
        self, tree: WorkTree, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        back = tmp_path_factory.mktemp("outside") / "back"
        back.symlink_to(Path.cwd())
        Path("link.yaml").symlink_to(back / "a.yaml")
        assert tree.files([source("link.yaml")])[0].path == "link.yaml"

    @pytest.mark.parametrize("kind", ["file", "folder"])
    def test_what_belongs_to_another_repository_inside_is_told(
        self, repository: Repository, tree: WorkTree, kind: str
    ) -> None:
        """A submodule has a `.git` that is a file, a repository of its own one that is a folder."""
        git = Path("x/.git")
        git.mkdir() if kind == "folder" else git.write_text("gitdir: ../.git/modules/x")
        assert stranger(tree, "x/y/b.yaml").endswith(
            "another repository inside of it; run it there"
        )

    @pytest.mark.parametrize(("number", "end"), [(5, "outside of it"), (6, "; and 1 more")])
    def test_five_are_named_and_the_others_counted(
        self, tree: WorkTree, number: int, end: str
    ) -> None:
        many: Sequence[SourceFile] = [source(f"../{n}.yaml") for n in range(number)]
        with pytest.raises(UsageError) as caught:
            tree.files(many)
        assert str(caught.value).count("lies outside") == 5
        assert str(caught.value).endswith(end)


class TestHolds:
    def test_what_stands_in_exactly_this_spelling(self, tree: WorkTree) -> None:
        assert all(map(tree.holds, ["a.yaml", "x/y/b.yaml", "x", "x/y"]))

    @pytest.mark.parametrize(
        "path", ["b.yaml", "A.yaml", "X/y/b.yaml", "x/b.yaml", "a.yaml/b", "gone/b.yaml", ""]
    )
    def test_what_does_not(self, tree: WorkTree, path: str) -> None:
        assert not tree.holds(path)

    @posix
    def test_a_link_stands_there_wherever_it_leads(self, tree: WorkTree) -> None:
        Path("link").symlink_to("nowhere")
        assert tree.holds("link")


class TestBelow:
    @pytest.mark.parametrize(
        ("given", "below"),
        [
            (".", ""),
            ("x", "x/"),
            ("./x/", "x/"),
            ("x/y", "x/y/"),
            ("x/..", ""),
            ("a.yaml", None),
            ("gone", None),
            ("..", None),
            ("/", None),
            ("-", None),
        ],
    )
    def test_a_folder_that_was_named(self, tree: WorkTree, given: str, below: str | None) -> None:
        assert tree.below(given) == below

    @posix
    def test_by_a_link_to_what_is_above(
        self, tree: WorkTree, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        alias = tmp_path_factory.mktemp("outside") / "alias"
        alias.symlink_to(Path.cwd())
        assert tree.below(str(alias)) == ""
        assert tree.below(str(alias / "x")) == "x/"


class TestShown:
    def test_as_commands_show_it(self, tree: WorkTree) -> None:
        assert tree.shown("x/y/b.yaml") == "x/y/b.yaml"
        assert WorkTree(Path.cwd(), Path.cwd() / "x/y").shown("a.yaml") == "../../a.yaml"


class TestSpelling:
    """On a disk that tells no letter case apart, a file has the spelling of its folder."""

    @pytest.fixture
    def spelt(self, repository: Repository) -> WorkTree:
        for name in ("Größe.yaml", "Folder/Inner.yaml"):
            repository.write(name, TEXT)
        return WorkTree(Path.cwd(), Path.cwd())

    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ("Größe.yaml", "Größe.yaml"),
            ("GRÖSSE.YAML", "Größe.yaml"),
            ("Gro\u0308ße.yaml", "Größe.yaml"),
            ("folder/INNER.yaml", "Folder/Inner.yaml"),
            ("gone/Inner.yaml", "gone/Inner.yaml"),
            ("", ""),
        ],
    )
    def test_it_is_found_where_it_is_the_only_one(
        self, spelt: WorkTree, given: str, expected: str
    ) -> None:
        # Of its own: where letter case counts, nothing else gets as far with another spelling.
        assert spelt._spelt(given) == expected

    def test_where_two_differ_by_case_alone_it_counts(self, repository: Repository) -> None:
        repository.write("both", TEXT)
        if Path("BOTH").exists():
            pytest.skip("this disk tells no letter case apart")
        repository.write("BOTH", TEXT)
        tree = WorkTree(Path.cwd(), Path.cwd())
        assert [tree._spelt(it) for it in ("both", "BOTH", "Both")] == ["both", "BOTH", "Both"]
