"""The catalogue has every rule that a problem can name, and no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from runner.catalogue import RULES, Rule
from runner.catalogue.configuration import CONFIGURATION
from runner.catalogue.execution import EXECUTION
from runner.catalogue.reading import READING
from tests.support.rules import Source, of_the_program

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r":\d+: (?:error|warning): .* \[([a-z_-]+)\]$", re.MULTILINE)
WHERE = "add what it means to runner/catalogue (reading, configuration or execution)"


def test_every_rule_in_the_source_is_in_the_catalogue() -> None:
    lacking = {rule: places for rule, places in of_the_program().items() if rule not in RULES}
    assert lacking == {}, WHERE


def test_nothing_is_in_the_catalogue_that_no_problem_names() -> None:
    assert sorted(set(RULES) - set(of_the_program())) == []


def test_every_rule_that_a_bad_file_is_refused_for_is_in_the_catalogue() -> None:
    files = sorted((ROOT / "tests/invalid").glob("*.expected"))
    named = {rule for it in files for rule in NAMED.findall(it.read_text(encoding="utf-8"))}
    assert len(named) > 20
    assert named - set(RULES) == set(), WHERE


def test_no_rule_stands_twice() -> None:
    assert len(RULES) == len(READING) + len(CONFIGURATION) + len(EXECUTION)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_is_told_in_one_sentence_and_with_what_to_do(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+([-_][a-z]+)*", rule.id)
    assert re.fullmatch(r"[A-Z][^.]*\.", rule.summary)
    assert re.fullmatch(r"[A-Z`].*\.", rule.help)
    assert "  " not in rule.help
    assert rule.help.count("`") % 2 == 0
    assert rule.help != rule.summary


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ('file_problem("a", 1)', {"a"}),
        ('from problems import Problem\nProblem(rule="a")', {"a"}),
        ('file_problem("a" if x else "b", 1)', {"a", "b"}),
        ('R = "a"\nfile_problem(R, 1)', {"a"}),
        ('R = {1: "a", 2: "b"}\nfile_problem(R[x])', {"a", "b"}),
        ('def f(n, rule):\n  file_problem(rule)\nf(1, "a")', {"a"}),
        ('def f():\n  r = "a"\n  r, m = "b", 1\n  file_problem(r)', {"a", "b"}),
        ('A = "a"\nR = (A, "b")\ndef f():\n  for r in R:\n    file_problem(r)', {"a", "b"}),
        ("class C:\n  def f(self, r):\n    file_problem(r)\nC().f('a')", {"a"}),
        (
            "class C:\n  mine: str\n  def f(self):\n    file_problem(self.mine)\nC('a')",
            {"a"},
        ),
        ("file_problem(it.rule)", set()),
        ("file_problem(value['rule'])", set()),
        ("file_problem(str(value.get('rule')))", set()),
    ],
)
def test_a_rule_is_found_however_it_is_passed(text: str, rules: set[str]) -> None:
    maker = ast.parse("class Problem:\n  rule: str\ndef file_problem(r, f): Problem(r, f)")
    program = ast.parse(f"from problems import file_problem\n{text}")
    assert set(Source({"problems": maker, "m": program}).rules) == rules


def test_a_rule_that_cannot_be_found_is_no_silent_pass() -> None:
    maker = ast.parse("class Problem:\n  rule: str\ndef file_problem(r, f): Problem(r, f)")
    program = ast.parse("from problems import file_problem\nfile_problem(made())")
    with pytest.raises(AssertionError, match=r"m:2: which rule is `made\(\)`\?"):
        _ = Source({"problems": maker, "m": program}).rules
