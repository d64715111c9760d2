"""`desired` through the whole program: what is not so yet, and nothing else, is made so (R13)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.campaign import methods, pointing_at, sandbox_of, sent_to, states_in
from tests.support.program import report, write

if TYPE_CHECKING:
    from runner.sandbox import Sandbox
    from tests.support.program import Ended, Program

STATES = ("editing", "started", "paused", "stopped", "finished", "failed")
HEAD = "version: 1\norganization: acme\n"
# R13, written down anew: state -> desired state -> the commands, or what has to be allowed for
# them, or "left" where it is left alone unless that is allowed.
R13: dict[str, dict[str, tuple[tuple[str, ...], str]]] = {
    "editing": {
        "started": (("start",), ""),
        "paused": (("start", "pause"), "allow_start"),
        "stopped": ((), ""),
    },
    "started": {"started": ((), ""), "paused": (("pause",), ""), "stopped": (("stop",), "")},
    "paused": {"started": (("resume",), ""), "paused": ((), ""), "stopped": (("stop",), "")},
    "stopped": {
        "started": (("start",), ""),
        "paused": (("start", "pause"), "allow_start"),
        "stopped": ((), ""),
    },
    "finished": {
        "started": (("start",), "restart_finished"),
        "paused": (("start", "pause"), "allow_start"),
        "stopped": ((), ""),
    },
    "failed": {
        "started": (("stop", "start"), "restart_failed"),
        "paused": (("start", "pause"), "allow_start"),
        "stopped": (("stop",), ""),
    },
}
SATISFYING = {
    "started": ("started",),
    "paused": ("paused",),
    "stopped": ("stopped", "finished", "editing"),
}
MEANT_FOR = {"started": ("restart_finished", "restart_failed"), "paused": ("allow_start",)}


@dataclass(frozen=True)
class Case:
    """One workflow: what it is, what it should be, and what is allowed for that."""

    state: str
    desired: str
    allowed: frozenset[str] = frozenset()

    @property
    def is_left_alone(self) -> bool:
        """Whether nothing is sent, though it is not as desired, and that is no failure."""
        return (self.state, self.desired) == ("finished", "started") and not self.allowed & {
            "restart_finished"
        }

    @property
    def is_refused(self) -> bool:
        _, unless = R13[self.state][self.desired]
        return bool(unless) and unless not in self.allowed and not self.is_left_alone

    @property
    def commands(self) -> tuple[str, ...]:
        commands, unless = R13[self.state][self.desired]
        return commands if not unless or unless in self.allowed else ()

    def line(self, workflow: str) -> str:
        keys = "".join(f", {key}: true" for key in sorted(self.allowed))
        return f"  {workflow}: {{state: {self.desired}{keys}}}\n"


def yaml_for(cases: list[Case], on_failure: str = "stop") -> str:
    wait = "wait: {poll: 100ms, timeout: 30s}"
    lines = (case.line(f"WKF{n}") for n, case in enumerate(cases))
    return (
        f"{HEAD}defaults: {{on_failure: {on_failure}, {wait}}}\n"
        f"guardrails: {{max_active: 100}}\ndesired:\n{''.join(lines)}"
    )


def sandbox_for(cases: list[Case], effect_delay: float = 0.0) -> Sandbox:
    states = {f"WKF{n}": case.state for n, case in enumerate(cases)}
    return sandbox_of(states, effect_delay=effect_delay)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    state, desired = draw(st.sampled_from(STATES)), draw(st.sampled_from(list(SATISFYING)))
    meant = MEANT_FOR.get(desired, ())
    return Case(state, desired, frozenset(key for key in meant if draw(st.booleans())))


def assert_made_true(program: Program, sandbox: Sandbox, wanted: list[Case], stop: bool) -> None:
    """Run twice, and hold everything against the table above."""
    refused = any(case.is_refused for case in wanted)
    held_back = refused and stop
    ended = program("run", "a.yaml", env=pointing_at(sandbox))
    assert ended.exit_code == (1 if refused else 0), ended.output
    sent: dict[str, list[str]] = {f"WKF{n}": [] for n in range(len(wanted))}
    for action, workflow in sent_to(sandbox):
        sent[workflow].append(action)
    outcomes: dict[str, list[str]] = {workflow: [] for workflow in sent}
    for it in report()["commands"]:
        outcomes[it["workflow"]].append(it["outcome"])
    after = states_in(sandbox)
    for n, case in enumerate(wanted):
        workflow = f"WKF{n}"
        if held_back or case.is_refused or case.is_left_alone:
            assert sent[workflow] == []
            assert after[workflow] == case.state
        else:
            assert sent[workflow] == list(case.commands)
            assert after[workflow] in SATISFYING[case.desired]
        assert outcomes[workflow] == expected_outcomes(case, held_back=held_back)
    assert_second_run_sends_nothing(program, sandbox, ended)


def expected_outcomes(case: Case, *, held_back: bool) -> list[str]:
    if case.is_refused:
        return ["failed"]
    if not case.commands:
        return ["skipped"]
    return ["not_sent" if held_back else "succeeded"] * len(case.commands)


def assert_second_run_sends_nothing(program: Program, sandbox: Sandbox, first: Ended) -> None:
    before = sent_to(sandbox)
    ended = program("run", "a.yaml", env=pointing_at(sandbox))
    assert ended.exit_code == first.exit_code, ended.output
    assert sent_to(sandbox) == before
    live = program("plan", "a.yaml", "--live", "--detailed-exitcode", env=pointing_at(sandbox))
    assert live.exit_code == (2 if first.exit_code else 0), live.output


@settings(max_examples=30)
@given(
    wanted=st.lists(cases(), min_size=1, max_size=5),
    stop=st.booleans(),
    effect_delay=st.sampled_from([0.0, 0.03]),
)
@example(
    wanted=[Case("failed", "started", frozenset({"restart_failed"}))] * 2,
    stop=True,
    effect_delay=0.03,
)
@example(wanted=[Case("started", "stopped"), Case("failed", "paused")], stop=True, effect_delay=0.0)
def test_what_is_desired_becomes_true_with_the_least_commands_or_is_refused_r13(
    program: Program, wanted: list[Case], stop: bool, effect_delay: float
) -> None:
    write("a.yaml", yaml_for(wanted, "stop" if stop else "continue"))
    with sandbox_for(wanted, effect_delay) as sandbox:
        assert_made_true(program, sandbox, wanted, stop)


@pytest.mark.parametrize("allowing", [False, True])
@pytest.mark.parametrize("effect_delay", [0.0, 0.05])
def test_every_cell_of_the_table_in_one_run_r13(
    program: Program, allowing: bool, effect_delay: float
) -> None:
    wanted = [
        Case(state, desired, frozenset(MEANT_FOR.get(desired, ()) if allowing else ()))
        for state in STATES
        for desired in SATISFYING
    ]
    write("a.yaml", yaml_for(wanted, "continue"))
    with sandbox_for(wanted, effect_delay) as sandbox:
        assert_made_true(program, sandbox, wanted, stop=False)


def test_the_report_says_what_was_seen_before_and_after(program: Program) -> None:
    write("a.yaml", yaml_for([Case("paused", "started"), Case("started", "started")]))
    with sandbox_of({"WKF0": "paused", "WKF1": "started"}) as sandbox:
        assert program("run", "a.yaml", env=pointing_at(sandbox)).exit_code == 0
    resumed, held = report()["commands"]
    assert resumed["id"] == "a.yaml#desired.1"
    assert (resumed["action"], resumed["state_before"], resumed["state_after"]) == (
        *("resume", "paused"),
        "started",
    )
    assert resumed["wait"]["until"] == "started"
    assert resumed["waited_s"] >= 0
    assert (held["action"], held["outcome"], held["decided"]) == ("ensure", "skipped", "holds")
    assert held["request"] is None
    assert held["message"] == "it is started already"


def test_a_refusal_says_what_to_write_and_the_report_has_it(program: Program) -> None:
    write("a.yaml", yaml_for([Case("failed", "started"), Case("started", "stopped")]))
    with sandbox_of({"WKF0": "failed", "WKF1": "started"}) as sandbox:
        ended = program("run", "a.yaml", env=pointing_at(sandbox))
        assert methods(sandbox) == ["GET", "GET"]
    assert ended.exit_code == 1
    assert "{state: started, restart_failed: true}" in ended.stderr
    value = report()
    assert value["result"] == "failed"
    assert value["message"] == "nothing was sent, since a desired state is refused"
    refused, held_back = value["commands"]
    assert (refused["action"], refused["outcome"]) == ("ensure", "failed")
    assert (held_back["action"], held_back["outcome"]) == ("stop", "not_sent")
    assert held_back["message"] == "a.yaml#desired.1 is refused, and its on_failure is stop"


def test_a_finished_workflow_is_left_alone_with_a_warning(program: Program) -> None:
    write("a.yaml", yaml_for([Case("finished", "started")]))
    with sandbox_of({"WKF0": "finished"}) as sandbox:
        ended = program("run", "a.yaml", env=pointing_at(sandbox))
        assert sent_to(sandbox) == []
    assert ended.exit_code == 0
    assert "a.yaml:6:3: warning: desired.WKF0: it has finished" in ended.stderr
    assert report()["warnings"][0]["rule"] == "desired"


def test_nothing_is_asked_and_nothing_announced_where_all_is_well(program: Program) -> None:
    write("a.yaml", yaml_for([Case("paused", "paused")]))
    with sandbox_of({"WKF0": "paused"}) as sandbox:
        ended = program("run", "a.yaml", terminal=True, env=pointing_at(sandbox))
    assert ended.exit_code == 0
    assert "Sending" not in ended.stderr
    assert report()["totals"]["skipped"] == 1


class TestReads:
    """R12: what is not needed is not read."""

    def test_a_plain_run_reads_nothing(self, program: Program, sandbox: Sandbox) -> None:
        write("a.yaml", f"{HEAD}actions: [{{start: WKF1}}, {{pause: [WKF2, WKF3]}}]\n")
        assert program("run", "a.yaml", env=pointing_at(sandbox)).exit_code == 0
        assert methods(sandbox) == ["POST"] * 3

    def test_only_what_is_desired_is_read_beforehand(
        self, program: Program, sandbox: Sandbox
    ) -> None:
        write("a.yaml", f"{HEAD}actions: [{{start: WKF1}}]\ndesired: {{WKF2: started}}\n")
        assert program("run", "a.yaml", env=pointing_at(sandbox)).exit_code == 0
        asked = [(it.method, it.path.split("/")[5]) for it in sandbox.requests()]
        assert asked == [("GET", "WKF2"), ("POST", "WKF1")]

    def test_a_selection_without_it_reads_nothing(self, program: Program, sandbox: Sandbox) -> None:
        write("a.yaml", f"{HEAD}actions: [{{start: WKF1}}]\ndesired: {{WKF2: started}}\n")
        ended = program("run", "a.yaml", "--only", "a.yaml#1.1", env=pointing_at(sandbox))
        assert ended.exit_code == 0
        assert methods(sandbox) == ["POST"]


class TestUnknown:
    """A state that is not understood is refused, unless whoever runs says otherwise."""

    @pytest.mark.parametrize("more", [[], ["--assume-unknown", "refuse"]])
    def test_it_is_refused_with_the_raw_value(self, program: Program, more: list[str]) -> None:
        write("a.yaml", yaml_for([Case("stopped", "started")]))
        with sandbox_of({"WKF0": "stopped"}, state_values={"stopped": "11"}) as sandbox:
            ended = program("run", "a.yaml", *more, env=pointing_at(sandbox))
            assert methods(sandbox) == ["GET"]
        assert ended.exit_code == 1
        message = report()["commands"][0]["message"]
        assert message == 'its field "state" says "11", which defaults.state.values does not map'

    def test_assume_unknown_sends_blindly(self, program: Program) -> None:
        write("a.yaml", yaml_for([Case("stopped", "started")]))
        with sandbox_of({"WKF0": "stopped"}, state_values={"stopped": "11"}) as sandbox:
            ended = program("run", "a.yaml", "--assume-unknown", "send", env=pointing_at(sandbox))
            assert sent_to(sandbox) == [("start", "WKF0")]
        assert ended.exit_code == 0, ended.output
        assert "its state is unknown, and overlooked" in ended.stderr

    def test_a_workflow_that_is_not_there_is_refused_all_the_same(self, program: Program) -> None:
        write("a.yaml", yaml_for([Case("stopped", "started")]))
        with sandbox_of({"WKF9": "stopped"}) as sandbox:
            ended = program("run", "a.yaml", "--assume-unknown", "send", env=pointing_at(sandbox))
            assert methods(sandbox) == ["GET"]
        assert ended.exit_code == 1
        assert "it may have been changed in Campaign" in report()["commands"][0]["message"]

    def test_a_mapping_makes_it_known(self, program: Program) -> None:
        mapping = "state: {fields: a.b, values: {'11': stopped, IN PROGRESS: started}}"
        text = yaml_for([Case("stopped", "started")])
        write("a.yaml", text.replace("defaults: {", f"defaults: {{{mapping}, "))
        remote = {"stopped": "11", "started": "In progress"}
        with sandbox_of({"WKF0": "stopped"}, state_values=remote, state_field="a.b") as sandbox:
            ended = program("run", "a.yaml", env=pointing_at(sandbox))
            assert sent_to(sandbox) == [("start", "WKF0")]
        assert ended.exit_code == 0, ended.output


def test_desired_states_of_several_organizations_use_their_own_mapping(program: Program) -> None:
    one = f"{HEAD}desired: {{WKF0: stopped}}\n"
    write("a.yaml", one + "---\n" + one.replace("acme", "other"))
    ended = program("run", "a.yaml", "--sandbox")
    assert ended.exit_code == 0, ended.output
    value = report()
    assert [(it["organization"], it["action"]) for it in value["commands"]] == [
        ("acme", "stop"),
        ("other", "stop"),
    ]


def test_json_logs_tell_what_is_waited_for(program: Program) -> None:
    write("a.yaml", yaml_for([Case("editing", "started")]))
    with sandbox_of({"WKF0": "editing"}, effect_delay=0.2) as sandbox:
        ended = program("run", "a.yaml", "--log-format", "json", env=pointing_at(sandbox))
    assert ended.exit_code == 0
    records = [json.loads(line) for line in ended.stderr.splitlines()]
    seen = [it["state"] for it in records if it.get("event") == "state"]
    assert seen == ["editing", "started"]
