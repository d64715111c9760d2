"""Which of the files that came are those that went (R33)."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.changes import renames as module
from runner.changes.renames import Gone, pure_renames, sends, similar
from runner.changes.worktree import WorkFile
from runner.errors import BrokenError

TEN = "".join(f"line {n}\n" for n in range(10)).encode()


def file(path: str, data: bytes = TEN) -> WorkFile:
    return WorkFile(path, path, data)


def gone(path: str, data: bytes = TEN) -> Gone:
    """Give a file that went, with the ID that git knows its content by."""
    made = hashlib.sha1(f"blob {len(data)}\0".encode() + data, usedforsecurity=False)
    return Gone(path, made.hexdigest())


def pure(files: list[WorkFile], went: list[Gone]) -> dict[str, str]:
    return pure_renames(files, went, 40)


def likeness(new: bytes, old: bytes, *, repeats: bool = True) -> list[tuple[str, str, bool]]:
    """Tell whether a file that came is the one that went."""
    return list(similar([file("new", new)], {"old": old}, lambda _file, _source: repeats))


class TestPure:
    def test_the_same_content_was_moved(self) -> None:
        assert pure([file("b")], [gone("a")]) == {"b": "a"}

    def test_each_is_found_among_others(self) -> None:
        went = [gone("c", b"c"), gone("a"), gone("d", b"d")]
        assert pure([file("x", b"d"), file("b")], went) == {"b": "a", "x": "d"}

    def test_another_content_was_not(self) -> None:
        assert pure([file("b", b"new")], [gone("a")]) == {}

    @pytest.mark.parametrize(
        ("new", "old"), [(b"a\r\nb\r\n", b"a\nb\n"), (b"a\r\nb\r\n", b"a\r\nb\r\n")]
    )
    def test_line_ends_of_a_checkout_make_no_other(self, new: bytes, old: bytes) -> None:
        assert pure([file("b", new)], [gone("a", old)]) == {"b": "a"}

    def test_each_that_went_is_taken_once(self) -> None:
        files = [file("x"), file("y"), file("z")]
        assert pure(files, [gone("a"), gone("b")]) == {"x": "a", "y": "b"}

    def test_each_that_came_is_moved_once(self) -> None:
        assert pure([file("x")], [gone("a"), gone("b")]) == {"x": "a"}

    def test_the_order_of_those_that_went_makes_no_difference(self) -> None:
        assert pure([file("x")], [gone("b"), gone("a")]) == {"x": "a"}

    def test_one_that_keeps_its_name_goes_before_one_that_comes_first(self) -> None:
        files = [file("new/x"), file("new/a")]
        assert pure(files, [gone("old/a")]) == {"new/a": "old/a"}
        went = [gone("old/0"), gone("old/a")]
        assert pure(files, went) == {"new/a": "old/a", "new/x": "old/0"}

    def test_a_name_is_kept_only_as_a_whole(self) -> None:
        assert pure([file("new/x"), file("new/ba")], [gone("old/a")]) == {"new/x": "old/a"}

    def test_ids_of_sha_256_are_told_by_their_length(self) -> None:
        identity = hashlib.sha256(b"blob %d\0" % len(TEN) + TEN).hexdigest()
        assert pure_renames([file("b")], [Gone("a", identity)], 64) == {"b": "a"}
        assert pure_renames([file("b")], [Gone("a", identity)], 40) == {}


class TestSimilar:
    @pytest.mark.parametrize(("more", "was_moved"), [(69, True), (70, True), (71, False)])
    def test_half_of_the_larger_one_has_to_be_the_same(self, more: int, was_moved: bool) -> None:
        """As git tells it; the ten lines have 70 bytes."""
        longer = TEN + b"x" * (more - 1) + b"\n"
        expected = [("new", "old", False)] if was_moved else []
        assert likeness(longer, TEN) == expected
        assert likeness(TEN, longer) == expected

    def test_lines_count_wherever_they_stand_and_as_often(self) -> None:
        lines = TEN.splitlines(keepends=True)
        assert likeness(b"".join(reversed(lines)), TEN) == [("new", "old", True)]
        assert likeness(lines[0] * 10, TEN) == []

    def test_one_that_repeats_nothing_is_new(self) -> None:
        assert likeness(TEN + b"more\n", TEN, repeats=False) == []

    def test_one_that_has_all_the_same_lines_is_moved_whatever_it_sends(self) -> None:
        assert likeness(TEN, TEN, repeats=False) == [("new", "old", True)]

    def test_line_ends_of_a_checkout_make_no_other(self) -> None:
        assert likeness(TEN.replace(b"\n", b"\r\n"), TEN) == [("new", "old", True)]
        assert likeness(TEN, TEN.replace(b"\n", b"\r\n")) == [("new", "old", True)]

    @pytest.mark.parametrize(("new", "old"), [(b"", TEN), (TEN, b""), (b"", b"")])
    def test_nothing_is_like_nothing(self, new: bytes, old: bytes) -> None:
        assert likeness(new, old) == []

    def test_the_one_most_alike_is_taken_and_each_but_once(self) -> None:
        files = [file("one", TEN + b"another line\n"), file("two", TEN + b"x\n")]
        went = {"a": TEN, "b": TEN + b"another lime\n"}
        found = set(similar(files, went, lambda _file, _source: True))
        assert found == {("two", "a", False), ("one", "b", False)}

    def test_of_two_alike_the_one_of_the_same_name_is_taken(self) -> None:
        files = [file("new/x", TEN + b"x\n"), file("new/b", TEN + b"x\n")]
        went = {"old/a": TEN, "old/b": TEN}
        found = list(similar(files, went, lambda _file, _source: True))
        assert found == [("new/b", "old/b", False), ("new/x", "old/a", False)]

    def test_a_path_may_be_that_of_another(self) -> None:
        """What came may stand where another went: by its case, or by a link."""
        found = list(similar([file("a"), file("b")], {"a": TEN, "b": TEN}, lambda _f, _s: True))
        assert found == [("a", "a", True), ("b", "b", True)]

    def test_only_what_looks_alike_is_asked_what_it_repeats(self) -> None:
        asked: list[str] = []

        def repeats(_file: WorkFile, source: str) -> bool:
            asked.append(source)
            return False

        went = {"unlike": b"something else\n" * 5, "alike": TEN + b"x\n", "same": TEN}
        assert list(similar([file("new")], went, repeats)) == [("new", "same", True)]
        assert asked == ["alike"]

    def test_too_many_to_be_compared_are_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "_MOST_PAIRS", 4)
        went = {"a": TEN, "b": TEN}
        assert len(list(similar([file("x"), file("y")], went, lambda _f, _s: True))) == 2
        with pytest.raises(BrokenError, match="name fewer files, or a later commit"):
            list(similar([file("x"), file("y"), file("z")], went, lambda _f, _s: True))


class TestSends:
    def test_commands_and_signals_of_all_actions_of_all_documents(self) -> None:
        documents = [
            {"actions": [{"start": "A"}, {"stop": ["B", "C"], "name": "x"}, {"wait": "30s"}]},
            {"actions": [{"signal": {"workflow": "D", "activity": "signal1"}}, {"pause": "A"}]},
        ]
        assert sends(documents) == {
            ("start", "A"),
            ("stop", "B"),
            ("stop", "C"),
            ("signal", "D"),
            ("pause", "A"),
        }

    def test_desired_states_send_nothing_of_their_own(self) -> None:
        assert sends([{"desired": {"A": "started"}}]) == frozenset()

    @pytest.mark.parametrize(
        "document",
        [
            None,
            7,
            "text",
            [],
            {},
            {"actions": None},
            {"actions": {"start": "A"}},
            {"actions": "start"},
            {"actions": [None, 1, "start", ["start"], {"strat": "A"}]},
        ],
    )
    def test_what_is_none_of_ours_is_passed_over(self, document: Any) -> None:
        assert sends([document]) == frozenset()

    def test_what_is_not_valid_counts_as_it_is_written(self) -> None:
        document = {"actions": [{"start": 12, "stop": None}, {"signal": {}}]}
        assert sends([document]) == {("start", "12"), ("stop", "None"), ("signal", "None")}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["workflow", "x"]), inner),
)


@given(ANYTHING)
def test_whatever_stands_as_a_workflow_is_taken_as_text(value: Any) -> None:
    found = sends([{"actions": [{"start": value}]}])
    assert all(verb == "start" and isinstance(workflow, str) for verb, workflow in found)
