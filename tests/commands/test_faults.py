"""The file of faults: what it means, and how its problems are told."""

from __future__ import annotations

import re
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from runner.commands.faults import read_faults
from runner.errors import InvalidConfigError
from runner.sandbox import FaultRule, FaultScript
from runner.sandbox.faultrules import ACTIONS
from runner.sandbox.faults import (
    KINDS,
    ClockSkew,
    ContentType,
    Cut,
    Drip,
    ErrorStatus,
    ExpireTokens,
    Huge,
    InvalidJson,
    Latency,
    NoFault,
    RateLimited,
    Redirect,
    Refuse,
    Reset,
    required,
    settings_of,
)
from runner.schemas import schema
from tests.support.problems import loaded
from tests.support.program import write

if TYPE_CHECKING:
    from tests.support.program import Program

EXAMPLES = Path(__file__).parents[2] / "examples/faults"
SCHEMA = schema("faults")
RULE = SCHEMA["$defs"]["rule"]
CONDITIONS = {"action", "workflow", "organization", "nth", "times", "probability"}
BRANCHES = {
    branch["if"]["properties"]["fault"]["const"]: branch["then"]
    for branch in RULE["allOf"]
    if "then" in branch
}


def script(text: str) -> FaultScript:
    return read_faults(loaded(text), "acme", ["WKF1", "WKF2"])


def told(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(InvalidConfigError) as caught:
        script(text)
    return [(f"{it.line}:{it.column}", it.message, it.hint) for it in caught.value.problems]


# what it means


def test_every_fault_and_every_condition_is_read() -> None:
    text = """\
version: 1
seed: 7
rules:
  - {fault: none, action: start, workflow: WKF1, organization: acme, nth: 3}
  - {fault: latency, action: [read, token], workflow: [WKF1, WKF2], delay: 1m30s}
  - {fault: rate-limited, times: 2, probability: 0.25}
  - {fault: rate-limited, retry_after: 1500ms, form: date, probability: 1}
  - {fault: error, status: 503, applied: true, retry_after: 2s, clock_skew: -60}
  - {fault: refuse, duration: 500ms}
  - {fault: reset}
  - {fault: reset, applied: true, delay: 10ms}
  - {fault: cut, at: head}
  - {fault: huge}
  - {fault: huge, size: 1000}
  - {fault: drip, interval: 200ms, at: head}
  - {fault: content-type, content_type: text/plain}
  - {fault: invalid-json}
  - {fault: expire-tokens, given: true}
  - {fault: clock-skew, clock_skew: 3600}
  - {fault: redirect, to: "https://example.com/", applied: false}
"""
    assert script(text) == FaultScript(
        (
            FaultRule(NoFault(), ("start",), ("WKF1",), ("acme",), nth=3),
            FaultRule(Latency(delay=90.0), ("read", "token"), ("WKF1", "WKF2")),
            FaultRule(RateLimited(), times=2, probability=0.25),
            FaultRule(RateLimited(1.5, "date")),
            FaultRule(ErrorStatus(503, applied=True, retry_after=2.0, clock_skew=-60)),
            FaultRule(Refuse(0.5)),
            FaultRule(Reset()),
            FaultRule(Reset(applied=True, delay=0.01)),
            FaultRule(Cut("head")),
            FaultRule(Huge()),
            FaultRule(Huge(1000)),
            FaultRule(Drip(0.2, "head")),
            FaultRule(ContentType("text/plain")),
            FaultRule(InvalidJson()),
            FaultRule(ExpireTokens(given=True)),
            FaultRule(ClockSkew(clock_skew=3600)),
            FaultRule(Redirect("https://example.com/")),
        ),
        seed=7,
    )


def test_the_seed_may_be_left_out_and_whole_numbers_may_have_a_point() -> None:
    text = "version: 1\nrules: [{fault: error, status: 502.0, nth: 2.0}]"
    assert script(text) == FaultScript((FaultRule(ErrorStatus(502), nth=2),), seed=0)


# the schema is that of the faults there are


def test_the_schema_knows_the_faults_and_actions_that_there_are() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$defs"]["fault"]["enum"] == list(KINDS) == list(BRANCHES)
    assert set(SCHEMA["$defs"]["action"]["enum"]) == set(ACTIONS)
    for action in ACTIONS:
        assert action in SCHEMA["$defs"]["actions"]["pattern"]


@pytest.mark.parametrize("name", KINDS)
def test_each_fault_has_its_own_settings_in_the_schema_and_no_others(name: str) -> None:
    own = set(settings_of(KINDS[name]))
    if name == "none":  # an answer that is held back would be no ordinary one
        own -= {"delay", "clock_skew"}
    branch = BRANCHES[name]
    assert set(branch["properties"]) == own | CONDITIONS | {"fault"}
    assert set(branch.get("required", ())) == set(required(KINDS[name]))
    assert branch["additionalProperties"] is False


def test_no_setting_is_left_undescribed() -> None:
    used = {key for branch in BRANCHES.values() for key in branch["properties"]}
    assert used == set(RULE["properties"])
    described = [*SCHEMA["properties"].values(), *RULE["properties"].values()]
    for node in [*described, *SCHEMA["$defs"].values()]:
        assert node["title"]
        assert node["description"].endswith(".")
        assert node["examples"]


def described_parts() -> list[Any]:
    parts = {"rules": SCHEMA["properties"]["rules"], **RULE["properties"], **SCHEMA["$defs"]}
    return [pytest.param(node, id=name) for name, node in parts.items()]


@pytest.mark.parametrize("node", described_parts())
def test_every_example_is_valid_against_its_own_part(node: dict[str, Any]) -> None:
    validator = Draft202012Validator({**node, "$defs": SCHEMA["$defs"]})
    for example in node["examples"]:
        validator.validate(example)


def test_what_other_schemas_define_is_the_same_here() -> None:
    config = schema("config")
    for name in ("workflows", "workflowId", "organization", "duration", "flag"):
        assert SCHEMA["$defs"][name] == config["$defs"][name]
    assert SCHEMA["properties"]["version"] == config["properties"]["version"]


# how its problems are told


@pytest.mark.parametrize(
    ("rule", "column", "message", "hint"),
    [
        ("{fault: reste}", 12, "`reste` is not a known fault", "did you mean `reset`?"),
        ("{fault: 503}", 12, "`503` is not a known fault", f"write one of: {', '.join(KINDS)}"),
        ("{nth: 2}", 4, "the key `fault` is missing", "add fault: reset"),
        ("{fault: error}", 4, "the key `status` is missing", "add status: 502"),
        ("{fault: latency}", 4, "the key `delay` is missing", "add delay: 300ms"),
        (
            "{fault: reset, aplied: true}",
            19,
            "the key `aplied` is not known here",
            "did you mean `applied`?",
        ),
        (
            "{fault: invalid-json, status: 502}",
            26,
            "the key `status` is not known here",
            f"write one of: {', '.join(BRANCHES['invalid-json']['properties'])}",
        ),
        (
            "{fault: error, status: 200}",
            27,
            "`200` is less than 400",
            "write an HTTP status from 400 to 599, such as 502",
        ),
        (
            "{fault: error, status: 600}",
            27,
            "`600` is more than 599",
            "write an HTTP status from 400 to 599, such as 502",
        ),
        (
            "{fault: refuse, duration: 5}",
            30,
            "`5` has no unit",
            "write it with one, such as 5s",
        ),
        (
            "{fault: reset, action: strat}",
            27,
            "`strat` is not a valid action",
            "did you mean `start`?",
        ),
        (
            "{fault: reset, action: [stop, strat]}",
            34,
            "`strat` is not a known action",
            "did you mean `start`?",
        ),
        (
            "{fault: reset, action: [stop, stop]}",
            34,
            "`stop` stands twice in this list",
            "remove it here",
        ),
        (
            "{fault: reset, workflow: WKF3}",
            29,
            "the sandbox has no workflow `WKF3`",
            "did you mean `WKF2`?",
        ),
        (
            "{fault: reset, workflow: [WKF1, wkf2]}",
            36,
            "the sandbox has no workflow `wkf2`",
            "did you mean `WKF2`?",
        ),
        (
            "{fault: reset, organization: globex}",
            33,
            "the sandbox has no organization `globex`",
            "write one of: acme",
        ),
        (
            "{fault: reset, probability: 2}",
            32,
            "`2` is more than 1",
            "write a number from 0 to 1, such as 0.1",
        ),
        (
            "{fault: redirect, to: example.com}",
            26,
            "`example.com` is not a valid address",
            "write an absolute http or https URL without blanks, such as https://example.com/",
        ),
    ],
)
def test_a_problem_says_where_and_what_to_write(
    rule: str, column: int, message: str, hint: str
) -> None:
    assert told(f"version: 1\nrules:\n - {rule}\n") == [(f"3:{column}", message, hint)]


def test_all_problems_are_told_at_once() -> None:
    text = "version: 2\nrules:\n  - fault: rest\n  - {fault: cut, nth: 0}\n  - error\nsede: 7\n"
    assert [place for place, _, _ in told(text)] == ["1:10", "3:12", "4:23", "5:5", "6:1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# nothing\n", "the file is empty"),
        ("version: 1\nrules: []\n", "this list is empty"),
        ("version: 1\n", "the key `rules` is missing"),
        ("- fault: reset\n", "this is a list, where a mapping must stand"),
    ],
)
def test_a_file_without_rules_is_refused(text: str, message: str) -> None:
    assert [it[1] for it in told(text)] == [message]


def test_a_second_document_is_refused() -> None:
    one = "version: 1\nrules: [{fault: reset}]\n"
    (problem,) = told(f"{one}---\n{one}")
    assert problem[:2] == ("4:1", "a file of faults is one document, and this is another one in it")


# the command line


def test_the_command_tells_the_problems_and_ends(program: Program) -> None:
    rules = "  - fault: rest\n  - {fault: reset, workflow: WKF9}\n"
    write("faults.yaml", f"version: 1\nrules:\n{rules}")
    ended = program("sandbox", "--faults", "faults.yaml", "--workflow", "WKF1")
    assert (ended.exit_code, ended.stdout) == (3, "")
    first, second = "rules[0].fault", "rules[1].workflow"
    assert ended.stderr == (
        f"faults.yaml:3:12: error: {first}: `rest` is not a known fault [value]\n"
        "    did you mean `reset`?\n"
        f"faults.yaml:4:30: error: {second}: the sandbox has no workflow `WKF9` [workflow]\n"
        "    did you mean `WKF1`?\n"
        "error: 2 problems in the configuration\n"
    )


@pytest.mark.parametrize(
    ("path", "exit_code", "message"),
    [
        (".", 64, "error: --faults takes one file, and this is a folder\n"),
        ("-", 64, "error: --faults takes a file, and no standard input\n"),
        ("none.yaml", 3, "none.yaml:1:1: error: there is no such file or folder"),
    ],
)
def test_what_is_no_file_is_refused(
    program: Program, path: str, exit_code: int, message: str
) -> None:
    ended = program("sandbox", "--faults", path)
    assert (ended.exit_code, ended.stdout) == (exit_code, "")
    assert ended.stderr.startswith(message)


@pytest.mark.parametrize("file", sorted(EXAMPLES.iterdir()), ids=lambda file: file.name)
def test_an_example_is_valid_and_binds_its_schema(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert read_faults(loaded(text), "acme-mkt-stage", []).rules
    (line,) = (it for it in text.splitlines() if it.startswith("# yaml-language-server: $schema="))
    bound = (file.parent / line.partition("=")[2]).resolve()
    assert bound == EXAMPLES.parents[1] / "schema/faults.schema.json"


def test_the_schema_is_printed_as_it_stands_in_the_repository(program: Program) -> None:
    file = EXAMPLES.parents[1] / "schema/faults.schema.json"
    assert program("schema", "faults").stdout == file.read_text(encoding="utf-8")


# the README's own


README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_file_in_the_readme_is_valid() -> None:
    (text,) = re.findall(r"```yaml\n(# faults.yaml\n.*?)```", README, re.DOTALL)
    first, *others = script(text).rules
    assert first == FaultRule(RateLimited(2.0), ("stop",), nth=1)
    assert len(others) == 3


def test_the_readme_names_every_fault_with_its_settings() -> None:
    rows = dict(re.findall(r"^\| `([\w-]+)` \| [^|]+ \|([^|]*)\|$", README, re.MULTILINE))
    for name, kind in KINDS.items():
        own = set(settings_of(kind)) - {"delay", "clock_skew"} | set(required(kind))
        assert set(re.findall(r"`(\w+)", rows[name])) - {"body"} == own, name


def test_the_readmes_python_runs_as_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    (text,) = re.findall(r"```python\n(from runner.sandbox import .*?)```", README, re.DOTALL)
    client = """
    headers = {"Authorization": "Bearer sandbox-access-token", "X-Api-Key": "sandbox-api-key"}
    path = "/acme/campaign/workflow/execution/WKF1/commands"
    for _ in range(2):
        connection = HTTPConnection(sandbox.base_url.removeprefix("http://"), timeout=5)
        connection.request("POST", path, b'{"method": "stop"}', headers)
        try:
            connection.getresponse().read()
        except ConnectionResetError:
            pass
        connection.close()
"""
    assert "    ...  # point a client" in text
    code = re.sub(r"    \.\.\.  # point a client.*\n", lambda _: client, text)
    exec(code, {"HTTPConnection": HTTPConnection})  # noqa: S102 - it is our own
    shown = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in shown] == [
        ["1", "stop", "WKF1"],
        ["2", "stop", "WKF1"],
        ["2", "stop", "WKF1"],
    ]
    assert [line.split()[-1] for line in shown[:2]] == ["False", "True"]
    assert shown[2].endswith("started stopped")
