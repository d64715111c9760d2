"""What this program wrote is read back, and everything else is refused in words (R35).

Plans and reports have tests of their own, `tests/review/test_reviewed.py` and
`tests/reports/test_reading.py`; here is what they share.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from runner.errors import ReportError
from runner.printable import printable
from runner.render.plan_json import plan_value
from runner.written import MOST_FAULTS, Kind, check_version, read_bytes, read_written
from tests.support.journals import header
from tests.support.plans import action, offline
from tests.support.reports import entry, report_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.problems import Problem

NAME = "out/it.json"
REPORT = Kind(
    name="report",
    rule="of-a-test",
    error=ReportError,
    largest=1_000_000,
    remedy="name a report",
    other_version="take another program",
    instead={"plan": "plans are shown by plan"},
)
PLAN = replace(REPORT, name="plan", remedy="name a plan", instead={"journal": "make a report"})
A_REPORT = report_value([entry()])
A_PLAN = plan_value(offline(action("start", "A")))


def refusals(data: bytes | str | Any, kind: Kind = REPORT) -> list[Problem]:
    """Give why a file that holds bytes, text or a value is refused; nothing where it is not."""
    if not isinstance(data, (bytes, str)):
        data = json.dumps(data)
    stream = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    try:
        read_written(kind, stream, NAME)
    except ReportError as error:
        for it in error.problems:
            assert (it.rule, it.file, it.is_error) == ("of-a-test", NAME, True)
            assert all(printable(text) == text for text in (it.pointer, it.message, it.hint))
        return list(error.problems)
    return []


def refusal(data: bytes | str | Any, kind: Kind = REPORT) -> tuple[str, str]:
    """Give the one message and the hint."""
    (problem,) = refusals(data, kind)
    return problem.message, problem.hint


class TestRead:
    @pytest.mark.parametrize(("kind", "value"), [(REPORT, A_REPORT), (PLAN, A_PLAN)])
    def test_what_was_written_comes_back_from_a_file_and_a_stream(
        self, kind: Kind, value: dict[str, Any]
    ) -> None:
        text = json.dumps(value)
        Path("it.json").write_text(text, encoding="utf-8")
        assert read_written(kind, Path("it.json"), NAME) == value
        assert read_written(kind, io.BytesIO(text.encode()), NAME) == value

    def test_what_a_later_program_adds_is_passed_over_and_kept(self) -> None:
        value = {**A_REPORT, "later": {"and": ["more"]}}
        assert read_written(REPORT, io.BytesIO(json.dumps(value).encode()), NAME) == value

    @pytest.mark.parametrize("data", [b"", b"\x00\xff", b"anything"])
    def test_bytes_are_given_whatever_they_are(self, data: bytes) -> None:
        Path("it").write_bytes(data)
        assert read_bytes(REPORT, Path("it"), NAME) == data
        assert read_bytes(REPORT, io.BytesIO(data), NAME) == data

    def test_what_is_not_there_says_why(self) -> None:
        with pytest.raises(ReportError) as caught:
            read_bytes(REPORT, Path("gone.json"), NAME)
        (problem,) = caught.value.problems
        assert problem.message == "the report cannot be read: no such file or directory"
        assert problem.hint == "check the path"

    def test_an_error_without_a_reason_is_told_all_the_same(self) -> None:
        class Broken(io.BytesIO):
            def read(self, _size: int | None = -1, /) -> bytes:
                raise OSError

        with pytest.raises(ReportError) as caught:
            read_bytes(REPORT, cast("BinaryIO", Broken()), NAME)
        assert caught.value.problems[0].message == "the report cannot be read: unknown reason"

    def test_the_largest_is_read_and_of_a_larger_one_no_more_than_shows_it(self) -> None:
        data = b"x" * 2_001
        Path("it").write_bytes(data)
        stream = io.BytesIO(data)
        fits, short = (replace(REPORT, largest=it) for it in (2_001, 1_000))
        assert (
            read_bytes(fits, Path("it"), NAME) == read_bytes(fits, io.BytesIO(data), NAME) == data
        )
        for source in (Path("it"), stream):
            with pytest.raises(ReportError) as caught:
                read_bytes(short, source, NAME)
            (problem,) = caught.value.problems
            assert problem.message == "the report is larger than 1,000 bytes"
            assert problem.hint == "name a report"
        assert stream.tell() == 1_001


class TestJson:
    @pytest.mark.parametrize(
        ("text", "place"), [("", (1, 1)), ("{\n  x", (2, 3)), ("{} {}", (1, 4)), ("a: 1", (1, 1))]
    )
    def test_what_is_none_is_told_with_its_place(self, text: str, place: tuple[int, int]) -> None:
        (problem,) = refusals(text)
        assert (problem.message, problem.hint) == ("this is not JSON", "name a report")
        assert (problem.line, problem.column) == place

    @pytest.mark.parametrize("data", [b"\xff\xfe", b'{"a": "\xe9"}', b"\xed\xa0\x80"])
    def test_what_is_not_utf_8_is_told(self, data: bytes) -> None:
        assert refusal(data) == ("this is not JSON in UTF-8", "name a report")

    @pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "1" * 5_000])
    def test_what_python_cannot_hold_is_told(self, text: str) -> None:
        message = "no report has a number as long, or lists as deep, as there are here"
        assert refusal(text) == (message, "name a report")

    def test_a_key_that_stands_twice_is_refused_wherever_it_stands(self) -> None:
        told = ("the key `b` stands twice in one mapping", "name a report")
        assert refusal('{"b": 1, "b": 1}') == told
        assert refusal('[[{"a": {"b": {}, "c": 1, "b": {}}}]]') == told


class TestNumbers:
    LIMITED = replace(REPORT, largest_number=1_000.0)

    @pytest.mark.parametrize("number", ["1000", "-1000", "999.5", "0", "-0.0", "1e3"])
    def test_up_to_the_largest_they_are_taken(self, number: str) -> None:
        text = json.dumps({**A_REPORT, "later": 0}).replace('"later": 0', f'"later": {number}')
        assert refusals(text, self.LIMITED) == []

    @pytest.mark.parametrize(
        "number", ["1001", "-1001", "1000.5", "1e4", "1e999", "NaN", "Infinity", "-Infinity"]
    )
    def test_above_it_or_none_at_all_they_are_refused(self, number: str) -> None:
        text = json.dumps({**A_REPORT, "later": 0}).replace('"later": 0', f'"later": {number}')
        message, _ = refusal(text, self.LIMITED)
        assert message == "no report has a number as long, or lists as deep, as there are here"

    @pytest.mark.parametrize("number", ["1e999", "NaN", "-Infinity", "1" + "0" * 400])
    def test_without_a_largest_all_are_taken(self, number: str) -> None:
        text = json.dumps({**A_REPORT, "later": 0}).replace('"later": 0', f'"later": {number}')
        assert refusals(text) == []


class TestKinds:
    def test_a_plan_where_a_report_is_wanted(self) -> None:
        told = ("this is a plan; what is wanted is a report", "plans are shown by plan")
        assert refusal(A_PLAN) == told

    def test_a_report_where_a_plan_is_wanted(self) -> None:
        """Without a hint of its own there is the one that all have."""
        told = ("this is a report; what is wanted is a plan", "name a plan")
        assert refusal(A_REPORT, PLAN) == told

    @pytest.mark.parametrize("rest", ["", "\n", '\n{"type": "sending"}\n', "\n{torn"])
    def test_a_journal_where_a_plan_is_wanted(self, rest: str) -> None:
        told = ("this is a journal; what is wanted is a plan", "make a report")
        assert refusal(json.dumps(header()) + rest, PLAN) == told

    def test_whatever_its_version_is(self) -> None:
        assert "this is a plan" in refusal({**A_PLAN, "schema_version": 99})[0]

    @pytest.mark.parametrize(
        "text",
        [
            '{"type": "sending"}\n{"type": "header"}\n',
            "[1]\n[2]\n",
            "x\n{}\n",
            "[" * 100_000 + "\nx",
            "\n{}{",
        ],
    )
    def test_lines_that_begin_as_no_journal_does_are_not_json(self, text: str) -> None:
        assert refusals(text)[0].message != "this is a journal; what is wanted is a report"

    @pytest.mark.parametrize("value", [[], "text", 1, None, True])
    def test_what_is_no_mapping_is_of_no_kind(self, value: object) -> None:
        assert refusal(json.dumps(value))[0] == 'this is no report (type: "object")'


class TestVersions:
    @pytest.mark.parametrize("version", [0, 2, -1, 1.5, 10**30])
    def test_one_that_is_not_known_is_refused_by_its_number(self, version: float) -> None:
        message = f"version {version} of the report's format is not known to this campaign-runner"
        assert refusal({"schema_version": version}) == (message, "take another program")

    @pytest.mark.parametrize("version", [None, "1", "2", True, False, [2], {}])
    def test_what_is_no_number_is_for_the_schema_to_refuse(self, version: object) -> None:
        check_version(REPORT, version, 1, NAME)
        assert refusal({**A_REPORT, "schema_version": version})[0] == "this is no report (const: 1)"

    @pytest.mark.parametrize("version", [1, 1.0])
    def test_the_known_one_is_taken(self, version: float) -> None:
        check_version(REPORT, version, 1, NAME)

    def test_a_long_one_is_cut(self) -> None:
        with pytest.raises(ReportError) as caught:
            check_version(REPORT, 10**100, 1, NAME)
        assert f"version {str(10**100)[:40]}... of" in caught.value.problems[0].message


class TestFaults:
    def test_each_is_told_with_its_place_and_what_was_asked_for(self) -> None:
        value = json.loads(json.dumps(A_REPORT))
        value["commands"][0]["outcome"] = "done"
        value["exit_code"] = -1
        told = {it.pointer: it.message for it in refusals(value)}
        assert told["exit_code"] == "this is no report (minimum: 0)"
        assert told["commands[0].outcome"].startswith('this is no report (enum: ["planned", ')

    def test_what_is_missing_is_named(self) -> None:
        value = {key: it for key, it in A_REPORT.items() if key != "run_id"}
        assert refusal(value)[0] == "this is no report ('run_id' is a required property)"

    def test_no_more_than_ten_are_told(self) -> None:
        assert len(refusals({**A_REPORT, "commands": [0] * 1_000})) == MOST_FAULTS == 10

    def test_values_are_never_shown_and_keys_harmlessly(self) -> None:
        evil = "\x1b[2J\n::error::canary"
        (problem,) = refusals({**A_REPORT, "totals": {**A_REPORT["totals"], "failed": evil}})
        assert "canary" not in problem.message

    def test_text_that_only_the_reference_validator_can_hold_is_judged_by_it(self) -> None:
        half = "\ud800"
        assert refusals({**A_REPORT, "message": half}) == []
        assert refusals({**A_REPORT, "plan_digest": half})

    def test_what_a_schema_cannot_say_is_asked_only_where_it_finds_nothing(self) -> None:
        asked: list[Any] = []

        def more(value: Any) -> Iterator[tuple[list[str | int], str]]:
            asked.append(value)
            yield ["commands", 0], "it is odd"
            yield [], "all of it is odd"

        kind = replace(REPORT, more_faults=more)
        refusals({**A_REPORT, "exit_code": -1}, kind)
        assert asked == []
        first, second = refusals(A_REPORT, kind)
        assert asked == [A_REPORT]
        assert (first.pointer, first.message) == ("commands[0]", "this is no report (it is odd)")
        assert (second.pointer, second.message) == ("", "this is no report (all of it is odd)")

    def test_ten_of_those_are_told_as_well(self) -> None:
        kind = replace(REPORT, more_faults=lambda _value: [([n], "odd") for n in range(1_000)])
        assert len(refusals(A_REPORT, kind)) == MOST_FAULTS


def test_an_error_of_a_file_has_the_hint_given_or_the_remedy() -> None:
    for hint, shown in (("do this", "do this"), ("", "name a report")):
        (problem,) = REPORT.refuse(NAME, "it is odd", hint).problems
        assert (problem.message, problem.hint, problem.line) == ("it is odd", shown, 1)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(value=JSON, key=st.sampled_from(sorted(A_REPORT)))
def test_a_report_of_which_one_part_is_anything_is_one_or_is_refused(value: Any, key: str) -> None:
    changed = {**A_REPORT, key: value}
    if not refusals(changed):
        back = read_written(REPORT, io.BytesIO(json.dumps(changed).encode()), NAME)
        assert back.keys() == changed.keys()
