"""What tests of whole runs share: credentials, a file, and a sandbox to send to."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    states = dict.fromkeys(["WKF1", "WKF2", "WKF3", "WKF4", "WKF5"], WorkflowState.STARTED)
    settings = SandboxSettings({"acme": states}, api_key=KEY, access_token=TOKEN)
    with Sandbox(settings) as running:
        yield running


def pointing_at(sandbox: Sandbox, secrets: Mapping[str, str] = SECRETS) -> dict[str, str]:
    """Give the variables that make the program send to `sandbox`."""
    return {
        **secrets,
        "CAMPAIGN_RUNNER_BASE_URL": sandbox.base_url,
        "CAMPAIGN_RUNNER_TOKEN_URL": sandbox.token_url,
    }
