"""Guardrails through the whole program: refused with exit 5 before the first byte (R29 to R32)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from runner.commands.guarding import Guard
from runner.commands.house_rules import HouseRules
from runner.commands.surroundings import Surroundings
from runner.errors import GuardrailError
from runner.guardrails.overrides import Override
from runner.plan.build import build_plan
from runner.render.output import Output, OutputSettings
from runner.sandbox import Sandbox
from runner.sandbox.keys import workflow_key
from runner.secrets.scrub import Scrubber
from runner.validate import validate
from runner.validate.references import NOTHING_MORE
from tests.support.campaign import (
    FOUR,
    ONE,
    methods,
    pointing_at,
    sandbox_of,
    sent_to,
    settings_of,
)
from tests.support.problems import loaded
from tests.support.program import report, write
from tests.support.worlds import NOON, FakeTime

if TYPE_CHECKING:
    from tests.support.program import Ended, Program

HEAD = "version: 1\norganization: acme\n"
TWO = f"{HEAD}actions: [{{start: WKF1}}, {{stop: WKF2}}]\n"
DESIRED = f"{HEAD}defaults: {{wait: {{poll: 100ms}}}}\ndesired: {{WKF1: started}}\n"
# Each breaks TWO, and nothing else does.
BROKEN = {
    "protect": "{protect: [WKF1]}",
    "max_commands": "{max_commands: 1}",
    "max_stops": "{max_stops: 0}",
    "max_active": "{max_active: 0}",
    "allow": "{allow: [start, pause]}",
}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def closed_now() -> str:
    """Give a window that is closed today, and yesterday and tomorrow as well."""
    day = WEEKDAYS[(datetime.now(timezone.utc) + timedelta(days=3)).weekday()]
    return f"{{windows: [{{days: [{day}], from: '08:00', to: '18:00', timezone: UTC}}]}}"


def open_now() -> str:
    days = ", ".join(WEEKDAYS)
    return f"{{windows: [{{days: [{days}], from: '00:00', to: '24:00', timezone: UTC}}]}}"


def assert_refused(ended: Ended, name: str) -> Any:
    """Make sure that a run was refused by one guardrail, and give its report."""
    assert ended.exit_code == 5, ended.output
    assert f"[{name}]" in ended.stderr
    assert f"--override {name} --reason TEXT" in ended.stderr
    assert "1 guardrail refuses this plan" in ended.stderr
    value = report()
    assert (value["result"], value["exit_code"]) == ("refused", 5)
    assert value["commands"]
    assert {it["outcome"] for it in value["commands"]} == {"not_sent"}
    assert {it["rule"] for it in value["problems"]} == {name}
    assert value["plan_digest"] is not None
    return value


class TestEachGuardrail:
    """No secret is set: 5 comes before 4 (R22)."""

    @pytest.mark.parametrize("name", BROKEN)
    @pytest.mark.parametrize("more", [[], ["--dry-run"], ["--sandbox"]])
    def test_a_run_is_refused(self, program: Program, name: str, more: list[str]) -> None:
        write("a.yaml", f"{TWO}guardrails: {BROKEN[name]}\n")
        assert_refused(program("run", "a.yaml", *more), name)

    @pytest.mark.parametrize("name", BROKEN)
    @pytest.mark.parametrize("more", [[], ["--detailed-exitcode"], ["--format", "json"]])
    def test_a_plan_is_shown_and_refused(
        self, program: Program, name: str, more: list[str]
    ) -> None:
        write("a.yaml", f"{TWO}guardrails: {BROKEN[name]}\n")
        ended = program("plan", "a.yaml", "--out", "p.json", *more)
        assert ended.exit_code == 5
        assert "WKF2" in ended.stdout
        assert f"[{name}]" in ended.stderr
        assert not Path("p.json").exists()

    def test_windows_are_for_runs_only_r32(self, program: Program) -> None:
        write("a.yaml", f"{TWO}guardrails: {closed_now()}\n")
        assert program("plan", "a.yaml").exit_code == 0
        assert program("run", "a.yaml", "--dry-run").exit_code == 0
        ended = program("run", "a.yaml")
        assert_refused(ended, "windows")
        assert "sending is allowed again from" in ended.stderr

    def test_an_open_window_lets_it_run(self, program: Program) -> None:
        write("a.yaml", f"{TWO}guardrails: {open_now()}\n")
        assert program("run", "a.yaml", "--sandbox").exit_code == 0

    def test_nothing_is_sent_and_every_guardrail_is_told(
        self, program: Program, sandbox: Sandbox
    ) -> None:
        together = ", ".join(it[1:-1] for it in BROKEN.values())
        write("a.yaml", f"{TWO}guardrails: {{{together}}}\n")
        ended = program("run", "a.yaml", env=pointing_at(sandbox))
        assert ended.exit_code == 5
        assert sandbox.requests() == ()
        assert {it["rule"] for it in report()["problems"]} == set(BROKEN)
        assert "5 guardrails refuse this plan; nothing was sent" in ended.stderr

    def test_each_problem_points_to_the_command_and_the_guardrail(self, program: Program) -> None:
        write("a.yaml", f"{TWO}guardrails:\n  protect:\n    - {{workflow: WKF?, refuse: [stop]}}\n")
        program("run", "a.yaml")
        (problem,) = report()["problems"]
        assert (problem["file"], problem["line"], problem["column"]) == ("a.yaml", 3, 33)
        assert problem["message"] == "`stop` of `WKF2` is refused: it is protected by `WKF?`"
        assert "change `protect` at a.yaml:6 in a reviewed change" in problem["hint"]

    def test_what_is_not_selected_is_not_judged(self, program: Program) -> None:
        write("a.yaml", f"{TWO}guardrails: {BROKEN['protect']}\n")
        ended = program("run", "a.yaml", "--sandbox", "--only", "a.yaml#2.1")
        assert ended.exit_code == 0, ended.output

    def test_invalid_files_come_before_guardrails(self, program: Program) -> None:
        write("a.yaml", f"{TWO}guardrails: {BROKEN['protect']}\n")
        write("b.yaml", TWO.replace("start", "strat"))
        assert program("run", "a.yaml", "b.yaml").exit_code == 3

    def test_the_environment_adds_protection_and_replaces_limits_r2(self, program: Program) -> None:
        environment = "environments: {p: {guardrails: {protect: [WKF2], max_commands: 5}}}\n"
        write("a.yaml", f"{TWO}guardrails: {{protect: [WKF1], max_commands: 1}}\n{environment}")
        program("run", "a.yaml", "--env", "p")
        assert [(it["rule"], it["column"]) for it in report()["problems"]] == [
            ("protect", 19),
            ("protect", 33),
        ]
        program("run", "a.yaml")
        assert {it["rule"] for it in report()["problems"]} == {"protect", "max_commands"}

    def test_the_strictest_of_all_files_of_an_organization_holds_r29(
        self, program: Program
    ) -> None:
        write("a.yaml", f"{TWO}guardrails: {{max_commands: 100}}\n")
        write("b.yaml", ONE.replace("WKF1", "WKF3") + "guardrails: {max_commands: 2}\n")
        write("c.yaml", TWO.replace("acme", "other"))
        ended = program("run", "a.yaml", "b.yaml", "c.yaml")
        assert_refused(ended, "max_commands")
        assert "the plan has 3 commands of `acme`; `max_commands` is 2" in ended.stderr
        assert program("plan", "b.yaml", "c.yaml").exit_code == 0

    def test_more_than_20_active_are_warned_about_where_nothing_is_set_r31(
        self, program: Program
    ) -> None:
        workflows = ", ".join(f"W{n}" for n in range(21))
        write("a.yaml", f"{HEAD}actions: [{{start: [{workflows}]}}]\n")
        ended = program("run", "a.yaml", "--dry-run")
        assert ended.exit_code == 0
        assert "warning: 21 workflows of `acme`" in ended.stderr


class TestDesiredStates:
    """R11: offline they count at their worst, and where states are read, as what is sent."""

    WORST = DESIRED.replace("started", "{state: started, restart_failed: true}")

    def test_offline_at_their_worst(self, program: Program) -> None:
        write("a.yaml", f"{self.WORST}guardrails: {{max_commands: 1}}\n")
        for arguments in (["plan", "a.yaml"], ["run", "a.yaml", "--dry-run"]):
            ended = program(*arguments)
            assert ended.exit_code == 5
            assert "the plan may come to 2 commands of `acme`" in ended.stderr
            assert "plan with --live" in ended.stderr

    def test_with_states_as_what_is_sent(self, program: Program) -> None:
        write("a.yaml", f"{self.WORST}guardrails: {{max_commands: 1}}\n")
        with sandbox_of({"WKF1": "editing"}) as sandbox:
            env = pointing_at(sandbox)
            assert program("plan", "a.yaml", "--live", env=env).exit_code == 0
            assert program("run", "a.yaml", env=env).exit_code == 0
            assert sent_to(sandbox) == [("start", "WKF1")]

    def test_with_states_they_may_still_be_refused_and_nothing_is_sent(
        self, program: Program
    ) -> None:
        write("a.yaml", f"{self.WORST}guardrails: {{max_commands: 1}}\n")
        with sandbox_of({"WKF1": "failed"}) as sandbox:
            ended = program("run", "a.yaml", env=pointing_at(sandbox))
            assert methods(sandbox) == ["GET"]
        value = assert_refused(ended, "max_commands")
        assert [it["action"] for it in value["commands"]] == ["stop", "start"]

    def test_what_runs_already_counts_as_active(self, program: Program) -> None:
        text = f"{DESIRED}  # more\nguardrails: {{max_active: 1}}\n"
        write("a.yaml", text.replace("{WKF1: started}", "{WKF1: started, WKF2: started}"))
        with sandbox_of({"WKF1": "started", "WKF2": "stopped"}) as sandbox:
            ended = program("run", "a.yaml", env=pointing_at(sandbox))
            assert sent_to(sandbox) == []
        assert_refused(ended, "max_active")

    def test_missing_secrets_come_first_where_states_must_be_read_r22(
        self, program: Program
    ) -> None:
        write("a.yaml", f"{DESIRED}guardrails: {{protect: [WKF1]}}\n")
        assert program("run", "a.yaml").exit_code == 4
        assert program("run", "a.yaml", "--dry-run").exit_code == 5

    def test_but_not_before_the_time_and_the_organization(self, program: Program) -> None:
        write("a.yaml", f"{DESIRED}guardrails: {closed_now()}\n")
        assert_refused(program("run", "a.yaml"), "windows")


class TestKeys:
    """R30: a key is refused where something is protected, unless its workflow was read."""

    KEY = workflow_key("acme", "WKF1")
    TEXT = f"{HEAD}actions: [{{start: '{KEY}'}}]\n"

    def test_a_key_nobody_has_read_is_refused(self, program: Program) -> None:
        write("a.yaml", f"{self.TEXT}guardrails: {{protect: [WKF900]}}\n")
        ended = program("run", "a.yaml")
        assert_refused(ended, "protect")
        assert "which workflow" in ended.stderr
        assert "was not read, and some are protected" in ended.stderr
        assert "name the workflow by its ID" in ended.stderr

    @pytest.mark.parametrize(("protected", "exit_code"), [("WKF900", 0), ("WKF1", 5)])
    def test_one_that_was_read_counts_as_its_workflow(
        self, program: Program, protected: str, exit_code: int
    ) -> None:
        write("a.yaml", f"{self.TEXT}guardrails: {{protect: [{protected}]}}\n")
        with sandbox_of({"WKF1": "stopped"}) as sandbox:
            env = pointing_at(sandbox)
            ended = program("plan", "a.yaml", "--live", "--out", "p.json", env=env)
            assert ended.exit_code == exit_code, ended.output
            if exit_code == 0:
                ended = program("run", "--plan", "p.json", env=env)
                assert ended.exit_code == 0, ended.output
                assert sent_to(sandbox) == [("start", "WKF1")]


class TestOverrides:
    @pytest.mark.parametrize("name", BROKEN)
    def test_one_lifts_its_guardrail_and_the_report_records_it(
        self, program: Program, name: str
    ) -> None:
        write("a.yaml", f"{TWO}guardrails: {BROKEN[name]}\n")
        more = ["--override", name, "--reason", "Told by: the incident 7"]
        assert program("plan", "a.yaml", *more).exit_code == 0
        ended = program("run", "a.yaml", "--sandbox", *more)
        assert ended.exit_code == 0, ended.output
        (override,) = report()["overrides"]
        assert (override["name"], override["reason"]) == (name, "Told by: the incident 7")
        assert {it["rule"] for it in override["lifted"]} == {name}

    def test_windows_are_lifted_at_the_start_and_in_between(self, program: Program) -> None:
        write("a.yaml", f"{TWO}guardrails: {closed_now()}\n")
        ended = program("run", "a.yaml", "--sandbox", "--override", "windows", "--reason", "x")
        assert ended.exit_code == 0, ended.output
        assert "lifts nothing" not in ended.stderr
        assert [it["rule"] for it in report()["overrides"][0]["lifted"]] == ["windows"]

    def test_others_still_refuse_and_the_report_has_the_override_all_the_same(
        self, program: Program
    ) -> None:
        write("a.yaml", f"{TWO}guardrails: {{protect: [WKF1], max_commands: 1}}\n")
        ended = program("run", "a.yaml", "--override", "protect", "--reason", "x")
        value = assert_refused(ended, "max_commands")
        assert [it["name"] for it in value["overrides"]] == ["protect"]
        assert len(value["overrides"][0]["lifted"]) == 1

    def test_one_that_is_not_needed_is_warned_about(self, program: Program) -> None:
        write("a.yaml", TWO)
        ended = program("run", "a.yaml", "--sandbox", "--override", "protect", "--reason", "x")
        assert ended.exit_code == 0
        assert "warning: --override protect lifts nothing" in ended.stderr
        assert report()["overrides"][0]["lifted"] == []

    @pytest.mark.parametrize(
        ("more", "says"),
        [
            (["--override", "max_comands", "--reason", "x"], "did you mean `max_commands`?"),
            (["--override", "all", "--reason", "x"], "there is no guardrail `all`"),
            (["--override", "protect"], "--override protect: say why with --reason TEXT"),
            (["--override", "protect", "--reason", "  "], "say why with --reason TEXT"),
            (["--reason", "x"], "add --override NAME"),
        ],
    )
    @pytest.mark.parametrize("command", ["plan", "run"])
    def test_wrong_usage_comes_before_invalid_files(
        self, program: Program, command: str, more: list[str], says: str
    ) -> None:
        write("a.yaml", "nonsense")
        ended = program(command, "a.yaml", *more)
        assert ended.exit_code == 64
        assert says in ended.stderr
        assert not Path("report.json").exists()

    def test_a_reason_is_harmless_text_wherever_it_is_shown(self, program: Program) -> None:
        write("a.yaml", f"{TWO}guardrails: {BROKEN['protect']}\n")
        reason = "::error::x\n##[group]\x1b[31m"
        ended = program("run", "a.yaml", "--sandbox", "--override", "protect", "--reason", reason)
        assert ended.exit_code == 0
        assert "##[" not in ended.output
        assert "\x1b[31m" not in ended.output


class TestPolicy:
    def run(self, program: Program, policy: str, *more: str, text: str = TWO) -> Ended:
        write("a.yaml", text)
        write("outside/policy.yaml", f"version: 1\n{policy}")
        return program("run", "a.yaml", "--policy", "outside/policy.yaml", *more)

    @pytest.mark.parametrize("name", BROKEN)
    def test_it_refuses_as_a_file_does_and_points_to_itself(
        self, program: Program, name: str
    ) -> None:
        ended = self.run(program, f"guardrails: {BROKEN[name]}\n")
        assert_refused(ended, name)
        assert f"change `{name}` at outside/policy.yaml:2" in ended.stderr

    @pytest.mark.parametrize(
        ("name", "loose"),
        [
            ("protect", "protect: []"),
            ("max_commands", "max_commands: 100"),
            ("max_stops", "max_stops: 100"),
            ("max_active", "max_active: 100"),
            ("allow", "allow: [start, stop, pause, resume, signal]"),
        ],
    )
    def test_no_file_loosens_it_r29(self, program: Program, name: str, loose: str) -> None:
        text = f"{TWO}guardrails: {{{loose}}}\nenvironments: {{p: {{guardrails: {{{loose}}}}}}}\n"
        policy = f"guardrails: {BROKEN[name]}\n"
        assert_refused(self.run(program, policy, text=text), name)
        assert_refused(self.run(program, policy, "--env", "p", text=text), name)

    @pytest.mark.parametrize("name", BROKEN)
    def test_a_file_may_be_stricter(self, program: Program, name: str) -> None:
        text = f"{TWO}guardrails: {BROKEN[name]}\n"
        loose = "guardrails: {max_commands: 100, max_stops: 100, max_active: 100}\n"
        assert_refused(self.run(program, loose, text=text), name)

    def test_an_open_window_in_a_file_does_not_open_a_closed_one(self, program: Program) -> None:
        text = f"{TWO}guardrails: {open_now()}\n"
        ended = self.run(program, f"guardrails: {closed_now()}\n", text=text)
        assert_refused(ended, "windows")

    def test_only_an_override_lifts_it(self, program: Program) -> None:
        more = ["--override", "max_commands", "--reason", "x"]
        ended = self.run(program, f"guardrails: {BROKEN['max_commands']}\n", "--sandbox", *more)
        assert ended.exit_code == 0, ended.output

    def test_it_may_come_from_a_variable(self, program: Program) -> None:
        write("a.yaml", TWO)
        write("p.yaml", f"version: 1\nguardrails: {BROKEN['allow']}\n")
        ended = program("run", "a.yaml", env={"CAMPAIGN_RUNNER_POLICY": "p.yaml"})
        assert_refused(ended, "allow")

    @pytest.mark.parametrize("text", [TWO, DESIRED])
    def test_organizations_are_checked_before_anything_is_read(
        self, program: Program, sandbox: Sandbox, text: str
    ) -> None:
        ended = self.run(program, "organizations: [acme-mkt-stage, other*]\n", text=text)
        assert_refused(ended, "organizations")
        for arguments in (["run", "a.yaml"], ["plan", "a.yaml", "--live"], ["plan", "a.yaml"]):
            ended = program(*arguments, "--policy", "outside/policy.yaml", env=pointing_at(sandbox))
            assert ended.exit_code == 5, ended.output
            assert "the organization `acme` is not one of those allowed" in ended.stderr
        assert sandbox.requests() == ()

    @pytest.mark.parametrize("organizations", ["[acme]", "[ac*]", "[x, '*']"])
    def test_an_allowed_organization_runs(self, program: Program, organizations: str) -> None:
        ended = self.run(program, f"organizations: {organizations}\n", "--sandbox")
        assert ended.exit_code == 0, ended.output

    def test_one_organization_of_two_is_enough_to_refuse_everything(self, program: Program) -> None:
        write("b.yaml", TWO.replace("acme", "evil"))
        write("a.yaml", TWO)
        write("p.yaml", "version: 1\norganizations: [acme]\n")
        settings = settings_of(
            {it: {"WKF1": "stopped", "WKF2": "stopped"} for it in ("acme", "evil")}
        )
        with Sandbox(settings) as sandbox:
            env = pointing_at(sandbox)
            ended = program("run", "a.yaml", "b.yaml", "--policy", "p.yaml", env=env)
            assert sandbox.requests() == ()
        assert_refused(ended, "organizations")

    @pytest.mark.parametrize(
        ("policy", "says"),
        [
            ("guardrails: {max_comands: 1}\n", "did you mean `max_commands`?"),
            ("guardrails: {max_commands: -1}\n", "max_commands"),
            ("actions: [{start: WKF1}]\n", "actions"),
            ("organizations: acme\n", "organizations"),
            ("---\nversion: 1\n", "a policy is one document"),
            ("- x\n", "p.yaml:"),
        ],
    )
    @pytest.mark.parametrize("command", ["plan", "run"])
    def test_one_that_is_wrong_is_refused_like_a_file(
        self, program: Program, command: str, policy: str, says: str
    ) -> None:
        write("a.yaml", TWO)
        write("p.yaml", f"version: 1\n{policy}")
        ended = program(command, "a.yaml", "--policy", "p.yaml")
        assert ended.exit_code == 3, ended.output
        assert says in ended.stderr
        if command == "run":
            assert report()["problems"]
            assert report()["commands"] == []

    @pytest.mark.parametrize(
        ("path", "code"), [("nowhere.yaml", 3), ("", 64), (".", 64), ("-", 64)]
    )
    @pytest.mark.parametrize("arguments", ["run --sandbox", "plan", "validate"])
    def test_one_that_is_not_there_is_not_passed_over(
        self, program: Program, arguments: str, path: str, code: int
    ) -> None:
        write("a.yaml", TWO)
        write("b.yaml", TWO)
        ended = program(*arguments.split(), "a.yaml", "--policy", path)
        assert ended.exit_code == code, ended.output
        assert ("error: --policy takes" in ended.stderr) is (code == 64)

    @pytest.mark.parametrize("arguments", ["run --sandbox", "plan", "validate"])
    def test_an_empty_variable_lifts_no_policy(self, program: Program, arguments: str) -> None:
        write("a.yaml", TWO)
        ended = program(*arguments.split(), "a.yaml", env={"CAMPAIGN_RUNNER_POLICY": ""})
        assert ended.exit_code == 64, ended.output
        assert "CAMPAIGN_RUNNER_POLICY is empty; name a file, or unset it" in ended.stderr

    def test_validate_checks_it_too(self, program: Program) -> None:
        write("a.yaml", TWO)
        write("p.yaml", "version: 1\nguardrails: {max_comands: 1}\n")
        ended = program("validate", "a.yaml", "--policy", "p.yaml")
        assert ended.exit_code == 3
        assert "p.yaml:2:14: error:" in ended.stdout
        assert "did you mean `max_commands`?" in ended.stdout

    def test_an_override_names_what_it_lifts(self, program: Program) -> None:
        more = ["--override", "max_commands", "--reason", "x"]
        ended = self.run(program, f"guardrails: {BROKEN['max_commands']}\n", "--sandbox", *more)
        assert "warning: --override max_commands lifts: " in ended.stderr
        assert "2 commands" in ended.stderr

    def test_a_plan_or_report_does_not_overwrite_it(self, program: Program) -> None:
        write("a.yaml", TWO)
        write("p.json", '{"version": 1}')
        ended = program("plan", "a.yaml", "--policy", "p.json", "--out", "p.json")
        assert ended.exit_code == 64
        assert "`p.json` is read by this command" in ended.stderr


class Clock(FakeTime):
    """A clock and a guard that goes by it."""

    def guard(self, text: str, *overrides: Override) -> Guard:
        config = validate(loaded(text), environment=None, allowed=NOTHING_MORE, organization=None)
        guard = Guard(config, HouseRules(None, overrides), self._around())
        self.plan = build_plan(config)
        guard.check_beforehand(self.plan)
        return guard

    def _around(self) -> Surroundings:
        import io

        scrubber = Scrubber()
        world = self.world()
        self.stderr = io.StringIO()
        output = Output(
            io.StringIO(), self.stderr, scrubber=scrubber, settings=OutputSettings(), now=world.now
        )
        return Surroundings(Path.cwd(), {}, io.BytesIO(), output, scrubber, world)


class TestTheClock:
    """R32: windows are judged at the start and before each action."""

    AFTERNOON = (  # NOON is a Sunday, in winter
        f"{TWO}guardrails:\n"
        "  windows: [{days: [sun], from: '13:00', to: '14:00', timezone: Europe/Berlin}]\n"
    )

    def test_a_window_that_closes_in_the_course_of_a_run(self) -> None:
        assert NOON.weekday() == 6
        clock = Clock()
        guard = clock.guard(self.AFTERNOON)
        clock.passed = 3599.0
        assert guard.closed() == ""
        clock.passed = 3600.0
        assert guard.closed() == (
            "no window is open: it is Sun 2026-03-01 14:00+01:00 in Europe/Berlin (a.yaml:5);"
            " sending is allowed again from Sun 2026-03-08 13:00+01:00"
        )

    def test_a_closed_one_refuses_at_the_start(self) -> None:
        clock = Clock(passed=3600.0)
        with pytest.raises(GuardrailError) as caught:
            clock.guard(self.AFTERNOON)
        assert [it.rule for it in caught.value.problems] == ["windows"]

    def test_an_override_holds_to_the_end_and_is_told_once_it_lifts_something(self) -> None:
        clock = Clock(passed=3599.0)
        guard = clock.guard(self.AFTERNOON, Override("windows", "x"))
        guard.check(clock.plan)
        assert clock.stderr.getvalue() == ""  # it may be needed yet, so it is not warned about
        assert guard.applied[0].lifted == ()
        for passed in (3600.0, 3700.0):
            clock.passed = passed
            assert guard.closed() == ""
            (applied,) = guard.applied
            assert [problem.rule for problem in applied.lifted] == ["windows"]


def test_a_run_with_everything_in_order_has_no_overrides(program: Program) -> None:
    write("a.yaml", FOUR + "guardrails: {max_commands: 5, max_stops: 2, protect: [WKF9*]}\n")
    assert program("run", "a.yaml", "--sandbox").exit_code == 0
    assert report()["overrides"] == []


class TestWhatAReviewerReads:
    """A machine reads the same of guardrails as a person, in the plan as in the report."""

    def test_a_warning_stands_in_the_plan_and_in_the_report(self, program: Program) -> None:
        entries = ", ".join(f"{{start: WKF{n}}}" for n in range(1, 22))
        write("a.yaml", f"{HEAD}actions: [{entries}]\n")
        planned = program("plan", "a.yaml", "--format", "json")
        assert planned.exit_code == 0, planned.output
        assert [it["rule"] for it in planned.json()["warnings"]] == ["max_active"]
        assert program("run", "a.yaml", "--sandbox").exit_code == 0
        assert [it["rule"] for it in report()["warnings"]] == ["max_active"]

    def test_a_refused_plan_is_shown_with_what_refuses_it(self, program: Program) -> None:
        write("a.yaml", f"{TWO}guardrails: {BROKEN['max_commands']}\n")
        planned = program("plan", "a.yaml", "--format", "json", "--out", "plan.json")
        value = planned.json()
        assert planned.exit_code == 5
        assert [it["rule"] for it in value["problems"]] == ["max_commands"]
        assert [it["id"] for it in value["commands"]] == [
            "a.yaml#1.1",
            "a.yaml#2.1",
        ]
        assert not Path("plan.json").exists()
