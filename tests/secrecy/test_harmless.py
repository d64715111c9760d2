"""What a terminal or a CI system obeys reaches neither, whoever wrote it (R19)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import responses

from tests.support.campaign import ONE, SECRETS, command_url, pointing_at
from tests.support.program import write

if TYPE_CHECKING:
    from runner.sandbox import Sandbox
    from tests.support.program import Ended, Program

HOSTILE = (
    "x\x1b]0;t\x07\x9b31m\u202e\u2066\u200b\ufeff ##[error]y ##vso[task.complete]\n::error::z\r\n"
    "  ::set-output name=a::b\u2028::debug::\x85::stop-commands::t\u2029"
)
_OBEYED = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]" + r"|^\s*::[A-Za-z]|##\w*\[",
    re.MULTILINE,
)
_TEXT = json.dumps(HOSTILE)
HEAD = "version: 1\norganization: acme\n"
ACTION = "actions: [{start: WKF1}]\n"
SIGNAL = HEAD + "actions: [{signal: {workflow: WKF1, activity: go, source: CI}}]\n"
FILES = {
    "a name": f"{HEAD}actions: [{{name: {_TEXT}, start: WKF1}}]\n",
    "unknown keys": f"{HEAD}{_TEXT}: 1\nactions: [{{start: WKF1, {_TEXT}: 2}}]\n",
    "values": (
        f"version: {_TEXT}\norganization: {_TEXT}\nauth: {_TEXT}\ndefaults: {_TEXT}\n"
        f"actions: [{{start: {_TEXT}}}, {{stop: [{_TEXT}]}}, {_TEXT}, {{wait: {_TEXT}}}]\n"
        f"desired: {{{_TEXT}: {_TEXT}}}\nguardrails: {_TEXT}\n"
    ),
    "environments": f"{HEAD}{ACTION}environments: {{{_TEXT}: {{x: 1}}, p: {{{_TEXT}: 1}}}}\n",
    "a parameter": SIGNAL.replace("source: CI", f"source: CI, parameters: {{a: {_TEXT}}}"),
    "a signal": SIGNAL.replace("source: CI", f"source: {_TEXT}, parameters: {{{_TEXT}: 1}}"),
    "an anchor": "version: 1\norganization: *::error::x\n",
    "tags": "version: 1\norganization: !<tag:##[error]x> y\nactions: !##[x] 1\n",
    "references": HEAD + ACTION + "auth: {api_key: '${env:##[x]}', access_token: '${file:/::x}'}\n",
    "guardrails": (
        f"{HEAD}{ACTION}guardrails: {{windows: [{_TEXT}], protect: [{_TEXT}, {{workflow: {_TEXT},"
        f" refuse: [{_TEXT}]}}], max_commands: {_TEXT}}}\n"
    ),
    "a key twice": f"version: 1\n{_TEXT}: 1\n{_TEXT}: 2\n",
}
COMMANDS = ["validate", "plan", "plan --format markdown", "plan --live", "run --dry-run"]
COMMANDS += ["run", "run -vv", "status", "doctor"]
COMMANDS += ["plan --live --format json", "run --report -", "run -vv --log-format json"]
COMMANDS += ["status --format json", "doctor --format json"]
OFFLINE_JSON = ["validate --format json", "plan --format json", "run --dry-run --report -"]


def assert_harmless(ended: Ended) -> None:
    written = [path.read_text(encoding="utf-8") for path in Path().glob("*.json")]
    lines = "\n".join([ended.stdout, ended.stderr, *written]).split("\n")
    found = [it for it in lines if _OBEYED.search(it)]
    assert found == []


@pytest.mark.parametrize("command", COMMANDS + OFFLINE_JSON)
@pytest.mark.parametrize("name", FILES)
def test_what_a_file_says(program: Program, sandbox: Sandbox, name: str, command: str) -> None:
    write("a.yaml", FILES[name])
    called, *more = command.split()
    assert_harmless(program(called, "a.yaml", *more, env=pointing_at(sandbox)))


@pytest.mark.parametrize("command", COMMANDS + OFFLINE_JSON)
@pytest.mark.parametrize(
    "path", ["::error::x.yaml", "d/\x1b]0;t\x07##[x].yaml", "d/\u202ex.yaml", "d/\n::error::.yaml"]
)
def test_what_a_file_is_called(program: Program, sandbox: Sandbox, path: str, command: str) -> None:
    called, *more = command.split()
    for text in (ONE, "x: [\n"):
        write(path, text)
        for given in (path, path.split("/", maxsplit=1)[0]):
            assert_harmless(program(called, given, *more, env=pointing_at(sandbox)))


def lying() -> str:
    """Give a workflow whose every text is hostile."""
    href = {"trigger": {"href": f"https://mc.adobe.io/{HOSTILE}"}}
    texts = dict.fromkeys(("state", "ID", "PKey", "message", "error_code", "phase"), HOSTILE)
    activities = {"activity": {"go": href, HOSTILE: href}}
    return json.dumps({**texts, HOSTILE: HOSTILE, "activities": activities}, ensure_ascii=False)


@pytest.mark.parametrize("command", COMMANDS[3:])
@pytest.mark.parametrize("status", [200, 400, 401, 404, 429, 500, 503])
@pytest.mark.parametrize(
    "text", [ONE, HEAD + "desired: {WKF1: started}\n", SIGNAL], ids=["action", "desired", "signal"]
)
def test_what_the_server_says(program: Program, text: str, status: int, command: str) -> None:
    write("a.yaml", text + "defaults: {settle: 100ms}\n")
    called, *more = command.split()
    body = lying() if status == 200 else lying() + HOSTILE
    headers = {"X-Request-Id": "::error::##[x]\x9b", "Retry-After": "0"}
    with responses.RequestsMock(assert_all_requests_are_fired=False) as api:
        for method, url in ((api.get, ONE_URL), (api.post, f"{ONE_URL}/commands")):
            method(url, body=body, status=status, headers=headers)
        ended = program(called, "a.yaml", *more, env=SECRETS)
    assert_harmless(ended)


ONE_URL = command_url("WKF1").removesuffix("/commands")


@pytest.mark.parametrize(
    "line",
    ["::error::x", "  ::set-output name=a::b", "a ##[x]", "##vso[x]", "a\x1b[0m", "\x9b", "\u202e"],
)
def test_what_is_obeyed_would_be_found(line: str) -> None:
    assert _OBEYED.search(f"before\n{line}\nafter")
