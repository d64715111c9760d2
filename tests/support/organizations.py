"""Files of several organizations, each with its own work, and a sandbox that has them all."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from runner.sandbox import Sandbox
from tests.support.campaign import settings_of
from tests.support.program import write

if TYPE_CHECKING:
    from typing import Any

# What differs between two runs of the same, and between one run and one that is divided.
_OF_ITS_OWN = (
    *("run_id", "started_at", "finished_at", "duration_s"),
    *("journal", "shards", "organizations"),
)

# Where each falls of three, by the SHA-256 of its name.
NUMBERS = {"acme": 3, "globex": 2, "initech": 3, "umbrella": 1, "hooli": 2}
DEFAULTS = "defaults: {wait: {poll: 100ms, timeout: 20s}, settle: 500ms}"


def organization(name: str, *more: str) -> str:
    """Give a document of an organization, with two commands unless `more` says other lines."""
    lines = more or ("actions: [{start: [WKF1, WKF2]}]",)
    return "\n".join(["version: 1", f"organization: {name}", DEFAULTS, *lines, ""])


def write_all() -> None:
    """Write two files; the second one has documents of three organizations."""
    write("a.yaml", organization("acme", "actions: [{stop: WKF1}, {start: WKF2}]"))
    signal = "{workflow: WKF3, activity: signal1, source: CI}"
    documents = [
        organization("globex"),
        organization("umbrella", "actions: [{start: WKF1}]", "desired: {WKF2: stopped}"),
        organization("initech", "desired: {WKF1: paused, WKF2: {state: started}}"),
        # After a pause the states that were read count no more, so that nothing desired follows.
        organization("acme", "actions: [{pause: WKF3}, {wait: 100ms}]"),
        organization("hooli", f"actions: [{{signal: {signal}}}]"),
    ]
    write("b.yaml", "---\n".join(documents))


def sandbox_of_all(**settings: Any) -> Sandbox:
    """Give a sandbox of all organizations, in which everything of `write_all` succeeds."""
    states = {"WKF1": "stopped", "WKF2": "stopped", "WKF3": "started"}
    workflows = {name: dict(states) for name in NUMBERS}
    workflows["acme"]["WKF1"] = "started"
    workflows["initech"]["WKF1"] = "started"
    return Sandbox(settings_of(workflows, **settings))


def comparable(value: dict[str, Any], sandbox: Sandbox) -> dict[str, Any]:
    """Give a report without times, identities of runs, and the port of the sandbox."""
    text = json.dumps(value).replace(sandbox.base_url, "http://sandbox")
    text = re.sub(r'"request_id": "[^"]+"', '"request_id": ""', text)
    plain = json.loads(text)
    for key in _OF_ITS_OWN:
        plain.pop(key, None)
    for command in plain["commands"]:
        command.pop("waited_s", None)
        for attempt in command["attempts"]:
            attempt.pop("at")
            attempt.pop("duration_s")
    result: dict[str, Any] = plain
    return result
