"""What has changed since a commit, as a JSON value and as lines for people (R29, R33)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.plan.changes import Changes, FileChange, GuardrailChange, Kind, Part, Status
from runner.printable import printable
from runner.render.changes import change_lines, changes_value, guardrail_text

BASE = "0123456789abcdef" * 2 + "01234567"


def changes(*files: FileChange, guardrails: tuple[GuardrailChange, ...] = ()) -> Changes:
    return Changes("origin/main", BASE, False, files, guardrails)


def lines(*files: FileChange) -> list[str]:
    """Give what people are told, without the first line."""
    _, *rest = change_lines(changes(*files))
    return rest


def added(name: str = "a.yaml") -> FileChange:
    return FileChange(name, Status.ADDED, None, Part.RUN)


class TestLines:
    def test_the_first_says_since_when_and_counts(self) -> None:
        first, *_ = change_lines(
            changes(
                added(),
                FileChange("b.yaml", Status.DELETED),
                added("c.yaml"),
                *(FileChange(f"{n}.yaml", Status.UNCHANGED) for n in range(1_000)),
            )
        )
        assert first == ("Since `origin/main` (0123456789ab): 2 added, 1,000 unchanged, 1 deleted")

    def test_files_that_run_come_first_then_those_left_out_then_those_gone(self) -> None:
        assert lines(
            FileChange("gone.yaml", Status.DELETED),
            FileChange("same.yaml", Status.UNCHANGED, None, Part.LEFT_OUT),
            FileChange("new/b.yaml", Status.RENAMED, "old/b.yaml", Part.LEFT_OUT),
            added(),
        ) == [
            "  actions run: a.yaml (added)",
            "  actions left out: new/b.yaml (renamed from old/b.yaml)",
            "  actions left out: 1 unchanged file",
            "  gone: gone.yaml (deleted)",
        ]

    def test_a_file_that_was_moved_and_edited_says_both(self) -> None:
        file = FileChange("b.yaml", Status.MODIFIED, "a.yaml", Part.RUN)
        assert lines(file) == ["  actions run: b.yaml (modified and moved from a.yaml)"]

    def test_desired_states_of_what_is_left_out_count_all_the_same(self) -> None:
        left, runs = (
            FileChange("b.yaml", Status.RENAMED, "a.yaml", part, desired=True)
            for part in (Part.LEFT_OUT, Part.RUN)
        )
        told = "(renamed from a.yaml; its desired states count)"
        assert lines(left) == [f"  actions left out: b.yaml {told}"]
        assert lines(runs) == ["  actions run: b.yaml (renamed from a.yaml)"]

    def test_a_file_without_actions_is_only_counted(self) -> None:
        for status in (Status.ADDED, Status.MODIFIED, Status.RENAMED, Status.UNCHANGED):
            assert lines(FileChange("a.yaml", status, None, Part.NONE, desired=True)) == []

    def test_unchanged_ones_are_counted_and_not_named(self) -> None:
        same = [FileChange(f"{n}.yaml", Status.UNCHANGED, None, Part.LEFT_OUT) for n in range(3)]
        assert lines(*same) == ["  actions left out: 3 unchanged files"]

    @pytest.mark.parametrize(
        ("files", "what"),
        [
            ([added(f"{n}.yaml") for n in range(22)], "actions run"),
            (
                [FileChange(f"{n}.yaml", Status.RENAMED, "x", Part.LEFT_OUT) for n in range(22)],
                "actions left out",
            ),
            ([FileChange(f"{n}.yaml", Status.DELETED) for n in range(22)], "gone"),
        ],
    )
    def test_twenty_of_a_sort_are_named_and_the_others_counted(
        self, files: list[FileChange], what: str
    ) -> None:
        assert len(lines(*files[:20])) == 20
        assert lines(*files[:21])[20:] == [f"  {what}: 1 more file"]
        assert lines(*files)[20:] == [f"  {what}: 2 more files"]
        assert all(it.startswith(f"  {what}: ") for it in lines(*files))


class TestGuardrails:
    @pytest.mark.parametrize(
        ("kind", "before", "after", "says"),
        [
            (Kind.ADDED, None, "2", "max_stops added: 2"),
            (Kind.REMOVED, "2", None, "max_stops removed: 2"),
            (Kind.TIGHTENED, "5", "2", "max_stops tightened: 5 -> 2"),
            (Kind.LOOSENED, "2", "5", "max_stops loosened: 2 -> 5"),
            (Kind.CHANGED, "a", "b", "max_stops changed: a -> b"),
        ],
    )
    def test_each_says_what_it_was_and_is(
        self, kind: Kind, before: str | None, after: str | None, says: str
    ) -> None:
        change = GuardrailChange(kind, "max_stops", None, "a.yaml", 1, 1, before, after)
        assert guardrail_text(change) == says

    def test_whose_it_is_where_it_is_not_that_of_the_base(self) -> None:
        change = GuardrailChange(Kind.REMOVED, "allow", "prod", "a.yaml", 1, 1, "stop")
        assert guardrail_text(change) == "allow of prod removed: stop"

    @pytest.mark.parametrize(("why", "says"), [("it was not valid (x)",) * 2, (None, "")])
    def test_what_cannot_be_compared_says_why(self, why: str | None, says: str) -> None:
        change = GuardrailChange(Kind.UNREAD, "", None, "a.yaml", 1, 1, why)
        assert guardrail_text(change) == f"guardrails cannot be compared: {says}"


class TestValue:
    def test_everything_is_in_it(self) -> None:
        guardrail = GuardrailChange(Kind.LOOSENED, "max_stops", "prod", "a.yaml", 3, 5, "1", "2")
        file = FileChange("a.yaml", Status.MODIFIED, "b.yaml", Part.RUN, desired=True)
        made = Changes("HEAD~1", BASE, True, (file,), (guardrail,))
        assert changes_value(made) == {
            "since": "HEAD~1",
            "base": BASE,
            "allow_modified": True,
            "files": [
                {
                    "path": "a.yaml",
                    "change": "modified",
                    "was": "b.yaml",
                    "actions": "run",
                    "desired": True,
                }
            ],
            "guardrails": [
                {
                    "change": "loosened",
                    "key": "max_stops",
                    "environment": "prod",
                    "source": {"file": "a.yaml", "line": 3, "column": 5},
                    "before": "1",
                    "after": "2",
                }
            ],
        }

    def test_none_of_many_is_left_out(self) -> None:
        made = changes(*(added(f"{n}.yaml") for n in range(1_000)))
        assert len(changes_value(made)["files"]) == 1_000


NAME = st.text(max_size=300) | st.just("\x1b[2J\n::error::x ##[group] \u202e\udcff")


@given(NAME, NAME, st.sampled_from(Status), st.sampled_from(Part))
def test_whatever_a_file_is_called_each_line_stays_one(
    name: str, was: str, status: Status, part: Part
) -> None:
    made = Changes(name, BASE, False, (FileChange(name, status, was, part, desired=True),))
    told = list(change_lines(made))
    assert len(told) <= 3
    for line in told:
        assert printable(line) == line


@given(NAME, NAME, NAME, st.sampled_from(Kind))
def test_whatever_a_guardrail_holds_it_stays_one_line(
    environment: str, before: str, after: str, kind: Kind
) -> None:
    text = guardrail_text(
        GuardrailChange(kind, "allow", environment, "a.yaml", 1, 1, before, after)
    )
    assert printable(text) == text
    assert len(text) < 600
