"""How the story is told: a repository, what people do to it, and what each run leaves behind."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from runner.sandbox import Sandbox, SandboxSettings, WorkflowState
from tests.story.actions import WorkflowRun
from tests.story.machine import has_bash
from tests.support.campaign import sent_to
from tests.support.program import checked_report
from tests.support.repository import actions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.story.actions import Job
    from tests.story.machine import Machine
    from tests.story.server import Event, GitHubServer
    from tests.support.repository import Repository

PULL_REQUEST = "campaign-pull-request.yml"
MERGE = "campaign-merge.yml"
RESUME = "campaign-resume.yml"
STATE = "refs/heads/campaign-state"
NUMBER = 7  # of the pull request
AUTUMN = "campaigns/0002-autumn.yaml"
WINTER = "campaigns/0003-winter.yaml"
SPRING = "campaigns/0004-spring.yaml"
SUMMER = "campaigns/0005-summer.yaml"
MARKER = "<!-- campaign-runner plan -->"
SOURCE = "campaign-runner==1.2.3"
SECRETS = {
    "CAMPAIGN_CLIENT_ID": "canary-client-id-41d7",
    "CAMPAIGN_CLIENT_SECRET": "canary-client-secret-b0f3",
}
HEAD = """\
version: 1
auth:
  api_key: ${env:CAMPAIGN_CLIENT_ID}
  oauth:
    client_id: ${env:CAMPAIGN_CLIENT_ID}
    client_secret: ${env:CAMPAIGN_CLIENT_SECRET}
    scopes: [openid, AdobeID, campaign_sdk]
defaults: {settle: 200ms}
environments:
  prod: {organization: acme}
"""
FIRST_ACTION = HEAD.count("\n") + 2  # its line in what `campaign` gives


def campaign(*commands: str) -> str:
    """Give a file of actions as people write one after the example, each in a line of its own."""
    return actions(*commands, head=HEAD)


def campaign_of_acme() -> Sandbox:
    """Give what stands in for Adobe Campaign, and lets in who has the secrets."""
    states = {
        **dict.fromkeys(["WKF101", "WKF202", "WKF302"], "started"),
        **dict.fromkeys(["WKF102", "WKF201", "WKF301"], "editing"),
        **dict.fromkeys([f"WKF40{n}" for n in range(1, 7)], "editing"),
    }
    settings = SandboxSettings(
        {"acme": {workflow: WorkflowState(state) for workflow, state in states.items()}},
        api_key=SECRETS["CAMPAIGN_CLIENT_ID"],
        client_secret=SECRETS["CAMPAIGN_CLIENT_SECRET"],
    )
    return Sandbox(settings)


NEEDS_BASH = pytest.mark.skipif(not has_bash(), reason="needs bash 4 or newer")
# Where tests are handed out by groups, one worker tells the story; else each tells it anew.
STORY = [pytest.mark.xdist_group("story"), NEEDS_BASH]


@dataclass(frozen=True)
class Chapter:
    """A run of a workflow that has ended, and what it left behind.

    Attributes:
        sent: the commands that Campaign has accepted from it.
        journals: the new lines of each journal in the branch that holds them.
        comments: who has written what below the pull request, by then.
    """

    run: WorkflowRun
    sent: list[tuple[str, str]]
    journals: dict[str, str]
    comments: list[tuple[str, str]]

    @property
    def jobs(self) -> Mapping[str, Job]:
        return self.run.jobs

    @property
    def results(self) -> dict[str, str]:
        return {name: job.result for name, job in self.jobs.items()}

    @property
    def report(self) -> Any:
        """The report that was uploaded, valid by its schema."""
        return checked_report(self.run.uploaded("run-1")["report.json"])

    @property
    def outcomes(self) -> dict[str, str]:
        """The outcome of each command, by its ID."""
        return {it["id"]: it["outcome"] for it in self.report["commands"]}

    @property
    def run_id(self) -> str:
        return str(self.report["run_id"])


def init(repository: Repository, machine: Machine, ci: str) -> None:
    """Have `init` write a repository, as a person does."""
    subprocess.run(
        ["campaign-runner", "init", "--ci", ci, "--runner-source", SOURCE],
        cwd=repository.folder,
        env=machine.variables,
        check=True,
        capture_output=True,
        timeout=60,
    )


class Story:
    """A repository that has just begun, and a Campaign that its runs reach."""

    def __init__(self, server: GitHubServer, sandbox: Sandbox) -> None:
        self.server = server
        self.sandbox = sandbox
        self.author = server.author()
        init(self.author, server.machine, "github")
        self.start = self.author.commit("begin")
        self.author.git("push", "-q", "origin", "main")

    def edit(self, path: str, old: str, new: str) -> None:
        """Change a file, which has to hold what is changed."""
        text = (self.author.folder / path).read_text(encoding="utf-8")
        assert text.count(old) == 1
        self.author.write(path, text.replace(old, new))

    def propose(self, branch: str, number: int) -> None:
        """Commit what stands there on the branch, and bring it into its pull request.

        As on GitHub, what the workflow sees is a merge of it into `main`, made anew each time.
        """
        git = self.author.git
        self.author.commit()
        git("push", "-q", "origin", branch)
        git("checkout", "-q", "--detach", "main")
        git("merge", "-q", "--no-ff", "-m", f"Merge {branch} into main", branch)
        git("push", "-q", "-f", "origin", f"HEAD:refs/pull/{number}/merge")
        git("checkout", "-q", branch)

    def merge(self, branch: str) -> Event:
        """Merge a branch into `main`, and give the event of it."""
        before = self.server.head("refs/heads/main")
        self.author.git("checkout", "-q", "main")
        self.author.git("merge", "-q", "--no-ff", "-m", f"Merge {branch}", branch)
        return self._push(before)

    def add(self, path: str, *commands: str) -> Event:
        """Add a file of actions to `main`, and give the event of its push."""
        before = self.server.head("refs/heads/main")
        self.author.write(path, campaign(*commands))
        self.author.commit(f"add {path}")
        return self._push(before)

    def begin(self, workflow: str, event: Event) -> WorkflowRun:
        return WorkflowRun(self.server, workflow, event)

    def tell(self, workflow: str, event: Event) -> Chapter:
        """Run all jobs of a workflow."""
        return self.end(self.begin(workflow, event))

    def end(self, run: WorkflowRun) -> Chapter:
        """Run the jobs that a run has left."""
        sent, journals = len(sent_to(self.sandbox)), self._journals()
        run.all()
        new = {
            name: text.removeprefix(journals.get(name, ""))
            for name, text in self._journals().items()
            if text != journals.get(name)
        }
        return Chapter(run, sent_to(self.sandbox)[sent:], new, self.server.comments(NUMBER))

    def _push(self, before: str) -> Event:
        self.author.git("push", "-q", "origin", "main")
        return self.server.push(self.server.head("refs/heads/main"), before)

    def _journals(self) -> dict[str, str]:
        there = self.server.files(STATE) if self.server.exists(STATE) else {}
        return {name: text for name, text in there.items() if name.endswith(".jsonl")}
