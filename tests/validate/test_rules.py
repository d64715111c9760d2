"""The rules that a schema cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.validate.references import Allowed
from runner.validate.rules import RULES, Asked, rule_problems
from tests.support.campaign import ONE
from tests.support.problems import HEAD, document, found, told
from tests.support.program import report, write

if TYPE_CHECKING:
    from tests.support.program import Program

ACTION = "actions: [{start: WKF1}]\n"
PROD = ONE + "environments: {prod: {organization: other}}\n"
UNDONE = HEAD + "actions:\n" + "- {start: W}\n- {stop: W}\n" * 15


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


@pytest.mark.parametrize("command", ["validate", "plan", "run"])
def test_an_unknown_environment_is_refused_and_never_the_base_r2(
    program: Program, command: str
) -> None:
    write("a.yaml", PROD)
    ended = program(command, "a.yaml", "--env", "porod")
    assert ended.exit_code == 3
    expected = "a.yaml:4:15: error: environments: there is no environment `porod` here"
    assert f"{expected} [unknown-environment]\n    did you mean `prod`?\n" in ended.output
    if command == "run":
        assert report()["problems"][0]["rule"] == "unknown-environment"


def test_an_environment_must_be_in_every_document_r2() -> None:
    hint = "add it under `environments`, or leave out --env"
    assert told(f"{PROD}---\n{ONE}", "prod") == [
        ("6:1", "there is no environment `prod` here", hint)
    ]


@pytest.mark.parametrize("text", ["[]", "x", "environments: [prod]"])
def test_asking_for_an_environment_of_a_misshapen_file_is_no_fault(text: str) -> None:
    assert found(text, "prod")


def test_without_env_the_output_says_base_r2(program: Program) -> None:
    write("a.yaml", PROD)
    assert "environment base" in program("validate", "a.yaml").stderr
    assert "environment prod" in program("validate", "a.yaml", "--env", "prod").stderr
    assert "base" in program("plan", "a.yaml").output


def test_the_same_workflow_in_two_actions_is_allowed() -> None:
    assert found(HEAD + "actions: [{start: A}, {start: [A, B]}]\n") == []


def test_a_workflow_named_three_times_is_told_twice() -> None:
    assert [it[0] for it in told(HEAD + "actions: [{start: [A, A, 1, A]}]\n")] == [
        "3:23",
        "3:26",
        "3:29",
    ]


@pytest.mark.parametrize("text", ["0s", "0h0m0s", "24h1ms", "999999h"])
def test_a_timeout_of_nothing_or_of_more_than_a_day_is_refused(text: str) -> None:
    hint = "write more than 0s and at most 24h, such as 70s"
    message = f"`{text}` is no time that an attempt could take"
    assert told(HEAD + f"actions: [{{start: A, timeout: {text}}}]\n") == [("3:31", message, hint)]


@pytest.mark.parametrize("text", ["1ms", "24h", "70s"])
def test_a_sane_timeout_is_accepted(text: str) -> None:
    assert told(HEAD + f"actions: [{{start: A, timeout: {text}}}]\n") == []


@pytest.mark.parametrize(
    ("first", "second", "warned"),
    [
        ("start: W", "stop: W", True),
        ("stop: W", "start: [V, W]", True),
        ("pause: [W, V]", "resume: W", True),
        ("resume: W", "pause: W", True),
        ("start: W", "pause: W", False),
        ("start: W", "stop: V", False),
        ("start: W", "start: W", False),
    ],
)
def test_neighbours_that_undo_each_other_are_a_warning_r6(
    first: str, second: str, warned: bool
) -> None:
    problems = found(HEAD + f"actions:\n- {{{first}}}\n- {{{second}}}\n")
    assert [it.rule for it in problems] == ["contradiction"] * warned
    assert not any(it.is_error for it in problems)


def test_actions_that_are_no_neighbours_do_not_warn_r6() -> None:
    assert found(HEAD + "actions: [{start: W}, {start: V}, {stop: W}]\n") == []


def test_the_warning_says_what_follows_on_what_r6() -> None:
    assert told(HEAD + "actions: [{start: [V, W]}, {stop: [U, W]}]\n") == [
        (
            "3:39",
            "`W` gets stop right after start",
            "commands take effect later; remove one, or move this stop down",
        )
    ]


def test_twenty_warnings_are_shown_and_the_others_counted_r6(program: Program) -> None:
    write("a.yaml", UNDONE)
    ended = program("validate", "a.yaml")
    assert ended.exit_code == 0
    assert ended.stdout.count(": warning: ") == 20
    assert ended.stdout.endswith("\n... and 9 more warnings\n")
    assert "0 errors, 29 warnings" in ended.stderr
    value = program("validate", "a.yaml", "--format", "json").json()
    assert value["valid"] is True
    assert len(value["problems"]) == 29


def test_strict_makes_warnings_exit_3_r6(program: Program) -> None:
    write("a.yaml", UNDONE)
    assert program("validate", "a.yaml", "--strict").exit_code == 3
    ended = program("validate", "a.yaml", "--strict", "--format", "json")
    assert (ended.exit_code, ended.json()["valid"]) == (3, False)


def test_of_very_many_broken_rules_the_first_are_given() -> None:
    it = document(HEAD + "actions: [{start: [" + "W," * 3000 + "]}]")
    assert len(rule_problems(it, Asked(None, Allowed()))) == 1000


@pytest.mark.parametrize("text", ["x", "[]", "{}", "actions: x", "actions: [x, [], {start: {}}]"])
def test_rules_pass_over_what_has_the_wrong_shape(text: str) -> None:
    it = document(text)
    assert [list(rule(it, Asked(None, Allowed()))) for rule in RULES] == [[]] * len(RULES)


@pytest.mark.parametrize("text", [HEAD, HEAD + "actions: []\n", HEAD + "actions: {}\n", "# x\n"])
def test_a_file_without_anything_to_do_is_refused_r3(text: str) -> None:
    assert any(it.is_error for it in found(text))


class TestContradictionsAcrossDocuments:
    """Documents of one file run one after the other, so their edges are neighbours too (R6)."""

    @pytest.mark.parametrize(
        ("second", "warned"),
        [
            ("version: 1\norganization: acme\nactions: [{stop: WKF1}]\n", True),
            ("version: 1\norganization: other\nactions: [{stop: WKF1}]\n", False),
            ("version: 1\norganization: acme\nactions: [{stop: WKF2}, {stop: WKF1}]\n", False),
            ("nonsense\n", False),
        ],
    )
    def test_the_edge_counts_within_one_organization(
        self, program: Program, second: str, warned: bool
    ) -> None:
        write("a.yaml", "version: 1\norganization: acme\nactions: [{start: WKF1}]\n---\n" + second)
        assert ("[contradiction]" in program("validate", "a.yaml").stdout) == warned
