"""The files in .github, the hook of pre-commit and examples/ci: safe, and what `init` writes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from runner.scaffold.repository import TARGET, repository
from tests.scaffold.action import ACTION
from tests.scaffold.written import BASH, Block, needs_bash, shell_blocks
from tests.support.program import write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.program import Program

ROOT = Path(__file__).parents[1]
SOURCE = "git+https://github.com/OWNER/campaign-runner@TAG"
TO_CALL = ("campaign-merge", "campaign-pull-request", "campaign-resume")
OURS = {
    it.relative_to(ROOT).as_posix(): it.read_text(encoding="utf-8")
    for it in sorted((ROOT / ".github").rglob("*.yml"))
    if it.name != "dependabot.yml"
}
WRITTEN = {
    path: text
    for path, text in repository("github", SOURCE).items()
    if path.startswith(".github/workflows/")
}
TEXTS = {**OURS, **{f"init: {path}": text for path, text in WRITTEN.items()}}
WORKFLOWS = {name: text for name, text in TEXTS.items() if "/workflows/" in name}
BLOCKS = [block for path, text in OURS.items() for block in shell_blocks(path, text)]
# All that each job may do; a workflow to call has the same as the one that `init` writes.
RIGHTS = {
    "campaign-pull-request": {
        "review": {"contents": "read"},
        "comment": {"pull-requests": "write"},
        "code-scanning": {"actions": "read", "security-events": "write"},
    },
    "campaign-merge": {"plan": {"contents": "read"}, "run": {"contents": "write"}},
    "campaign-resume": {"resume": {"contents": "write"}},
}
every_file = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
every_workflow = pytest.mark.parametrize(("name", "text"), WORKFLOWS.items(), ids=WORKFLOWS)


def body(text: str) -> str:
    return text[text.index("\npermissions: {}\n") :]


def events(workflow: dict[Any, Any]) -> set[str]:
    told = workflow[True]  # as YAML 1.1 reads `on`
    return set(told) if isinstance(told, dict) else {told}


def steps(text: str) -> Iterator[dict[str, Any]]:
    value = yaml.safe_load(text)
    for job in value["jobs"].values() if "jobs" in value else [value["runs"]]:
        yield from job["steps"]


def test_every_file_is_looked_at() -> None:
    workflows = {f".github/workflows/{name}.yml" for name in ("ci", *TO_CALL)}
    assert set(OURS) == {*workflows, ".github/actions/campaign-runner/action.yml"}
    assert set(WRITTEN) == {f".github/workflows/{name}.yml" for name in TO_CALL}


class TestToCall:
    """The workflows that other repositories call are those that `init` writes."""

    @pytest.mark.parametrize("name", TO_CALL)
    def test_but_for_what_inputs_replace(self, name: str) -> None:
        path = f".github/workflows/{name}.yml"
        ours = body(OURS[path])
        assert ours.replace("${{ inputs.environment }}", TARGET) == body(WRITTEN[path])
        # Where it is replaced, it is nothing but the environment and the queues named after it.
        places = re.findall(r"(.*)\$\{\{ inputs\.environment \}\}", ours)
        queues = ("campaign-plan-", "campaign-run-")
        known = {"    environment: ", *(f"      group: {it}" for it in queues)}
        assert set(places) <= known

    @pytest.mark.parametrize("name", TO_CALL)
    def test_their_inputs_stand_for_what_init_writes(self, name: str) -> None:
        path = f".github/workflows/{name}.yml"
        workflow = yaml.safe_load(OURS[path])
        inputs = workflow[True]["workflow_call"]["inputs"]

        def filled(text: str) -> str:
            given = {key: str(it.get("default", SOURCE)) for key, it in inputs.items()}
            return re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda it: given[it[1]], text)

        env = {key: filled(it) for key, it in workflow["env"].items()}
        assert env == yaml.safe_load(WRITTEN[path])["env"]
        used = set(re.findall(r"inputs\.([\w-]+)", OURS[path]))
        assert used == set(inputs)
        assert all(it["description"] for it in inputs.values())


class TestRights:
    @every_workflow
    def test_they_begin_with_none_and_each_job_says_what_it_needs(
        self, name: str, text: str
    ) -> None:
        workflow = yaml.safe_load(text)
        assert workflow["permissions"] == {}
        rights = {job: it["permissions"] for job, it in workflow["jobs"].items()}
        known = RIGHTS.get(Path(name).stem)
        if known is not None:
            assert rights == known
        else:
            assert all(it in ({}, {"contents": "read"}) for it in rights.values())

    @every_workflow
    def test_strangers_never_get_those_of_the_target(self, name: str, text: str) -> None:
        assert "pull_request_target" not in text
        assert "workflow_run" not in text
        expected = {
            "ci": {"push", "pull_request"},
            "campaign-pull-request": {"pull_request"},
            "campaign-merge": {"push", "workflow_dispatch"},
            "campaign-resume": {"workflow_dispatch"},
        }[Path(name).stem]
        is_to_call = name in OURS and not name.endswith("/ci.yml")
        assert events(yaml.safe_load(text)) == ({"workflow_call"} if is_to_call else expected)

    @pytest.mark.parametrize("texts", [OURS, WRITTEN], ids=["ours", "init"])
    def test_what_reads_a_pull_request_may_write_nothing_and_has_no_secret(
        self, texts: dict[str, str]
    ) -> None:
        text = texts[".github/workflows/campaign-pull-request.yml"]
        assert "secrets." not in text
        for name, job in yaml.safe_load(text)["jobs"].items():
            checks_out = "actions/checkout@" in str(job["steps"])
            may_write = "write" in job["permissions"].values()
            assert checks_out != may_write
            if may_write:  # which is never for forks
                assert "head.repo.full_name == github.repository" in job["if"], name

    @pytest.mark.parametrize("texts", [OURS, WRITTEN], ids=["ours", "init"])
    def test_what_sends_takes_no_artifact_and_only_the_default_branch(
        self, texts: dict[str, str]
    ) -> None:
        for name, first in (("campaign-merge", "plan"), ("campaign-resume", "resume")):
            text = texts[f".github/workflows/{name}.yml"]
            assert "download-artifact" not in text
            condition = yaml.safe_load(text)["jobs"][first]["if"]
            assert condition == (
                "github.ref == format('refs/heads/{0}', github.event.repository.default_branch)"
            )

    @every_file
    def test_no_checkout_leaves_its_token_behind(self, text: str) -> None:
        for step in steps(text):
            if "actions/checkout@" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False


class TestPinned:
    @every_file
    def test_each_action_is_one_commit_and_says_its_version(self, text: str) -> None:
        used = re.findall(r"^ *(?:- )?uses: (.*)$", text, re.MULTILINE)
        assert len(used) == sum("uses" in it for it in steps(text))
        for it in used:
            assert re.fullmatch(r"[\w-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", it), it

    def test_one_action_is_one_commit_everywhere(self) -> None:
        found = re.findall(r"uses: ([\w./-]+)@(.*)", "".join(TEXTS.values()))
        assert len(dict(found)) == len(set(found)) > 4


class TestShellLines:
    def test_all_of_them_are_looked_at(self) -> None:
        begun = re.findall(r"^ +(?:- )?run: (?=\S)", "".join(OURS.values()), re.MULTILINE)
        assert len(BLOCKS) == len(begun) > 20

    @pytest.mark.parametrize("block", BLOCKS, ids=str)
    def test_no_expression_comes_into_them(self, block: Block) -> None:
        assert "${{" not in block.text

    @needs_bash
    @pytest.mark.parametrize("block", BLOCKS, ids=str)
    def test_bash_reads_them(self, block: Block) -> None:
        ended = subprocess.run(
            [BASH, "-n", "-c", block.text], capture_output=True, encoding="utf-8", check=False
        )
        assert (ended.returncode, ended.stderr) == (0, "")


class TestExamples:
    @pytest.mark.parametrize(
        ("system", "file"),
        [
            ("gitlab", ".gitlab-ci.yml"),
            ("azure", "azure-pipelines.yml"),
            ("jenkins", "Jenkinsfile"),
        ],
    )
    def test_they_are_what_init_writes(self, system: str, file: str) -> None:
        shown = (ROOT / "examples/ci" / system / file).read_text(encoding="utf-8")
        assert shown == repository(system, SOURCE)[file]

    def test_each_is_in_the_table_of_their_readme(self) -> None:
        folder = ROOT / "examples/ci"
        text = (folder / "README.md").read_text(encoding="utf-8")
        files = {it.relative_to(folder).as_posix() for it in folder.rglob("*") if it.is_file()}
        listed = re.findall(r"^\| [^|]+ \| \[[^]]+\]\(([^)]+)\) \|", text, re.MULTILINE)
        assert {*listed, "README.md"} == files

    def test_the_image_installs_what_it_is_told_and_runs_as_nobody_in_particular(self) -> None:
        text = (ROOT / "examples/ci/docker/Dockerfile").read_text(encoding="utf-8")
        assert f"\nARG RUNNER={SOURCE}\n" in text
        assert 'pip install --no-cache-dir "$RUNNER"\n' in text
        assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", text, re.MULTILINE)
        assert text.endswith('ENTRYPOINT ["campaign-runner"]\n')


class TestHook:
    """The hook for pre-commit, called as pre-commit calls it: its entry, `args`, then files."""

    @pytest.fixture
    def hook(self) -> dict[str, Any]:
        (found,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
        assert isinstance(found, dict)
        return found

    def words(self, hook: dict[str, Any], *more: str) -> list[str]:
        name, *words = hook["entry"].split()
        assert name == "campaign-runner"
        return [*words, *more]

    def test_it_is_the_one_that_the_readme_names(self, hook: dict[str, Any]) -> None:
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        assert f"- id: {hook['id']}\n" in readme
        assert (hook["language"], hook["types"]) == ("python", ["yaml"])

    def test_it_takes_the_files_where_init_puts_them(self, hook: dict[str, Any]) -> None:
        paths = [it for it in repository("github", SOURCE) if re.search(hook["files"], it)]
        assert paths == ["campaigns/0001-example.yaml", "campaigns/journeys.yaml"]

    def test_it_lets_valid_files_pass(self, program: Program, hook: dict[str, Any]) -> None:
        write("a b.yaml", "version: 1\norganization: acme\nactions: [{start: A}]\n")
        ended = program(*self.words(hook, "--strict", "a b.yaml"))
        assert (ended.exit_code, ended.stdout) == (0, "")

    def test_it_finds_what_is_wrong_in_each(self, program: Program, hook: dict[str, Any]) -> None:
        for name in ("a.yaml", "b.yml"):
            write(name, "version: 1\norganization: acme\nactions: [{strat: A}]\n")
        ended = program(*self.words(hook, "a.yaml", "b.yml"))
        assert ended.exit_code == 3
        assert ended.stdout.count("did you mean `start`?") == 2


def test_the_readme_shows_inputs_and_outputs_that_the_action_has() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(
        r"actions/campaign-runner@COMMIT\n.*?        with:\n(.*?)```", readme, re.DOTALL
    )
    assert shown is not None
    assert set(re.findall(r"^ {10}([\w-]+):", shown[1], re.MULTILINE)) <= set(ACTION["inputs"])
    row = re.search(r"^\| GitHub \|.*$", readme, re.MULTILINE)
    assert row is not None
    outputs = set(re.findall(r"`([a-z-]+)`", row[0])) - {"validate", "plan", "run"}
    assert outputs <= set(ACTION["outputs"])
