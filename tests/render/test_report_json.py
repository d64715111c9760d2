"""The report of a run: its journal, its seams, and what a person said."""

from __future__ import annotations

from datetime import timedelta

from jsonschema import Draft202012Validator, FormatChecker
from msgspec.structs import replace

from runner.campaign.hosts import Target
from runner.ci.source_control import SourceControl
from runner.errors import ExitCode
from runner.execute.results import CommandResult, Outcome
from runner.execute.run import Header, Run, Seam
from runner.render.report_json import cleaned, report_value
from runner.schemas import schema
from tests.support.plans import command, plan_of
from tests.support.worlds import NOON

COMMAND = command("WKF1")
RUN = Run(
    header=Header("id", "run", None, Target("https://a", "https://b"), SourceControl(), NOON),
    result="succeeded",
    exit_code=ExitCode.DONE,
    files=(),
    plan=plan_of([COMMAND]),
    results=(CommandResult(COMMAND, Outcome.SUCCEEDED),),
    problems=(),
    warnings=(),
    message="",
    finished_at=NOON + timedelta(hours=1),
)
VALIDATOR = Draft202012Validator(schema("report"), format_checker=FormatChecker())


def test_a_run_without_a_journal_has_neither_name_nor_seams() -> None:
    value = report_value(RUN)
    VALIDATOR.validate(value)
    assert (value["journal"], value["resumed"]) == (None, [])
    assert "settled" not in value["commands"][0]


def test_a_resumed_run_says_where_each_part_began_and_what_was_said() -> None:
    words = (("a.yaml#WKF1", "sent"),)
    source = SourceControl("1" * 40, "main", "https://ci.example/1")
    first = Seam(NOON, "a.yaml#WKF1", words, retry_failed=False, source_control=source)
    second = Seam(NOON, None, (), retry_failed=True, source_control=SourceControl())
    settled = replace(RUN.results[0], settled="sent")
    run = replace(RUN, journal="j.jsonl", seams=(first, second), results=(settled,))
    value = report_value(run)
    VALIDATOR.validate(value)
    assert value["journal"] == "j.jsonl"
    assert value["commands"][0]["settled"] == "sent"
    assert value["resumed"] == [
        {
            "at": "2026-03-01T12:00:00.000Z",
            "next": "a.yaml#WKF1",
            "settled": [{"id": "a.yaml#WKF1", "word": "sent"}],
            "retry_failed": False,
            "source_control": {
                "commit": "1" * 40,
                "ref": "main",
                "run_url": "https://ci.example/1",
            },
        },
        {
            "at": "2026-03-01T12:00:00.000Z",
            "next": None,
            "settled": [],
            "retry_failed": True,
            "source_control": {"commit": None, "ref": None, "run_url": None},
        },
    ]


def test_its_time_is_from_the_first_beginning_to_the_last_end() -> None:
    assert report_value(RUN)["duration_s"] == 3600.0


def test_a_clock_that_was_set_back_gives_no_negative_time() -> None:
    assert report_value(replace(RUN, finished_at=NOON - timedelta(hours=1)))["duration_s"] == 0.0


def test_text_is_cleaned_however_deep_it_stands_and_nothing_else_is_changed() -> None:
    value = {
        "message": "a secret",
        "list": ["secret", ["secret"], {"said": "secret", "outcome": "secret"}, 1, None],
        "inner": {"said": {"said": "secret"}, "number": 1, "share": 0.5, "is": True, "no": None},
        "outcome": "secret",
        "parameters": {"outcome": "secret", "number": 2},
    }
    assert cleaned(value, lambda text: text.replace("secret", "***")) == {
        "message": "a ***",
        "list": ["***", ["***"], {"said": "***", "outcome": "secret"}, 1, None],
        "inner": {"said": {"said": "***"}, "number": 1, "share": 0.5, "is": True, "no": None},
        "outcome": "secret",
        "parameters": {"outcome": "***", "number": 2},
    }
