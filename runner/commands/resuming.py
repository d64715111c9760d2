"""Goes on with the run of a journal: what is read from it, and what has to be as it was (R26)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from runner.campaign.hosts import Target, check_target
from runner.ci.source_control import SourceControl
from runner.commands.planning import Asked
from runner.commands.remembering import untouched
from runner.commands.resume_checks import check_header, check_options, read_words, take_words
from runner.errors import JournalError
from runner.execute.past import NO_PAST
from runner.execute.run import Seam
from runner.guardrails.overrides import Applied, Override
from runner.journal.history import pasts, read_history
from runner.journal.reader import RULE, read_journal
from runner.load.sources import STDIN
from runner.plan.plan import Selection
from runner.plan.resolve import resolve
from runner.problems import file_problem
from runner.render.problems import problem_of
from runner.review.changes import changes_of
from runner.review.reviewed import shard_of
from runner.states import Observation, ReadState, State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.commands.run_options import ResumeOptions, RunOptions
    from runner.commands.surroundings import Surroundings
    from runner.execute.past import Past
    from runner.execute.results import CommandResult
    from runner.journal.history import History
    from runner.load import SourceFile
    from runner.plan.plan import Plan
    from runner.problems import Problem


class Resuming:
    """A run that is gone on with.

    Attributes:
        journal: as it stood when it was read last.
        words: a person's word for commands, by their ids.
        history: what is known of its commands; None before `read_again`.
    """

    def __init__(self, resume: ResumeOptions, options: RunOptions, around: Surroundings) -> None:
        """Read the journal.

        Raises:
            JournalError: if it cannot be gone on with.
            UsageError: if the options contradict it.
        """
        self._resume = resume
        self._options = options
        check_options(options)
        self.words = dict(read_words(resume.settle))
        self.journal = read_journal(Path(around.cwd, resume.journal), resume.journal)
        self.history: History | None = None
        check_header(self.journal.header, options)
        if STDIN in self.asked.inputs.paths:
            message = "the run read its files from standard input, which is gone"
            hint = "keep them in a file, and begin a new run"
            raise JournalError([file_problem(RULE, resume.journal, message, hint)])

    @property
    def folder(self) -> Path:
        """The state directory."""
        return self.journal.path.parent

    @property
    def asked(self) -> Asked:
        """Which plan is meant."""
        header, given = self.journal.header, self._options.asked
        plan = header["plan"]
        paths = tuple(file["path"] for file in plan["config"]["files"])
        only, start = plan["selection"]["only"], plan["selection"]["from"]
        return Asked(
            inputs=replace(given.inputs, paths=paths, environment=header["environment"]),
            selection=Selection(tuple(only), start),
            changes=changes_of(plan),
            shard=shard_of(plan),
        )

    @property
    def target(self) -> Target:
        """Where its requests go.

        Raises:
            UsageError: if they may not.
        """
        target = self.journal.header["target"]
        if target["sandbox"]:
            return Target(target["base_url"], target["token_url"], sandbox=True)
        hosts = self._options.access.allowed_hosts
        return check_target(target["base_url"], target["token_url"], hosts)

    @property
    def run_id(self) -> str:
        """The identity of the run."""
        return str(self.journal.header["run_id"])

    @property
    def started_at(self) -> datetime:
        """When its first part began."""
        return moment(self.journal.header["started_at"])

    @property
    def source_control(self) -> SourceControl:
        """Which commit and CI run its first part was."""
        return _source(self.journal.header["source_control"])

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Those that it began with."""
        return tuple(problem_of(it) for it in self.journal.header["warnings"])

    @property
    def overrides(self) -> tuple[Applied, ...]:
        """The guardrails that were lifted when it began."""
        return tuple(
            Applied(
                Override(it["name"], it["reason"]), tuple(problem_of(told) for told in it["lifted"])
            )
            for it in self.journal.header["overrides"]
        )

    @property
    def plan_digest(self) -> str:
        """The digest by which a reviewer knows the plan."""
        return str(self.journal.header["plan_digest"])

    @property
    def is_finished(self) -> bool:
        """Whether there is nothing more to do but to write the report again."""
        return self.journal.end is not None and not self._resume.asks_for_more

    def check_files(self, files: Sequence[SourceFile]) -> None:
        """Make sure that the files are those of the run.

        Raises:
            JournalError: naming every file that has changed since.
        """
        known = self.journal.header["plan"]["config"]["files"]
        sha = {file["path"]: file["sha256"] for file in known}
        problems = [
            file_problem(
                RULE,
                file.path,
                "this file has changed since the run began",
                "put it back as it was to go on with the run, or begin a new one",
            )
            for file in files
            if sha.get(file.path) != file.sha256
        ]
        if problems:
            raise JournalError(problems)

    def resolve(self, offline: Plan) -> Plan:
        """Give the plan of the run, made again from the files and the states that it saw.

        Raises:
            JournalError: if that is another one.
        """
        plan = offline
        live = self.journal.header["plan"]["live"]
        if live is not None:
            commands = self.journal.header["plan"]["commands"]
            reasons = {
                (it["organization"], it["workflow"]): it.get("reason", "") for it in commands
            }
            seen = [_observation(it, reasons) for it in live["states"]]
            states = {it.key: it for it in seen}
            plan = resolve(offline, states, assume_unknown=live["assume_unknown"])
        if plan.digest != self.journal.header["plan"]["digest"]:
            message = "the files make another plan now than when the run began"
            hint = (
                "the organization's variable must be as it was, and campaign-runner the one that"
                " began the run; or begin a new one"
            )
            raise JournalError([file_problem(RULE, self.journal.name, message, hint)])
        return plan

    def read_journal_again(self) -> None:
        """Take in what was written to the journal since.

        Raises:
            JournalError: if it cannot be read.
        """
        self.journal = read_journal(self.journal.path, self.journal.name)

    def read_again(self, plan: Plan) -> dict[int, Past]:
        """Read the journal again, now that no other run writes to it, and give what it knows.

        Raises:
            JournalError: if it cannot be read.
            UsageError: if a person's word is about a command for which none is needed.
        """
        self.read_journal_again()
        self.history = read_history(self.journal, [it.id for it in plan.commands])
        take_words(self.history, plan, self.words)
        for record in self.history.records.values():
            if self._resume.retry_failed and record.has_failed:
                record.retry()
        # Even where nothing was begun, time has passed since the plan's states were read.
        return pasts(self.history, plan.commands) or {0: NO_PAST}

    def untouched(self, plan: Plan, why: str) -> tuple[CommandResult, ...]:
        """Give the results where nothing is done now, by what is written in the journal."""
        return untouched(self.journal, plan, why)

    def seams(self, plan: Plan) -> tuple[Seam, ...]:
        """Give where the run was gone on with so far."""
        journal = self.journal
        history = read_history(journal, [it.id for it in plan.commands])
        return tuple(
            Seam(
                at=moment(line["at"]),
                following=plan.commands[n - 1].id if n else None,
                settled=tuple((it["id"], it["word"]) for it in line["settled"]),
                retry_failed=line["retry_failed"],
                source_control=_source(line["source_control"]),
            )
            for line, n in zip(history.seams, history.next_places, strict=True)
        )


def _source(value: Mapping[str, Any]) -> SourceControl:
    return SourceControl(value["commit"], value["ref"], value["run_url"])


def _observation(
    value: Mapping[str, Any], reasons: Mapping[tuple[str | None, str], str]
) -> Observation:
    """Give what was seen, with what was said of it then where its state was not known."""
    state = State(value["state"])
    key = (value["organization"], value["workflow"])
    error = reasons.get(key, "") if state is State.UNKNOWN else ""
    return Observation(*key, value["found"], ReadState(state, value["raw"], None), error=error)


def moment(text: str) -> datetime:
    """Read a moment of a journal."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
