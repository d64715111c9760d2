"""Which actions of which files are part of a plan (R33), and which guardrails let more pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from runner.load import SourceFile
from runner.plan.build import build_plan
from runner.plan.changes import (
    Changes,
    FileChange,
    GuardrailChange,
    Kind,
    Part,
    Status,
    narrow,
    refused,
)
from tests.support.plans import action, config_of, desired, document

if TYPE_CHECKING:
    from runner.problems import Problem
    from runner.validate.config import Action, Config, Desired, DocumentConfig

ALL = tuple(Status)


def changes(allow_modified: bool = False, /, **files: Status | FileChange) -> Changes:
    """Give what git says of `a.yaml` and others: `a=Status.ADDED`."""
    made = (
        it if isinstance(it, FileChange) else FileChange(f"{name}.yaml", it)
        for name, it in files.items()
    )
    return Changes("main", "f" * 40, allow_modified, tuple(made))


def holding(name: str, *content: Action | Desired) -> DocumentConfig:
    return document(*content, name=f"{name}.yaml")


def both(status: Status, *, allow_modified: bool = False) -> tuple[Config, Changes]:
    """Narrow one file that has actions and desired states."""
    config = config_of(holding("a", action("start", "A"), desired("B")))
    return narrow(config, changes(allow_modified, a=status))


def commands(config: Config) -> list[tuple[str, str | None]]:
    return [(it.action, it.workflow) for it in build_plan(config).commands]


class TestNarrow:
    @pytest.mark.parametrize("status", ALL)
    def test_actions_run_only_where_the_file_is_new(self, status: Status) -> None:
        """Whether a modified one may, `refused` says."""
        narrowed, found = both(status)
        is_new = status in (Status.ADDED, Status.MODIFIED)
        assert (("start", "A") in commands(narrowed)) is is_new
        assert found.files[0].actions is (Part.RUN if is_new else Part.LEFT_OUT)
        assert found.left_out == (() if is_new else found.files)

    @pytest.mark.parametrize("status", ALL)
    def test_desired_states_always_count(self, status: Status) -> None:
        narrowed, found = both(status)
        assert ("ensure", "B") in commands(narrowed)
        assert found.files[0].desired
        assert found.counted == {"a.yaml"}

    @pytest.mark.parametrize("status", ALL)
    def test_a_file_without_actions_has_none_to_leave_out(self, status: Status) -> None:
        config = config_of(holding("a", desired("B")))
        narrowed, found = narrow(config, changes(a=status))
        assert narrowed == config
        assert found.files[0].actions is Part.NONE
        assert found.left_out == ()

    def test_a_file_of_which_git_knows_nothing_is_left_out(self) -> None:
        config = config_of(holding("a", action("start", "A")), holding("b", action("start", "B")))
        narrowed, _ = narrow(config, changes(a=Status.ADDED))
        assert commands(narrowed) == [("start", "A")]

    def test_all_documents_of_a_file_share_its_lot(self) -> None:
        one, other = (
            document(action("start", "A"), name="a.yaml/1"),
            document(action("start", "B"), name="a.yaml/2"),
        )
        config = config_of(one, other)
        assert len(commands(narrow(config, changes(a=Status.ADDED))[0])) == 2
        assert commands(narrow(config, changes(a=Status.RENAMED))[0]) == []

    def test_the_documents_stay_with_all_else_that_they_say(self) -> None:
        """Guardrails and organizations of a file that is left out hold all the same."""
        config = config_of(holding("a", action("start", "A"), desired("B")))
        narrowed, _ = narrow(config, changes(a=Status.UNCHANGED))
        assert narrowed.documents == (replace(config.documents[0], actions=()),)
        assert narrowed.files == config.files

    def test_files_that_are_gone_are_kept_and_run_nothing(self) -> None:
        config = config_of(holding("a", action("start", "A")))
        _, found = narrow(config, changes(a=Status.ADDED, z=Status.DELETED))
        assert found.files == (
            FileChange("a.yaml", Status.ADDED, None, Part.RUN),
            FileChange("z.yaml", Status.DELETED, None, Part.NONE),
        )

    def test_where_a_file_was_is_kept(self) -> None:
        file = FileChange("a.yaml", Status.RENAMED, "old.yaml")
        _, found = narrow(config_of(holding("a", action("start", "A"))), changes(a=file))
        assert found.files[0].was == "old.yaml"

    @pytest.mark.parametrize("status", ALL)
    def test_what_was_narrowed_is_narrowed_to_the_same(self, status: Status) -> None:
        """As where a reviewed plan or a journal says what had changed."""
        config = config_of(holding("a", action("start", "A"), desired("B")))
        once = narrow(config, changes(a=status))
        assert narrow(config, once[1]) == once


class TestRefused:
    """Modified files with actions are refused without `--allow-modified`."""

    def problems(self, config: Config, found: Changes) -> list[Problem]:
        return refused(config, narrow(config, found)[1])

    def test_at_the_first_workflow_with_what_to_write_instead(self) -> None:
        config = config_of(holding("a", action("start", "A", "B"), action("stop", "C", index=2)))
        (problem,) = self.problems(config, changes(a=Status.MODIFIED))
        assert (problem.rule, problem.file, problem.line, problem.column) == (
            "changed-since",
            "a.yaml",
            10,
            5,
        )
        assert problem.pointer == "actions"
        assert problem.message == (
            "this file was modified since `main`, and its actions would run again, all of them"
        )
        assert problem.hint == (
            "put it back, and write what is to be done now into a new file (a change of desired"
            " states alone into a file without actions); or run all of it with --allow-modified"
        )
        assert problem.is_error

    def test_of_a_pause_at_the_action_itself(self) -> None:
        pause = action("wait", pause=30.0, line=7, column=9)
        (problem,) = self.problems(config_of(holding("a", pause)), changes(a=Status.MODIFIED))
        assert (problem.line, problem.column) == (7, 9)

    def test_where_it_was_is_told_of_one_that_was_moved(self) -> None:
        file = FileChange("a.yaml", Status.MODIFIED, "old\n::error::.yaml")
        (problem,) = self.problems(config_of(holding("a", action("start", "A"))), changes(a=file))
        assert r"was modified and moved from `old\n: :error::.yaml` since" in problem.message

    def test_all_of_them_are_told_once_each_in_the_order_of_the_files(self) -> None:
        config = config_of(
            holding("c", action("start", "A")),
            document(action("start", "B"), name="b.yaml/1"),
            document(action("start", "C"), name="b.yaml/2"),
        )
        problems = self.problems(config, changes(b=Status.MODIFIED, c=Status.MODIFIED))
        assert [it.file for it in problems] == ["c.yaml", "b.yaml"]

    def test_the_first_document_with_actions_has_the_place(self) -> None:
        config = config_of(
            document(desired("A"), name="a.yaml/1"),
            document(action("start", "B"), name="a.yaml/2"),
        )
        (problem,) = self.problems(config, changes(a=Status.MODIFIED))
        assert problem.line == 10

    def test_one_of_desired_states_alone_is_not(self) -> None:
        config = config_of(holding("a", desired("A")))
        assert self.problems(config, changes(a=Status.MODIFIED)) == []

    @pytest.mark.parametrize("status", [it for it in ALL if it is not Status.MODIFIED])
    def test_nor_is_any_other(self, status: Status) -> None:
        config = config_of(holding("a", action("start", "A")))
        assert self.problems(config, changes(a=status)) == []

    def test_nor_is_one_where_that_is_allowed(self) -> None:
        config = config_of(holding("a", action("start", "A")))
        assert self.problems(config, changes(True, a=Status.MODIFIED)) == []


class TestPlan:
    """The digest covers the files that count (R9), and these alone."""

    def digest(self, sha: str, *, has_desired: bool, status: Status = Status.UNCHANGED) -> str:
        content: list[Action | Desired] = [action("start", "B")]
        if has_desired:
            content.append(desired("C"))
        config = config_of(holding("a", action("start", "A")), holding("b", *content))
        config = replace(config, files=(config.files[0], SourceFile("b.yaml", sha)))
        narrowed, found = narrow(config, changes(a=Status.ADDED, b=status))
        return build_plan(narrowed, changes=found).digest

    def test_a_file_that_is_left_out_makes_no_other(self) -> None:
        assert self.digest("1" * 64, has_desired=False) == self.digest("2" * 64, has_desired=False)

    def test_one_whose_desired_states_count_does(self) -> None:
        assert self.digest("1" * 64, has_desired=True) != self.digest("2" * 64, has_desired=True)

    def test_so_does_one_that_runs(self) -> None:
        one, other = (self.digest(sha * 64, has_desired=False, status=Status.ADDED) for sha in "12")
        assert one != other

    def test_what_the_commit_is_called_makes_no_other(self) -> None:
        config = config_of(holding("a", action("start", "A")))
        narrowed, found = narrow(config, changes(a=Status.ADDED))
        other = replace(found, since="HEAD~1", base="0" * 40, allow_modified=True)
        assert (
            build_plan(narrowed, changes=found).digest == build_plan(narrowed, changes=other).digest
        )


@pytest.mark.parametrize(
    ("kind", "weakens"),
    [
        (Kind.ADDED, False),
        (Kind.TIGHTENED, False),
        (Kind.REMOVED, True),
        (Kind.LOOSENED, True),
        (Kind.CHANGED, True),
        (Kind.UNREAD, True),
    ],
)
def test_what_may_let_more_pass_weakens_r29(kind: Kind, weakens: bool) -> None:
    assert GuardrailChange(kind, "max_stops", None, "a.yaml", 1, 1).weakens is weakens


def test_files_are_given_by_their_status() -> None:
    found = changes(a=Status.ADDED, b=Status.DELETED, c=Status.ADDED)
    assert [it.path for it in found.of(Status.ADDED)] == ["a.yaml", "c.yaml"]
    assert found.of(Status.RENAMED) == ()


@given(st.lists(st.tuples(st.sampled_from(ALL), st.booleans(), st.booleans()), max_size=6))
def test_nothing_runs_that_neither_is_new_nor_desired(
    files: list[tuple[Status, bool, bool]],
) -> None:
    documents, statuses = [], {}
    for n, (status, has_actions, has_desired) in enumerate(files):
        content = [action("start", f"A{n}")] if has_actions else []
        documents.append(holding(f"f{n}", *content, *([desired(f"D{n}")] if has_desired else [])))
        statuses[f"f{n}"] = status
    config = config_of(*documents)
    narrowed, found = narrow(config, changes(**statuses))
    ran = commands(narrowed)
    for n, (status, has_actions, has_desired) in enumerate(files):
        is_new = status in (Status.ADDED, Status.MODIFIED)
        assert (("start", f"A{n}") in ran) is (has_actions and is_new)
        assert (("ensure", f"D{n}") in ran) is has_desired
        assert (f"f{n}.yaml" in found.counted) is (has_desired or (has_actions and is_new))
