"""`plan --format`: the same plan, and the same refusals, in each form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.campaign import FOUR, ONE, pointing_at
from tests.support.markdown import assert_harmless
from tests.support.program import process, write

if TYPE_CHECKING:
    from runner.sandbox import Sandbox
    from tests.support.program import Program

REFUSED = FOUR + "guardrails: {max_stops: 1}\n"


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
def test_the_same_plan_gives_the_same_bytes(program: Program, form: str) -> None:
    write("a.yaml", FOUR)
    first = program("plan", "a.yaml", "--format", form)
    assert first.exit_code == 0
    assert first.stderr == ""
    assert first.stdout == process("plan", "a.yaml", "--format", form).stdout
    digest = program("plan", "a.yaml", "--format", "json").json()["digest"]
    assert digest in first.stdout


def test_markdown_shows_the_guardrails_that_hold(program: Program) -> None:
    write("a.yaml", FOUR + "guardrails: {max_stops: 5}\n")
    write("policy.yaml", "version: 1\nguardrails: {protect: [WKF9]}\n")
    text = program("plan", "a.yaml", "--policy", "policy.yaml", "--format", "markdown").stdout
    assert "- `acme`: `max_stops` `5` (`a.yaml:8`)\n" in text
    assert "- `acme`: `protect` `WKF9` (`policy.yaml:2`)\n" in text


def test_markdown_shows_states_where_they_were_read(program: Program, sandbox: Sandbox) -> None:
    write("a.yaml", FOUR)
    env = pointing_at(sandbox)
    ended = program("plan", "a.yaml", "--live", "--format", "markdown", env=env)
    assert ended.exit_code == 0
    page = assert_harmless(ended.stdout)
    assert page.rows[1][:4] == ["#1.1", "stop", "WKF1", "started → stopped"]


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_a_refused_plan_is_shown_with_what_refuses_it(program: Program, form: str) -> None:
    write("a.yaml", REFUSED)
    ended = program("plan", "a.yaml", "--format", form)
    assert ended.exit_code == 5
    assert "max_stops" in ended.stdout
    assert "WKF3" in ended.stdout


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_a_page_says_why_there_is_no_plan(program: Program, form: str) -> None:
    write("a.yaml", ONE.replace("start", "strat"))
    ended = program("plan", "a.yaml", "--format", form)
    assert ended.exit_code == 3
    assert "No plan" in ended.stdout
    assert "start`?" in ended.stdout
    assert ended.stderr == program("plan", "a.yaml").stderr


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_missing_credentials_are_named(program: Program, form: str) -> None:
    write("a.yaml", ONE)
    ended = program("plan", "a.yaml", "--live", "--format", form)
    assert ended.exit_code == 4
    assert "CAMPAIGN_STANDARD_API_KEY" in ended.stdout


@pytest.mark.parametrize("form", ["text", "json"])
def test_other_forms_stay_empty_where_there_is_no_plan(program: Program, form: str) -> None:
    write("a.yaml", ONE.replace("start", "strat"))
    assert program("plan", "a.yaml", "--format", form).stdout == ""


def test_wrong_usage_makes_no_page(program: Program) -> None:
    write("a.yaml", ONE)
    ended = program("plan", "a.yaml", "--only", "b.yaml#1.1", "--format", "markdown")
    assert ended.exit_code == 64
    assert ended.stdout == ""


def test_a_policy_that_forbids_the_organization_makes_a_page(
    program: Program, sandbox: Sandbox
) -> None:
    write("a.yaml", ONE)
    write("policy.yaml", "version: 1\norganizations: [other]\n")
    arguments = ["plan", "a.yaml", "--live", "--policy", "policy.yaml", "--format", "markdown"]
    ended = program(*arguments, env=pointing_at(sandbox))
    assert ended.exit_code == 5
    assert "### ⛔ No plan: 1 guardrail refuses this plan" in ended.stdout
    assert not sandbox.requests()
    assert not Path("report.json").exists()
