"""Annotations: exactly what was given, on one line, and no more than GitHub shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runner.ci.places import Places
from runner.printable import printable
from runner.problems import Problem, Severity
from runner.render.workflow_commands import ENDGROUP, annotation, group, problem_annotations
from tests.support.workflow_commands import Command, obeyed

PLACES = Places(Path("/repository/campaigns"), Path("/repository"))
# Much of what could break out, between what Unicode has besides.
TEXT = st.lists(
    st.sampled_from(
        ["::", ":", ",", "=", "%", "%0A", "%3A", "%25", "\r", "\n", "\r\n", "\u2028", "\x85"]
    )
    | st.sampled_from(
        ["::error::x", "##[error]", "##vso[task.complete]", "\x1b[31m", "\u202e", "\ud800", " "]
    )
    | st.text(max_size=5)
).map("".join)


def problem(
    n: int = 1, severity: Severity = Severity.ERROR, *, file: str = "a.yaml", hint: str = ""
) -> Problem:
    return Problem("value", file, n, 2, f"actions[{n}]", f"number {n}", hint, severity)


def read(line: str) -> Command:
    command = obeyed(line)
    assert command is not None
    return command


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (annotation("error", "100 %\nof a: b, c"), "::error::100 %25%0Aof a: b, c"),
        (annotation("notice", "x", file="a:b,c%.yaml"), "::notice file=a%3Ab%2Cc%25.yaml::x"),
        (
            annotation("warning", "x", file="a.yaml", line=3, column=7, title="key"),
            "::warning title=key,file=a.yaml,line=3,col=7::x",
        ),
        (annotation("error", "::stop-commands::x"), "::error::: :stop-commands: :x"),
        (annotation("error", "a\r\nb\rc"), "::error::a %0Ab c"),
        (group("a\n::error::x 5 %"), "::group::a : :error: :x 5 %25"),
        (ENDGROUP, "::endgroup::"),
    ],
)
def test_commands_look_as_github_documents_them(line: str, says: str) -> None:
    assert line == says


@example("::error::x", "a\n::error::x", "x")
@given(TEXT, TEXT, TEXT)
def test_an_annotation_is_one_line_that_reads_back_as_what_was_given(
    message: str, file: str, title: str
) -> None:
    line = annotation("error", message, file=file, line=3, column=4, title=title)
    assert len(line.splitlines()) == 1
    assert line.encode()  # nothing that a stream could not write
    assert "##[" not in line
    command = read(line)
    assert command.name == "error"
    assert command.message.split("\n") == [printable(it) for it in message.split("\n")]
    # Like the runner, the reader takes blanks before the first property for none of it.
    assert command.properties["file"] == printable(file)
    assert (command.properties["line"], command.properties["col"]) == ("3", "4")
    assert command.properties["title"] == printable(title)


@given(TEXT)
def test_nothing_in_a_title_of_a_group_is_obeyed(title: str) -> None:
    assert len(group(title).splitlines()) == 1
    assert read(group(title)) == Command("group", {}, printable(title))


@given(TEXT, TEXT, TEXT, TEXT)
def test_a_problem_of_a_hostile_file_is_one_command(
    file: str, pointer: str, message: str, hint: str
) -> None:
    it = Problem("value", file, 3, 4, pointer, message, hint)
    (line,) = problem_annotations([it], PLACES)
    assert len(line.splitlines()) == 1
    command = read(line)
    assert (command.name, command.properties["title"]) == ("error", "value")
    assert command.properties["file"] == printable(PLACES.path(file))
    assert len(command.message.split("\n")) == (2 if hint else 1)


def test_a_problem_has_its_place_in_the_repository_its_rule_and_its_hint() -> None:
    (line,) = problem_annotations([problem(3, hint="write 3")], PLACES)
    assert line == (
        "::error title=value,file=campaigns/a.yaml,line=3,col=2::actions[3]: number 3%0Awrite 3"
    )


def test_a_file_outside_of_the_repository_keeps_its_path() -> None:
    (line,) = problem_annotations([problem(file="../../other/ä b.yaml")], PLACES)
    assert read(line).properties["file"] == "../../other/ä b.yaml"


def test_a_path_with_blanks_and_umlauts_stays_readable() -> None:
    (line,) = problem_annotations([problem(file="Größe 1/a, b.yaml")], PLACES)
    assert "file=campaigns/Größe 1/a%2C b.yaml," in line


def test_ten_of_each_level_are_all_shown() -> None:
    problems = [problem(n, severity) for n in range(10) for severity in Severity]
    lines = list(problem_annotations(problems, PLACES))
    assert [read(it).name for it in lines] == ["error"] * 10 + ["warning"] * 10
    assert all("file" in read(it).properties for it in lines)


def test_of_more_the_last_one_counts_the_others() -> None:
    problems = [problem(n, Severity.WARNING) for n in range(1000)]
    problems += [problem(n) for n in range(11)]
    lines = list(problem_annotations(problems, PLACES))
    assert [read(it).name for it in lines] == ["error"] * 10 + ["warning"] * 10
    assert lines[8:10] == [
        "::error title=value,file=campaigns/a.yaml,line=8,col=2::actions[8]: number 8",
        "::error::and 2 more errors: see the log of this step",
    ]
    assert lines[-1] == "::warning::and 991 more warnings: see the log of this step"


def test_every_file_is_seen_before_the_second_problem_of_one() -> None:
    files = [f"{it}.yaml" for it in "abcd"]
    problems = [problem(n, file=file) for file in files for n in (1, 2, 3)]
    shown = [read(it) for it in problem_annotations(problems, PLACES)]
    places = [(Path(it.properties["file"]).stem, it.properties["line"]) for it in shown[:9]]
    assert places == [(it, n) for n in "12" for it in "abcd"] + [("a", "3")]
    assert re.match("and 3 more errors", shown[9].message)


def test_where_nothing_is_wrong_nothing_is_said() -> None:
    assert list(problem_annotations([], PLACES)) == []
