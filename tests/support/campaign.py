"""What tests of whole runs share: credentials, a file, and a sandbox to send to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from runner.sandbox import Sandbox, SandboxSettings, WorkflowState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOUR = """\
version: 1
organization: acme
actions:
  - {name: First, stop: [WKF1, WKF2]}
  - start: WKF3
  - {pause: WKF4, on_failure: continue}
  - resume: WKF5
"""
ONE = "version: 1\norganization: acme\nactions: [{start: WKF1}]\n"
KEY = "canary-api-key-7f3a"
TOKEN = "canary-token-Zm9v/YmFy+=="
SECRETS = {"CAMPAIGN_STANDARD_API_KEY": KEY, "CAMPAIGN_STANDARD_ACCESS_TOKEN": TOKEN}
API = "https://mc.adobe.io"


def command_url(workflow: str, organization: str = "acme") -> str:
    return f"{API}/{organization}/campaign/workflow/execution/{workflow}/commands"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox of the organization `acme` that opens with `SECRETS`."""
    with sandbox_of(dict.fromkeys(["WKF1", "WKF2", "WKF3", "WKF4", "WKF5"], "started")) as running:
        yield running


def sandbox_of(states: Mapping[str, str], **settings: Any) -> Sandbox:
    """Give a sandbox whose organization `acme` has these workflows, to be started by the test."""
    return Sandbox(settings_of({"acme": states}, **settings))


def settings_of(workflows: Mapping[str, Mapping[str, str]], **settings: Any) -> SandboxSettings:
    """Give settings of a sandbox that opens with `SECRETS`, its workflows by organization."""
    made = {
        organization: {workflow: WorkflowState(state) for workflow, state in states.items()}
        for organization, states in workflows.items()
    }
    return SandboxSettings(made, api_key=KEY, access_token=TOKEN, **settings)


def states_in(sandbox: Sandbox, organization: str = "acme") -> dict[str, str]:
    """Give the states of an organization's workflows as of now."""
    return {workflow: str(state) for workflow, state in sandbox.states()[organization].items()}


def sent_to(sandbox: Sandbox) -> list[tuple[str, str]]:
    """Give each command that was accepted, as its action and workflow."""
    return [(it.action, it.workflow) for it in sandbox.commands()]


def methods(sandbox: Sandbox) -> list[str]:
    """Give the method of each request that came in."""
    return [it.method for it in sandbox.requests()]


def pointing_at(sandbox: Sandbox, secrets: Mapping[str, str] = SECRETS) -> dict[str, str]:
    """Give the variables that make the program send to `sandbox`."""
    return {
        **secrets,
        "CAMPAIGN_RUNNER_BASE_URL": sandbox.base_url,
        "CAMPAIGN_RUNNER_TOKEN_URL": sandbox.token_url,
    }
