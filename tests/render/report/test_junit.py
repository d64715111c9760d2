"""JUnit XML: valid by Jenkins' schema, red where the run was, and the same for the same report."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st
from junitparser import JUnitXml

from runner.render.report.junit import report_junit
from tests.support.reports import AT, OUTCOMES, attempt, entry, problem, report_value

REFUSED = report_value(
    [entry("a.yaml#1.1", "not_sent", message="1 guardrail refuses this plan")],
    "refused",
    5,
    message="1 guardrail refuses this plan; nothing was sent",
    problems=[problem(hint="stop less"), problem(severity="warning", message="odd")],
)
PAUSE = entry("a.yaml#2.1", action="wait", pause_s=30, workflow=None, request=None, waited_s=30)
FULL = report_value(
    [
        entry("campaigns/june.yaml#1.1", attempts=[attempt()], state_before="stopped"),
        entry("campaigns/july.yaml#1.1", "failed", message="500", attempts=[attempt(), attempt()]),
        entry("campaigns/june.yaml#2.1", "unknown", waited_s=1.5, state_after="unknown"),
        entry("campaigns/june.yaml#3.1", "not_sent", message="after a failure"),
    ],
    "unknown",
    6,
    environment="prod",
    organization="acme",
    plan_digest="f" * 64,
    source_control={"commit": "0a1b", "ref": "main", "run_url": "https://ci.example/1"},
)


@cache
def jenkins() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(Path(__file__).with_name("junit-10.xsd")))


def parsed(report: dict[str, Any]) -> ET.Element:
    """Give the XML of a report, which is valid, and whose counts are those of its cases."""
    text = report_junit(report)
    assert text.isascii()
    jenkins().validate(text)
    root = ET.fromstring(text)  # noqa: S314 - made by the test itself
    for element in (root, *root.iter("testsuite")):
        assert element.get("tests") == str(len(list(element.iter("testcase"))))
        assert element.get("failures") == str(len(list(element.iter("failure"))))
        assert element.get("errors") == str(len(list(element.iter("error"))))
    return root


def case_of(command: dict[str, Any]) -> ET.Element:
    (case,) = parsed(report_value([command])).iter("testcase")
    return case


def outcome_of(case: ET.Element) -> tuple[str, str | None]:
    """Give what a CI system makes of a case, and the message."""
    found = [it for it in case if it.tag != "system-out"]
    assert len(found) <= 1
    return (found[0].tag, found[0].get("message")) if found else ("passed", None)


class TestCases:
    """One for each command, that passes where what the file asks for is so."""

    @pytest.mark.parametrize(
        ("outcome", "more", "expected"),
        [
            ("succeeded", {}, ("passed", None)),
            ("failed", {"message": "500"}, ("failure", "500")),
            ("unknown", {"message": "no answer"}, ("error", "no answer")),
            ("not_sent", {"message": "a failed"}, ("skipped", "a failed")),
            ("not_sent", {}, ("skipped", "not_sent")),
            ("planned", {}, ("skipped", "dry run: nothing was sent")),
            ("skipped", {"decided": "holds", "message": "is so"}, ("passed", None)),
            ("skipped", {"message": "done by an earlier run"}, ("passed", None)),
            ("skipped", {"decided": "left alone", "reason": "it is"}, ("skipped", "it is")),
        ],
    )
    def test_every_outcome(
        self, outcome: str, more: dict[str, Any], expected: tuple[str, str | None]
    ) -> None:
        assert outcome_of(case_of(entry(outcome=outcome, **more))) == expected

    def test_every_outcome_that_there_is_has_a_case(self) -> None:
        report = report_value([entry(f"a.yaml#1.{n}", it) for n, it in enumerate(OUTCOMES)])
        assert len(list(parsed(report).iter("testcase"))) == len(OUTCOMES)

    def test_the_name_tells_command_and_id_and_the_class_the_file(self) -> None:
        case = case_of(entry("campaigns/june.yaml#2.1"))
        assert case.get("name") == "start WKF1 (campaigns/june.yaml#2.1)"
        assert case.get("classname") == "campaigns.june"

    @pytest.mark.parametrize(
        ("file", "expected"),
        [
            ("june.yaml", "june"),
            ("./june.yml", "june"),
            ("../a/.b/june.v2.yaml", "a.b.june.v2"),
            ("c\\june.yaml", "c.june"),
            ("-", "-"),
            ("..", ".."),
        ],
    )
    def test_the_class_is_one_that_jenkins_can_sort(self, file: str, expected: str) -> None:
        assert case_of(entry(f"{file}#1.1")).get("classname") == expected

    def test_its_time_is_that_of_attempts_and_waits(self) -> None:
        case = case_of(entry(attempts=[attempt(), attempt()], waited_s=1.5))
        assert case.get("time") == "2.0"

    def test_no_time_is_written_with_an_exponent(self) -> None:
        times = [1e12, 1e-12, 3e9]
        commands = [entry(f"a.yaml#1.{n}", waited_s=it) for n, it in enumerate(times)]
        assert {it.get("time") for it in parsed(report_value(commands)).iter("testcase")} == {
            "1000000000.0",
            "0.0",
        }

    def test_a_failure_tells_where_what_and_every_attempt(self) -> None:
        lost = attempt(status=None, error="connection reset", request_id="r-1")
        command = entry(
            "a.yaml#1.1",
            "failed",
            name="Drain",
            message="gave up",
            organization="acme",
            request={"method": "POST", "url": "https://mc.adobe.io/x", "body": {}},
            attempts=[lost, attempt(status=500)],
            state_before="started",
            waited_s=2,
        )
        (failure,) = case_of(command)
        assert failure.get("type") == "failed"
        assert (failure.text or "").split("\n") == [
            "a.yaml:3:5: Drain",
            "start WKF1: failed",
            "gave up",
            "organization: acme",
            "request: POST https://mc.adobe.io/x",
            f"attempt 1: {AT}, 0.250 s: no answer, connection reset, request r-1",
            f"attempt 2: {AT}, 0.250 s: status 500",
            "state before: started",
            "waited: 2.000 s",
        ]

    def test_a_pause_is_none_r8(self) -> None:
        report = report_value([entry(), PAUSE])
        assert [it.get("name") for it in parsed(report).iter("testcase")] == [
            "start WKF1 (a.yaml#1.1)"
        ]


class TestSuites:
    """One for each file, in the order of the plan."""

    def test_commands_stand_with_their_file(self) -> None:
        suites = parsed(FULL).findall("testsuite")
        assert [(it.get("name"), it.get("file"), it.get("tests")) for it in suites] == [
            ("campaigns/june.yaml", "campaigns/june.yaml", "3"),
            ("campaigns/july.yaml", "campaigns/july.yaml", "1"),
        ]
        assert {it.get("timestamp") for it in suites} == {"2026-03-01T12:00:00"}
        assert suites[0].get("skipped") == "1"

    def test_each_says_which_run_it_was(self) -> None:
        for suite in parsed(FULL).findall("testsuite"):
            properties = {it.get("name"): it.get("value") for it in suite.iter("property")}
            assert properties == {
                "run_id": "20260301T120000Z-0a1b2c3d",
                "result": "unknown",
                "environment": "prod",
                "organization": "acme",
                "base_url": "https://mc.adobe.io",
                "plan_digest": "f" * 64,
                "commit": "0a1b",
                "run_url": "https://ci.example/1",
            }

    def test_the_library_reads_back_what_it_wrote(self) -> None:
        whole = JUnitXml.fromstring(report_junit(FULL).encode())
        assert (whole.tests, whole.failures, whole.errors) == (4, 1, 1)


def run_case(report: dict[str, Any]) -> ET.Element | None:
    """Give the case of the run as a whole, which stands first; None where there is none."""
    case = next(parsed(report).iter("testcase"), None)
    return case if case is not None and case.get("classname") == "campaign-runner" else None


class TestRun:
    """No run with an exit code other than 0 is green."""

    def test_a_refusal_by_a_guardrail_tells_why(self) -> None:
        case = run_case(REFUSED)
        assert case is not None
        assert outcome_of(case) == ("failure", "1 guardrail refuses this plan; nothing was sent")
        assert (case[0].text or "").split("\n") == [
            "1 guardrail refuses this plan; nothing was sent",
            "a.yaml:7:2: error: actions[0]: this stops too much [max-stops]",
            "    stop less",
            "a.yaml:7:2: warning: actions[0]: odd [max-stops]",
        ]

    def test_a_refusal_without_any_command_is_one_failing_case(self) -> None:
        root = parsed(report_value([], "refused", 3, problems=[problem()]))
        (case,) = root.iter("testcase")
        assert outcome_of(case) == ("failure", "result: refused (exit code 3), 1 problem")

    @pytest.mark.parametrize("result", ["interrupted", "unknown"])
    def test_what_was_broken_off_is_an_error(self, result: str) -> None:
        case = run_case(report_value([entry(outcome="not_sent")], result, 6))
        assert case is not None
        assert outcome_of(case) == ("error", f"result: {result} (exit code 6)")

    def test_why_a_run_ended_is_told_besides_what_failed(self) -> None:
        failed = [entry(outcome="failed")]
        case = run_case(report_value(failed, "failed", 1, message="the deadline\nhas passed"))
        assert case is not None
        assert outcome_of(case) == ("failure", "the deadline has passed")
        assert case[0].text == "the deadline\nhas passed"

    def test_a_failed_command_is_enough_by_itself(self) -> None:
        assert run_case(report_value([entry(outcome="failed")], "failed", 1)) is None
        assert run_case(report_value([entry()])) is None

    @pytest.mark.parametrize("commands", [[], [PAUSE]], ids=["nothing", "a pause"])
    def test_a_run_without_commands_is_one_case_that_passes(
        self, commands: list[dict[str, Any]]
    ) -> None:
        (case,) = parsed(report_value(commands)).iter("testcase")
        assert (case.get("name"), outcome_of(case)) == ("run", ("passed", None))

    @pytest.mark.parametrize("exit_code", [1, 3, 4, 5, 6, 7])
    @pytest.mark.parametrize("outcome", OUTCOMES)
    def test_whatever_went_wrong_something_is_red(self, outcome: str, exit_code: int) -> None:
        root = parsed(report_value([entry(outcome=outcome)], "failed", exit_code))
        assert root.get("failures") != "0" or root.get("errors") != "0"


class TestText:
    """Foreign text stays text, and what XML cannot hold is taken out or spelt."""

    def test_markup_controls_and_commands_of_ci_systems_do_no_harm(self) -> None:
        evil = "]]></failure>&\x00\x1b[2J\ufffe\ud800 ##[error] ::error::x\u202e\u00fc"
        hostile = report_value([entry(f"{evil}#1.1", "failed", message=evil)], "failed")
        text = report_junit(hostile)
        assert "::error" not in text
        assert "##[" not in text
        (failure,) = parsed(hostile).iter("failure")
        assert failure.get("message") == "]]></failure>&[2J\\ufffe # #[error] : :error: :x\u00fc"

    def test_the_same_report_gives_the_same_bytes(self) -> None:
        assert report_junit(FULL) == report_junit(FULL)

    def test_it_begins_with_what_xml_begins_with_and_ends_its_last_line(self) -> None:
        text = report_junit(FULL)
        assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ')
        assert text.endswith("</testsuites>\n")


@given(text=st.text(st.characters(codec=None), max_size=20))
def test_whatever_text_a_report_holds_the_xml_is_valid(text: str) -> None:
    command = entry("x#1.1", "failed", name=text, action=text, workflow=text, message=text)
    command["source"] = {"file": text, "line": 1, "column": 1}
    command["attempts"] = [attempt(error=text, request_id=text)]
    parsed(report_value([command], "failed", 1, message=text, environment=text))
