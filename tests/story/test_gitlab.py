"""The same story on GitLab, shorter: the shell lines of the pipeline that `init` writes."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.story.machine import Machine
from tests.story.telling import (
    AUTUMN,
    FIRST_ACTION,
    MARKER,
    NEEDS_BASH,
    SECRETS,
    SOURCE,
    campaign,
    campaign_of_acme,
    init,
)
from tests.support.campaign import pointing_at, sent_to
from tests.support.ci import CODE_QUALITY, JUNIT, gitlab_env
from tests.support.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from runner.sandbox import Sandbox

pytestmark = NEEDS_BASH
_JOB = {"stage", "extends", "rules", "needs", "script", "after_script", "artifacts", "cache"}
_JOB |= {"interruptible", "environment", "resource_group", "timeout", "variables"}


@dataclass(frozen=True)
class Job:
    """What came of a job.

    Attributes:
        folder: where it worked.
    """

    exit_code: int
    log: str
    folder: Path

    def text(self, name: str | Path) -> str:
        return (self.folder / name).read_text(encoding="utf-8")


class Project:
    """A repository on GitLab, whose jobs run here, with a cache that outlives them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.machine = Machine(folder)
        self.author = Repository(folder / "author")
        init(self.author, self.machine, "gitlab")
        self.start = self.author.commit("begin")
        self._cache = folder / "cache"
        self._jobs = 0

    def job(self, name: str, variables: Mapping[str, str]) -> Job:
        """Run a job of the commit that is checked out, with variables of its pipeline."""
        told = yaml.safe_load((self.author.folder / ".gitlab-ci.yml").read_text(encoding="utf-8"))
        job = self._job(told, name)
        self._jobs += 1
        work = self.folder / f"job-{self._jobs}"
        self.author.clone(work)
        given = {key: _value(it) for key, it in told["variables"].items()}
        env = {
            **self.machine.variables,
            **gitlab_env(work),
            **given,
            **{key: _value(it) for key, it in job.get("variables", {}).items()},
            **variables,
        }
        (cache,) = job.get("cache", [{"policy": "none", "paths": []}])
        if self._cache.is_dir() and cache["policy"].startswith("pull"):
            shutil.copytree(self._cache, work / given["STATE"])
        lines = told["default"]["before_script"] + job["script"]
        ended = _bash(lines, work, env)
        if "after_script" in job:
            _bash(job["after_script"], work, env)
        if cache["policy"].endswith("push"):
            assert cache["paths"] == [f"{given['STATE']}/"]
            shutil.copytree(work / given["STATE"], self._cache, dirs_exist_ok=True)
        return Job(ended.returncode, ended.stdout, work)

    def _job(self, told: Mapping[str, Any], name: str) -> dict[str, Any]:
        job: dict[str, Any] = told[name]
        if "extends" in job:
            job = {**told[job["extends"]], **job}
        assert set(job) <= _JOB
        return job


def _value(told: Any) -> str:
    return str(told["value"] if isinstance(told, dict) else told)


def _bash(
    lines: list[str], folder: Path, env: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run lines as GitLab's runner does: all in one shell, which ends with the first that fails."""
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(lines)],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with campaign_of_acme() as running:
        yield running


class TestMergeRequest:
    def jobs(self, project: Project, *commands: str) -> tuple[Job, Job]:
        project.author.git("checkout", "-q", "-b", "autumn")
        project.author.write(AUTUMN, campaign(*commands))
        project.author.commit()
        env = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": project.start}
        return project.job("validate", env), project.job("plan of the merge request", env)

    def test_a_valid_one_shows_its_plan(self, project: Project) -> None:
        validate, plan = self.jobs(project, "start: WKF301")
        assert (validate.exit_code, plan.exit_code) == (0, 0)
        assert json.loads(validate.text(CODE_QUALITY)) == []
        assert plan.text("plan.md").startswith(f"{MARKER}\n### Plan: 3 commands for `acme`")
        assert project.machine.installed == [
            f"-m pip install --quiet --disable-pip-version-check {SOURCE}"
        ]

    def test_a_broken_one_shows_the_mistake_at_its_line(self, project: Project) -> None:
        validate, plan = self.jobs(project, "strat: WKF301")
        assert (validate.exit_code, plan.exit_code) == (3, 3)
        for job in (validate, plan):
            (one,) = json.loads(job.text(CODE_QUALITY))
            assert one["location"] == {"path": AUTUMN, "lines": {"begin": FIRST_ACTION}}
        assert plan.text("plan.md").startswith(f"{MARKER}\n### ⛔ No plan: 1 problem ")
        assert "did you mean `start`?" in plan.text("plan.md")


class TestMerge:
    def pipeline(self, project: Project, sandbox: Sandbox, **more: str) -> tuple[Job, Job]:
        """Run both jobs; the first has no secret, and hands its digest to the second."""
        env = {**pointing_at(sandbox, {}), **more}
        plan = project.job("plan", env)
        if plan.exit_code != 0:
            return plan, plan
        name, _, digest = plan.text("plan.env").strip().partition("=")
        return plan, project.job("run", {**env, **SECRETS, name: digest})

    def test_the_first_run_has_to_be_asked_for(self, project: Project, sandbox: Sandbox) -> None:
        plan, _ = self.pipeline(project, sandbox)
        assert plan.exit_code == 64
        assert "for the very first run add --init-state" in plan.log

    def test_what_was_planned_runs_once(self, project: Project, sandbox: Sandbox) -> None:
        plan, run = self.pipeline(project, sandbox, INIT_STATE="true")
        assert (plan.exit_code, run.exit_code) == (0, 0)
        assert [workflow for _, workflow in sent_to(sandbox)] == [
            *("WKF101", "WKF102", "WKF201", "WKF202")
        ]
        tests = ET.fromstring(run.text(JUNIT))  # noqa: S314 - made by the run itself
        assert len(list(tests.iter("testcase"))) == 4
        run_id = json.loads(run.text("report.json"))["run_id"]
        assert run_id in run.text("report.html")
        assert (run.folder / ".campaign-runner" / f"{run_id}.jsonl").is_file()
        _, again = self.pipeline(project, sandbox)
        assert again.exit_code == 0
        assert len(sent_to(sandbox)) == 4

    def test_another_plan_than_the_approved_is_refused(
        self, project: Project, sandbox: Sandbox
    ) -> None:
        env = {**pointing_at(sandbox, SECRETS), "INIT_STATE": "true", "DIGEST": "0" * 64}
        refused = project.job("run", env)
        assert refused.exit_code == 3
        assert sent_to(sandbox) == []
        (one,) = json.loads(refused.text(CODE_QUALITY))
        assert one["check_name"] == "reviewed-plan"
