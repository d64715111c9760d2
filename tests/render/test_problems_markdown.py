"""Problems as lists, and the page of a plan that could not be made."""

from __future__ import annotations

from msgspec.structs import replace

from runner import __version__
from runner.problems import Problem, Severity, file_problem
from runner.render.markdown import LEAST_LIMIT
from runner.render.problems_markdown import COMMENT_LIMIT, MARKER, refused_markdown
from tests.support.markdown import HOSTILE, assert_harmless
from tests.support.pages import NOWHERE, ON_GITHUB

PROBLEM = Problem("unknown-key", "a.yaml", 3, 5, "actions[0]", "no such key", "did you mean `b`?")


def test_each_problem_has_its_place_its_rule_and_what_to_write_instead() -> None:
    warning = replace(PROBLEM, severity=Severity.WARNING, pointer="", hint="")
    text = refused_markdown([warning, PROBLEM], "1 problem", NOWHERE)
    assert_harmless(text)
    assert text == (
        f"{MARKER}### ⛔ No plan: 1 problem\n\n"
        "- `a.yaml:3`: **error**: `actions[0]`: no such key (`unknown-key`)"
        "<br>did you mean `b`?\n\n"
        "**1 warning**\n\n"
        "- `a.yaml:3`: warning: no such key (`unknown-key`)\n\n"
        f"campaign-runner {__version__}\n"
    )


def test_a_message_of_several_lines_is_a_headline_and_a_list() -> None:
    text = refused_markdown([], "credentials are missing:\n  a is not set\n  b is not set", NOWHERE)
    assert "### ⛔ No plan: credentials are missing\n\n- a is not set\n- b is not set\n" in text


def test_thousands_of_problems_fit_a_comment_and_are_counted() -> None:
    text = refused_markdown([file_problem("r", "a.yaml", "wrong " * 60)] * 5000, "x", ON_GITHUB)
    assert len(text.encode()) <= COMMENT_LIMIT
    left = 5000 - text.count("**error**")
    assert f"- ... and {left:,} more\n" in text
    assert_harmless(text)


def test_hostile_texts_stay_text_below_any_limit() -> None:
    hostile = [Problem(HOSTILE, HOSTILE, 1, 1, HOSTILE, HOSTILE, HOSTILE)] * 30
    text = refused_markdown(hostile, f"{HOSTILE}\n{HOSTILE}", ON_GITHUB, LEAST_LIMIT)
    assert_harmless(text)
    assert len(text.encode()) <= LEAST_LIMIT
