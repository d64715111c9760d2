"""`run --plan`: the plan that was reviewed is the one that runs, or nothing is sent (R9, R10)."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from runner.sandbox import WorkflowState
from runner.schemas import schema
from tests.support.campaign import (
    FOUR,
    KEY,
    ONE,
    TOKEN,
    methods,
    pointing_at,
    sandbox_of,
    sent_to,
    settings_of,
)
from tests.support.program import checked_report, report, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.sandbox import Sandbox
    from tests.support.program import Ended, Program

HEAD = "version: 1\norganization: acme\ndefaults: {wait: {poll: 100ms, timeout: 20s}}\n"
DESIRED = f"{HEAD}desired: {{WKF1: paused, WKF2: started, WKF3: stopped}}\n"
EVERYTHING = """\
version: 1
organization: acme
defaults: {wait: {poll: 100ms, timeout: 20s}}
actions:
  - {name: First, stop: [WKF1, WKF2], wait: {until: stopped}}
  - {start: WKF3, on_failure: continue, timeout: 60s}
  - wait: 100ms
  - signal: {workflow: WKF4, activity: signal1, source: CI, parameters: {a: 1, b: [x]}}
desired: {WKF5: {state: paused, allow_start: true}}
""".replace(", b: [x]", ", b: x")

Tamper = Callable[[Any], None]


@pytest.fixture
def stage(program: Program) -> Iterator[Stage]:
    states = {f"WKF{n}": "started" for n in range(1, 6)}
    with sandbox_of(states) as sandbox:
        yield Stage(program, sandbox)


class Stage:
    """Plans and runs against one sandbox."""

    def __init__(self, program: Program, sandbox: Sandbox) -> None:
        self.program = program
        self.sandbox = sandbox
        self.env = pointing_at(sandbox)

    def plan(self, *more: str, path: str = "a.yaml") -> Any:
        """Make a plan, keep it in `plan.json`, and give its value."""
        ended = self.program("plan", path, "--out", "plan.json", *more, env=self.env)
        assert ended.exit_code == 0, ended.output
        return json.loads(Path("plan.json").read_text(encoding="utf-8"))

    def run(self, *more: str) -> Ended:
        return self.program("run", "--plan", "plan.json", *more, env=self.env)

    def assert_refused(self, ended: Ended, reads: int = 0, says: str = "") -> None:
        """Make sure that nothing was sent, and that the report says why."""
        assert ended.exit_code == 3, ended.output
        assert methods(self.sandbox)[-reads:] == ["GET"] * reads if reads else True
        assert sent_to(self.sandbox) == []
        value = report()
        assert (value["result"], value["exit_code"]) == ("refused", 3)
        assert value["commands"] == []
        assert value["problems"]
        assert value["plan_digest"] is None
        assert says in ended.stderr
        assert all(it["message"].split("`")[0] in ended.stderr for it in value["problems"])


def rewrite(tamper: Tamper) -> None:
    """Change what stands in `plan.json`."""
    value = json.loads(Path("plan.json").read_text(encoding="utf-8"))
    tamper(value)
    write("plan.json", json.dumps(value))


class TestItRuns:
    def test_exactly_what_was_reviewed(self, stage: Stage) -> None:
        write("a.yaml", FOUR)
        value = stage.plan()
        Draft202012Validator(schema("plan")).validate(value)
        ended = stage.run()
        assert ended.exit_code == 0, ended.output
        assert [it.workflow for it in stage.sandbox.commands()] == [
            it["workflow"] for it in value["commands"]
        ]
        assert report()["plan_digest"] == value["digest"]
        assert report()["config"] == value["config"]

    def test_the_selection_and_environment_of_the_plan(self, stage: Stage) -> None:
        write("d/a.yaml", FOUR.replace("acme", "stage") + "environments: {p: {organization: acme}}")
        stage.plan("--from", "d/a.yaml#3.1", "--env", "p", path="d")
        assert stage.run().exit_code == 0
        assert sent_to(stage.sandbox) == [("pause", "WKF4"), ("resume", "WKF5")]
        assert report()["environment"] == "p"

    def test_a_plan_that_says_more_than_this_version_knows(self, stage: Stage) -> None:
        """R35: within a version fields are only added."""
        write("a.yaml", ONE)
        stage.plan()
        rewrite(lambda value: value.update(reviewed_by="someone"))
        assert stage.run().exit_code == 0

    def test_an_offline_plan_with_desired_states_decides_by_the_states_of_the_run(
        self, stage: Stage
    ) -> None:
        write("a.yaml", DESIRED)
        value = stage.plan()
        assert [it["action"] for it in value["commands"]] == ["ensure"] * 3
        assert stage.run().exit_code == 0
        assert sent_to(stage.sandbox) == [("pause", "WKF1"), ("stop", "WKF3")]
        assert report()["plan_digest"] == value["digest"]

    def test_a_live_plan_whose_states_are_as_they_were(self, stage: Stage) -> None:
        write("a.yaml", DESIRED)
        value = stage.plan("--live")
        ended = stage.run()
        assert ended.exit_code == 0, ended.output
        assert sent_to(stage.sandbox) == [("pause", "WKF1"), ("stop", "WKF3")]
        assert report()["plan_digest"] == value["digest"]
        assert "when the plan was made" not in ended.output

    def test_a_live_plan_whose_states_moved_without_consequence_and_it_says_so(
        self, stage: Stage
    ) -> None:
        write("a.yaml", DESIRED)
        stage.sandbox.set_state("acme", "WKF3", WorkflowState.PAUSED)
        stage.plan("--live")
        stage.sandbox.set_state("acme", "WKF3", WorkflowState.FAILED)
        ended = stage.run()
        assert ended.exit_code == 0, ended.output
        assert "WKF3 was paused when the plan was made, and is failed now; the commands" in (
            ended.stderr
        )
        assert sent_to(stage.sandbox) == [("pause", "WKF1"), ("stop", "WKF3")]

    def test_from_another_folder_of_the_same_content(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """A merge job works in another folder than the pull request's."""
        write("one/a.yaml", ONE)
        write("two/a.yaml", ONE)
        monkeypatch.chdir(tmp_path / "one")
        stage.plan()
        Path("plan.json").rename(tmp_path / "two/plan.json")
        monkeypatch.chdir(tmp_path / "two")
        assert stage.run().exit_code == 0

    def test_a_dry_run_of_it_sends_nothing(self, stage: Stage) -> None:
        write("a.yaml", FOUR)
        value = stage.plan()
        assert stage.run("--dry-run").exit_code == 0
        assert stage.sandbox.requests() == ()
        assert report()["plan_digest"] == value["digest"]
        write("a.yaml", FOUR + "#")
        assert stage.run("--dry-run").exit_code == 3


class TestChangedFiles:
    @pytest.mark.parametrize("live", [False, True])
    @pytest.mark.parametrize("change", ["byte", "blank", "line end", "bom"])
    def test_one_byte_is_enough_r10(self, stage: Stage, live: bool, change: str) -> None:
        write("a.yaml", DESIRED)
        stage.plan(*(["--live"] if live else []))
        asked = len(stage.sandbox.requests())
        write(
            "a.yaml",
            {
                "byte": DESIRED.replace("WKF3", "WKF4").encode(),
                "blank": DESIRED.encode() + b" ",
                "line end": DESIRED.replace("\n", "\r\n").encode(),
                "bom": b"\xef\xbb\xbf" + DESIRED.encode(),
            }[change],
        )
        ended = stage.run()
        stage.assert_refused(ended, says="a.yaml:1:1: error: this file has changed since the plan")
        assert len(stage.sandbox.requests()) == asked

    def test_a_file_that_has_gone(self, stage: Stage) -> None:
        write("a.yaml", ONE)
        stage.plan()
        Path("a.yaml").unlink()
        stage.assert_refused(stage.run(), says="this file is part of the plan, and cannot be read")

    def test_one_of_several(self, stage: Stage) -> None:
        write("d/a.yaml", ONE)
        write("d/b.yaml", ONE.replace("WKF1", "WKF2"))
        stage.plan(path="d")
        write("d/b.yaml", ONE.replace("WKF1", "WKF3"))
        ended = stage.run()
        stage.assert_refused(ended, says="d/b.yaml:1:1: error: this file has changed")
        assert "d/a.yaml" not in ended.stderr
        assert stage.sandbox.requests() == ()

    def test_no_secret_is_needed_to_refuse(self, stage: Stage) -> None:
        write("a.yaml", ONE)
        stage.plan()
        write("a.yaml", ONE + "\n")
        stage.env = {}
        stage.assert_refused(stage.run())


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the path of every plain value in a JSON value, and of every empty list or mapping."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in inner:
        if isinstance(item, (dict, list)) and item:
            yield from leaves(item, (*path, key))
        else:
            yield (*path, key)


def change(value: Any, path: tuple[Any, ...]) -> None:
    """Make the value at `path` another one, of the same type where it has one."""
    *before, last = path
    for key in before:
        value = value[key]
    old = value[last]
    if isinstance(old, bool):
        value[last] = not old
    elif isinstance(old, (int, float)):
        value[last] = old + 1
    elif isinstance(old, str):
        value[last] = ("f" if old[:1] != "f" else "e") + old[1:] if len(old) == 64 else old + "x"
    elif old is None:
        value[last] = "x"
    else:
        value[last] = [{}] if isinstance(old, list) else {"x": 1}


# What the plan holds beyond R9: for people only, or found out again at the run.
BEYOND_R9 = re.compile(
    r"tool/.*|totals/.*|warnings.*|live/.*|commands/\d+/effect/.*|commands/\d+/reason"
)


class TestTamperedPlans:
    @pytest.mark.parametrize("live", [False, True])
    def test_whatever_is_changed_in_it_nothing_else_is_sent_r10(
        self, program: Program, live: bool
    ) -> None:
        write("a.yaml", EVERYTHING)
        states = {f"WKF{n}": "started" for n in range(1, 6)}
        with sandbox_of(states) as sandbox:
            stage = Stage(program, sandbox)
            whole = stage.plan(*(["--live"] if live else []))
            tampered = list(leaves(whole))
            kept = [path for path in tampered if BEYOND_R9.fullmatch("/".join(map(str, path)))]
            refused = [path for path in tampered if path not in kept]
            assert len(refused) > 60
            for path in refused:
                value = deepcopy(whole)
                change(value, path)
                write("plan.json", json.dumps(value))
                ended = stage.run()
                assert ended.exit_code == 3, (path, ended.output)
                assert "Traceback" not in ended.output
                assert sent_to(sandbox) == [], path
                assert report()["commands"] == []

    @pytest.mark.parametrize(
        "tamper",
        [
            lambda value: value["commands"].pop(),
            lambda value: value["commands"].reverse(),
            lambda value: value["commands"].append(value["commands"][0]),
            lambda value: value["commands"][0].pop("wait", None) or value["commands"].clear(),
            lambda value: value["config"]["files"].clear(),
            lambda value: value["config"]["files"].append(value["config"]["files"][0]),
            lambda value: value["selection"]["only"].append("a.yaml#1.1"),
            lambda value: value.pop("digest"),
            lambda value: value.update(schema_version=2),
        ],
    )
    def test_nor_where_whole_parts_are(self, stage: Stage, tamper: Tamper) -> None:
        write("a.yaml", FOUR)
        stage.plan()
        rewrite(tamper)
        stage.assert_refused(stage.run())
        assert stage.sandbox.requests() == ()

    def test_a_digest_made_anew_for_the_tampered_plan_does_not_help(self, stage: Stage) -> None:
        """Somebody with the tool makes another plan, and only its files are not those here."""
        write("a.yaml", FOUR.replace("WKF1", "WKF5"))
        other = stage.plan()
        write("a.yaml", FOUR)
        sha256 = stage.plan()["config"]["files"][0]["sha256"]
        other["config"]["files"][0]["sha256"] = sha256
        write("plan.json", json.dumps(other))
        ended = stage.run()
        stage.assert_refused(ended, says="it says `a.yaml#1.1` (stop WKF5), and now it would be")

    @pytest.mark.parametrize(
        "text", ["", "null", "[]", "{}", "version: 1", "[" * 100_000, '{"schema_version": 1}']
    )
    def test_what_is_no_plan_is_refused(self, stage: Stage, text: str) -> None:
        write("plan.json", text)
        stage.assert_refused(stage.run())

    def test_a_missing_plan_is_refused(self, stage: Stage) -> None:
        stage.assert_refused(stage.run(), says="plan.json:1:1: error: the plan cannot be read")

    def test_a_plan_of_a_later_version_is_refused_by_name_r35(self, stage: Stage) -> None:
        write("a.yaml", ONE)
        stage.plan()
        rewrite(lambda value: value.update(schema_version=2))
        stage.assert_refused(stage.run(), says="version 2 of the plan's format is not known")


class TestMovedStates:
    def test_other_commands_are_refused_and_the_cause_is_told_r10(self, stage: Stage) -> None:
        write("a.yaml", DESIRED)
        stage.plan("--live")
        stage.sandbox.set_state("acme", "WKF2", WorkflowState.PAUSED)
        ended = stage.run()
        stage.assert_refused(
            ended,
            reads=3,
            says="it says `a.yaml#desired.2` (ensure WKF2), and now it would be"
            " `a.yaml#desired.2` (resume WKF2)",
        )
        assert "WKF2 was started when the plan was made, and is paused now\n" in ended.stderr

    def test_a_workflow_that_has_gone_is_refused(self, program: Program) -> None:
        write("a.yaml", f"{HEAD}desired: {{WKF1: started, WKF2: started}}\n")
        with sandbox_of({"WKF1": "paused", "WKF2": "paused"}) as sandbox:
            Stage(program, sandbox).plan("--live")
        with sandbox_of({"WKF1": "paused"}) as sandbox:
            stage = Stage(program, sandbox)
            stage.assert_refused(stage.run(), reads=2)

    def test_actions_are_the_same_whatever_the_states(self, stage: Stage) -> None:
        write("a.yaml", ONE)
        stage.plan("--live")
        stage.sandbox.set_state("acme", "WKF1", WorkflowState.PAUSED)
        ended = stage.run()
        assert ended.exit_code == 0, ended.output
        assert "WKF1 was started when the plan was made, and is paused now" in ended.stderr

    def test_a_live_plan_cannot_be_run_dry(self, stage: Stage) -> None:
        write("a.yaml", DESIRED)
        stage.plan("--live")
        ended = stage.run("--dry-run")
        assert ended.exit_code == 64
        assert "--dry-run reads nothing" in ended.stderr


class TestOtherTargets:
    def test_another_organization_from_the_variable(self, program: Program) -> None:
        write("a.yaml", ONE.replace("organization: acme\n", ""))
        settings = settings_of({"acme": {"WKF1": "stopped"}, "other": {"WKF1": "stopped"}})
        from runner.sandbox import Sandbox

        with Sandbox(settings) as sandbox:
            stage = Stage(program, sandbox)
            stage.env["CAMPAIGN_STANDARD_TENANT_ID"] = "acme"
            stage.plan()
            stage.env["CAMPAIGN_STANDARD_TENANT_ID"] = "other"
            ended = stage.run()
            stage.assert_refused(ended, says="it is for the organization `acme`, now `other`")
            assert sandbox.requests() == ()
            del stage.env["CAMPAIGN_STANDARD_TENANT_ID"]
            stage.assert_refused(stage.run(), says="no organization is named")


class TestUsage:
    @pytest.mark.parametrize(
        ("more", "says"),
        [
            (["a.yaml"], "leave out PATH"),
            (["--only", "a.yaml#1.1"], "leave out --only and --from"),
            (["--from", "a.yaml#1.1"], "leave out --only and --from"),
            (["--env", "q"], "is `q`, and the plan is for `p`; leave it out"),
        ],
    )
    def test_what_contradicts_a_plan_is_wrong_usage(
        self, stage: Stage, more: list[str], says: str
    ) -> None:
        write("a.yaml", ONE + "environments: {p: {}, q: {}}\n")
        stage.plan("--env", "p")
        ended = stage.run(*more)
        assert ended.exit_code == 64
        assert says in ended.stderr
        assert not Path("report.json").exists()
        assert stage.sandbox.requests() == ()

    def test_the_same_environment_is_no_contradiction(self, stage: Stage) -> None:
        write("a.yaml", ONE + "environments: {p: {}}\n")
        stage.plan("--env", "p")
        assert stage.run("--env", "p").exit_code == 0

    def test_an_environment_for_a_plan_without_one_is_wrong_usage(self, stage: Stage) -> None:
        write("a.yaml", ONE + "environments: {p: {}}\n")
        stage.plan()
        stage.env["CAMPAIGN_RUNNER_ENV"] = "p"
        ended = stage.run()
        assert ended.exit_code == 64
        assert (
            "CAMPAIGN_RUNNER_ENV is `p`, and the plan is for the base, without --env"
            in ended.stderr
        )

    @pytest.mark.parametrize("assumed", [False, True])
    def test_unknown_states_are_overlooked_only_if_the_live_plan_was_made_so(
        self, program: Program, assumed: bool
    ) -> None:
        write("a.yaml", f"{HEAD}desired: {{WKF1: started}}\n")
        send = ["--assume-unknown", "send"]
        with sandbox_of({"WKF1": "stopped"}, state_values={"stopped": "11"}) as sandbox:
            stage = Stage(program, sandbox)
            stage.plan("--live", *(send if assumed else []))
            assert stage.run(*send).exit_code == (0 if assumed else 64)
            assert sent_to(sandbox) == ([("start", "WKF1")] if assumed else [])

    def test_neither_files_nor_a_plan_is_wrong_usage(self, program: Program) -> None:
        ended = program("run")
        assert ended.exit_code == 64
        assert "or a reviewed plan with --plan" in ended.stderr
        assert not Path("report.json").exists()

    def test_an_option_without_a_value_is_no_plan(self, program: Program) -> None:
        """As from an empty variable in a pipeline."""
        write("a.yaml", ONE)
        assert program("run", "--plan", "").exit_code == 3
        for digest in ("", "abc", "g" * 64, "0" * 65):
            ended = program("run", "a.yaml", "--plan-digest", digest, "--sandbox")
            assert ended.exit_code == 64
            assert "--plan-digest takes the 64 hexadecimal digits" in ended.stderr

    def test_the_report_does_not_overwrite_the_plan(self, stage: Stage) -> None:
        write("a.yaml", ONE)
        stage.plan()
        ended = stage.run("--report", "plan.json")
        assert ended.exit_code == 64
        assert "`plan.json` is read by this command" in ended.stderr

    @pytest.mark.skipif(os.name == "nt", reason="POSIX")
    def test_a_plan_from_a_pipe_is_read_once(self, stage: Stage) -> None:
        write("a.yaml", ONE)
        stage.plan()
        reading, writing = os.pipe()
        os.write(writing, Path("plan.json").read_bytes())
        os.close(writing)
        ended = stage.program("run", "--plan", f"/dev/fd/{reading}", env=stage.env)
        os.close(reading)
        assert ended.exit_code == 0, ended.output


class TestDigest:
    def digest(self, stage: Stage, *more: str) -> str:
        shown = stage.program("plan", "a.yaml", *more, env=stage.env).stdout
        return shown.rpartition("Digest: ")[2].strip()

    @pytest.mark.parametrize("upper", [False, True])
    def test_the_right_one_lets_it_run(self, stage: Stage, upper: bool) -> None:
        write("a.yaml", FOUR)
        digest = self.digest(stage)
        assert re.fullmatch("[0-9a-f]{64}", digest)
        given = digest.upper() if upper else digest
        ended = stage.program("run", "a.yaml", "--plan-digest", given, env=stage.env)
        assert ended.exit_code == 0, ended.output
        assert report()["plan_digest"] == digest

    @pytest.mark.parametrize("more", [[], ["--dry-run"]])
    @pytest.mark.parametrize("text", [FOUR, DESIRED])
    def test_a_wrong_one_refuses_before_anything_is_sent(
        self, stage: Stage, more: list[str], text: str
    ) -> None:
        write("a.yaml", text)
        ended = stage.program("run", "a.yaml", "--plan-digest", "0" * 64, *more, env=stage.env)
        stage.assert_refused(ended, says="a.yaml:1:1: error: the digest is ")
        assert "which was reviewed" in ended.stderr

    @pytest.mark.parametrize("live", [False, True])
    def test_it_pins_a_reviewed_plan_too(self, stage: Stage, live: bool) -> None:
        write("a.yaml", DESIRED)
        digest = stage.plan(*(["--live"] if live else []))["digest"]
        stage.assert_refused(stage.run("--plan-digest", "f" * 64), says="plan.json:1:1: error")
        assert stage.run("--plan-digest", digest).exit_code == 0

    def test_that_of_a_live_plan_pins_the_files_with_todays_states(self, stage: Stage) -> None:
        write("a.yaml", DESIRED)
        digest = self.digest(stage, "--live")
        arguments = ["run", "a.yaml", "--plan-digest", digest]
        stage.sandbox.set_state("acme", "WKF2", WorkflowState.PAUSED)
        stage.assert_refused(stage.program(*arguments, env=stage.env), reads=3)
        stage.sandbox.set_state("acme", "WKF2", WorkflowState.STARTED)
        assert stage.program(*arguments, env=stage.env).exit_code == 0

    def test_another_selection_has_another_one(self, stage: Stage) -> None:
        write("a.yaml", FOUR)
        digest = self.digest(stage)
        arguments = ["run", "a.yaml", "--from", "a.yaml#2.1", "--plan-digest", digest]
        stage.assert_refused(stage.program(*arguments, env=stage.env))

    @pytest.mark.parametrize("text", [FOUR, DESIRED, EVERYTHING])
    def test_the_report_has_the_one_that_plan_printed(self, stage: Stage, text: str) -> None:
        write("a.yaml", text)
        digest = self.digest(stage)
        for more in ([], ["--dry-run"]):
            ended = stage.program("run", "a.yaml", "--report", "-", *more, env=stage.env)
            assert ended.exit_code == 0, ended.output
            assert checked_report(ended.stdout)["plan_digest"] == digest


class TestWhatAPlanHolds:
    def test_no_secret(self, program: Program) -> None:
        """Nor where the API tells one back."""
        write("a.yaml", DESIRED)
        values = {"started": f"{TOKEN} is your token, {KEY} your key"}
        states = {f"WKF{n}": "started" for n in (1, 2, 3)}
        with sandbox_of(states, state_values=values) as sandbox:
            stage = Stage(program, sandbox)
            for more in ([], ["--live"], ["--live", "--format", "json"]):
                ended = program("plan", "a.yaml", *more, "--out", "plan.json", env=stage.env)
                text = Path("plan.json").read_text(encoding="utf-8")
                assert "CAMPAIGN_STANDARD" not in text  # not even where it comes from
                for secret in (KEY, TOKEN):
                    assert secret not in text + ended.output

    def test_what_was_seen_and_would_change(self, stage: Stage) -> None:
        write("a.yaml", DESIRED)
        value = stage.plan("--live")
        Draft202012Validator(schema("plan")).validate(value)
        assert value["live"]["states"][0] == {
            "organization": "acme",
            "workflow": "WKF1",
            "found": True,
            "state": "started",
            "raw": "started",
        }
        assert value["commands"][0]["effect"] == {
            "kind": "change",
            "before": "started",
            "after": "paused",
        }
        assert value["tool"]["name"] == "campaign-runner"
        assert value["tool"]["version"]


def test_a_run_of_a_plan_that_stopped_does_not_point_to_a_selection_it_refuses(
    stage: Stage,
) -> None:
    write("a.yaml", FOUR.replace("WKF2", "WKF99"))
    stage.plan()
    ended = stage.run()
    assert ended.exit_code == 1
    assert "the same command with --from" not in ended.stderr
    assert "To try again what failed, and go on: campaign-runner run --resume " in ended.stderr
    assert "plan again with --from 'a.yaml#2.1', have that reviewed, and run it" in ended.stderr
