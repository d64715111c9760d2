"""Unknown keys at every level, and messages that tests/invalid does not already show."""

from __future__ import annotations

import pytest
from jsonschema import ValidationError

from runner.printable import quoted
from runner.validate.suggest import closest, did_you_mean
from runner.validate.wording import anyhow
from tests.support.problems import HEAD, document, told

ACTION = "actions: [{start: WKF1}]\n"
OAUTH = "client_id: '${env:CAMPAIGN_I}', client_secret: '${env:CAMPAIGN_S}', scopes: [openid]"


@pytest.mark.parametrize(
    ("text", "place", "shown", "meant"),
    [
        (HEAD + ACTION + "environment: {}\n", "4:1", "the key `environment`", "environments"),
        (HEAD + ACTION + "Auth: {}\n", "4:1", "the key `Auth`", "auth"),
        (HEAD + ACTION + "auth: {apikey: x}\n", "4:8", "this key", "api_key"),
        (
            HEAD + ACTION + f"auth: {{oauth: {{{OAUTH}, scope: x}}}}\n",
            "4:102",
            "this key",
            "scopes",
        ),
        (HEAD + ACTION + "defaults: {time_out: 5s}\n", "4:12", "the key `time_out`", "timeout"),
        (HEAD + "actions: [{start: A, tiemout: 5s}]\n", "3:22", "the key `tiemout`", "timeout"),
        (
            HEAD + ACTION + "environments: {prod: {default: {}}}\n",
            "4:23",
            "the key `default`",
            "defaults",
        ),
        (
            HEAD + ACTION + "environments: {prod: {auth: {access-token: x}}}\n",
            "4:30",
            "this key",
            "access_token",
        ),
        (
            HEAD + ACTION + "environments: {prod: {defaults: {on-failure: x}}}\n",
            "4:34",
            "the key `on-failure`",
            "on_failure",
        ),
    ],
)
def test_an_unknown_key_is_refused_at_every_level_with_a_suggestion(
    text: str, place: str, shown: str, meant: str
) -> None:
    assert told(text) == [(place, f"{shown} is not known here", f"did you mean {quoted(meant)}?")]


@pytest.mark.parametrize(
    ("word", "near"),
    [("strat", "start"), ("STOP", "stop"), ("pasue", "pause"), ("xyz", None), ("", None)],
)
def test_the_closest_word_is_found(word: str, near: str | None) -> None:
    assert closest(word, ["start", "stop", "pause"]) == near


def test_without_a_close_word_all_are_named() -> None:
    assert did_you_mean("xyz", ["a", "b"]) == "write one of: a, b"
    assert did_you_mean("xyz", []) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("version: 1.5", "this is a number, where a whole number must stand"),
        ("version: []", "this is a list, where a whole number must stand"),
        ("version:", "`version` is empty"),
        ("version: 2.0", "version 2.0 of the format is not known to this campaign-runner"),
        ("version: 0", "version 0 of the format is not known to this campaign-runner"),
    ],
)
def test_versions_are_worded_r35(text: str, expected: str) -> None:
    ((_, message, _),) = told(f"{text}\norganization: acme\n{ACTION}")
    assert message == expected


def test_version_1_may_be_written_as_a_decimal() -> None:
    assert told(f"version: 1.0\norganization: acme\n{ACTION}") == []


@pytest.mark.parametrize("name", ["prod", "auth", "scopes", "oauth"])
@pytest.mark.parametrize(
    "auth",
    [
        "canary",
        "[canary]",
        "{api_key: canary}",
        "{access_token: 'ca\\nnary'}",
        "{access_token: [canary]}",
        "{access_token: {canary: canary}}",
        "{access_token: $canary}",
        "{access_token: '${canary}'}",
        "{access_token: '${env:canary canary}'}",
        "{access_token: 'x ${env:CAMPAIGN_X} canary'}",
        "{canary: x}",
        "{canary: canary}",
        "{oauth: canary}",
        "{oauth: {client_id: canary, client_secret: canary, scopes: openid}}",
        "{oauth: {canary: canary}}",
        "{oauth: {scopes: {canary: canary}}}",
        "{scopes: [canary]}",
        "!canary x",
        "*canary",
    ],
)
def test_a_literal_secret_is_refused_and_never_quoted_r5(name: str, auth: str) -> None:
    problems = told(HEAD + ACTION + f"environments: {{{name}: {{auth: {auth}}}}}\n")
    problems += told(HEAD + ACTION + f"auth: {auth}\n")
    assert len(problems) >= 2
    assert "canary" not in str(problems)


@pytest.mark.parametrize(("value", "kind"), [("[]", "a list"), ("{a: b}", "a mapping")])
def test_a_choice_that_is_a_collection_is_not_quoted(value: str, kind: str) -> None:
    message = f"this is {kind}, where text must stand"
    text = HEAD + ACTION + f"defaults: {{on_failure: {value}}}\n"
    assert told(text) == [("4:24", message, "write one of: stop, continue")]


def test_an_error_without_words_of_its_own_is_told_in_general_ones() -> None:
    error = ValidationError(
        "x",
        validator="multipleOf",
        instance=3,
        schema={"title": "number", "description": "An even number.", "examples": [2]},
    )
    problem = anyhow(document("a: 3"), error, ["a"])
    assert (problem.line, problem.column) == (1, 4)
    assert problem.message == "this is not a valid number (multipleOf)"
    assert problem.hint == "write an even number, such as 2"
