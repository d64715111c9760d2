"""Valid documents become the frozen configuration."""

from __future__ import annotations

import pytest

from runner.errors import InvalidConfigError
from runner.validate import validate
from runner.validate.config import Action, Auth, Config, OAuth, WorkflowMention
from runner.validate.references import NOTHING_MORE, Reference
from tests.support.problems import HEAD, loaded

KEY = Reference("env", "CAMPAIGN_STANDARD_API_KEY")
TOKEN = Reference("env", "CAMPAIGN_STANDARD_ACCESS_TOKEN")
ACTION = "actions: [{start: W}]\n"
OAUTH = "client_id: '${env:CAMPAIGN_I}', client_secret: '${file:/run/secrets/s}'"


def config(text: str, environment: str | None = None, organization: str | None = None) -> Config:
    return validate(
        loaded(text), environment=environment, allowed=NOTHING_MORE, organization=organization
    )


def auth(text: str, environment: str | None = None) -> Auth:
    return config(HEAD + ACTION + text, environment).documents[0].auth


def test_actions_have_their_workflows_places_and_defaults() -> None:
    (document,) = config(HEAD + "actions:\n- start: W1\n- {name: N, stop: [A, B]}\n").documents
    assert document.actions == (
        Action(1, "start", None, (WorkflowMention("W1", 4, 10),), 70.0, "stop"),
        Action(
            2,
            "stop",
            "N",
            (WorkflowMention("A", 5, 20), WorkflowMention("B", 5, 23)),
            70.0,
            "stop",
        ),
    )


@pytest.mark.parametrize(
    ("environment", "expected"),
    [(None, [(5.0, "stop"), (9.0, "continue")]), ("prod", [(5.0, "continue"), (9.0, "continue")])],
)
def test_an_action_wins_over_the_environment_and_that_over_the_defaults_r2(
    environment: str | None, expected: list[tuple[float, str]]
) -> None:
    text = (
        HEAD
        + "defaults: {timeout: 5s, on_failure: stop}\n"
        + "actions: [{start: W}, {pause: V, timeout: 9s, on_failure: continue}]\n"
        + "environments: {prod: {defaults: {on_failure: continue}}}\n"
    )
    (document,) = config(text, environment).documents
    assert [(it.timeout, it.on_failure) for it in document.actions] == expected


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
