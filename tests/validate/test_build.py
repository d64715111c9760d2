"""Valid documents become the frozen configuration."""

from __future__ import annotations

import pytest

from runner.errors import InvalidConfigError
from runner.states import DEFAULT_MAPPING, State, StateMapping
from runner.validate.config import Auth, OAuth
from runner.validate.guardrails import NO_GUARDRAILS
from runner.validate.references import Reference
from tests.support.problems import HEAD, config

KEY = Reference("env", "CAMPAIGN_STANDARD_API_KEY")
TOKEN = Reference("env", "CAMPAIGN_STANDARD_ACCESS_TOKEN")
ACTION = "actions: [{start: W}]\n"
OAUTH = "client_id: '${env:CAMPAIGN_I}', client_secret: '${file:/run/secrets/s}'"


def auth(text: str, environment: str | None = None) -> Auth:
    return config(HEAD + ACTION + text, environment).documents[0].auth


@pytest.mark.parametrize(
    ("text", "environment", "organization"),
    [
        (HEAD + ACTION, None, "acme"),
        ("version: 1\n" + ACTION, None, "variable"),
        (HEAD + ACTION + "environments: {p: {organization: other}}", "p", "other"),
        (HEAD + ACTION + "environments: {p: {organization: other}}", None, "acme"),
        (HEAD + ACTION + "environments: {p: {}}", "p", "acme"),
    ],
)
def test_the_organization_is_the_environments_the_files_or_the_variables(
    text: str, environment: str | None, organization: str
) -> None:
    made = config(text, environment, "variable")
    assert made.documents[0].organization == organization
    assert made.environment == environment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Auth(KEY, TOKEN, None)),
        ("auth: {}", Auth(KEY, TOKEN, None)),
        ("auth: {api_key: '${env:CAMPAIGN_K}'}", Auth(Reference("env", "CAMPAIGN_K"), TOKEN, None)),
        (
            "auth: {access_token: '${file:/run/secrets/t}'}",
            Auth(KEY, Reference("file", "/run/secrets/t"), None),
        ),
    ],
)
def test_secrets_come_from_the_variables_unless_the_file_says_otherwise(
    text: str, expected: Auth
) -> None:
    assert auth(text) == expected


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        ("[openid, AdobeID]", ("openid", "AdobeID")),
        ("openid", ("openid",)),
        ("'openid, AdobeID,,x'", ("openid", "AdobeID", "x")),
        ("openid AdobeID", ("openid", "AdobeID")),
        ("'${env:CAMPAIGN_SCOPES}'", Reference("env", "CAMPAIGN_SCOPES")),
    ],
)
def test_oauth_takes_scopes_in_every_notation(
    scopes: str, expected: Reference | tuple[str, ...]
) -> None:
    assert auth(f"auth: {{oauth: {{{OAUTH}, scopes: {scopes}}}}}") == Auth(
        KEY,
        None,
        OAuth(Reference("env", "CAMPAIGN_I"), Reference("file", "/run/secrets/s"), expected),
    )


def test_the_auth_of_an_environment_replaces_the_whole_one_r2() -> None:
    text = (
        f"auth: {{api_key: '${{env:CAMPAIGN_K}}', oauth: {{{OAUTH}, scopes: x}}}}\n"
        "environments: {p: {auth: {access_token: '${env:CAMPAIGN_T}'}}}"
    )
    assert auth(text, "p") == Auth(KEY, Reference("env", "CAMPAIGN_T"), None)


def test_several_documents_are_several_configurations_in_order() -> None:
    made = config(f"{HEAD}{ACTION}---\nversion: 1\norganization: b\n{ACTION}")
    assert [(it.name, it.file, it.organization) for it in made.documents] == [
        ("a.yaml/1", "a.yaml", "acme"),
        ("a.yaml/2", "a.yaml", "b"),
    ]
    assert made.files[0].path == "a.yaml"


def test_warnings_are_kept_and_errors_are_raised() -> None:
    text = HEAD + "actions: [{start: W}, {stop: W}]\n"
    assert [it.rule for it in config(text).warnings] == ["contradiction"]
    with pytest.raises(InvalidConfigError) as caught:
        config(text.replace("stop", "halt") + "x: 1\n")
    assert [it.rule for it in caught.value.problems] == [
        "one-command",
        "unknown-key",
        "unknown-key",
    ]
    assert str(caught.value) == "3 problems in the configuration"


def test_what_is_left_out_has_its_default() -> None:
    (document,) = config(HEAD + ACTION).documents
    assert (document.desired, document.guardrails) == ((), NO_GUARDRAILS)
    assert document.state == DEFAULT_MAPPING
    assert (document.settle, document.rate) == (60.0, None)
    (document,) = config(HEAD + "desired: {W: started}\n").documents
    assert document.actions == ()


@pytest.mark.parametrize(
    ("written", "seconds"), [("0s", 0.0), ("90s", 90.0), ("1m30s", 90.0), ("250ms", 0.25)]
)
def test_settle_is_a_duration_and_may_be_none_at_all_r17(written: str, seconds: float) -> None:
    (document,) = config(HEAD + ACTION + f"defaults: {{settle: {written}}}\n").documents
    assert document.settle == seconds


@pytest.mark.parametrize(
    ("written", "per_second"),
    [("1/s", 1.0), ("10/s", 10.0), ("30/m", 0.5), ("9999/h", 9999 / 3600), ("1/h", 1 / 3600)],
)
def test_a_rate_is_a_number_of_commands_in_some_time(written: str, per_second: float) -> None:
    (document,) = config(HEAD + ACTION + f"defaults: {{rate: {written}}}\n").documents
    assert document.rate == per_second


def test_an_environment_replaces_settle_and_rate_each_by_itself_r2() -> None:
    text = HEAD + ACTION + "defaults: {settle: 5s, rate: 1/s}\n"
    text += "environments: {p: {defaults: {rate: 2/s}}, q: {defaults: {settle: 7s}}}\n"
    for environment, expected in [(None, (5.0, 1.0)), ("p", (5.0, 2.0)), ("q", (7.0, 1.0))]:
        (document,) = config(text, environment).documents
        assert (document.settle, document.rate) == expected


@pytest.mark.parametrize(
    ("state", "mapping"),
    [
        ("{}", DEFAULT_MAPPING),
        ("{fields: a.b}", StateMapping(("a.b",))),
        ("{fields: [a, b]}", StateMapping(("a", "b"))),
        (
            "{values: {'2': started, ' In progress ': failed}}",
            StateMapping(values=(("2", State.STARTED), ("In progress", State.FAILED))),
        ),
    ],
)
def test_states_are_read_as_the_file_says(state: str, mapping: StateMapping) -> None:
    (document,) = config(HEAD + ACTION + f"defaults: {{state: {state}}}\n").documents
    assert document.state == mapping


def test_an_environment_adds_values_of_states_and_replaces_fields_r2() -> None:
    text = (
        "defaults: {state: {fields: [a, b], values: {x: started, y: paused}}}\n"
        "environments: {p: {defaults: {state: {fields: c, values: {y: failed, Z: stopped}}}}}\n"
    )
    (document,) = config(HEAD + ACTION + text, "p").documents
    assert document.state.fields == ("c",)
    assert document.state.values == (
        ("x", State.STARTED),
        ("y", State.FAILED),
        ("Z", State.STOPPED),
    )
