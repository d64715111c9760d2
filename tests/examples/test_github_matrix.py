"""`examples/ci/github-matrix`: three jobs, one record of what is done, one report."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from runner.scaffold.repository import repository
from tests.support.campaign import ONE
from tests.support.program import write
from tests.support.repository import SETTINGS, Repository

if TYPE_CHECKING:
    from tests.support.program import Program

FILE = Path(__file__).parents[2] / "examples/ci/github-matrix/campaigns.yml"
WORKFLOW: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
JOBS: dict[str, Any] = WORKFLOW["jobs"]


def step(job: str, name: str) -> dict[str, Any]:
    (found,) = (it for it in JOBS[job]["steps"] if it["name"] == name)
    result: dict[str, Any] = found
    return result


def test_actions_are_pinned_to_the_commits_that_init_writes() -> None:
    written = "".join(repository("github", "campaign-runner").values())
    used = re.findall(r"uses: (\S+@\S+ # \S+)", FILE.read_text(encoding="utf-8"))
    assert len(used) == 8
    assert all(it in written for it in used)


def test_no_job_may_do_more_than_it_needs() -> None:
    assert WORKFLOW["permissions"] == {}
    rights = {name: job["permissions"] for name, job in JOBS.items()}
    assert rights == {"plan": {"contents": "read"}, "run": {"contents": "write"}, "report": {}}
    checkouts = [it for job in JOBS.values() for it in job["steps"] if it["name"] == "Check out"]
    assert [it["with"] for it in checkouts] == [{"persist-credentials": False}] * 2


def test_only_the_shards_have_the_secrets_and_all_of_them_run() -> None:
    text = {name: str(job) for name, job in JOBS.items()}
    assert [name for name in text if "secrets." in text[name]] == ["run"]
    assert JOBS["run"]["environment"] == "prod"
    assert JOBS["run"]["strategy"]["fail-fast"] is False


def test_its_commands_are_true(program: Program) -> None:
    write("campaigns/a.yaml", f"{ONE}environments: {{prod: {{}}}}\n")
    for name in ("Validate", "Plan"):
        words = step("plan", name)["run"].replace('"$CAMPAIGNS"', "campaigns").split()[1:]
        assert program(*(it.replace('"$TARGET"', "prod") for it in words)).exit_code == 0
    run = step("run", "Run")
    arguments = re.findall(r"--[a-z-]+", run["run"].replace("exec: so", ""))
    expected = ["--env", "--once", "--state-dir", "--init-state", "--shard", "--plan-digest"]
    assert arguments == expected
    shown = program("run", "--help").stdout
    assert all(it in shown for it in arguments)
    assert run["env"]["SHARD"] == "${{ matrix.shard }}/${{ strategy.job-total }}"


def test_the_report_job_merges_what_the_shards_have_kept(program: Program) -> None:
    write("a.yaml", f"{ONE}---\n{ONE.replace('acme', 'globex')}")
    for n in (1, 2, 3):
        Path(f"shards/shard-{n}").mkdir(parents=True)
        report = f"shards/shard-{n}/report.json"
        dry = ("run", "a.yaml", "--dry-run", "--shard", f"{n}/3", "--report", report)
        assert program(*dry).exit_code == 0
    for line in step("report", "Merge them")["run"].splitlines():
        words = line.partition(" >> ")[0].split()[1:]
        names = sorted(map(str, Path("shards").glob("*/report.json")))
        arguments = [one for it in words for one in (names if "*" in it else [it])]
        ended = program(*arguments)
        assert ended.exit_code == 0
        assert "warning" not in ended.stderr
    assert Path("report.html").exists()


def test_shards_that_push_at_the_same_time_lose_no_journal(tmp_path: Path) -> None:
    origin = Repository(tmp_path / "origin", "--bare")
    seed = origin.clone(tmp_path / "seed")
    seed.commit()
    seed.git("push", "-q", "origin", "HEAD:refs/heads/campaign-state")
    script = step("run", "Keep the journals")["run"].replace("sleep ", ": ")
    jobs = []
    for n in (1, 2, 3):  # all have what was there when the first of them began
        folder = tmp_path / f"job-{n}"
        address = (tmp_path / "origin").as_uri()
        options = ("--quiet", "--depth", "1", "--branch", "campaign-state", address)
        seed.git("clone", *options, str(folder / ".state"))
        write(str(folder / f".state/prod/{n}.jsonl"), f"{n}\n")
        jobs.append(folder)
    for folder in [*jobs, jobs[0]]:  # one has nothing new the second time
        env = {**SETTINGS, "STATE_BRANCH": "campaign-state", "GITHUB_SHA": "abc"}
        ended = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", script],
            cwd=folder,
            env={**os.environ, **env},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
    seed.git("fetch", "-q", "origin", "campaign-state")
    kept = seed.git("ls-tree", "-r", "--name-only", "FETCH_HEAD").split()
    assert kept == ["prod/1.jsonl", "prod/2.jsonl", "prod/3.jsonl"]
