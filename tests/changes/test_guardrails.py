"""Which guardrails are others than before (rule R29), `protect` among them (rule R30)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.changes.guardrails import guardrail_changes
from runner.load.parser import parse_documents
from runner.plan.changes import FileChange, GuardrailChange, Status
from runner.validate.schema import schema_problems

if TYPE_CHECKING:
    from runner.load.document import Document

HEAD = "version: 1\norganization: acme\nactions: [{start: WKF1}]\n"


def with_guardrails(text: str) -> str:
    """Give a file with these guardrails, which begin in its line 5."""
    return f"{HEAD}guardrails:\n  {text}\n" if text else HEAD


def parsed(file: str, text: str) -> list[Document]:
    documents, problems = parse_documents(file, text)
    assert [*problems, *(it for one in documents for it in schema_problems(one))] == []
    return documents


def found(old: str | None, new: str | None, status: Status | None = None) -> list[GuardrailChange]:
    """Give what has become of the guardrails of `a.yaml`, from its text before and after."""
    if status is None:
        known = {True: Status.ADDED, False: Status.MODIFIED}[old is None]
        status = Status.DELETED if new is None else known
    file = FileChange("a.yaml", status)
    before = {} if old is None else {"a.yaml": old.encode()}
    documents = [] if new is None else parsed("a.yaml", new)
    return list(guardrail_changes([file], before, documents))


def told(old: str | None, new: str | None) -> list[tuple[str, ...]]:
    """Give each change of guardrails as its kind, key, before and after; whole files given."""
    return [
        (it.kind.value, it.key, it.before or "", it.after or "")
        for it in found(
            None if old is None else with_guardrails(old),
            None if new is None else with_guardrails(new),
        )
    ]


class TestLimits:
    @pytest.mark.parametrize("key", ["max_commands", "max_stops", "max_active"])
    def test_each_is_compared(self, key: str) -> None:
        few, many = f"{key}: 2", f"{key}: 3000"
        assert told("", few) == [("added", key, "", "2")]
        assert told(many, "") == [("removed", key, "3,000", "")]
        assert told(many, few) == [("tightened", key, "3,000", "2")]
        assert told(few, many) == [("loosened", key, "2", "3,000")]
        assert told(few, few) == []

    def test_nothing_allowed_is_not_nothing_said(self) -> None:
        assert told("max_stops: 0", "max_stops: 1") == [("loosened", "max_stops", "0", "1")]
        assert told("max_stops: 0", "") == [("removed", "max_stops", "0", "")]

    def test_several_are_told_in_one_order(self) -> None:
        old = "{max_active: 1, max_commands: 1, max_stops: 1}"
        new = "{max_stops: 2, max_active: 2, max_commands: 2}"
        keys = [key for _, key, _, _ in told(old, new)]
        assert keys == ["max_commands", "max_stops", "max_active"]


class TestProtect:
    """Rule R30: a pattern refuses everything, or only the actions that it names."""

    def test_a_pattern_that_comes_or_goes(self) -> None:
        assert told("", "protect: [WKF9]") == [("added", "protect", "", "WKF9")]
        assert told("protect: [WKF9]", "") == [("removed", "protect", "WKF9", "")]
        assert told("protect: [WKF9, 'P*']", "protect: [WKF9, 'Q*']") == [
            ("added", "protect", "", "Q*"),
            ("removed", "protect", "P*", ""),
        ]

    def test_their_order_is_no_change(self) -> None:
        assert told("protect: [A, B, C]", "protect: [C, A, B]") == []

    @pytest.mark.parametrize(
        ("old", "new", "kind"),
        [
            ("[stop]", "[stop, pause]", "tightened"),
            ("[stop, pause]", "[stop]", "loosened"),
            ("[stop]", "[pause]", "changed"),
            ("[stop, pause]", "[stop, start]", "changed"),
            ("[stop, pause]", "[pause, stop]", None),
        ],
    )
    def test_the_actions_that_a_pattern_refuses(self, old: str, new: str, kind: str | None) -> None:
        one, other = (f"protect: [{{workflow: P, refuse: {it}}}]" for it in (old, new))
        assert [it[0] for it in told(one, other)] == ([] if kind is None else [kind])

    def test_all_of_them_are_more_than_some(self) -> None:
        some = "protect: [{workflow: P, refuse: [stop, pause]}]"
        assert told(some, "protect: [P]") == [("tightened", "protect", "P (pause, stop)", "P")]
        assert told("protect: [P]", some) == [("loosened", "protect", "P", "P (pause, stop)")]

    def test_a_pattern_that_stands_twice_counts_with_both(self) -> None:
        twice = "protect: [{workflow: P, refuse: [stop]}, {workflow: P, refuse: [pause]}]"
        once = "protect: [{workflow: P, refuse: [pause, stop]}]"
        assert told(twice, once) == []
        for all_of_it in (
            "[{workflow: P, refuse: [stop]}, P]",
            "[P, {workflow: P, refuse: [stop]}]",
        ):
            assert told(f"protect: {all_of_it}", "protect: [P]") == []

    def test_it_is_told_at_the_place_of_the_pattern(self) -> None:
        old, new = "protect: [A]", "protect:\n    - A\n    - B"
        (change,) = found(with_guardrails(old), with_guardrails(new))
        assert (change.line, change.column) == (7, 7)

    def test_one_that_stands_twice_is_told_at_the_first_place(self) -> None:
        new = "protect:\n    - {workflow: P, refuse: [stop]}\n    - {workflow: P, refuse: [pause]}"
        (change,) = found(HEAD, with_guardrails(new))
        assert (change.line, change.after) == (6, "P (pause, stop)")


class TestWhatPermits:
    """Of lists that permit, more is looser."""

    @pytest.mark.parametrize(
        ("old", "new", "kind"),
        [
            ("[start]", "[start, stop]", "loosened"),
            ("[start, stop]", "[start]", "tightened"),
            ("[start]", "[stop]", "changed"),
            ("[start, stop]", "[stop, start]", None),
        ],
    )
    def test_allowed_actions(self, old: str, new: str, kind: str | None) -> None:
        changes = told(f"allow: {old}", f"allow: {new}")
        shown = old.strip("[]"), new.strip("[]")
        assert changes == ([] if kind is None else [(kind, "allow", *shown)])

    def test_allowed_actions_that_come_or_go(self) -> None:
        assert told("", "allow: [start]") == [("added", "allow", "", "start")]
        assert told("allow: [start]", "") == [("removed", "allow", "start", "")]

    DAY = "{days: [mon, tue], from: '06:00', to: '18:30', timezone: Europe/Berlin}"
    NIGHT = "{from: '22:00', to: '04:05', timezone: UTC}"
    DAY_SHOWN = "mon tue 06:00-18:30 Europe/Berlin"
    NIGHT_SHOWN = "mon tue wed thu fri sat sun 22:00-04:05 UTC"

    def test_windows_that_come_or_go(self) -> None:
        one = f"windows: [{self.DAY}]"
        assert told("", one) == [("added", "windows", "", self.DAY_SHOWN)]
        assert told(one, "") == [("removed", "windows", self.DAY_SHOWN, "")]

    def test_one_more_window_is_looser(self) -> None:
        one, both = f"windows: [{self.DAY}]", f"windows: [{self.NIGHT}, {self.DAY}]"
        shown = f"{self.NIGHT_SHOWN}, {self.DAY_SHOWN}"
        assert told(one, both) == [("loosened", "windows", self.DAY_SHOWN, shown)]
        assert told(both, one) == [("tightened", "windows", shown, self.DAY_SHOWN)]

    def test_another_time_is_another_window(self) -> None:
        assert told(f"windows: [{self.DAY}]", f"windows: [{self.NIGHT}]") == [
            ("changed", "windows", self.DAY_SHOWN, self.NIGHT_SHOWN)
        ]

    def test_how_a_window_is_written_is_no_change(self) -> None:
        other = "{timezone: Europe/Berlin, to: '18:30', from: '06:00', days: [tue, mon]}"
        assert told(f"windows: [{self.DAY}]", f"windows: [{other}]") == []

    @pytest.mark.parametrize("new", ["allow: [start]", f"windows: [{NIGHT}]"])
    def test_each_is_told_at_its_place(self, new: str) -> None:
        (change,) = found(HEAD, with_guardrails(f"max_stops: 1\n  {new}"))[1:]
        assert change.line == 6


class TestEnvironments:
    """What holds in each of today's, with its overlay."""

    def changes(self, old: str, new: str) -> list[tuple[str | None, str, str, str, str]]:
        return [
            (it.environment, it.kind.value, it.key, it.before or "", it.after or "")
            for it in found(HEAD + old, HEAD + new)
        ]

    def test_what_one_takes_over_from_the_base_is_told_once(self) -> None:
        both = "environments: {prod: {}, stage: {organization: x}}\n"
        assert self.changes(
            f"guardrails: {{max_stops: 1}}\n{both}", f"guardrails: {{max_stops: 5}}\n{both}"
        ) == [(None, "loosened", "max_stops", "1", "5")]

    def test_what_is_laid_over_the_base_is_told_of_it(self) -> None:
        base = "guardrails: {max_stops: 1}\nenvironments: {prod: {guardrails: {max_stops: %s}}}\n"
        assert self.changes(base % 3, base % 2) == [("prod", "tightened", "max_stops", "3", "2")]

    def test_the_base_alone_moves_where_an_environment_has_its_own(self) -> None:
        base = "guardrails: {max_stops: %s}\nenvironments: {prod: {guardrails: {max_stops: 3}}}\n"
        assert self.changes(base % 1, base % 2) == [(None, "loosened", "max_stops", "1", "2")]

    def test_the_same_key_to_another_value_is_told_of_both(self) -> None:
        base = "guardrails: {max_stops: %s}\nenvironments: {prod: {guardrails: {max_stops: %s}}}\n"
        assert self.changes(base % (1, 1), base % (2, 4)) == [
            (None, "loosened", "max_stops", "1", "2"),
            ("prod", "loosened", "max_stops", "1", "4"),
        ]

    def test_an_overlay_that_lets_an_environment_go_is_told_though_the_base_stays(self) -> None:
        base = "guardrails: {max_stops: 1}\n"
        over = "environments: {prod: {guardrails: {max_stops: 100}}}\n"
        assert self.changes(base + "environments: {prod: {}}\n", base + over) == [
            ("prod", "loosened", "max_stops", "1", "100")
        ]

    def test_a_new_one_is_held_against_the_base_of_now(self) -> None:
        over = "environments: {new: {guardrails: {max_stops: 100, protect: [WKF9]}}}\n"
        assert self.changes(
            "guardrails: {max_stops: 1}\n", f"guardrails: {{max_stops: 2}}\n{over}"
        ) == [
            (None, "loosened", "max_stops", "1", "2"),
            ("new", "added", "protect", "", "WKF9"),
            ("new", "loosened", "max_stops", "2", "100"),
        ]

    def test_a_new_one_that_lays_nothing_over_changes_nothing(self) -> None:
        base = "guardrails: {max_stops: 1}\n"
        assert self.changes(base, f"{base}environments: {{new: {{}}}}\n") == []

    def test_the_place_is_that_of_the_overlay(self) -> None:
        base = "guardrails: {max_stops: 1}\n"
        text = f"{HEAD}{base}environments:\n  prod:\n    guardrails:\n      max_stops: 9\n"
        (change,) = found(f"{HEAD}{base}environments: {{prod: {{}}}}\n", text)
        assert (change.environment, change.line, change.column) == ("prod", 8, 18)

    def test_one_that_is_gone_is_told_where_it_would_stand(self) -> None:
        old = "environments:\n  prod:\n    guardrails: {max_stops: 9}\n"
        (change,) = found(HEAD + old, HEAD + "environments:\n  prod:\n    organization: b\n")
        assert (change.kind.value, change.before, change.after) == ("removed", "9", None)
        assert (change.line, change.column) == (6, 5)

    def test_of_a_file_that_is_gone_each_is_told(self) -> None:
        old = (
            f"{HEAD}guardrails: {{max_stops: 1}}\n"
            "environments: {prod: {guardrails: {max_stops: 3}}, stage: {}}\n"
        )
        changes = [(it.environment, it.kind.value, it.before) for it in found(old, None)]
        assert changes == [(None, "removed", "1"), ("prod", "removed", "3")]

    def test_of_a_file_that_is_new_only_what_differs_is_told(self) -> None:
        new = (
            f"{HEAD}guardrails: {{max_stops: 1}}\n"
            "environments: {prod: {guardrails: {max_stops: 3}}, stage: {}}\n"
        )
        changes = [(it.environment, it.kind.value, it.after) for it in found(None, new)]
        assert changes == [(None, "added", "1"), ("prod", "loosened", "3")]


class TestFiles:
    def test_one_that_is_new_adds_all_of_its_guardrails(self) -> None:
        assert told(None, "{max_stops: 1, protect: [A]}") == [
            ("added", "protect", "", "A"),
            ("added", "max_stops", "", "1"),
        ]

    def test_one_that_is_gone_takes_them_with_it(self) -> None:
        assert told("{max_stops: 1, protect: [A]}", None) == [
            ("removed", "protect", "A", ""),
            ("removed", "max_stops", "1", ""),
        ]
        (change, _) = found(with_guardrails("{max_stops: 1, protect: [A]}"), None)
        assert (change.file, change.line, change.column) == ("a.yaml", 1, 1)

    @pytest.mark.parametrize("status", [Status.UNCHANGED, Status.RENAMED])
    def test_of_one_that_holds_what_it_held_nothing_is_told(self, status: Status) -> None:
        assert found(None, with_guardrails("max_stops: 1"), status) == []

    def test_documents_are_compared_by_their_order(self) -> None:
        one, two = with_guardrails("max_stops: 1"), with_guardrails("max_stops: 2")
        changes = [
            (it.kind.value, it.before, it.after)
            for it in found(f"{one}---\n{two}", f"{two}---\n{one}")
        ]
        assert changes == [("loosened", "1", "2"), ("tightened", "2", "1")]

    def test_a_document_more_or_less(self) -> None:
        one, two = with_guardrails("max_stops: 1"), with_guardrails("max_stops: 2")
        (more,) = found(one, f"{one}---\n{two}")
        assert (more.kind.value, more.after, more.line) == ("added", "2", 11)
        (less,) = found(f"{one}---\n{two}", one)
        assert (less.kind.value, less.before, less.line) == ("removed", "2", 1)

    def test_several_are_told_in_their_order(self) -> None:
        texts = {f"{it}.yaml": with_guardrails(f"max_stops: {n}") for n, it in enumerate("ba", 1)}
        documents = [it for name, text in texts.items() for it in parsed(name, text)]
        files = [FileChange(name, Status.ADDED) for name in texts]
        changes = guardrail_changes(files, {}, documents)
        assert [(it.file, it.after) for it in changes] == [("b.yaml", "1"), ("a.yaml", "2")]


class TestUnread:
    """What was not valid then cannot be compared, and that is told."""

    @pytest.mark.parametrize(
        ("old", "why"),
        [
            (b"\xff\xfe\x00", "the file is UTF-16"),
            (b"a: [", "a value is missing here"),
            (b"a: 1\na: 2\n", "`a`"),
            (b"version: 1\nactions: [{strat: A}]\n", "`strat`"),
            (b"version: 1\nactions: [{stop: A}]\nguardrails: {max_stops: all}\n", "a whole number"),
        ],
    )
    def test_it_is_told_why(self, old: bytes, why: str) -> None:
        file = FileChange("a.yaml", Status.MODIFIED)
        new = with_guardrails("max_stops: 1")
        (change,) = guardrail_changes([file], {"a.yaml": old}, parsed("a.yaml", new))
        assert (change.kind.value, change.key, change.after) == ("unread", "", None)
        assert (change.file, change.line, change.column) == ("a.yaml", 1, 1)
        assert change.before is not None
        assert change.before.startswith("it was not valid (")
        assert why in change.before

    def test_so_is_that_of_a_file_that_is_gone(self) -> None:
        (change,) = found("a: [", None)
        assert change.kind.value == "unread"

    def test_the_others_are_compared_all_the_same(self) -> None:
        files = [FileChange("a.yaml", Status.MODIFIED), FileChange("b.yaml", Status.ADDED)]
        documents = [
            it
            for name in ("a.yaml", "b.yaml")
            for it in parsed(name, with_guardrails("max_stops: 1"))
        ]
        changes = guardrail_changes(files, {"a.yaml": b"a: ["}, documents)
        assert [(it.file, it.kind.value) for it in changes] == [
            ("a.yaml", "unread"),
            ("b.yaml", "added"),
        ]

    def test_nor_is_a_file_compared_that_held_nothing(self) -> None:
        changes = found("", with_guardrails("max_stops: 2"))
        assert [it.kind.value for it in changes] == ["unread"]


ACTIONS = ("start", "stop", "pause", "resume", "signal")
SOME_ACTIONS = st.lists(st.sampled_from(ACTIONS), min_size=1, unique=True)
PATTERN = st.sampled_from(["A", "B", "P*"])
GUARDRAILS = st.fixed_dictionaries(
    {},
    optional={
        "max_stops": st.integers(0, 3),
        "allow": SOME_ACTIONS,
        "protect": st.lists(
            PATTERN | st.fixed_dictionaries({"workflow": PATTERN, "refuse": SOME_ACTIONS}),
            min_size=1,
            max_size=4,
        ),
    },
)


def lets_pass(guardrails: dict[str, Any]) -> set[tuple[str, object]]:
    """Give all that guardrails let pass, one by one: the other way to say what they refuse."""
    passing: set[tuple[str, object]] = set()
    passing |= {("stops", n) for n in range(5) if n <= guardrails.get("max_stops", 4)}
    passing |= {("allow", it) for it in (*guardrails.get("allow", ACTIONS),)}
    passing |= {("allow", "whatever comes later")} if "allow" not in guardrails else set()
    touched = {(pattern, it) for pattern in ("A", "B", "P*") for it in (*ACTIONS, "later")}
    for it in guardrails.get("protect", ()):
        pattern, refused = (it, None) if isinstance(it, str) else (it["workflow"], it["refuse"])
        touched -= {(pattern, one) for one in (refused or (*ACTIONS, "later"))}
    return passing | {("touch", it) for it in touched}


@given(GUARDRAILS, GUARDRAILS)
def test_whatever_lets_more_pass_is_said_to_and_nothing_else_is(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    one, other = (f"{HEAD}guardrails: {json.dumps(it)}\n" for it in (old, new))
    changes = found(one, other)
    assert any(it.weakens for it in changes) == (not lets_pass(new) <= lets_pass(old))
    assert bool(changes) == (lets_pass(new) != lets_pass(old))
    back = [(it.key, it.after, it.before) for it in found(other, one)]
    assert set(back) == {(it.key, it.before, it.after) for it in changes}
