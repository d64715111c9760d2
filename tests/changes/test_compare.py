"""What files are, held against a commit (R33)."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from runner.changes.compare import Found, compare
from runner.errors import BrokenError, UsageError
from runner.load import load
from runner.plan.changes import Status
from tests.support.repository import Repository, actions

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs links and names of POSIX")
ONE, TWO = actions("start: WKF1"), actions("stop: WKF2")
LONG = actions(*(f"stop: WKF{n}" for n in range(100, 110)))


def found(since: str = "main", *paths: str, **others: bool) -> Found:
    """Hold the files of the working folder against a commit."""
    named = paths or (".",)
    loaded = load(named, cwd=Path.cwd(), stdin=io.BytesIO())
    return compare(since, loaded, named, cwd=Path.cwd(), environ=os.environ, **others)


def told(since: str = "main", *paths: str) -> list[tuple[str, str, str | None]]:
    """Give each file with its status and where it was."""
    return [(it.path, it.status.value, it.was) for it in found(since, *paths).changes.files]


@pytest.fixture
def branch(repository: Repository) -> Repository:
    """Stand on a branch that left `main`, where a.yaml and b.yaml are."""
    repository.write("a.yaml", ONE)
    repository.write("b.yaml", TWO)
    repository.commit()
    repository.git("checkout", "-q", "-b", "feature")
    return repository


class TestStatuses:
    def test_nothing_has_changed(self, branch: Repository) -> None:
        assert told() == [("a.yaml", "unchanged", None), ("b.yaml", "unchanged", None)]

    @pytest.mark.parametrize("how", ["committed", "staged", "untracked", "ignored"])
    def test_what_stands_in_the_working_tree_counts(self, branch: Repository, how: str) -> None:
        if how == "ignored":
            branch.write(".gitignore", "*.yaml\n")
        branch.write("c.yaml", LONG)
        if how == "staged":
            branch.git("add", "c.yaml")
        if how == "committed":
            branch.commit()
        assert told()[-1] == ("c.yaml", "added", None)

    @pytest.mark.parametrize("is_committed", [True, False])
    def test_a_file_that_was_edited_is_modified(
        self, branch: Repository, is_committed: bool
    ) -> None:
        branch.write("a.yaml", ONE + "# a remark\n")
        if is_committed:
            branch.commit()
        assert told()[0] == ("a.yaml", "modified", None)

    def test_one_that_was_put_back_is_unchanged(self, branch: Repository) -> None:
        branch.write("a.yaml", LONG)
        branch.commit()
        branch.write("a.yaml", ONE)
        assert told()[0] == ("a.yaml", "unchanged", None)

    def test_a_file_that_is_gone_is_deleted(self, branch: Repository) -> None:
        branch.remove("b.yaml")
        assert told() == [("a.yaml", "unchanged", None), ("b.yaml", "deleted", None)]

    def test_other_line_ends_are_no_change(self, branch: Repository) -> None:
        """As where git writes CRLF into the working tree."""
        branch.write("a.yaml", ONE.replace("\n", "\r\n"))
        assert told()[0] == ("a.yaml", "unchanged", None)

    def test_nor_are_they_where_the_commit_has_crlf(self, repository: Repository) -> None:
        repository.write("a.yaml", ONE.replace("\n", "\r\n"))
        repository.commit()
        repository.write("a.yaml", ONE)
        assert told() == [("a.yaml", "unchanged", None)]

    @posix
    def test_the_mode_of_a_file_is_no_change(self, branch: Repository) -> None:
        (branch.folder / "a.yaml").chmod(0o755)
        branch.commit()
        assert told()[0] == ("a.yaml", "unchanged", None)

    def test_a_file_in_the_place_of_a_folder_is_added(self, repository: Repository) -> None:
        repository.write("a.yaml/b.yaml", TWO)
        repository.commit()
        repository.remove("a.yaml/b.yaml")
        Path("a.yaml").rmdir()
        repository.write("a.yaml", ONE)
        assert told("main", "a.yaml") == [("a.yaml", "added", None)]

    def test_the_order_is_that_of_the_files_given(self, branch: Repository) -> None:
        branch.write("c.yaml", LONG)
        paths = [path for path, _, _ in told("main", "c.yaml", "b.yaml", "a.yaml")]
        assert paths == ["c.yaml", "b.yaml", "a.yaml"]


class TestMoves:
    def test_a_file_that_was_moved_as_it_is(self, branch: Repository) -> None:
        branch.move("a.yaml", "new/c.yaml")
        assert told() == [("b.yaml", "unchanged", None), ("new/c.yaml", "renamed", "a.yaml")]

    def test_from_where_the_paths_given_do_not_lead(self, repository: Repository) -> None:
        repository.write("drafts/a.yaml", ONE)
        repository.commit()
        repository.move("drafts/a.yaml", "campaigns/a.yaml")
        expected = [("campaigns/a.yaml", "renamed", "drafts/a.yaml")]
        assert told("main", "campaigns") == expected

    def test_from_a_name_that_is_no_yaml(self, repository: Repository) -> None:
        repository.write("a.yaml.off", ONE)
        repository.commit()
        repository.move("a.yaml.off", "a.yaml")
        assert told() == [("a.yaml", "renamed", "a.yaml.off")]

    def test_a_copy_is_added(self, branch: Repository) -> None:
        branch.write("c.yaml", ONE)
        assert told()[-1] == ("c.yaml", "added", None)

    def test_of_a_move_and_a_copy_one_is_added(self, branch: Repository) -> None:
        branch.move("a.yaml", "x/c.yaml")
        branch.write("x/d.yaml", ONE)
        assert told("main", "x") == [
            ("x/c.yaml", "renamed", "a.yaml"),
            ("x/d.yaml", "added", None),
        ]

    def test_of_several_the_one_that_keeps_its_name_was_moved(self, branch: Repository) -> None:
        branch.move("a.yaml", "x/a.yaml")
        branch.write("x/0.yaml", ONE)
        assert told("main", "x") == [
            ("x/0.yaml", "added", None),
            ("x/a.yaml", "renamed", "a.yaml"),
        ]

    def test_a_move_with_other_line_ends(self, repository: Repository) -> None:
        repository.write("a.yaml", ONE.replace("\n", "\r\n"))
        repository.commit()
        repository.remove("a.yaml")
        repository.write("b.yaml", ONE)
        assert told() == [("b.yaml", "renamed", "a.yaml")]

    def test_one_that_was_moved_and_edited_is_modified(self, repository: Repository) -> None:
        repository.write("a.yaml", LONG)
        repository.commit()
        repository.remove("a.yaml")
        repository.write("b.yaml", LONG + "  - start: WKF1\n")
        assert told() == [("b.yaml", "modified", "a.yaml")]

    def test_one_that_only_looks_alike_and_repeats_nothing_is_added(
        self, branch: Repository
    ) -> None:
        branch.remove("a.yaml")
        branch.write("c.yaml", actions("start: WKF77"))
        assert told()[1:] == [("c.yaml", "added", None), ("a.yaml", "deleted", None)]

    def test_one_that_repeats_little_and_looks_unlike_is_added(self, branch: Repository) -> None:
        branch.remove("a.yaml")
        branch.write("c.yaml", LONG + "  - start: WKF1\n")
        assert ("c.yaml", "added", None) in told()

    def test_the_old_content_beside_the_new_one_is_a_copy(self, branch: Repository) -> None:
        branch.write("a.yaml", LONG)
        branch.write("c.yaml", ONE)
        assert told() == [
            ("a.yaml", "modified", None),
            ("b.yaml", "unchanged", None),
            ("c.yaml", "added", None),
        ]

    def test_two_that_changed_places_are_modified(self, branch: Repository) -> None:
        branch.write("a.yaml", TWO)
        branch.write("b.yaml", ONE)
        assert [it[1] for it in told()] == ["modified", "modified"]

    def test_only_the_case_of_its_name_is_a_move(self, branch: Repository) -> None:
        branch.move("a.yaml", "A.yaml")
        assert told()[0] == ("A.yaml", "renamed", "a.yaml")

    def test_another_folder_of_the_same_file_name(self, repository: Repository) -> None:
        repository.write("x/a.yaml", ONE)
        repository.write("y/a.yaml", TWO)
        repository.commit()
        repository.move("y", "z")
        assert told() == [("x/a.yaml", "unchanged", None), ("z/a.yaml", "renamed", "y/a.yaml")]

    def test_too_many_to_tell_are_refused(
        self, branch: Repository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("runner.changes.renames._MOST_PAIRS", 1)
        branch.remove("a.yaml")
        branch.remove("b.yaml")
        branch.write("c.yaml", LONG)
        with pytest.raises(BrokenError, match="cannot be told which were moved"):
            told()


class TestDeleted:
    def test_only_those_are_listed_that_would_have_been_found(self, repository: Repository) -> None:
        for path in ("x/a.yaml", "x/b.txt", "x/.c.yaml", "x/.d/e.yaml", "y/f.yaml", "x/g.yml"):
            repository.write(path, ONE)
        repository.commit()
        for path in ("x/a.yaml", "x/b.txt", "x/.c.yaml", "x/.d/e.yaml", "y/f.yaml", "x/g.yml"):
            repository.remove(path)
        repository.write("x/new.yaml", LONG)
        gone = [path for path, status, _ in told("main", "x") if status == "deleted"]
        assert gone == ["x/a.yaml", "x/g.yml"]

    def test_a_file_that_is_named_itself_lists_none(self, branch: Repository) -> None:
        branch.remove("b.yaml")
        assert told("main", "a.yaml") == [("a.yaml", "unchanged", None)]

    def test_what_it_held_is_kept_for_the_review(self, branch: Repository) -> None:
        branch.remove("b.yaml")
        branch.write("a.yaml", LONG)
        assert found().before == {"a.yaml": ONE.encode(), "b.yaml": TWO.encode()}


class TestCommits:
    def test_what_main_got_meanwhile_is_not_held_against_a_branch(self, branch: Repository) -> None:
        branch.write("c.yaml", LONG)
        branch.commit()
        branch.git("checkout", "-q", "main")
        branch.write("a.yaml", ONE + "# later\n")
        branch.write("d.yaml", ONE)
        branch.commit()
        branch.git("checkout", "-q", "feature")
        assert told() == [
            ("a.yaml", "unchanged", None),
            ("b.yaml", "unchanged", None),
            ("c.yaml", "added", None),
        ]

    def test_after_the_merge_the_same_files_are_new(self, branch: Repository) -> None:
        branch.write("c.yaml", LONG)
        branch.commit()
        branch.git("checkout", "-q", "main")
        before = branch.git("rev-parse", "HEAD")
        branch.git("merge", "-q", "--no-ff", "-m", "merge", "feature")
        assert [it[1] for it in told(before)] == ["unchanged", "unchanged", "added"]
        assert [it[1] for it in told("HEAD^1")] == ["unchanged", "unchanged", "added"]
        assert [it[1] for it in told("HEAD")] == ["unchanged"] * 3

    def test_what_the_named_commit_held_is_not_new_after_a_forced_push(
        self, branch: Repository
    ) -> None:
        """A push that puts an amended commit in the place of one that ran already."""
        branch.write("c.yaml", LONG)
        ran = branch.commit()
        branch.write("d.yaml", ONE.replace("WKF1", "WKF8"))
        branch.git("add", "-A")
        branch.git("commit", "-q", "--amend", "-m", "another")
        assert branch.git("merge-base", ran, "HEAD") != ran
        assert [it[1] for it in told(ran)] == ["unchanged"] * 3 + ["added"]

    def test_what_only_the_named_commit_held_is_modified_and_nothing_of_it_is_compared(
        self, branch: Repository
    ) -> None:
        """A review shows what is new since both parted, and there the file was not."""
        branch.write("c.yaml", LONG)
        ran = branch.commit()
        branch.write("c.yaml", LONG + "  - start: WKF1\n")
        branch.git("add", "-A")
        branch.git("commit", "-q", "--amend", "-m", "another")
        assert told(ran)[-1] == ("c.yaml", "modified", None)
        assert found(ran).before == {}

    def test_the_base_is_where_both_parted(self, branch: Repository) -> None:
        parted = branch.git("rev-parse", "main")
        branch.commit("on the branch")
        branch.git("checkout", "-q", "main")
        branch.commit("on main")
        branch.git("checkout", "-q", "feature")
        assert found().changes.base == parted

    def test_a_tag_and_an_abbreviated_commit_will_do(self, branch: Repository) -> None:
        branch.git("tag", "-a", "-m", "a tag", "v1")
        branch.write("c.yaml", LONG)
        for name in ("v1", branch.git("rev-parse", "--short", "main"), "HEAD~0"):
            assert told(name)[-1] == ("c.yaml", "added", None)


class TestPlaces:
    def test_a_working_folder_below_the_root(
        self, branch: Repository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        branch.move("a.yaml", "x/y/c.yaml")
        branch.write("x/y/d.yaml", LONG)
        monkeypatch.chdir("x/y")
        assert told() == [("c.yaml", "renamed", "../../a.yaml"), ("d.yaml", "added", None)]
        assert told("main", "../../b.yaml") == [("../../b.yaml", "unchanged", None)]

    def test_deleted_ones_of_the_root_seen_from_below(
        self, branch: Repository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        branch.remove("b.yaml")
        Path("x").mkdir()
        monkeypatch.chdir("x")
        assert told("main", "..") == [
            ("../a.yaml", "unchanged", None),
            ("../b.yaml", "deleted", None),
        ]

    def test_another_worktree_of_the_repository(
        self, branch: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        branch.git("worktree", "add", "-q", str(tmp_path / "tree"), "main")
        monkeypatch.chdir(tmp_path / "tree")
        Path("c.yaml").write_text(LONG)
        assert [it[1] for it in told()] == ["unchanged", "unchanged", "added"]

    @posix
    def test_a_path_through_a_link_above_the_root(self, tmp_path: Path) -> None:
        repository = Repository(tmp_path / "real")
        repository.write("a.yaml", ONE)
        repository.commit()
        (tmp_path / "link").symlink_to("real")
        named = (str(tmp_path / "link/a.yaml"),)
        loaded = load(named, cwd=repository.folder, stdin=io.BytesIO())
        made = compare("main", loaded, named, cwd=repository.folder, environ=os.environ)
        assert [it.status for it in made.changes.files] == [Status.UNCHANGED]

    @posix
    def test_names_with_blanks_and_letters_of_all_kinds(self, repository: Repository) -> None:
        names = [
            "a b.yaml",
            "größe.yaml",
            "日本.yaml",
            'quote".yaml',
            "tab\t.yaml",
            "new\nline.yaml",
        ]
        for name in names:
            repository.write(name, actions(f"start: WKF{names.index(name)}"))
        repository.commit()
        repository.move("a b.yaml", "c d.yaml")
        assert {it[1] for it in told() if it[0] != "c d.yaml"} == {"unchanged"}
        assert ("c d.yaml", "renamed", "a b.yaml") in told()

    @pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
    def test_a_name_that_is_no_utf_8(self, repository: Repository) -> None:
        repository.write(os.fsdecode(b"\xff.yaml"), ONE)
        repository.commit()
        assert told() == [("\udcff.yaml", "unchanged", None)]

    def test_a_repository_of_sha_256(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        repository = Repository(tmp_path / "s", "--object-format=sha256")
        monkeypatch.chdir(repository.folder)
        repository.write("a.yaml", ONE)
        repository.write("b.yaml", TWO)
        repository.commit()
        repository.move("b.yaml", "c.yaml")
        assert told() == [("a.yaml", "unchanged", None), ("c.yaml", "renamed", "b.yaml")]


def refused(*paths: str) -> str:
    with pytest.raises(UsageError) as caught:
        told("main", *paths)
    return str(caught.value)


class TestStrangers:
    def test_all_files_that_the_repository_does_not_know_are_named(
        self, branch: Repository, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        other = tmp_path_factory.mktemp("other") / "x.yaml"
        other.write_text(ONE)
        message = refused("a.yaml", str(other), "-")
        assert "x.yaml` lies outside of it" in message
        assert "`-` is standard input" in message
        assert "a.yaml" not in message

    def test_many_are_counted(
        self, branch: Repository, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        folder = tmp_path_factory.mktemp("other")
        for n in range(8):
            (folder / f"{n}.yaml").write_text(ONE)
        message = refused(str(folder))
        assert message.endswith("and 3 more")

    @posix
    def test_a_link_that_leads_out(
        self, branch: Repository, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        other = tmp_path_factory.mktemp("other") / "x.yaml"
        other.write_text(ONE)
        Path("link.yaml").symlink_to(other)
        message = refused("link.yaml")
        assert "`link.yaml` is a link that leads out" in message

    def test_a_submodule_is_another_repository(
        self, branch: Repository, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        inner = Repository(tmp_path_factory.mktemp("inner"))
        inner.write("s.yaml", ONE)
        inner.commit()
        branch.git("submodule", "--quiet", "add", inner.folder.as_uri(), "sub")
        branch.commit()
        message = refused(".")
        assert "`sub/s.yaml` belongs to another repository" in message

    def test_a_file_that_changes_meanwhile(self, branch: Repository) -> None:
        loaded = load(["a.yaml"], cwd=Path.cwd(), stdin=io.BytesIO())
        branch.write("a.yaml", LONG)
        with pytest.raises(BrokenError, match="has changed while it was read"):
            compare("main", loaded, ["a.yaml"], cwd=Path.cwd(), environ=os.environ)


@posix
class TestLinks:
    """What counts is what reading the same path would have given at the commit."""

    @pytest.fixture
    def linked(self, repository: Repository) -> Repository:
        repository.write("real/a.yaml", ONE)
        repository.write("real/b.yaml", TWO)
        Path("x").mkdir()
        Path("x/link.yaml").symlink_to("../real/a.yaml")
        repository.commit()
        return repository

    def test_one_that_leads_to_the_same(self, linked: Repository) -> None:
        assert told("main", "x/link.yaml") == [("x/link.yaml", "unchanged", None)]

    def test_one_whose_file_was_edited(self, linked: Repository) -> None:
        linked.write("real/a.yaml", LONG)
        assert told("main", "x/link.yaml") == [("x/link.yaml", "modified", None)]

    def test_one_that_leads_elsewhere_now(self, linked: Repository) -> None:
        linked.remove("x/link.yaml")
        Path("x/link.yaml").symlink_to("../real/b.yaml")
        assert told("main", "x/link.yaml") == [("x/link.yaml", "modified", None)]

    def test_one_that_became_the_file_itself(self, linked: Repository) -> None:
        linked.remove("x/link.yaml")
        linked.write("x/link.yaml", ONE)
        assert told("main", "x/link.yaml") == [("x/link.yaml", "unchanged", None)]

    def test_one_that_led_to_nothing_is_added(self, repository: Repository) -> None:
        Path("link.yaml").symlink_to("later.yaml")
        repository.commit()
        repository.write("later.yaml", ONE)
        assert told("main", "link.yaml") == [("link.yaml", "added", None)]

    def test_one_that_was_moved(self, linked: Repository) -> None:
        linked.move("x/link.yaml", "x/other.yaml")
        assert told("main", "x/other.yaml") == [("x/other.yaml", "renamed", "x/link.yaml")]

    def test_a_folder_that_is_a_link(self, linked: Repository) -> None:
        Path("alias").symlink_to("real")
        linked.commit()
        assert told("HEAD", "alias/a.yaml") == [("alias/a.yaml", "unchanged", None)]
        linked.remove("alias")
        Path("alias").symlink_to("x")
        Path("x/a.yaml").write_text(LONG)
        assert told("HEAD", "alias/a.yaml") == [("alias/a.yaml", "modified", None)]

    def test_links_in_a_circle_at_the_commit_end(self, repository: Repository) -> None:
        Path("a.yaml").symlink_to("b.yaml")
        Path("b.yaml").symlink_to("a.yaml")
        repository.commit()
        repository.remove("a.yaml")
        repository.write("a.yaml", ONE)
        assert told("main", "a.yaml") == [("a.yaml", "added", None)]

    def test_one_that_led_to_nothing_and_is_gone_is_no_file_that_was_moved(
        self, repository: Repository
    ) -> None:
        Path("dangling.yaml").symlink_to("nowhere")
        repository.write("a.yaml", ONE)
        repository.commit()
        repository.remove("dangling.yaml")
        repository.write("b.yaml", TWO)
        assert told("main", "a.yaml", "b.yaml") == [
            ("a.yaml", "unchanged", None),
            ("b.yaml", "added", None),
        ]
