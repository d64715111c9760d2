"""What the journals of a state directory show as done, so that a pipeline does it once (R28)."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from runner.errors import JournalError
from runner.execute.past import Past
from runner.execute.results import CommandResult, Outcome
from runner.journal.history import read_history
from runner.journal.lines import SUFFIX
from runner.journal.reader import read_journal
from runner.printable import printable
from runner.problems import file_problem
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from runner.journal.history import Record
    from runner.journal.reader import Journal
    from runner.plan.command import Command
    from runner.plan.plan import Plan
    from runner.problems import Problem

RULE = "once"
_DONE = (Outcome.SUCCEEDED.value, Outcome.SKIPPED.value)


class Entry(Value, frozen=True):
    """What one run did of one file.

    Attributes:
        journal: its path, as people name it.
        begun: the ids of the commands that may have had an effect, and
        done: those that have succeeded.
        left: how the command that goes on with the run ends; None where nothing is left to do.
    """

    run_id: str
    journal: str
    organization: str | None
    path: str
    sha256: str
    begun: frozenset[str]
    done: frozenset[str]
    left: str | None = None


class Ledger(Value, frozen=True):
    """What was done for one base URL and environment, the latest run last.

    Attributes:
        is_empty: whether there is no journal at all, of whatever run.
    """

    entries: tuple[Entry, ...]
    is_empty: bool


def read_ledger(folder: Path, name: str, base_url: str, environment: str | None) -> Ledger:
    """Read every journal of a state directory; runs against the embedded sandbox never count.

    Args:
        folder: the state directory, which may be missing.
        name: what people call it.
        base_url: of the API.
        environment: the name given with `--env`, or None for the base.

    Raises:
        JournalError: if a journal cannot be read, whatever it is about.
    """
    files = sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []
    journals = [read_journal(it, f"{name}/{it.name}") for it in files]
    entries = [
        entry
        for journal in sorted(journals, key=lambda it: str(it.header["started_at"]))
        if not journal.is_of_sandbox
        and journal.header["target"]["base_url"] == base_url
        and journal.header["environment"] == environment
        for entry in _entries(journal)
    ]
    return Ledger(tuple(entries), is_empty=not journals)


def pass_over(ledger: Ledger, plan: Plan, again: Sequence[str] = ()) -> dict[int, Past]:
    """Give what is done already of a plan, by place, from 0; desired states never are.

    Args:
        ledger: of the same base URL and environment.
        plan: made from the files.
        again: paths that are run whatever the ledger says.

    Raises:
        JournalError: naming each file that was done with another content, or in part.
    """
    found: dict[int, Past] = {}
    problems: list[Problem] = []
    sha = {file.path: file.sha256 for file in plan.files}
    for (organization, path), places in _groups(plan).items():
        entries = [
            it for it in ledger.entries if (it.organization, it.path) == (organization, path)
        ]
        if not entries or path in again:
            continue
        same = [it for it in entries if it.sha256 == sha[path]]
        done = frozenset[str]().union(*(it.done for it in same))
        if entries[-1].sha256 != sha[path]:
            problems.append(_changed(path, entries[-1]))
            continue
        open_ones = [it for it in same if it.left is not None]
        if open_ones and not {plan.commands[place].id for place in places} <= done:
            problems.append(_partly(path, open_ones[-1]))
            continue
        # Of a file of which a selection was run, the rest is still to be done.
        found.update(
            {
                place: _past(plan.commands[place], entries[-1])
                for place in places
                if plan.commands[place].id in done
            }
        )
    if problems:
        raise JournalError(problems)
    return found


def _groups(plan: Plan) -> dict[tuple[str | None, str], list[int]]:
    groups: dict[tuple[str | None, str], list[int]] = {}
    for place, command in enumerate(plan.commands):
        if command.desired is None:
            groups.setdefault((command.organization, command.file), []).append(place)
    return groups


def _entries(journal: Journal) -> Iterator[Entry]:
    commands = journal.header["plan"]["commands"]
    history = read_history(journal, [it["id"] for it in commands])
    files = {it["path"]: it["sha256"] for it in journal.header["plan"]["config"]["files"]}
    begun: dict[tuple[str | None, str], set[str]] = {}
    done: dict[tuple[str | None, str], set[str]] = {}
    for n, record in history.records.items():
        command = commands[n - 1]
        if "desired" in command:
            continue
        key = (command.get("organization"), command["source"]["file"])
        if not _may_have_had_an_effect(record):
            continue
        begun.setdefault(key, set()).add(command["id"])
        if _is_done(record, waits="wait" in command):
            done.setdefault(key, set()).add(command["id"])
    for key, ids in begun.items():
        organization, path = key
        yield Entry(
            run_id=journal.header["run_id"],
            journal=journal.name,
            organization=organization,
            path=path,
            sha256=files.get(path, ""),
            begun=frozenset(ids),
            done=frozenset(done.get(key, ())),
            left=_left(journal, history.records.values()),
        )


def _may_have_had_an_effect(record: Record) -> bool:
    """Whether a command is more than an attempt that was refused."""
    in_doubt = record.in_flight_since is not None or record.in_doubt
    outcome = None if record.result is None else record.outcome
    if outcome is not None:
        return record.accepted or outcome != Outcome.FAILED.value
    return record.accepted or in_doubt


def _left(journal: Journal, records: Iterable[Record]) -> str | None:
    """Say what goes on with a run, after `--resume JOURNAL`; None where nothing does."""
    if journal.end is None:
        return ""
    outcomes = {it.outcome for it in records}
    if Outcome.UNKNOWN.value in outcomes:
        return " --settle COMMAND=sent (or =not-sent; its report names the command)"
    return " --retry-failed" if Outcome.FAILED.value in outcomes else None


def _is_done(record: Record, *, waits: bool) -> bool:
    if record.result is not None:
        return record.outcome in _DONE
    return record.accepted and not waits


def _past(command: Command, entry: Entry) -> Past:
    message = f"done already by run {entry.run_id} (--once)"
    return Past(result=CommandResult(command, Outcome.SKIPPED, (), message))


def _changed(path: str, entry: Entry) -> Problem:
    message = f"run {entry.run_id} has done this file with another content"
    hint = (
        "write what is to be done now into a new file; or run it again as it is with"
        f" --again {shlex.quote(printable(path, 200))}"
    )
    return file_problem(RULE, path, message, hint)


def _partly(path: str, entry: Entry) -> Problem:
    message = f"run {entry.run_id} has done only a part of this file"
    resume = f"campaign-runner run --resume {shlex.quote(entry.journal)}"
    hint = f"go on with it: {resume}{entry.left or ''}"
    return file_problem(RULE, path, message, hint)
