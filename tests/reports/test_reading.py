"""Whatever a file holds, it is a report or it is refused in words (rule R35)."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from runner.errors import ReportError
from runner.printable import printable
from runner.render.plan_json import plan_json
from runner.reports import reading as module
from runner.reports.reading import read_report
from tests.support.plans import command, plan_of
from tests.support.reports import AT, attempt, entry, report_value

if TYPE_CHECKING:
    from runner.problems import Problem

NAME = "out/report.json"
NAME_IT = "name the report of a run, as run --report wrote it"
SEAM: dict[str, Any] = {
    "at": AT,
    "next": None,
    "settled": [],
    "retry_failed": False,
    "source_control": {"commit": None, "ref": None, "run_url": None},
}
FULL = report_value([entry(attempts=[attempt()])], resumed=[SEAM], journal=None)


def refusals(data: bytes | str) -> list[Problem]:
    """Give why a report that holds `data` is refused; nothing where it is one."""
    stream = io.BytesIO(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data)
    try:
        read_report(stream, NAME)
    except ReportError as error:
        problems = list(error.problems)
    else:
        return []
    assert problems
    for problem in problems:
        assert (problem.rule, problem.file, problem.is_error) == ("report", NAME, True)
        for text in (problem.pointer, problem.message, problem.hint):
            assert printable(text) == text
            assert len(text) < 300
    return problems


def refusal(data: bytes | str) -> tuple[str, str]:
    (problem,) = refusals(data)
    return problem.message, problem.hint


def changed(*path: str | int, to: object) -> str:
    """Give a report in which one thing is another one."""
    value = json.loads(json.dumps(FULL))
    place: Any = value
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = to
    return json.dumps(value)


class TestReports:
    """What was written comes back."""

    @pytest.mark.parametrize("value", [report_value(), FULL], ids=["least", "full"])
    def test_a_report_comes_back_from_a_file_and_from_a_stream(self, value: dict[str, Any]) -> None:
        text = json.dumps(value)
        Path("report.json").write_text(text, encoding="utf-8")
        assert read_report(Path("report.json"), NAME) == value
        assert read_report(io.BytesIO(text.encode()), "-") == value

    def test_fields_that_later_versions_add_are_passed_over_r35(self) -> None:
        assert refusals(changed("something", to={"new": [1]})) == []
        assert refusals(changed("commands", 0, "something", to=None)) == []


class TestFiles:
    """What cannot be read at all."""

    @pytest.mark.parametrize("path", ["gone.json", ".", "n" * 5_000])
    def test_what_is_no_file_says_so(self, path: str) -> None:
        with pytest.raises(ReportError) as caught:
            read_report(Path(path), path[:20])
        (problem,) = caught.value.problems
        assert problem.message.startswith("the report cannot be read: ")
        assert problem.hint == "check the path"
        assert str(caught.value) == "1 problem with the report"

    def test_the_largest_is_read_and_a_larger_one_is_not(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = json.dumps(FULL)
        monkeypatch.setattr(module, "_REPORT", replace(module._REPORT, largest=len(text)))
        assert refusals(text) == []
        assert refusal(f"{text} ") == (f"the report is larger than {len(text):,} bytes", NAME_IT)


class TestKind:
    """What is JSON, or nearly, and yet no report of this version."""

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "this is not JSON"),
            ("version: 1\n", "this is not JSON"),
            ('{"a": 1}\n{"b": 2}\n', "this is not JSON"),
            (b"\xff\xfe", "this is not JSON in UTF-8"),
            ('{"a": 1, "a": 1}', "the key `a` stands twice in one mapping"),
            ("[]", 'this is no report (type: "object")'),
        ],
    )
    def test_what_is_no_report_is_told(self, text: str | bytes, message: str) -> None:
        assert refusal(text) == (message, NAME_IT)

    @pytest.mark.parametrize("number", ["2", "0", "1.5", "-3"])
    def test_an_unknown_version_is_refused_by_its_number_r35(self, number: str) -> None:
        assert refusal(f'{{"schema_version": {number}, "run_id": "", "result": ""}}') == (
            f"version {number} of the report's format is not known to this campaign-runner",
            "use the campaign-runner that wrote it, or a newer one",
        )

    def test_a_plan_is_known_as_one(self) -> None:
        message, hint = refusal(plan_json(plan_of([command()])))
        assert message == "this is a plan; what is wanted is a report"
        assert hint == f"campaign-runner plan shows plans; {NAME_IT}"

    def test_a_plan_of_another_version_is_known_as_one_too(self) -> None:
        message, _ = refusal('{"schema_version": 9, "digest": "", "selection": {}}')
        assert message == "this is a plan; what is wanted is a report"

    @pytest.mark.parametrize("rest", ["", "\n", '\n{"type": "sending"}\n', '\n{"type": "sen'])
    def test_a_journal_is_known_as_one(self, rest: str) -> None:
        message, hint = refusal(f'{{"type": "header", "schema_version": 1}}{rest}')
        assert message == "this is a journal; what is wanted is a report"
        assert hint.startswith(NAME_IT)

    def test_what_is_missing_is_named_and_ten_faults_at_most(self) -> None:
        problems = refusals('{"result": "failed"}')
        assert len(problems) == 10
        assert problems[0].message == "this is no report ('schema_version' is a required property)"

    @pytest.mark.parametrize(
        ("path", "to", "message"),
        [
            (("result",), "fine", "enum: "),
            (("exit_code",), 256, "maximum: 255"),
            (("commands", 0, "outcome"), "done", "enum: "),
            (("commands", 0, "source", "line"), 0, "minimum: 1"),
            (("commands", 0, "attempts", 0, "status"), "204", 'type: ["integer", "null"]'),
        ],
    )
    def test_what_has_the_wrong_shape_is_told_with_its_place(
        self, path: tuple[str | int, ...], to: object, message: str
    ) -> None:
        (problem,) = refusals(changed(*path, to=to))
        assert problem.message.startswith(f"this is no report ({message}")
        assert problem.pointer.startswith(str(path[0]))


class TestProportion:
    """Whoever shows a report need not be afraid of its times and numbers."""

    @pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "1e13", "9" * 400])
    def test_numbers_out_of_all_proportion_are_refused(self, number: str) -> None:
        text = json.dumps(FULL).replace('"duration_s": 0,', f'"duration_s": {number},')
        message, _ = refusal(text)
        assert message == "no report has a number as long, or lists as deep, as there are here"

    def test_a_year_is_no_such_number(self) -> None:
        assert refusals(changed("duration_s", to=365 * 86_400.5)) == []

    @pytest.mark.parametrize(
        "path",
        [
            ("started_at",),
            ("finished_at",),
            ("resumed", 0, "at"),
            ("commands", 0, "attempts", 0, "at"),
        ],
    )
    @pytest.mark.parametrize(
        "text", ["", "noon", "2026-03-01", "2026-13-01T12:00:00Z", "2026-03-01T12:00:00", f"{AT}\n"]
    )
    def test_what_is_no_time_is_refused(self, path: tuple[str | int, ...], text: str) -> None:
        (problem,) = refusals(changed(*path, to=text))
        assert problem.message.startswith("this is no report (no time in UTC such as ")

    @pytest.mark.parametrize(
        "text", ["2026-03-01T12:00:00Z", "2026-03-01T12:00:00.123Z", "0001-01-01T00:00:00.000000Z"]
    )
    def test_times_are_as_precise_as_they_like(self, text: str) -> None:
        assert refusals(changed("started_at", to=text)) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(value=JSON)
def test_no_json_ends_in_anything_but_a_refusal(value: Any) -> None:
    assert refusals(json.dumps(value))


@given(data=st.binary() | st.text().map(str.encode))
def test_no_bytes_end_in_anything_but_a_refusal(data: bytes) -> None:
    assert refusals(data)
