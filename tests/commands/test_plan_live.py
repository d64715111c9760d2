"""`plan --live`: what was seen, what would change, and what differs from what is desired."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import responses

from tests.support.campaign import (
    API,
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


def live(
    program: Program, text: str, states: dict[str, str], *more: str, **settings: object
) -> Ended:
    """Plan `text` with states, and make sure that nothing was sent."""
    write("a.yaml", text)
    with sandbox_of(states, **settings) as sandbox:
        ended = program("plan", "a.yaml", "--live", *more, env=pointing_at(sandbox))
        assert set(methods(sandbox)) == {"GET"}
    return ended


def rows(ended: Ended) -> list[list[str]]:
    """Give the cells of each command's row, without its place."""
    lines = [line for line in ended.stdout.splitlines() if line.startswith("  #")]
    return [[cell for cell in line.strip().split("  ") if cell][:4] for line in lines]


@pytest.mark.parametrize(
    ("action", "state", "says"),
    [
        ("start", "stopped", "stopped -> started"),
        ("start", "editing", "editing -> started"),
        ("start", "paused", "paused -> started"),
        ("start", "finished", "finished -> started"),
        ("start", "started", "started: no change"),
        ("stop", "started", "started -> stopped"),
        ("stop", "failed", "failed -> stopped"),
        ("stop", "stopped", "stopped: no change"),
        ("pause", "started", "started -> paused"),
        ("pause", "paused", "paused: no change"),
        ("pause", "stopped", "stopped: does not fit"),
        ("resume", "paused", "paused -> started"),
        ("resume", "started", "started: no change"),
        ("resume", "stopped", "stopped: does not fit"),
    ],
)
def test_each_command_says_what_it_would_change(
    program: Program, action: str, state: str, says: str
) -> None:
    ended = live(program, f"{HEAD}actions: [{{{action}: WKF1}}]\n", {"WKF1": state})
    assert ended.exit_code == 0, ended.output
    assert [[cell.strip() for cell in row] for row in rows(ended)] == [
        ["#1.1", action, "WKF1", says]
    ]


def test_a_signal_says_whether_it_fits(program: Program) -> None:
    text = f"{HEAD}actions: [signal: {{workflow: WKF1, activity: signal1, source: CI}}]\n"
    assert "started: takes the signal" in live(program, text, {"WKF1": "started"}).stdout
    assert "paused: does not fit" in live(program, text, {"WKF1": "paused"}).stdout


def test_commands_before_are_taken_into_account(program: Program) -> None:
    text = f"{HEAD}actions: [{{pause: WKF1}}, {{wait: 1s}}, {{resume: WKF1}}, {{stop: WKF1}}]\n"
    shown = live(program, text, {"WKF1": "started"}).stdout
    places = [shown.index(it) for it in ("started -> paused", "paused -> started")]
    assert places == sorted(places)
    assert shown.index("started -> stopped") > places[1]


def test_an_unknown_workflow_is_told_with_what_to_do(program: Program) -> None:
    ended = live(program, ONE, {"WKF9": "started"})
    assert ended.exit_code == 0
    assert [row[3].strip() for row in rows(ended)] == ["unknown workflow"]
    assert "\nWKF1: Campaign knows no workflow with this ID; it may have been changed in" in (
        ended.stdout
    )


def test_an_unknown_state_is_told_with_its_raw_value(program: Program) -> None:
    ended = live(program, ONE, {"WKF1": "started"}, state_values={"started": "11"})
    assert ended.exit_code == 0
    assert [row[3].strip() for row in rows(ended)] == ["unknown state"]
    assert '\nWKF1: its field "state" says "11", which defaults.state.values does not map' in (
        ended.stdout
    )
    value = live(
        program, ONE, {"WKF1": "started"}, "--format", "json", state_values={"started": "11"}
    ).json()
    assert value["live"]["states"][0]["raw"] == "11"
    assert value["commands"][0]["effect"]["kind"] == "unknown state"


class TestDrift:
    TEXT = f"{HEAD}desired: {{WKF1: started, WKF2: paused, WKF3: stopped, WKF4: started}}\n"

    def test_what_differs_is_listed(self, program: Program) -> None:
        states = {"WKF1": "paused", "WKF2": "paused", "WKF3": "finished", "WKF4": "failed"}
        ended = live(program, self.TEXT, states)
        assert ended.exit_code == 0
        assert (
            "Drift: 2 of 4 desired states do not hold\n"
            "  WKF1 is paused, desired started\n"
            "  WKF4 is failed, desired started\n"
        ) in ended.stdout
        assert "failed: refused" in ended.stdout

    def test_what_cannot_be_told_is_no_state(self, program: Program) -> None:
        states = {"WKF1": "paused", "WKF2": "paused", "WKF3": "stopped"}
        ended = live(program, self.TEXT, states)
        assert "  WKF4 is in an unknown state, desired started\n" in ended.stdout

    def test_none_is_told_too(self, program: Program) -> None:
        states = {"WKF1": "started", "WKF2": "paused", "WKF3": "editing", "WKF4": "started"}
        assert "No drift: every desired state holds" in live(program, self.TEXT, states).stdout

    def test_without_desired_states_there_is_none(self, program: Program) -> None:
        assert "drift" not in live(program, ONE, {"WKF1": "started"}).stdout.lower()

    def test_offline_there_is_none_either(self, program: Program) -> None:
        write("a.yaml", self.TEXT)
        ended = program("plan", "a.yaml")
        assert "rift" not in ended.stdout
        assert "ensure  WKF1 started" in ended.stdout


class TestDetailedExitcode:
    @pytest.mark.parametrize(
        ("text", "state", "exit_code"),
        [
            ("desired: {WKF1: started}", "started", 0),
            ("desired: {WKF1: started}", "paused", 2),
            ("desired: {WKF1: started}", "finished", 0),  # left alone, with a warning
            ("desired: {WKF1: {state: started, restart_finished: true}}", "finished", 2),
            ("desired: {WKF1: started}", "failed", 2),  # refused: somebody has to do something
            ("desired: {WKF1: stopped}", "finished", 0),
            ("actions: [{start: WKF1}]", "started", 2),
        ],
    )
    def test_2_where_there_is_something_to_do(
        self, program: Program, text: str, state: str, exit_code: int
    ) -> None:
        ended = live(program, f"{HEAD}{text}\n", {"WKF1": state}, "--detailed-exitcode")
        assert ended.exit_code == exit_code, ended.output

    def test_offline_nobody_knows_so_it_is_2(self, program: Program) -> None:
        write("a.yaml", f"{HEAD}desired: {{WKF1: started}}\n")
        assert program("plan", "a.yaml", "--detailed-exitcode").exit_code == 2


class TestCredentials:
    def test_missing_ones_are_4_and_nothing_is_read(self, program: Program) -> None:
        write("a.yaml", ONE)
        with responses.RequestsMock():
            ended = program("plan", "a.yaml", "--live")
        assert ended.exit_code == 4
        assert "CAMPAIGN_STANDARD_ACCESS_TOKEN is not set" in ended.stderr
        assert ended.stdout == ""

    def test_rejected_ones_are_4(self, program: Program) -> None:
        write("a.yaml", ONE)
        with sandbox_of({"WKF1": "started"}) as sandbox:
            wrong = {**SECRETS, "CAMPAIGN_STANDARD_ACCESS_TOKEN": "not-this-token"}
            ended = program("plan", "a.yaml", "--live", env=pointing_at(sandbox, wrong))
        assert ended.exit_code == 4
        assert "the access token is not valid, or has expired" in ended.stderr
        assert ended.stdout == ""

    def test_a_plain_plan_needs_none_and_reads_nothing(self, program: Program) -> None:
        write("a.yaml", f"{ONE.replace('WKF1', 'WKF2')}desired: {{WKF1: started}}\n")
        with responses.RequestsMock():
            assert program("plan", "a.yaml").exit_code == 0
            assert program("plan", "a.yaml", env=SECRETS).exit_code == 0

    def test_a_host_that_is_not_allowed_is_wrong_usage(self, program: Program) -> None:
        write("a.yaml", ONE)
        evil = ["--base-url", "https://evil.example"]
        assert program("plan", "a.yaml", "--live", *evil, env=SECRETS).exit_code == 64
        assert program("plan", "a.yaml", *evil).exit_code == 0  # nothing is sent there

    def test_an_organization_is_needed(self, program: Program) -> None:
        write("a.yaml", ONE.replace("organization: acme\n", ""))
        ended = program("plan", "a.yaml", "--live", env=SECRETS)
        assert ended.exit_code == 3
        assert "no organization is named" in ended.stderr


def test_each_workflow_is_read_once_however_often_it_is_named(program: Program) -> None:
    write("a.yaml", f"{HEAD}actions: [{{pause: WKF1}}, {{wait: 1s}}, {{resume: [WKF1, WKF2]}}]\n")
    with sandbox_of({"WKF1": "started", "WKF2": "started"}) as sandbox:
        program("plan", "a.yaml", "--live", env=pointing_at(sandbox))
        assert methods(sandbox) == ["GET", "GET"]


def test_several_organizations_are_read_each_and_shown(program: Program) -> None:
    from runner.sandbox import Sandbox

    write("a.yaml", ONE + "---\n" + ONE.replace("acme", "other"))
    with Sandbox(
        settings_of({"acme": {"WKF1": "stopped"}, "other": {"WKF1": "paused"}})
    ) as sandbox:
        ended = program("plan", "a.yaml", "--live", env=pointing_at(sandbox))
    assert ended.exit_code == 0
    assert "stopped -> started  acme   a.yaml:3:19" in ended.stdout
    assert "paused -> started   other  a.yaml:7:19" in ended.stdout


@pytest.mark.parametrize("parallel", ["1", "32"])
def test_the_order_is_that_of_the_files_however_many_are_read_at_a_time(
    program: Program, parallel: str
) -> None:
    names = [f"WKF{n}" for n in range(40)]
    text = f"{HEAD}desired: {{{', '.join(f'{name}: started' for name in names)}}}\n"
    shown = live(
        *(program, text, dict.fromkeys(names, "stopped"), "--format", "json"),
        *("--parallel-reads", parallel),
    ).json()
    assert [it["workflow"] for it in shown["live"]["states"]] == names
    assert [it["workflow"] for it in shown["commands"]] == names


def test_text_of_the_api_is_harmless(program: Program) -> None:
    """R19: neither a control character nor a command of a CI system comes through."""
    write("a.yaml", ONE)
    url = f"{API}/acme/campaign/workflow/execution/WKF1"
    with responses.RequestsMock() as api:
        api.get(url, json={"state": "::error::x\n##[group]y\x1b[31m", "activities": {}})
        ended = program("plan", "a.yaml", "--live", env=SECRETS)
    assert ended.exit_code == 0
    for hostile in ("##[", "\x1b", "\n::"):
        assert hostile not in ended.output


DESIRED = f"{HEAD}desired: {{WKF1: started, WKF2: stopped}}\n"


def test_a_refused_desired_state_is_warned_of_where_it_holds_everything_back(
    program: Program,
) -> None:
    states = {"WKF1": "failed", "WKF2": "started"}
    says = "warning: WKF1 is refused; a run would send nothing at all (on_failure: stop)"
    assert says in live(program, DESIRED, states).stderr
    going_on = f"{DESIRED}defaults: {{on_failure: continue}}\n"
    assert "would send nothing" not in live(program, going_on, states).stderr


def test_detailed_exit_code_is_1_where_a_desired_state_cannot_be_told(program: Program) -> None:
    states = {"WKF1": "started", "WKF2": "started"}
    ended = live(program, DESIRED, states, "--detailed-exitcode", state_field="x")
    assert ended.exit_code == 1, ended.output
    assert live(program, DESIRED, states, state_field="x").exit_code == 0
    assert live(program, DESIRED, states, "--detailed-exitcode").exit_code == 2


def test_a_finished_one_that_is_left_alone_is_not_said_to_hold_r13(program: Program) -> None:
    states = {"WKF1": "finished", "WKF2": "stopped"}
    ended = live(program, DESIRED, states, "--format", "json")
    assert ended.exit_code == 0, ended.output
    assert [it["decided"] for it in ended.json()["commands"]] == ["left alone", "holds"]
