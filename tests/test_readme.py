"""What the README shows is what the program does."""

from __future__ import annotations

import dataclasses
import json
import re
import shlex
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

from runner.plan.desired import TABLE, decide
from runner.sandbox import Sandbox, SandboxSettings, WorkflowState
from runner.sandbox.faults import Reset
from runner.schemas import schema
from runner.states import State
from tests.support.campaign import ONE, pointing_at
from tests.support.plans import desired
from tests.support.program import report, write
from tests.support.repository import SETTINGS, Repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from runner.plan.desired import Row
    from tests.support.program import Ended, Program

    Campaign = Callable[..., Sandbox]

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
CHAPTERS = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))
ORGANIZATION = "acme-mkt-stage"
# What differs from call to call: an address, a duration, a time of day.
GITS_OWN = ("--all", "--allow-empty", "--orphan")  # options of git that the README shows
VARYING = (
    (re.compile(r"(the sandbox at )?127\.0\.0\.1:\d+"), "mc.adobe.io"),
    (re.compile(r"\b\d+\.\d s\b"), "0.0 s"),
    (re.compile(r"\b\d\d:\d\d:\d\d UTC\b"), "00:00:00 UTC"),
    (re.compile(r"\([0-9a-f]{12}\)"), "(COMMIT)"),
    (re.compile(r"\b\d{8}T\d{6}Z-[0-9a-f]{8}\b"), "RUN_ID"),
)


class Console(NamedTuple):
    """A command that the README shows, and what it shows behind it."""

    command: str
    output: str


def blocks(title: str, language: str) -> list[str]:
    """Give the blocks of one language in a chapter."""
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", CHAPTERS[title], re.DOTALL)
    return found


def yaml_block(title: str, start: str) -> str:
    """Give the one block of YAML in a chapter that begins so."""
    (found,) = (body for body in blocks(title, "yaml") if body.lstrip().startswith(start))
    return found


def consoles(title: str) -> list[Console]:
    """Give the commands that a chapter shows, in order."""
    text = "".join(blocks(title, "console"))
    found = re.findall(r"^\$ campaign-runner (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE)
    return [Console(command, output) for command, output in found]


def assert_shown(console: Console, ended: Ended, command: str) -> None:
    """Hold shown output to the true one; a line of three dots stands for lines left out."""
    assert console.command == command
    shown, real = _without_what_varies(console.output), _without_what_varies(ended.output)
    head, left_out, tail = f"\n{shown}".partition("\n...\n")
    if not left_out:
        assert shown == real
        return
    head = head.removeprefix("\n")
    assert head.splitlines() == real.splitlines()[: len(head.splitlines())]
    assert tail == real[len(real) - len(tail) :]


def _without_what_varies(text: str) -> str:
    for pattern, instead in VARYING:
        text = pattern.sub(instead, text)
    return text


JUNE = yaml_block("Write", "# campaigns/june.yaml")
JOURNEYS = yaml_block("Say what should be true", "# campaigns/journeys.yaml")
GUARDRAILS = yaml_block("Guardrails", "guardrails:")
SIGNAL = yaml_block("Signals", "# campaigns/signal.yaml")
HEADER = f"version: 1\norganization: {ORGANIZATION}\n"


@pytest.fixture
def campaign(monkeypatch: pytest.MonkeyPatch) -> Iterator[Campaign]:
    """Start a sandbox with workflows in some states, and point the program at it."""
    with ExitStack() as running:

        def start(states: Mapping[str, str], **settings: Any) -> Sandbox:
            workflows = {workflow: WorkflowState(state) for workflow, state in states.items()}
            made = SandboxSettings({ORGANIZATION: workflows}, **settings)
            sandbox = running.enter_context(Sandbox(made))
            secrets = {
                "CAMPAIGN_STANDARD_API_KEY": made.api_key,
                "CAMPAIGN_STANDARD_ACCESS_TOKEN": made.access_token,
            }
            for name, value in pointing_at(sandbox, secrets).items():
                monkeypatch.setenv(name, value)
            return sandbox

        yield start


# Write


def test_the_problems_are_as_shown(program: Program) -> None:
    broken = JUNE.replace("start: WKF201", "strat: WKF201").replace("WKF9]", "9]")
    write("campaigns/june.yaml", broken)
    ended = program("validate", "campaigns")
    assert_shown(consoles("Write")[0], ended, "validate campaigns")


def test_the_plan_is_as_shown(program: Program) -> None:
    write("campaigns/june.yaml", JUNE)
    ended = program("plan", "campaigns")
    assert ended.stderr == ""
    assert_shown(consoles("Write")[1], ended, "plan campaigns")


def test_the_run_begins_and_ends_as_shown(program: Program) -> None:
    write("campaigns/june.yaml", JUNE)
    shown = consoles("Write")[2]
    unasked = shown._replace(output=shown.output.replace("Send them? [y/N] y\n", ""))
    assert unasked != shown
    assert_shown(unasked, program("run", "campaigns", "--sandbox"), "run campaigns")


# In pull requests and pipelines

PIPELINES = "In pull requests and pipelines"


def test_init_writes_what_is_shown_and_its_next_steps_work(program: Program) -> None:
    shown = consoles(PIPELINES)[0]
    assert_shown(shown, program(*shown.command.split()), "init acme-campaigns --ci github")
    steps = re.findall(r"^  campaign-runner (.*)$", shown.output, re.MULTILINE)
    assert [step.split()[0] for step in steps] == ["plan", "run"]
    for step in steps:
        ended = program(*step.split())
        assert ended.exit_code == 0, ended.output


def test_what_has_changed_is_as_shown(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    repository = Repository(Path.cwd())
    repository.write("campaigns/june.yaml", JUNE)
    repository.commit()
    repository.git("checkout", "-q", "-b", "july")
    repository.write("campaigns/july.yaml", f"{HEADER}actions:\n  - start: WKF301\n")
    repository.commit()
    shown = consoles(PIPELINES)[1]
    ended = program(*shown.command.split())
    ended = dataclasses.replace(ended, stdout=ended.stderr + ended.stdout, stderr="")
    assert_shown(shown, ended, "plan campaigns --changed-since main")


def test_the_workflows_can_be_called_as_shown() -> None:
    (job,) = yaml.safe_load(yaml_block(PIPELINES, "# .github/workflows"))["jobs"].values()
    file = job["uses"].removeprefix("OWNER/campaign-runner/").removesuffix("@COMMIT")
    called = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))
    inputs = called[True]["workflow_call"]["inputs"]  # what YAML 1.1 makes of the key `on`
    required = {name for name, it in inputs.items() if it.get("required")}
    assert required <= set(job["with"]) <= set(inputs)
    wanted: dict[str, str] = {}
    for it in called["jobs"].values():
        wanted |= it["permissions"]
    assert job["permissions"] == wanted
    for name in re.findall(r"`(campaign-\w+\.yml)`", CHAPTERS[PIPELINES]):
        assert (ROOT / ".github/workflows" / name).exists()


def test_the_action_takes_the_inputs_and_has_the_outputs_shown() -> None:
    (step,) = yaml.safe_load(yaml_block(PIPELINES, "- uses: OWNER/campaign-runner/.github/actions"))
    file = step["uses"].removeprefix("OWNER/campaign-runner/").removesuffix("@COMMIT")
    action = yaml.safe_load((ROOT / file / "action.yml").read_text(encoding="utf-8"))
    assert set(step["with"]) <= set(action["inputs"])
    (row,) = re.findall(r"^\| GitHub \|(.*)$", CHAPTERS[PIPELINES], re.MULTILINE)
    outputs = set(re.findall(r"`([a-z-]+)`", row)) - {"--format github"}
    totals = set(schema("report")["properties"]["totals"]["properties"]) - {"commands"}
    assert outputs | {it.replace("_", "-") for it in totals} == set(action["outputs"])


def test_every_form_of_every_command_is_named(program: Program) -> None:
    rows = re.findall(r"^\| `campaign-runner (\w+)[^|]*\| (.*) \|$", TEXT, re.MULTILINE)
    for command, row in rows:
        forms = re.search(r"--format <([\w|]+)>", program(command, "--help").stdout)
        if forms is not None and command != "sandbox":
            assert f"--format {forms[1]}`" in row.replace("\\|", "|")


# Editors, commits and shells


def test_the_hook_shown_is_there() -> None:
    shown = yaml.safe_load(yaml_block("Editors, commits and shells", "# .pre-commit"))
    (repo,) = shown["repos"]
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert {it["id"] for it in repo["hooks"]} <= {it["id"] for it in hooks}


def test_the_schemas_name_is_as_shown() -> None:
    assert f"`{schema('config')['$id']}`" in CHAPTERS["Editors, commits and shells"]


# Review the plan that runs


def test_the_merge_job_finds_the_digest_in_the_message_of_the_merge(program: Program) -> None:
    write("campaigns/june.yaml", JUNE)
    digest = program("plan", "campaigns", "--format", "json").json()["digest"]
    begun = re.search(r"`(Plan-Digest: )(\w+)\.\.\.`", CHAPTERS["Review the plan that runs"])
    assert begun is not None
    assert digest.startswith(begun[2])

    job = yaml_block("Review the plan that runs", "- run: |")
    asked = re.search(r"DIGEST=\$\(git (.*)\)\n", job)
    assert asked is not None
    _git("init", "--quiet")
    message = f"Merge the June campaign\n\nAs reviewed.\n\n{begun[1]}{digest}\n"
    _git("commit", "--quiet", "--allow-empty", "--message", message)
    found = _git(*asked[1].replace("'", "").split()).strip()
    assert found == digest

    command = re.search(r"campaign-runner (.*)\n", job)
    assert command is not None
    for given, exit_code in ((found, 0), ("", 64), (digest[::-1], 3)):
        arguments = [given if it == '"$DIGEST"' else it for it in command[1].split()]
        ended = program(*arguments, "--sandbox")
        assert ended.exit_code == exit_code, ended.output


def _git(*arguments: str) -> str:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    ended = subprocess.run(
        ["git", *identity, *arguments], capture_output=True, encoding="utf-8", check=True
    )
    return ended.stdout


# Say what should be true


def test_desired_states_come_true_as_shown_and_then_hold(
    program: Program, campaign: Campaign
) -> None:
    write("campaigns/journeys.yaml", JOURNEYS)
    states = {"WKF201": "stopped", "WKF7": "started", "WKF9": "finished"}
    sandbox = campaign(states, effect_delay=1.0)
    first, second = consoles("Say what should be true")
    assert_shown(first, program("run", "campaigns"), "run campaigns")
    sent = sandbox.commands()
    assert_shown(second, program("run", "campaigns"), "run campaigns")
    assert sandbox.commands() == sent
    assert len(sent) == 2


def test_the_table_of_desired_states_is_the_programs_own() -> None:
    rows = re.findall(r"^\|(.*)\|$", CHAPTERS["Say what should be true"], re.MULTILINE)
    header, _, *shown = [[cell.strip() for cell in row.split(" | ")] for row in rows]
    targets = [State.STARTED, State.PAUSED, State.STOPPED]
    assert header == ["it is", *(f"desired `{target}`" for target in targets)]
    expected = [
        [f"`{state}`", *(_cell(TABLE[target, state]) for target in targets)]
        for state in State
        if state is not State.UNKNOWN
    ]
    expected.append([f"`{State.UNKNOWN}`", *map(_cell_of_unknown, targets)])
    assert [[re.sub(r" \(.*?\)", "", cell) for cell in row] for row in shown] == expected
    assert len(TABLE) == len(targets) * (len(expected) - 1)


def _cell(row: Row) -> str:
    """Word one cell of the program's table as the README does."""
    sent = ", ".join(row.commands)
    if not row.unless:
        return sent or "nothing"
    return f"{'refused' if row.refused else 'nothing, and a warning'}; `{row.unless}: true`: {sent}"


def _cell_of_unknown(target: State) -> str:
    entry = desired(state=target)
    assert decide(entry, State.UNKNOWN).refused
    sent = decide(entry, State.UNKNOWN, assume_unknown=True).commands
    return f"refused; `--assume-unknown send`: {', '.join(sent)}"


def test_the_waits_shown_are_valid(program: Program) -> None:
    write("a.yaml", HEADER + yaml_block("Say what should be true", "actions:"))
    ended = program("validate", "a.yaml", "--strict")
    assert ended.exit_code == 0, ended.output


def test_a_kept_plan_is_refused_as_shown_once_a_file_has_changed(
    program: Program, campaign: Campaign
) -> None:
    file = write("campaigns/june.yaml", JUNE)
    kept, refused, *_ = consoles("Review the plan that runs")
    ended = program("plan", "campaigns", "--out", "plan.json")
    assert_shown(kept, ended, "plan campaigns --out plan.json")
    assert program("run", "--plan", "plan.json", "--sandbox").exit_code == 0
    digest = json.loads(Path("plan.json").read_text(encoding="utf-8"))["digest"]
    assert report()["plan_digest"] == digest

    sandbox = campaign(dict.fromkeys(["WKF101", "WKF102", "WKF7"], "started"))
    file.write_text(JUNE + "\n", encoding="utf-8")
    ended = program("run", "--plan", "plan.json")
    assert_shown(refused, ended, "run --plan plan.json")
    assert ended.exit_code == 3
    assert sandbox.requests() == ()


def test_a_live_plan_says_what_would_change_as_shown(program: Program, campaign: Campaign) -> None:
    write("campaigns/june.yaml", JUNE)
    states = {"WKF101": "started", "WKF102": "finished", "WKF201": "stopped", "WKF7": "started"}
    sandbox = campaign({**states, "WKF8": "stopped"})
    ended = program("plan", "campaigns", "--live")
    assert_shown(consoles("Review the plan that runs")[2], ended, "plan campaigns --live")
    assert ended.exit_code == 0
    assert sandbox.commands() == ()


def test_drift_is_as_shown(program: Program, campaign: Campaign) -> None:
    write("campaigns/journeys.yaml", JOURNEYS)
    sandbox = campaign({"WKF201": "stopped", "WKF7": "started", "WKF9": "finished"})
    shown = consoles("Review the plan that runs")[3]
    ended = program("plan", "campaigns", "--live", "--detailed-exitcode")
    assert_shown(shown, ended, "plan campaigns --live --detailed-exitcode")
    assert ended.exit_code == 2
    sandbox.set_state(ORGANIZATION, "WKF201", WorkflowState.STARTED)
    sandbox.set_state(ORGANIZATION, "WKF7", WorkflowState.PAUSED)
    assert program(*shown.command.split()).exit_code == 0
    assert sandbox.commands() == ()


# Guardrails


def test_guardrails_refuse_as_shown_and_are_lifted_by_name(program: Program) -> None:
    write("campaigns/june.yaml", JUNE + GUARDRAILS)
    ended = program("plan", "campaigns")
    assert_shown(consoles("Guardrails")[0], ended, "plan campaigns")
    assert ended.exit_code == 5
    names = ("max_stops", "protect", "windows")  # tests run at any time
    lifted = [part for name in names for part in ("--override", name)]
    ended = program("run", "campaigns", "--sandbox", *lifted, "--reason", "the sale has ended")
    assert ended.exit_code == 0, ended.output
    overrides = report()["overrides"]
    assert {it["name"]: it["reason"] for it in overrides} == dict.fromkeys(
        names, "the sale has ended"
    )
    assert [bool(it["lifted"]) for it in overrides[:2]] == [True, True]


def test_every_guardrail_stands_in_the_table_and_in_the_example() -> None:
    keys = set(schema("config")["$defs"]["guardrails"]["properties"])
    assert set(re.findall(r"^\| `(\w+)` \|", CHAPTERS["Guardrails"], re.MULTILINE)) == keys
    assert set(re.findall(r"^  (\w+):", GUARDRAILS, re.MULTILINE)) == keys


def test_the_policy_shown_holds_for_files(program: Program) -> None:
    policy = yaml_block("Guardrails", "# /etc/campaign-runner/policy.yaml")
    write("policy.yaml", policy)
    write("campaigns/june.yaml", JUNE)
    assert program("plan", "campaigns", "--policy", "policy.yaml").exit_code == 0
    write("campaigns/june.yaml", JUNE.replace(ORGANIZATION, "acme").replace("WKF201", "WKF900"))
    ended = program("plan", "campaigns", "--policy", "policy.yaml")
    assert ended.exit_code == 5
    assert re.findall(r"\[(\w+)\]$", ended.stderr, re.MULTILINE) == ["organizations", "protect"]


# When a run stops half-way


def test_a_lost_start_is_settled_by_a_person_as_shown(program: Program, campaign: Campaign) -> None:
    text = JUNE.replace("actions:", "defaults: {settle: 100ms}\nactions:")
    write("campaigns/june.yaml", text)
    states = dict.fromkeys(["WKF101", "WKF102", "WKF7"], "started") | {"WKF201": "stopped"}
    sandbox = campaign({**states, "WKF8": "paused", "WKF9": "paused"})
    sandbox.next_faults(Reset(applied=False), actions=["start"])
    lost, settled = consoles("When a run stops half-way")
    ended = program("run", "campaigns")
    assert_shown(lost, ended, "run campaigns")
    assert ended.exit_code == 6

    (journal,) = Path(".campaign-runner").glob("*.jsonl")
    offered = re.search(r"campaign-runner (run --resume .*=not-sent')$", ended.stderr, re.MULTILINE)
    assert offered is not None
    arguments = shlex.split(offered[1])
    ended = program(*arguments)
    shown = re.sub(r"\S+\.jsonl", journal.as_posix(), settled.command)
    assert shown.split() == arguments
    assert_shown(settled, ended, settled.command)
    assert ended.exit_code == 0
    assert [it.action for it in sandbox.commands()].count("start") == 1


def test_the_pipelines_that_keep_state_are_made_of_true_options(program: Program) -> None:
    write("campaigns/june.yaml", JUNE)
    chapter = "".join(blocks("When a run stops half-way", "yaml"))
    lines = re.findall(r"- (?:run: )?campaign-runner (.*)", chapter)
    assert len(lines) == 2
    for line in lines:
        ended = program(*line.split(), "--init-state", "--sandbox")
        assert ended.exit_code == 0, ended.output


# From Python


def test_the_python_shown_does_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    write("campaigns/a.yaml", f"{ONE}environments: {{prod: {{}}}}\n")
    (code,) = blocks("From Python", "python")
    exec(code.replace("report=", "sandbox=True, report="), {})  # noqa: S102 - our own
    shown = capsys.readouterr()
    assert shown.out.startswith("campaigns/a.yaml#1.1 start WKF1\nsucceeded {'commands': 1, ")
    assert shown.err == ""
    assert report()["target"]["sandbox"] is True


# Signals


def test_misspelt_signals_are_found_as_shown(program: Program) -> None:
    broken = SIGNAL.replace("{audience: vip, budget: 1500", '{audiense: vip, budget: "1500"')
    assert broken != SIGNAL
    write("campaigns/signal.yaml", broken)
    ended = program("validate", "campaigns")
    assert_shown(consoles("Signals")[0], ended, "validate campaigns")


def test_a_signal_is_taken_and_a_second_one_refused_as_shown(
    program: Program, campaign: Campaign
) -> None:
    write("campaigns/signal.yaml", SIGNAL)
    declared = {
        "audience": "string",
        "budget": "number",
        "dry_run": "boolean",
        "send_at": "date-time",
    }
    campaign({"WKF300": "started"}, signals={ORGANIZATION: {"WKF300": {"signal1": declared}}})
    assert program("run", "campaigns").exit_code == 0
    ended = program("run", "campaigns")
    assert_shown(consoles("Signals")[1], ended, "run campaigns")
    assert ended.exit_code == 1


# When something is wrong


def test_status_and_doctor_see_a_renamed_field_as_shown_and_the_yaml_mends_it(
    program: Program, campaign: Campaign
) -> None:
    title = "When something is wrong"
    file = write("campaigns/signal.yaml", SIGNAL)
    campaign({"WKF300": "started"}, state_field="phase")
    status, doctor = consoles(title)
    ended = program("status", "campaigns")
    assert_shown(status, ended, "status campaigns")
    assert ended.exit_code == 1
    ended = program("doctor", "campaigns")
    assert_shown(doctor, ended, "doctor campaigns")
    assert ended.exit_code == 1

    told = re.search(r"^ +defaults:\n(?: {10,}.*\n)+", ended.output, re.MULTILINE)
    assert told is not None
    indent = len(told[0]) - len(told[0].lstrip())
    advised = "".join(line[indent:] + "\n" for line in told[0].splitlines())
    for defaults in (advised, yaml_block(title, "defaults:")):
        file.write_text(SIGNAL + defaults, encoding="utf-8")
        for command in ("status", "doctor"):
            ended = program(command, "campaigns")
            assert ended.exit_code == 0, ended.output


# The lists


@pytest.mark.parametrize("auth", yaml_block("Secrets", "auth:").split("---\n"))
def test_the_credentials_shown_are_valid(program: Program, auth: str) -> None:
    write("a.yaml", JUNE + auth)
    ended = program("validate", "a.yaml")
    assert ended.exit_code == 0, ended.output


def test_every_key_of_a_file_is_named() -> None:
    named = set(re.findall(r"`(\w+)`", CHAPTERS["The file"]))
    assert _keys("config") - _keys("policy") - _auth_keys() <= named
    assert _auth_keys() <= set(re.findall(r"(\w+):", "".join(blocks("Secrets", "yaml"))))


def _keys(name: str) -> set[str]:
    """Give every key that stands in a schema."""
    defs = schema(name)["$defs"].values()
    properties = [schema(name)["properties"], *(it.get("properties", {}) for it in defs)]
    return {key for found in properties for key in found}


def _auth_keys() -> set[str]:
    defs = schema("config")["$defs"]
    return {*defs["auth"]["properties"], *defs["oauth"]["properties"]}


def test_every_option_named_is_there(program: Program) -> None:
    commands = re.findall(r"^\| `campaign-runner (\w+)", TEXT, re.MULTILINE)
    shown = "".join(program(command, "--help").stdout for command in commands)
    there = set(re.findall(r"--[a-z][a-z-]+", shown))
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", TEXT)) - {"--format", *GITS_OWN}
    assert named <= there, named - there
