"""A page that says why there is no plan."""

from __future__ import annotations

from runner.problems import file_problem
from runner.render.html.refusal_page import MOST_PROBLEMS, refusal_page
from tests.support.pages import HOSTILE, NOWHERE


def test_it_says_why_and_where() -> None:
    problem = file_problem("unknown-key", "a.yaml", "the key is not known", "did you mean it?")
    page = refusal_page([problem], "1 problem in the configuration", NOWHERE)
    assert "No plan: 1 problem in the configuration" in page
    assert "a.yaml:1" in page
    assert "the key is not known" in page
    assert "did you mean it?" in page


def test_a_message_of_several_lines_has_its_first_one_as_the_headline() -> None:
    page = refusal_page([], "credentials are missing:\n  X is not set", NOWHERE)
    assert "No plan: credentials are missing</h1>" in page
    assert "<li>X is not set</li>" in page


def test_very_many_problems_are_counted() -> None:
    page = refusal_page([file_problem("r", "a.yaml", "wrong")] * (MOST_PROBLEMS + 2), "x", NOWHERE)
    assert "and 2 more problems" in page


def test_hostile_texts_stay_text() -> None:
    page = refusal_page([file_problem(HOSTILE, HOSTILE, HOSTILE, HOSTILE)], HOSTILE, NOWHERE)
    assert page.count("<script>") == 1
    assert "<img" not in page
