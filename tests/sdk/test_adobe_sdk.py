"""Adobe's own JavaScript SDK, unchanged, against the sandbox."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from runner.sandbox import Sandbox, SandboxSettings, WorkflowState

pytestmark = pytest.mark.sdk

HERE = Path(__file__).parent
VARIABLE = "CAMPAIGN_RUNNER_SDK_MODULES"
# Looked up now: within a test, variables of this program are not there.
MODULES = Path(os.environ.get(VARIABLE) or HERE / "node_modules")
VERSION = "4.0.3"


def sdk_modules() -> Path:
    package = MODULES / "@adobe" / "aio-lib-campaign-standard" / "package.json"
    if not package.is_file():
        pytest.fail(
            f"Adobe's SDK is not in {MODULES}: run `npm install --prefix tests/sdk`, or name the "
            f"node_modules folder that has it in {VARIABLE}."
        )
    assert json.loads(package.read_text(encoding="utf-8"))["version"] == VERSION
    return MODULES


def node() -> str:
    program = shutil.which("node")
    if program is None:
        pytest.fail("Adobe's SDK needs Node 20 or newer: `node` was not found.")
    return program


def without_proxies() -> dict[str, str]:
    """Give an environment in which the SDK goes straight to loopback."""
    return {
        name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")
    }


def drive(sandbox: Sandbox) -> tuple[int, dict[str, Any], str]:
    settings = sandbox.settings
    line = {
        "base_url": sandbox.base_url,
        "token_url": sandbox.token_url,
        "organization": "acme-mkt-stage",
        "api_key": settings.api_key,
        "access_token": settings.access_token,
    }
    completed = subprocess.run(
        [node(), HERE / "drive.mjs", json.dumps(line)],
        env={**without_proxies(), VARIABLE: str(sdk_modules())},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert completed.stdout, completed.stderr
    return completed.returncode, json.loads(completed.stdout), completed.stderr


def test_the_sdk_works_unchanged_and_the_sandbox_saw_what_it_did() -> None:
    workflows = {"acme-mkt-stage": {"WKF1": WorkflowState.EDITING}}
    with Sandbox(SandboxSettings(workflows)) as sandbox:
        exit_code, seen, errors = drive(sandbox)
    assert [step for step in seen["steps"] if not step["ok"]] == []
    assert (exit_code, seen["ok"], errors) == (0, True, "")
    assert_commands(sandbox)
    assert_requests(sandbox)


def assert_commands(sandbox: Sandbox) -> None:
    assert [
        (record.workflow, record.action, str(record.state_before), str(record.state_after))
        for record in sandbox.commands()
    ] == [
        ("WKF1", "start", "editing", "started"),
        ("WKF1", "pause", "started", "paused"),
        ("WKF1", "resume", "paused", "started"),
        ("WKF1", "signal", "started", "started"),
        ("WKF1", "stop", "started", "stopped"),
    ]
    assert sandbox.states() == {"acme-mkt-stage": {"WKF1": WorkflowState.STOPPED}}


def assert_requests(sandbox: Sandbox) -> None:
    paths = [record.path for record in sandbox.requests()]
    assert any("/execution/%40" in path for path in paths)
    bodies = [record.body for record in sandbox.requests() if record.method == "POST"]
    assert {"source": "SDK", "parameters": {"audience": "vip", "size": 3}} in map(
        json.loads, bodies
    )
    assert {"method": "restart"} in map(json.loads, bodies)
