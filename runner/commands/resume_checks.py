"""Holds the options of `run --resume` against what the journal says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.commands.run_options import WORDS
from runner.errors import UsageError
from runner.plan.plan import EVERYTHING
from runner.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from runner.commands.run_options import RunOptions
    from runner.journal.history import History
    from runner.plan.plan import Plan


def check_options(options: RunOptions) -> None:
    """Make sure that nothing is asked for which the journal decides.

    Raises:
        UsageError: if something is.
    """
    asked = options.asked
    for option, is_given in (
        ("PATH", bool(asked.inputs.paths)),
        ("--plan", asked.reviewed is not None),
        ("--plan-digest", asked.pinned is not None),
        ("--only and --from", asked.selection != EVERYTHING),
        ("--changed-since", asked.since is not None),
        ("--shard", asked.shard is not None),
        ("--organizations-in-parallel and --executor", options.apart is not None),
        ("--assume-unknown send", asked.assume_unknown),
        ("--once", options.once is not None),
        ("--dry-run", options.dry_run),
    ):
        if is_given:
            raise UsageError(f"--resume does what its journal says; leave out {option}")


def check_header(header: Mapping[str, Any], options: RunOptions) -> None:
    """Make sure that neither environment nor address is another one than that of the run.

    Raises:
        UsageError: if one is.
    """
    target = header["target"]
    given = options.asked.inputs.environment
    if given is not None and given != header["environment"]:
        raise UsageError(
            f"--env or CAMPAIGN_RUNNER_ENV is {quoted(given, 100)}, and the run was another's;"
            " leave it out"
        )
    if options.sandbox and not target["sandbox"]:
        raise UsageError("the run was not one against the sandbox; leave out --sandbox")
    if target["sandbox"]:
        return
    for option, url, was in (
        ("--base-url", options.access.base_url, target["base_url"]),
        ("--token-url", options.access.token_url, target["token_url"]),
    ):
        if options.access.is_given(url) and url.rstrip("/") != was:
            variable = f"CAMPAIGN_RUNNER_{option[2:].upper().replace('-', '_')}"
            raise UsageError(f"{option} or {variable} is not that of the run, {was}; leave it out")


def read_words(settle: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Give the id of a command and a person's word for it, from each `--settle`.

    Raises:
        UsageError: if one cannot be understood, or contradicts another.
    """
    said: dict[str, str] = {}
    for text in settle:
        identity, _, word = text.rpartition("=")
        if not identity or word not in WORDS:
            raise UsageError(
                f"--settle {quoted(text, 200)}: write COMMAND=sent or COMMAND=not-sent, with the"
                " command's id"
            )
        if said.setdefault(identity, word) != word:
            raise UsageError(f"--settle says both of {quoted(identity, 200)}; say one of them")
        yield identity, word


def take_words(history: History, plan: Plan, words: Mapping[str, str]) -> None:
    """Settle what a person knows.

    Raises:
        UsageError: naming what needs no word, and what does.
    """
    places = {command.id: n for n, command in enumerate(plan.commands, 1)}
    unknown = [plan.commands[n - 1].id for n, it in history.records.items() if it.needs_word]
    for identity, word in words.items():
        record = history.records.get(places.get(identity, 0))
        if record is not None and record.accepted:
            raise UsageError(
                f"--settle: {quoted(identity, 200)} was accepted, and --resume waits for it anew;"
                " leave out --settle"
            )
        if record is None or not record.needs_word:
            needed = ", ".join(unknown[:5]) if unknown else "none"
            raise UsageError(
                f"--settle: the outcome of {quoted(identity, 200)} is not unknown; of these it is:"
                f" {needed}"
            )
        record.settle(word)
