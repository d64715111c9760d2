"""Runs workflows of GitHub on this machine: the jobs and the shell lines that stand in them.

What a workflow, a job or a step may say is listed here; anything else is an error, so that no part
of a workflow is passed over unseen. What steps use of others is in `stand_ins`.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tests.story.expressions import (
    Lenient,
    UnknownExpressionError,
    condition,
    filled,
    formatted,
)
from tests.story.server import loaded
from tests.story.stand_ins import STAND_INS, RefusedError
from tests.support.ci import github_in
from tests.support.workflow_commands import Command, obeyed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.story.server import Event, GitHubServer
    from tests.support.ci import GitHub

Conclusion = Literal["success", "failure", "skipped"]
_WORKFLOW = {"name", "on", "env", "permissions", "concurrency", "defaults", "jobs"}
_JOB = {"name", "if", "needs", "runs-on", "timeout-minutes", "environment", "permissions"}
_JOB |= {"concurrency", "outputs", "steps"}
_STEP = {"name", "id", "if", "uses", "with", "run", "env", "timeout-minutes"}
# As GitHub calls it where a step or the defaults say `shell: bash`.
_SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail")


@dataclass(frozen=True)
class Step:
    """What came of a step.

    Attributes:
        exit_code: None where it is no shell script, or was skipped.
        log: all that it wrote, to both streams.
    """

    name: str
    outcome: Conclusion
    exit_code: int | None = None
    log: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""

    @property
    def annotations(self) -> list[Command]:
        found = map(obeyed, self.log.split("\n"))
        return [it for it in found if it and it.name in ("error", "warning", "notice")]


@dataclass(frozen=True)
class Job:
    """What came of a job."""

    result: Conclusion
    outputs: Mapping[str, str] = field(default_factory=dict)
    steps: Sequence[Step] = ()

    def __getitem__(self, name: str) -> Step:
        (found,) = (it for it in self.steps if it.name == name)
        return found

    @property
    def failed(self) -> list[str]:
        """The names of the steps that failed."""
        return [it.name for it in self.steps if it.outcome == "failure"]

    @property
    def annotations(self) -> list[Command]:
        return [command for step in self.steps for command in step.annotations]

    @property
    def log(self) -> str:
        return "".join(step.log for step in self.steps)


class WorkflowRun:
    """One run of a workflow for an event.

    Attributes:
        jobs: what came of those that have ended, by their IDs.
        artifacts: the folder that holds what was uploaded, each under its name.
    """

    def __init__(self, server: GitHubServer, name: str, event: Event) -> None:
        workflow = loaded(server.workflow(name, event))
        _check_keys(workflow, _WORKFLOW)
        assert workflow["defaults"] == {"run": {"shell": "bash"}}
        self.server = server
        self.event = event
        self.number = server.next_run()
        self.artifacts = server.folder / "artifacts" / str(self.number)
        self.jobs: dict[str, Job] = {}
        self._workflow: dict[str, Any] = workflow
        self._inputs = event.inputs_of(workflow["on"])

    def all(self) -> WorkflowRun:
        """Run all jobs that have not run yet, in the order of the file, which is that of needs."""
        for name in self._workflow["jobs"]:
            if name not in self.jobs:
                self.job(name)
        return self

    def job(self, name: str) -> Job:
        """Run one job, or find that it is to be skipped."""
        told = self._workflow["jobs"][name]
        _check_keys(told, _JOB)
        needs = [told["needs"]] if "needs" in told else []
        is_well = all(self.jobs[it].result == "success" for it in needs)
        contexts = self._contexts(told, needs)
        if condition(told.get("if", "success()"), contexts, _functions(is_well=is_well)):
            self.jobs[name] = JobRun(self, self._workflow, told, contexts).run()
        else:
            self.jobs[name] = Job("skipped")
        return self.jobs[name]

    def uploaded(self, name: str) -> dict[str, str]:
        """Give the files of an artifact, by their paths in it."""
        folder = self.artifacts / name
        return {
            it.relative_to(folder).as_posix(): it.read_text(encoding="utf-8")
            for it in sorted(folder.rglob("*"))
            if it.is_file()
        }

    def _contexts(self, told: Mapping[str, Any], needs: Sequence[str]) -> dict[str, Any]:
        return {
            "github": self.server.context(self.event, told.get("permissions", {})),
            "inputs": self._inputs,
            "needs": {it: {"outputs": self._outputs(it)} for it in needs},
            "secrets": self.server.secrets_for(told.get("environment")),
            "vars": self.server.variables,
        }

    def _outputs(self, name: str) -> dict[str, str]:
        """Give the outputs of a job: those that it declares, and none at all if it was skipped."""
        job = self.jobs[name]
        return Lenient() if job.result == "skipped" else dict(job.outputs)


class JobRun:
    """A job while it runs, on a machine of its own."""

    def __init__(
        self,
        run: WorkflowRun,
        workflow: Mapping[str, Any],
        told: Mapping[str, Any],
        contexts: Mapping[str, Any],
    ) -> None:
        self.server = run.server
        self.event = run.event
        self.artifacts = run.artifacts
        self._number = run.number
        self.permissions = run.event.allowed(told.get("permissions", {}))
        self.folder = run.server.next_machine()
        self.workspace = self.folder / "campaigns"
        self.workspace.mkdir()
        self._told = told
        self._workflow = workflow
        # Of a step that was not reached, the outcome is known, too.
        ids = {
            it["id"]: {"outcome": "skipped", "outputs": Lenient()}
            for it in told["steps"]
            if "id" in it
        }
        self._contexts: dict[str, Any] = {**contexts, "steps": ids}
        self._is_well = True
        self._done: list[Step] = []

    def run(self) -> Job:
        for told in self._told["steps"]:
            _check_keys(told, _STEP)
            step = self._step(told)
            self._done.append(step)
            self._is_well = self._is_well and step.outcome != "failure"
            if "id" in told:
                self._contexts["steps"][told["id"]] = {
                    "outcome": step.outcome,
                    "outputs": Lenient(step.outputs),
                }
        outputs = {name: self._fill(it) for name, it in self._told.get("outputs", {}).items()}
        return Job("success" if self._is_well else "failure", outputs, tuple(self._done))

    def _step(self, told: Mapping[str, Any]) -> Step:
        name = told["name"]
        if not condition(told.get("if", "success()"), self._contexts, self._functions):
            return Step(name, "skipped")
        if "run" in told:
            return self._script(name, self._fill(told["run"]), self._env(told))
        given = {key: self._fill(it) for key, it in told.get("with", {}).items()}
        try:
            STAND_INS[told["uses"].partition("@")[0]](self, given)
        except RefusedError as error:
            return Step(name, "failure", log=f"{error}\n")
        return Step(name, "success")

    def _script(self, name: str, text: str, env: Mapping[str, str]) -> Step:
        number = len(self._done)
        files = github_in(self.folder / f"step-{number}", self.workspace)
        script = self.folder / f"step-{number}.sh"
        script.write_text(text, encoding="utf-8")
        ended = subprocess.run(
            [*_SHELL, str(script)],
            cwd=self.workspace,
            env={**self._machine(files), **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        outcome: Conclusion = "success" if ended.returncode == 0 else "failure"
        return Step(name, outcome, ended.returncode, ended.stdout, files.outputs, files.summary)

    def _machine(self, files: GitHub) -> dict[str, str]:
        """Give the variables that GitHub sets, and those of the machine."""
        return {
            **self.server.machine.variables,
            **files.env,
            **self.event.variables,
            "CI": "true",
            "GITHUB_RUN_ID": str(self._number),
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_WORKFLOW": self._workflow["name"],
            "GITHUB_SERVER_URL": self.server.url,
            "GITHUB_REPOSITORY": self.server.repository,
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": str(self.folder),
        }

    def _env(self, told: Mapping[str, Any]) -> dict[str, str]:
        both = {**self._workflow.get("env", {}), **told.get("env", {})}
        return {name: self._fill(it) for name, it in both.items()}

    def _fill(self, text: str) -> str:
        return filled(text, self._contexts, self._functions)

    @property
    def _functions(self) -> dict[str, Callable[..., Any]]:
        return _functions(is_well=self._is_well)


def _functions(*, is_well: bool) -> dict[str, Callable[..., Any]]:
    """Give what expressions may call; nothing is ever cancelled here."""
    return {
        "always": lambda: True,
        "cancelled": lambda: False,
        "success": lambda: is_well,
        "format": formatted,
    }


def _check_keys(told: Mapping[str, Any], known: set[str]) -> None:
    if strangers := set(told) - known:
        raise UnknownExpressionError(
            f"{', '.join(sorted(strangers))}: the tests know nothing of it"
        )
