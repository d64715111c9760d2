"""References stand under `auth` only, and lead where they may (R5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.validate.references import Allowed
from runner.validate.rules import Asked, rule_problems
from tests.support.campaign import ONE
from tests.support.problems import HEAD, document, told
from tests.support.program import write

if TYPE_CHECKING:
    from tests.support.program import Program

ACTION = "actions: [{start: WKF1}]\n"
SIGNAL = "workflow: W, activity: s, source: CI"


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("organization: '${env:CAMPAIGN_X}'\n" + ACTION, "2:15"),
        ("actions: [{start: '${file:/run/secrets/x}'}]\n", "2:19"),
        ("actions: [{start: A, name: 'x ${env:HOME} y'}]\n", "2:28"),
        ("actions: [{start: A, name: '${ ENV : x}'}]\n", "2:28"),
        (ACTION + "defaults: {on_failure: '${env:CAMPAIGN_X}'}\n", "3:24"),
        (ACTION + "environments: {auth: {organization: '${env:CAMPAIGN_X}'}}\n", "3:37"),
        (ACTION + "environments: {p: {defaults: {timeout: '${env:CAMPAIGN_X}'}}}\n", "3:40"),
        ("actions: [{signal: {workflow: W, activity: s, source: '${env:X}'}}]\n", "2:55"),
        (f"actions: [{{signal: {{{SIGNAL}, parameters: {{a: 'x${{env:X}}'}}}}}}]\n", "2:75"),
        ("desired: {WKF1: '${env:CAMPAIGN_X}'}\n", "2:17"),
        (ACTION + "guardrails: {protect: ['${env:CAMPAIGN_X}']}\n", "3:24"),
    ],
)
def test_a_reference_outside_of_auth_is_refused_r5(line: str, place: str) -> None:
    hint = "write the value itself; references stand only under `auth`"
    assert told("version: 1\n" + line) == [(place, "a reference may not stand here", hint)]


def test_a_whole_document_that_is_a_reference_is_refused_r5() -> None:
    problems = rule_problems(document("${env:HOME}"), Asked(None, Allowed()))
    assert [it.rule for it in problems] == ["reference"]


@pytest.mark.parametrize(
    "prefix", ["auth", "environments: {auth: {auth", "environments: {p: {auth"]
)
@pytest.mark.parametrize(
    ("reference", "allowed", "message", "hint"),
    [
        (
            "${env:HOME}",
            Allowed(frozenset({"HOME"})),
            "the variable `HOME` may not be named by a file",
            "use one that begins with CAMPAIGN_, or run with --allow-env HOME",
        ),
        (
            "${file:/etc/passwd}",
            Allowed(files=("/etc",)),
            "the file `/etc/passwd` does not lie under an allowed folder",
            "use one under /run/secrets, or run with --allow-secret-file PATH",
        ),
    ],
)
def test_only_what_is_meant_for_the_runner_may_be_named_r5(
    prefix: str, reference: str, allowed: Allowed, message: str, hint: str
) -> None:
    text = HEAD + ACTION + f"{prefix}: {{access_token: '{reference}'}}" + "}" * prefix.count("{")
    assert [it[1:] for it in told(text)] == [(message, hint)]
    assert told(text, allowed=allowed) == []


def test_options_allow_more_references_r5(program: Program) -> None:
    text = ONE + "auth: {api_key: '${env:KEY}', access_token: '${file:/srv/secret/token}'}\n"
    write("a.yaml", text)
    assert program("validate", "a.yaml").exit_code == 3
    options = ["--allow-env", "KEY", "--allow-secret-file", "/srv/secret"]
    assert program("validate", "a.yaml", *options).exit_code == 0
    assert program("validate", "a.yaml", *options[:2]).exit_code == 3


def test_an_auth_that_is_a_reference_is_told_once_r5() -> None:
    problems = told(HEAD + ACTION + "auth: '${env:HOME}'\n")
    assert [it[0] for it in problems] == ["4:7"]
