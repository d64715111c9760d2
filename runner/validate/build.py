"""Turns valid documents into the frozen configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.durations import parse_duration
from runner.states import DEFAULT_FIELDS, State, StateMapping
from runner.validate.build_actions import build_action, build_defaults, build_desired
from runner.validate.build_guardrails import build_guardrails
from runner.validate.config import (
    DEFAULT_SETTLE,
    Auth,
    DocumentConfig,
    OAuth,
    WorkflowMention,
)
from runner.validate.overlay import overlay
from runner.validate.references import Reference, parse_reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.load.document import Document

_DEFAULT_API_KEY = Reference("env", "CAMPAIGN_STANDARD_API_KEY")
_DEFAULT_ACCESS_TOKEN = Reference("env", "CAMPAIGN_STANDARD_ACCESS_TOKEN")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def build_document(
    document: Document, environment: str | None, organization: str | None
) -> DocumentConfig:
    """Give the configuration of one document in which no problem was found.

    Args:
        document: valid by schema and rules.
        environment: the name of the overlay, which the document has; None for the base.
        organization: what counts where the document names none.
    """
    value: Any = document.value
    if environment is not None:
        value = overlay(value, value["environments"][environment])
    settings = value.get("defaults", {})
    defaults = build_defaults(settings)
    return DocumentConfig(
        name=document.name,
        file=document.file,
        organization=value.get("organization", organization),
        auth=_auth(value.get("auth", {})),
        actions=tuple(
            build_action(document, index, action, defaults)
            for index, action in enumerate(value.get("actions", []))
        ),
        desired=tuple(build_desired(document, value.get("desired", {}), defaults)),
        guardrails=build_guardrails(document, environment),
        state=_state(settings.get("state", {})),
        declared=tuple(
            WorkflowMention(workflow, *document.key_place(["signals", workflow]))
            for workflow in value.get("signals", {})
        ),
        settle=parse_duration(settings["settle"]) if "settle" in settings else DEFAULT_SETTLE,
        rate=_per_second(settings["rate"]) if "rate" in settings else None,
    )


def _per_second(rate: str) -> float:
    number, _, unit = rate.partition("/")
    return int(number) / _SECONDS[unit]


def _state(state: Mapping[str, Any]) -> StateMapping:
    fields = state.get("fields", DEFAULT_FIELDS)
    return StateMapping(
        fields=(fields,) if isinstance(fields, str) else tuple(fields),
        values=tuple((raw.strip(), State(it)) for raw, it in state.get("values", {}).items()),
    )


def _auth(auth: Mapping[str, Any]) -> Auth:
    oauth = auth.get("oauth")
    token = auth.get("access_token")
    return Auth(
        api_key=_reference(auth["api_key"]) if "api_key" in auth else _DEFAULT_API_KEY,
        access_token=_reference(token) if token else None if oauth else _DEFAULT_ACCESS_TOKEN,
        oauth=_oauth(oauth) if oauth else None,
    )


def _oauth(oauth: Mapping[str, Any]) -> OAuth:
    return OAuth(
        client_id=_reference(oauth["client_id"]),
        client_secret=_reference(oauth["client_secret"]),
        scopes=_scopes(oauth["scopes"]),
    )


def _scopes(scopes: str | list[str]) -> Reference | tuple[str, ...]:
    if isinstance(scopes, str):
        reference = parse_reference(scopes)
        return reference or tuple(scopes.replace(",", " ").split())
    return tuple(scopes)


def _reference(text: str) -> Reference:
    reference = parse_reference(text)
    assert reference is not None  # noqa: S101 - the schema's pattern has made sure
    return reference
