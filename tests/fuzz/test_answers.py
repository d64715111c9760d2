"""Whatever a server answers: a documented exit code, and a report that claims no more than that."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.answers import CLIENT_SECRET, FETCHED, good, replies
from tests.fuzz.bounds import bounded, count, examples
from tests.fuzz.loopback import Answering, final_status, run
from tests.support.campaign import KEY, TOKEN
from tests.support.program import checked_report, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.program import Ended

KINDS = ("token", "read", "command", "signal")
WAIT = "wait: {timeout: 3s, poll: 1s}"
OAUTH = """\
auth:
  api_key: ${env:CAMPAIGN_STANDARD_API_KEY}
  oauth:
    client_id: ${env:CAMPAIGN_STANDARD_API_KEY}
    client_secret: ${env:CAMPAIGN_CLIENT_SECRET}
    scopes: [openid]
"""
SIGNAL = "signal: {workflow: WKF3, activity: signal1, source: CI}"
COMMANDS = """\
actions:
  - {start: WKF1, on_failure: continue}
  - {stop: WKF2, on_failure: continue}
"""
FILES = {
    "command": COMMANDS,
    "token": OAUTH + COMMANDS,
    "read": f"""\
actions:
  - {{stop: WKF1, wait: {{until: stopped}}, on_failure: continue}}
  - {{{SIGNAL}, on_failure: continue}}
desired:
  WKF4: {{state: started, restart_failed: true, on_failure: continue}}
  WKF5: {{state: paused, allow_start: true}}
""",
    "signal": f"actions:\n  - {{{SIGNAL}, on_failure: continue}}\n  - start: WKF1\n",
}
# What a start or a signal may be sent again after: the server has not acted on it.
NOT_ACTED_ON = (401, 403, 429, 503)
_FOR_CI = re.compile(r"^\s*::|##\w*\[", re.MULTILINE)
_UNSHOWN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ud800-\udfff]")


def check(kind: str, answering: Answering, ended: Ended) -> None:
    """Hold what a run left behind against what was answered."""
    assert ended.exit_code in (0, 1, 4, 6)  # rule R22; the file is valid, and has no guardrails
    assert "Traceback" not in ended.output
    assert "a fault in campaign-runner" not in ended.output
    text = Path("report.json").read_text(encoding="utf-8")
    value = checked_report(text)
    assert value["exit_code"] == ended.exit_code
    secrets = known_secrets(kind, answering)
    for said in (ended.output, *strings(value)):
        assert _UNSHOWN.search(said) is None
        assert _FOR_CI.search(said) is None
        assert not [it for it in secrets if it in said]
    for command in value["commands"]:
        asked = "signal" if command["action"] == "signal" else "command"
        told = [
            final_status(reply.data)
            for what, workflow, reply in answering.log
            # The address of a signal comes from the server; each file has one signal at most.
            if what == asked and (asked == "signal" or workflow == command["workflow"])
        ]
        held_to_the_answers(command, told)


def known_secrets(kind: str, answering: Answering) -> list[str]:
    """Give what the program knew to be secret in this run."""
    if kind != "token":
        return [KEY, TOKEN]
    first = answering.log[0][2].data
    is_sent = any(what == "command" for what, *_ in answering.log)
    status = final_status(first)
    is_taken = is_sent and status == 200 and f'"{FETCHED}"'.encode() in first
    is_unquoted = status is not None and 200 <= status < 300
    return [KEY, CLIENT_SECRET, *([FETCHED] if is_taken or is_unquoted else [])]


def held_to_the_answers(command: Any, told: Sequence[int | None]) -> None:
    """Make sure that nothing is claimed of a command that its answers did not say.

    Args:
        command: from the report.
        told: the status of each answer to its workflow; None where the head was not whole.
    """
    tried = [it["status"] for it in command["attempts"]]
    if command["outcome"] == "succeeded" and tried:
        last = tried[-1]
        assert last is None or 200 <= last < 300 or command["state_after"] is not None
    if len(tried) == len(told):  # one command, and not several for one workflow
        assert all(status in (None, it) for status, it in zip(tried, told, strict=True))
        if command["action"] in ("start", "signal"):
            assert all(it in NOT_ACTED_ON for it in told[:-1])


def strings(value: Any) -> list[str]:
    """Give every text in a JSON value."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [it for item in inner for it in strings(item)]


@pytest.mark.parametrize("kind", KINDS)
@examples(60, 0.25, "FUZZ_ANSWERS")
@given(data=st.data())
def test_answers(kind: str, data: st.DataObject) -> None:
    count("answers")
    answering = Answering()
    with answering.serve() as server:
        listed = {it: [good(it, server.url)] for it in KINDS}
        may_hang = kind != "token"  # nothing but time ends a wait for a token
        other = data.draw(st.sampled_from([kind, kind, "command", "read"]))
        for it in dict.fromkeys([kind, other]):
            made = replies(it, server.url, may_hang=may_hang and it != "token")
            listed[it] = data.draw(st.lists(made, min_size=1, max_size=3))
        answering.replies = listed
        hangs = any(reply.hangs for it in listed.values() for reply in it)
        timeout = "60ms" if hangs else "20s"
        defaults = f"defaults: {{timeout: {timeout}, {WAIT}}}\n"
        write("a.yaml", f"version: 1\norganization: acme\n{defaults}{FILES[kind]}")
        with bounded("answers"):
            ended = run("a.yaml", server.url)
    check(kind, answering, ended)
