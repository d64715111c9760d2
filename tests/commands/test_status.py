"""`status`: every workflow that the files name, as it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import responses

from runner.sandbox import Sandbox
from tests.support.campaign import (
    API,
    FOUR,
    ONE,
    SECRETS,
    methods,
    pointing_at,
    sandbox_of,
    settings_of,
)
from tests.support.program import write

if TYPE_CHECKING:
    from tests.support.program import Ended, Program

HEAD = "version: 1\norganization: acme\n"
URL = f"{API}/acme/campaign/workflow/execution/WKF1"


def status(program: Program, sandbox: Sandbox, *more: str) -> Ended:
    return program("status", "a.yaml", *more, env=pointing_at(sandbox))


def test_the_table_shows_everything(program: Program) -> None:
    write(
        "a.yaml",
        f"{HEAD}actions:\n  - start: WKF1\n  - wait: 1s\n  - stop: [WKF2, WKF1]\n"
        "desired:\n  WKF3: started\n",
    )
    states = {"WKF1": "started", "WKF2": "paused", "WKF3": "finished"}
    with sandbox_of(
        states,
        signals={"acme": {"WKF1": {"go": None, "halt": {"x": "string"}}, "WKF2": {}}},
        next_processing={"acme": {"WKF3": "2026-12-01 08:00:00.000Z"}},
    ) as sandbox:
        ended = status(program, sandbox)
        assert methods(sandbox) == ["GET"] * 3
    assert ended.exit_code == 0, ended.output
    assert ended.stderr == ""
    assert ended.stdout.splitlines() == [
        "workflow  state     raw value  signals   next processing           named in",
        "WKF1      started   started    go, halt  -                         a.yaml:4, a.yaml:6",
        "WKF2      paused    paused     -         -                         a.yaml:6",
        "WKF3      finished  finished   signal1   2026-12-01 08:00:00.000Z  a.yaml:8",
    ]


def test_json_has_all_of_it(program: Program) -> None:
    write("a.yaml", FOUR.replace("[WKF1, WKF2]", "[WKF1]") + "  - stop: WKF1\n")
    states = dict.fromkeys(["WKF1", "WKF3", "WKF4", "WKF5"], "started")
    with sandbox_of(states, state_values={"started": "In progress"}) as sandbox:
        ended = status(program, sandbox, "--format", "json")
        base_url = sandbox.base_url
    value = ended.json()
    assert value["schema_version"] == 1
    assert value["tool"]["name"] == "campaign-runner"
    assert value["environment"] is None
    assert value["target"] == {"base_url": base_url, "sandbox": False}
    assert value["read_at"].endswith("Z")
    assert value["totals"] == {"workflows": 4, "well": 0}
    first = value["workflows"][0]
    assert first.pop("mentions") == [
        {"id": f"a.yaml#{n}.1", "action": "stop", "file": "a.yaml", "line": line, "column": column}
        for n, line, column in [(1, 4, 26), (5, 8, 11)]
    ]
    assert first == {
        "organization": "acme",
        "workflow": "WKF1",
        "found": True,
        "state": "unknown",
        "field": "state",
        "raw": "In progress",
        "signals": ["signal1"],
        "next_processing": None,
        "message": 'its field "state" says "In progress", which defaults.state.values does not map',
    }


@pytest.mark.parametrize("state", ["editing", "started", "paused", "stopped", "finished"])
def test_0_where_all_is_well(program: Program, state: str) -> None:
    write("a.yaml", ONE)
    with sandbox_of({"WKF1": state}) as sandbox:
        assert status(program, sandbox).exit_code == 0


@pytest.mark.parametrize(
    ("states", "settings", "says"),
    [
        ({"WKF1": "failed"}, {}, "WKF1      failed  failed"),
        ({"WKF9": "started"}, {}, "WKF1      not found  -"),
        ({"WKF1": "started"}, {"state_values": {"started": "11"}}, "WKF1      unknown  11"),
        ({"WKF1": "started"}, {"state_field": "x"}, "WKF1      unknown  -"),
    ],
)
def test_1_where_something_was_found(
    program: Program, states: dict[str, str], settings: dict[str, Any], says: str
) -> None:
    write("a.yaml", ONE)
    with sandbox_of(states, **settings) as sandbox:
        ended = status(program, sandbox)
    assert ended.exit_code == 1
    assert says in ended.stdout
    assert ended.stderr == "warning: 1 of 1 workflow needs a look\n"


def test_1_where_the_api_cannot_be_reached(program: Program) -> None:
    write("a.yaml", ONE)
    with responses.RequestsMock() as api:
        api.get(URL, status=500, json={"code": 500, "message": "Oops."})
        ended = program("status", "a.yaml", env=SECRETS)
    assert ended.exit_code == 1
    assert "most often the organization or the ID is wrong" in ended.stdout


def test_the_same_cause_is_told_once(program: Program) -> None:
    write("a.yaml", f"{HEAD}actions: [{{start: [A, B, C, D, E]}}]\n")
    with sandbox_of(dict.fromkeys("ABCDE", "started"), state_field="x") as sandbox:
        ended = status(program, sandbox)
    assert ended.stdout.splitlines()[7:] == [
        (
            "A, B, C and 2 more: its answer has none of the fields state, status; run doctor to see"
            " which looks like it"
        )
    ]
    assert ended.stderr == "warning: 5 of 5 workflows need a look\n"


class TestCredentials:
    def test_missing(self, program: Program) -> None:
        write("a.yaml", ONE)
        with responses.RequestsMock():
            ended = program("status", "a.yaml")
        assert ended.exit_code == 4
        assert ended.stdout == ""

    @pytest.mark.parametrize("status_code", [401, 403])
    def test_rejected(self, program: Program, status_code: int) -> None:
        write("a.yaml", ONE)
        with responses.RequestsMock() as api:
            api.get(URL, status=status_code, json={"message": "no"})
            ended = program("status", "a.yaml", env=SECRETS)
        assert ended.exit_code == 4
        assert "(you" in ended.stderr
        assert ended.stdout == ""


def test_3_where_the_files_are_invalid_or_name_no_organization(program: Program) -> None:
    write("a.yaml", ONE.replace("start", "strat"))
    assert program("status", "a.yaml", env=SECRETS).exit_code == 3
    write("a.yaml", ONE.replace("organization: acme\n", ""))
    ended = program("status", "a.yaml", env=SECRETS)
    assert ended.exit_code == 3
    assert "no organization is named" in ended.stderr


def test_verbose_tells_each_read(program: Program, sandbox: Sandbox) -> None:
    write("a.yaml", ONE)
    assert "WKF1 of acme was read: started" in status(program, sandbox, "-v").stderr
    assert status(program, sandbox).stderr == ""


def test_the_environment_counts(program: Program) -> None:
    write("a.yaml", ONE.replace("acme", "stage") + "environments: {p: {organization: acme}}\n")
    with sandbox_of({"WKF1": "started"}) as sandbox:
        ended = status(program, sandbox, "--env", "p", "--format", "json")
    assert ended.exit_code == 0, ended.output
    assert ended.json()["environment"] == "p"


def test_files_may_come_from_standard_input(program: Program, sandbox: Sandbox) -> None:
    ended = program("status", "-", stdin=ONE, env=pointing_at(sandbox))
    assert ended.exit_code == 0
    assert "-:3" in ended.stdout


def test_several_organizations_are_told_apart(program: Program) -> None:
    write("a.yaml", ONE)
    write("b.yaml", ONE.replace("acme", "other"))
    settings = settings_of({"acme": {"WKF1": "started"}, "other": {"WKF1": "paused"}})
    with Sandbox(settings) as sandbox:
        ended = program("status", ".", env=pointing_at(sandbox))
    lines = [line.split() for line in ended.stdout.splitlines()]
    assert lines[0][0] == "organization"
    assert [line[:3] for line in lines[1:]] == [
        ["acme", "WKF1", "started"],
        ["other", "WKF1", "paused"],
    ]


def test_more_mentions_than_fit_are_counted_and_json_has_them_all(program: Program) -> None:
    pauses = "".join("  - pause: WKF1\n  - wait: 1s\n" for _ in range(9))
    write("a.yaml", f"{HEAD}actions:\n{pauses}")
    with sandbox_of({"WKF1": "paused"}) as sandbox:
        ended = status(program, sandbox)
        assert methods(sandbox) == ["GET"]
        value = status(program, sandbox, "--format", "json").json()
    assert ended.stdout.rstrip().endswith("a.yaml:4, a.yaml:6, a.yaml:8 and 6 more")
    assert len(value["workflows"][0]["mentions"]) == 9


def test_hostile_names_of_the_api_are_shown_as_harmless_text(program: Program) -> None:
    hostile = "::error::x\n##[group]\x1b[31m\u202e"
    write("a.yaml", ONE)
    answer = {
        "state": hostile,
        "nextProcessingDate": hostile,
        "activities": {"activity": {hostile: {"trigger": {"href": "https://x"}}}},
    }
    for more in ([], ["--format", "json"], ["--log-format", "json", "-vv"]):
        with responses.RequestsMock() as api:
            api.get(URL, json=answer)
            ended = program("status", "a.yaml", *more, env=SECRETS)
        assert ended.exit_code == 1
        for it in ("##[", "\x1b", "\u202e", "\\u001b", "\n::", "x\\n"):
            assert it not in ended.output
        assert len(ended.stdout.splitlines()) > 2


@pytest.mark.parametrize(
    "body",
    ["", "null", "[]", "{}", '"x"', "<html>", "{" * 5000, '{"state": {}}', '{"activities": 3}'],
)
def test_an_odd_answer_is_an_unknown_state_and_no_fault(program: Program, body: str) -> None:
    write("a.yaml", ONE)
    for more in ([], ["--format", "json"]):
        with responses.RequestsMock() as api:
            api.get(URL, body=body, content_type="application/json")
            ended = program("status", "a.yaml", *more, env=SECRETS)
        assert ended.exit_code == 1
        assert "unknown" in ended.stdout
