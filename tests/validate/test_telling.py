"""Which problems are told, and in which order."""

from __future__ import annotations

from runner.load import Loaded, SourceFile
from runner.load.tree import MAX_PROBLEMS
from runner.problems import Problem, Severity, file_problem
from runner.validate.telling import Told


def problem(rule: str, line: int, file: str = "b", severity: Severity = Severity.ERROR) -> Problem:
    return Problem(rule, file, line, 1, "", rule, "", severity)


def told(*found: Problem, loading: tuple[Problem, ...] = ()) -> list[str]:
    it = Told(Loaded((SourceFile("b", ""), SourceFile("a", "")), (), loading))
    it.add(found)
    return [f"{one.file}{one.line} {one.rule}" for one in it.in_order()]


def test_what_comes_of_another_mistake_at_the_same_place_is_not_told() -> None:
    found = [problem("reference", 2), problem("value", 2), problem("value", 3), problem("x", 2)]
    assert told(*found) == ["b2 reference", "b2 x", "b3 value"]
    assert told(problem("type", 1), loading=(problem("date", 1),)) == ["b1 date"]
    assert told(problem("type", 1), loading=(problem("date", 1, "a"),)) == ["b1 type", "a1 date"]


def test_unreadable_files_come_first_and_then_all_in_their_order() -> None:
    lost = file_problem("unreadable", "z", "gone")
    found = [problem("x", 2, "a"), problem("y", 9), problem("z", 1, "a")]
    assert told(*found, loading=(lost,)) == ["z1 unreadable", "b9 y", "a1 z", "a2 x"]


def test_warnings_are_told_up_to_a_limit_and_only_errors_fill_a_file() -> None:
    warnings = [problem("w", n, severity=Severity.WARNING) for n in range(1, MAX_PROBLEMS + 1)]
    assert len(told(*warnings)) == MAX_PROBLEMS
    one_more = told(*warnings, problem("w", MAX_PROBLEMS + 1, severity=Severity.WARNING))
    assert one_more == ["b1 w", "b1 too-many", *(f"b{n} w" for n in range(2, MAX_PROBLEMS + 1))]
    errors = [problem("e", n) for n in range(1, MAX_PROBLEMS + 1)]
    assert told(*errors)[:2] == ["b1 e", "b1 too-many"]
