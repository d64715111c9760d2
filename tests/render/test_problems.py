"""Problems as lines for people and as values for programs."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.load import SourceFile
from runner.printable import printable
from runner.problems import Problem, Severity, file_problem, file_warning
from runner.render.problems import (
    MOST_WARNINGS,
    problem_lines,
    problem_of,
    problem_sentences,
    problem_value,
    problems_json,
)
from runner.schemas import schema

FULL = Problem("unknown-key", "a.yaml", 3, 5, "actions[0]", "`strat` is not known", "write `start`")
HOSTILE = "\x1b[2J\n::error::x ##[group] \u202e"


class TestLines:
    def test_the_place_comes_first_and_what_to_write_below(self) -> None:
        assert list(problem_lines([FULL])) == [
            "a.yaml:3:5: error: actions[0]: `strat` is not known [unknown-key]",
            "    write `start`",
        ]

    def test_what_is_not_known_is_left_away(self) -> None:
        lines = list(problem_lines([file_warning("w", "a.yaml", "it is odd")]))
        assert lines == ["a.yaml:1:1: warning: it is odd [w]"]

    @pytest.mark.parametrize(
        ("number", "end"), [(21, "... and 1 more warning"), (1_022, "... and 1,002 more warnings")]
    )
    def test_twenty_warnings_are_shown_and_the_others_counted_r6(
        self, number: int, end: str
    ) -> None:
        warnings = [file_warning("w", "a.yaml", f"thing {n}") for n in range(number)]
        lines = list(problem_lines(warnings))
        assert lines[:-1] == list(problem_lines(warnings[:MOST_WARNINGS]))
        assert (len(lines), lines[-1]) == (21, end)

    def test_every_error_is_shown_wherever_it_stands_among_them(self) -> None:
        warnings = [file_warning("w", "a.yaml", "odd")] * 30
        errors = [file_problem("e", "a.yaml", f"wrong {n}") for n in range(30)]
        mixed = [it for pair in zip(warnings, errors, strict=True) for it in pair]
        lines = list(problem_lines(mixed))
        assert sum(": error: " in line for line in lines) == 30
        assert sum(": warning: " in line for line in lines) == 20
        assert lines[-1] == "... and 10 more warnings"

    def test_foreign_text_is_harmless(self) -> None:
        problem = Problem("r", HOSTILE, 1, 1, HOSTILE * 50, HOSTILE, HOSTILE)
        for line in problem_lines([problem]):
            assert printable(line) == line
            assert "##[" not in line


def test_sentences_stand_on_one_line() -> None:
    assert problem_sentences(FULL) == "actions[0]: `strat` is not known. Write `start`"
    assert problem_sentences(file_problem("r", "a.yaml", "it is odd")) == "it is odd"
    hostile = problem_sentences(file_problem("r", "a.yaml", HOSTILE, HOSTILE))
    assert printable(hostile) == hostile


class TestValues:
    def test_everything_is_in_it(self) -> None:
        assert problem_value(FULL) == {
            "severity": "error",
            "rule": "unknown-key",
            "file": "a.yaml",
            "line": 3,
            "column": 5,
            "pointer": "actions[0]",
            "message": "`strat` is not known",
            "hint": "write `start`",
        }

    def test_no_hint_is_null(self) -> None:
        assert problem_value(file_problem("r", "a.yaml", "odd"))["hint"] is None

    def test_the_outcome_of_validate_holds_files_and_problems(self) -> None:
        files = [SourceFile("a.yaml", "0" * 64)]
        text = problems_json(files, [FULL, file_warning("w", "a.yaml", HOSTILE)], valid=False)
        value: dict[str, Any] = json.loads(text)
        assert text.endswith("}\n")
        assert value["valid"] is False
        assert value["files"] == [{"path": "a.yaml", "sha256": "0" * 64}]
        assert [it["severity"] for it in value["problems"]] == ["error", "warning"]
        assert value["problems"][1]["message"] == HOSTILE
        assert "\x1b" not in text
        assert "##[" not in text

    @pytest.mark.parametrize("name", ["plan", "report"])
    def test_it_is_what_the_schemas_describe(self, name: str) -> None:
        described = {**schema(name)["$defs"]["problem"], "$defs": schema(name)["$defs"]}
        validator = jsonschema_rs.Draft202012Validator(described)
        for problem in (FULL, file_problem("r", "a.yaml", "odd"), file_warning("r", "a", "odd")):
            validator.validate(problem_value(problem))


PROBLEMS = st.builds(
    Problem,
    st.text(max_size=9),
    st.text(max_size=9),
    st.integers(1, 10**6),
    st.integers(1, 10**6),
    st.text(max_size=9),
    st.text(max_size=9),
    st.text(max_size=9),
    st.sampled_from(Severity),
)


@given(PROBLEMS)
def test_a_problem_comes_back_from_its_value(problem: Problem) -> None:
    assert problem_of(json.loads(json.dumps(problem_value(problem)))) == problem
