"""What GitHub keeps of a repository, in a folder: commits, pull requests, comments, secrets."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import yaml

from tests.story import gh
from tests.story.expressions import UnknownExpressionError
from tests.story.machine import Machine
from tests.support.repository import GIT, Repository

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

REPOSITORY = "acme/campaigns"
MAIN = "refs/heads/main"
_WORKFLOWS = ".github/workflows"
# Who pushes from a machine needs a token that may; people are let in.
_HOOK = """\
#!/bin/sh
if [ "$HOME" != {home} ]; then exit; fi
case "${{GH_TOKEN-}}" in
  *contents=write*) ;;
  *) echo 'Permission to acme/campaigns.git denied to github-actions[bot].' >&2; exit 1 ;;
esac
"""


@dataclass(frozen=True)
class Event:
    """Why workflows run.

    Attributes:
        ref: the branch, or what a pull request would be once merged.
        sha: the commit that is checked out.
        payload: what GitHub tells of it.
        given: the inputs that a person has given.
        changed: the paths that a push changes.
    """

    name: str
    ref: str
    sha: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    changed: Sequence[str] = ()

    @property
    def variables(self) -> dict[str, str]:
        return {
            "GITHUB_EVENT_NAME": self.name,
            "GITHUB_REF": self.ref,
            "GITHUB_REF_NAME": self.ref.partition("/")[2].partition("/")[2],
            "GITHUB_SHA": self.sha,
        }

    def starts(self, on: Mapping[str, Any]) -> bool:
        """Whether a workflow that begins `on` these events does for this one."""
        if self.name not in on:
            return False
        if self.name != "push":
            return True
        told, branch = on["push"], self.variables["GITHUB_REF_NAME"]
        return any(fnmatchcase(branch, it) for it in told["branches"]) and any(
            fnmatchcase(path, it) for path in self.changed for it in told["paths"]
        )

    def inputs_of(self, on: Mapping[str, Any]) -> dict[str, Any]:
        """Give the inputs that a workflow declares; null where nobody is asked for them."""
        declared = (on.get("workflow_dispatch") or {}).get("inputs", {})
        if self.name != "workflow_dispatch":
            return dict.fromkeys(declared)
        if strangers := set(self.given) - set(declared):
            raise UnknownExpressionError(f"no such input: {strangers}")
        return {name: self._input(name, told) for name, told in declared.items()}

    def _input(self, name: str, told: Mapping[str, str]) -> Any:
        if name in self.given:
            return self.given[name]
        if told.get("required") == "true":
            raise UnknownExpressionError(f"the input {name} is required")
        return told["default"] == "true" if told["type"] == "boolean" else told["default"]

    def allowed(self, permissions: Mapping[str, str]) -> dict[str, str]:
        """Give what the token of a job may do: for a pull request from a fork, only read."""
        is_foreign = False
        if self.name == "pull_request":
            is_foreign = self.payload["pull_request"]["head"]["repo"]["full_name"] != REPOSITORY
        return {it: "read" if is_foreign else level for it, level in permissions.items()}


def loaded(text: str) -> dict[str, Any]:
    """Give the content of a workflow, all of it as text: `on` is no boolean there."""
    value: dict[str, Any] = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - it makes no objects
    return value


class GitHubServer:
    """A repository, and machines that run its workflows.

    Attributes:
        folder: all that it keeps.
        findings: the SARIF files that were uploaded, each after its category.
        variables: those of the repository, for expressions.
        machine: what every machine has that runs its jobs.
    """

    repository = REPOSITORY
    url = "https://github.com"

    def __init__(self, folder: Path, secrets: Mapping[str, str], more: Mapping[str, str]) -> None:
        self.folder = folder
        self.findings: list[tuple[str, str]] = []
        self.variables: dict[str, Any] = {"CAMPAIGN_CODE_SCANNING": None}
        self._secrets = secrets
        self._bare = folder / "repositories" / REPOSITORY
        self._comments = folder / "comments.json"
        self._comments.write_text("{}", encoding="utf-8")
        self._runs = self._machines = 0
        self.machine = Machine(folder)
        self.machine.serve(self.url, folder / "repositories")
        self.machine.program("gh", [sys.executable, gh.__file__, str(self._comments)])
        self.machine.variables.update(more)
        self._make_repository()

    def author(self) -> Repository:
        """Give the repository as a person has it, on `main` and without any commit."""
        made = Repository(self.folder / "author")
        made.git("remote", "add", "origin", self._bare.as_uri())
        return made

    def workflow(self, name: str, event: Event) -> str:
        """Give the text of a workflow as it is in the event's commit."""
        return self._git("show", f"{event.sha}:{_WORKFLOWS}/{name}")

    def started_by(self, event: Event) -> list[str]:
        """Give the names of the workflows that an event starts."""
        names = self._git("ls-tree", "--name-only", f"{event.sha}:{_WORKFLOWS}").split()
        return [it for it in names if event.starts(loaded(self.workflow(it, event))["on"])]

    def push(self, sha: str, since: str | None = None) -> Event:
        """Give the event of a push to `main`; of the first one, with all paths."""
        asked = ["ls-tree", "-r", "--name-only", sha]
        if since is not None:
            asked = ["diff", "--name-only", since, sha]
        return Event("push", MAIN, sha, self._payload(), changed=self._git(*asked).split("\n"))

    def dispatch(self, ref: str = MAIN, **given: Any) -> Event:
        """Give the event of a person who starts a workflow; `_` in names of inputs is `-`."""
        inputs = {name.replace("_", "-"): value for name, value in given.items()}
        return Event("workflow_dispatch", ref, self.head(ref), self._payload(), inputs)

    def pull_request(
        self, number: int, repository: str = REPOSITORY, *, private: bool = False
    ) -> Event:
        """Give the event of a pull request, whose head is in `repository`."""
        ref = f"refs/pull/{number}/merge"
        told = {"number": number, "head": {"repo": {"full_name": repository}}}
        payload = {**self._payload(private=private), "pull_request": told}
        return Event("pull_request", ref, self.head(ref), payload)

    def context(self, event: Event, permissions: Mapping[str, str]) -> dict[str, Any]:
        """Give what `github` stands for in the expressions of a job."""
        token = " ".join(f"{it}={level}" for it, level in event.allowed(permissions).items())
        return {
            "event": event.payload,
            "ref": event.ref,
            "repository": REPOSITORY,
            "run_attempt": 1,
            "server_url": self.url,
            "sha": event.sha,
            "token": f"token {token}",
        }

    def secrets_for(self, environment: str | None) -> dict[str, str | None]:
        """Give the secrets that a job has: they belong to the environment `prod`."""
        if environment == "prod":
            return dict(self._secrets)
        return dict.fromkeys(self._secrets)

    def head(self, ref: str) -> str:
        return self._git("rev-parse", "--verify", ref)

    def exists(self, ref: str) -> bool:
        return ref in self._git("for-each-ref", "--format=%(refname)").split()

    def files(self, ref: str) -> dict[str, str]:
        """Give the files of a branch, by their paths."""
        names = self._git("ls-tree", "-r", "--name-only", ref).split("\n")
        return {name: self._git("show", f"{ref}:{name}") for name in names}

    def messages(self, ref: str) -> list[str]:
        """Give the first lines of a branch's commits, the newest first."""
        return self._git("log", "--format=%s", ref).split("\n")

    def comments(self, number: int) -> list[tuple[str, str]]:
        """Give who has written what below a pull request."""
        there = json.loads(self._comments.read_text(encoding="utf-8")).get(str(number), [])
        return [(it["user"]["login"], it["body"]) for it in there]

    def comment(self, number: int, login: str, body: str, times: int = 1) -> None:
        """Have somebody comment on a pull request."""
        there = json.loads(self._comments.read_text(encoding="utf-8"))
        them = there.setdefault(str(number), [])
        them += [
            {"id": 100 * number + len(them) + n, "user": {"login": login}, "body": body}
            for n in range(times)
        ]
        self._comments.write_text(json.dumps(there), encoding="utf-8")

    def next_run(self) -> int:
        self._runs += 1
        return 4710 + self._runs

    def next_machine(self) -> Path:
        """Give the folder of a new machine."""
        self._machines += 1
        made = self.folder / "machines" / str(self._machines)
        made.mkdir(parents=True)
        return made

    def _payload(self, *, private: bool = False) -> dict[str, Any]:
        return {"repository": {"default_branch": "main", "private": private}}

    def _make_repository(self) -> None:
        bare = Repository(self._bare, "--bare")
        bare.git("config", "uploadpack.allowAnySHA1InWant", "true")
        home = shlex.quote(self.machine.variables["HOME"])
        hook = bare.write("hooks/pre-receive", _HOOK.format(home=home))
        hook.chmod(0o755)

    def _git(self, *arguments: str) -> str:
        return subprocess.run(
            [GIT, "--git-dir", str(self._bare), *arguments],
            env=self.machine.variables,
            capture_output=True,
            encoding="utf-8",
            check=True,
            timeout=60,
        ).stdout.strip()
