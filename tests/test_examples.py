"""Every example is validated, planned and run in the sandbox, bare and in each environment."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from runner.sandbox import Sandbox, SandboxSettings, WorkflowState
from tests.support.campaign import pointing_at
from tests.support.program import report

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.program import Program

EXAMPLES = Path(__file__).parents[1] / "examples"
POLICIES = EXAMPLES / "policies"  # no files of workflows, but of whoever runs the command
POLICY = "examples/policies/stage-only.yaml"
FAULTS = EXAMPLES / "faults"  # for the sandbox alone: tests/commands/test_faults.py reads them
OTHERS = {POLICIES: "policy", FAULTS: "faults"}
PIPELINES = (
    EXAMPLES / "ci"
)  # of CI systems: tests/test_ci_files.py holds them to what `init` writes
TASKS = {EXAMPLES / "airflow", EXAMPLES / "prefect"}  # tests/examples/ runs them
NO_CASES = {*OTHERS, PIPELINES, *TASKS}
FOLDERS = sorted(it.name for it in EXAMPLES.iterdir() if it.is_dir() and it not in NO_CASES)
SECRETS = {
    "CAMPAIGN_STANDARD_API_KEY": SandboxSettings.api_key,
    "CAMPAIGN_STANDARD_ACCESS_TOKEN": SandboxSettings.access_token,
}


def documents(folder: str) -> list[Any]:
    texts = [file.read_text(encoding="utf-8") for file in (EXAMPLES / folder).rglob("*.y*ml")]
    return [document for text in texts for document in yaml.safe_load_all(text)]


def environments(folder: str) -> list[str | None]:
    names = {name for document in documents(folder) for name in document.get("environments", {})}
    return [None, *sorted(names)]


def at_any_time(folder: str, environment: str | None) -> list[str]:
    """Give what lets a run go on outside of its windows, where there are any."""
    for document in documents(folder):
        overlay = document.get("environments", {}).get(environment, {})
        if any("windows" in it.get("guardrails", {}) for it in (document, overlay)):
            return ["--override", "windows", "--reason", "tests run at any time"]
    return []


def of_file(identifier: str) -> str:
    """Give the id before the states were read: there a desired state is one command."""
    return re.sub(r"(#desired\.\d+)\.\d+$", r"\1", identifier)


CASES = [(folder, name) for folder in FOLDERS for name in environments(folder)]


@pytest.fixture(autouse=True)
def _copy() -> None:
    shutil.copytree(EXAMPLES, "examples")


@pytest.mark.parametrize(("folder", "environment"), CASES)
def test_an_example_is_valid_and_runs(
    program: Program, folder: str, environment: str | None
) -> None:
    arguments = [f"examples/{folder}"]
    if environment is not None:
        arguments += ["--env", environment]
    valid = program("validate", *arguments, "--strict")
    assert (valid.exit_code, valid.stdout) == (0, "")
    plan = program("plan", *arguments, "--format", "json").json()
    ended = program("run", *arguments, "--sandbox", *at_any_time(folder, environment))
    assert ended.exit_code == 0, ended.output
    value = report()
    assert list(dict.fromkeys(of_file(it["id"]) for it in value["commands"])) == [
        it["id"] for it in plan["commands"]
    ]
    assert {it["outcome"] for it in value["commands"]} <= {"succeeded", "skipped"}


def test_the_quickstart_shows_every_command(program: Program) -> None:
    plan = program("plan", "examples/quickstart", "--format", "json").json()
    assert {it["action"] for it in plan["commands"]} == {"start", "stop", "pause", "resume"}


@pytest.mark.parametrize("file", sorted(EXAMPLES.rglob("*.yaml")), ids=lambda file: file.name)
def test_an_example_binds_the_schema_for_editors(file: Path) -> None:
    line = next(
        line
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.startswith("# yaml-language-server: $schema=")
    )
    name = OTHERS.get(file.parent, "config")
    assert (file.parent / line.partition("=")[2]).resolve() == (
        EXAMPLES.parent / f"schema/{name}.schema.json"
    )


# desired


# From these each desired state takes other commands than in the embedded sandbox; one takes two.
SEEN = {"WKF201": "paused", "WKF202": "failed", "WKF7": "finished", "WKF9": "finished"}
BROUGHT_TO = {"WKF201": "started", "WKF202": "started", "WKF7": "paused", "WKF9": "finished"}


def sandbox(states: Mapping[str, str], **settings: Any) -> Sandbox:
    workflows = {workflow: WorkflowState(state) for workflow, state in states.items()}
    return Sandbox(SandboxSettings({"acme-mkt-stage": workflows}, **settings))


def test_desired_states_come_true_once_and_hold_then(program: Program) -> None:
    with sandbox({**SEEN, "WKF8": "started"}, effect_delay=0.3) as campaign:
        env = pointing_at(campaign, SECRETS)
        looked = program("plan", "examples/desired", "--live", "--detailed-exitcode", env=env)
        assert looked.exit_code == 2, looked.output

        ended = program("run", "examples/desired", env=env)
        assert ended.exit_code == 0, ended.output
        assert {
            it["id"].partition("#")[2]: (it["workflow"], it["action"], it["outcome"])
            for it in report()["commands"]
        } == {
            "desired.1": ("WKF201", "resume", "succeeded"),
            "desired.2.1": ("WKF202", "stop", "succeeded"),
            "desired.2.2": ("WKF202", "start", "succeeded"),
            "desired.3.1": ("WKF7", "start", "succeeded"),
            "desired.3.2": ("WKF7", "pause", "succeeded"),
            "desired.4": ("WKF9", "ensure", "skipped"),
            "desired.5": ("WKF8", "stop", "succeeded"),
        }
        assert campaign.states()["acme-mkt-stage"] == {**BROUGHT_TO, "WKF8": "stopped"}

        sent = campaign.commands()
        ended = program("run", "examples/desired", env=env)
        assert ended.exit_code == 0, ended.output
        assert {it["outcome"] for it in report()["commands"]} == {"skipped"}
        assert campaign.commands() == sent


def test_the_values_that_the_example_maps_are_understood(program: Program) -> None:
    known = documents("desired")[0]["defaults"]["state"]["values"]
    values = {state: value for value, state in known.items()}
    states = {**SEEN, "WKF201": "started", "WKF8": "stopped"}
    with sandbox(states, state_field="status", state_values=values) as campaign:
        env = pointing_at(campaign, SECRETS)
        seen = program("status", "examples/desired", "--format", "json", env=env).json()
    assert {it["workflow"]: it["state"] for it in seen["workflows"]} == states
    assert set(known) <= {it["raw"] for it in seen["workflows"]}


# signals


def test_the_signal_is_what_the_activity_declares(program: Program) -> None:
    declared = documents("signals")[0]["signals"]
    settings = {"signals": {"acme-mkt-stage": declared}, "effect_delay": 0.3}
    signal = "examples/signals/audience.yaml#3.1"
    with sandbox({"WKF300": "started"}, **settings) as campaign:
        env = pointing_at(campaign, SECRETS)
        arguments = ["run", "examples/signals", "--env", "stage", "--only", signal]
        # This journey does not end by itself, so it is not waited for.
        file = Path("examples/signals/audience.yaml")
        text = file.read_text(encoding="utf-8")
        wait = "    wait: {until: stopped, timeout: 1h}\n"
        assert wait in text
        file.write_text(text.replace(wait, ""), encoding="utf-8")
        assert program(*arguments, env=env).exit_code == 0
        ended = program(*arguments, env=env)
        assert ended.exit_code == 1
        assert "only once every 10 minutes" in ended.stderr


def test_a_misspelt_parameter_is_found_before_anything_is_sent(program: Program) -> None:
    file = Path("examples/signals/audience.yaml")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("budget: 1500", "bugdet: 1500"), encoding="utf-8")
    ended = program("validate", "examples/signals")
    assert ended.exit_code == 3
    assert "did you mean `budget`?" in ended.stdout + ended.stderr


# guardrails


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ("stop: [WKF310, WKF311]", "stop: [WKF310, WKF951]", "protect"),
        ("stop: [WKF310, WKF311]", "stop: [WKF310, WKF401]", "protect"),
        ("start: [WKF320, WKF321]", "resume: [WKF320, WKF321]", "allow"),
        ("max_stops: 5", "max_stops: 1", "max_stops"),
        ("max_commands: 20", "max_commands: 3", "max_commands"),
        ("max_active: 20", "max_active: 1", "max_active"),
    ],
)
def test_what_breaks_the_guardrails_is_refused_and_lifted_by_name_alone(
    program: Program, before: str, after: str, name: str
) -> None:
    file = Path("examples/guardrails/sales.yaml")
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")
    run = ["run", "examples/guardrails", "--env", "stage", "--sandbox"]

    assert program(*run).exit_code == 5
    value = report()
    assert (value["result"], {it["rule"] for it in value["problems"]}) == ("refused", {name})
    assert {it["outcome"] for it in value["commands"]} == {"not_sent"}

    lifted = program(*run, "--override", name, "--reason", "agreed with sales")
    assert lifted.exit_code == 0, lifted.output
    (override,) = report()["overrides"]
    assert (override["name"], override["reason"]) == (name, "agreed with sales")


def test_an_environment_adds_to_what_is_protected(program: Program) -> None:
    file = Path("examples/guardrails/sales.yaml")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("WKF311", "WKF777"), encoding="utf-8")
    assert program("plan", "examples/guardrails", "--env", "stage").exit_code == 0
    assert program("plan", "examples/guardrails", "--env", "prod").exit_code == 5


def test_the_policy_keeps_a_run_on_the_stage(program: Program) -> None:
    def ended_with(environment: str, *more: str) -> int:
        policy = ["--policy", POLICY, *more]
        return program("plan", "examples/guardrails", "--env", environment, *policy).exit_code

    assert ended_with("stage") == 0
    assert ended_with("prod") == 5
    assert ended_with("prod", "--override", "organizations", "--reason", "agreed") == 0
