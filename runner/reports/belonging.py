"""Whether reports are those of the shards of one plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.printable import quoted
from runner.problems import Problem, Severity, file_problem
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

RULE = "merge"
_MOST_NAMED = 20  # shards that are missing
_WHAT = "merge the reports of one run over all shards, each as run --shard K/N wrote it"


class Part(Value, frozen=True):
    """One report of those that are merged.

    Attributes:
        name: what people call it.
        value: valid by `schema/report.schema.json`.
    """

    name: str
    value: Mapping[str, Any]

    @property
    def number(self) -> int:
        """The number of its shard; 0 where it is of none."""
        shard = self.value.get("shard")
        return 0 if shard is None else int(shard["number"])

    @property
    def total(self) -> int:
        """How many shards there are; 0 where it is of none."""
        shard = self.value.get("shard")
        return 0 if shard is None else int(shard["total"])

    @property
    def whole_digest(self) -> str | None:
        """The digest of the plan for all organizations; None where there was no plan."""
        shard = self.value.get("shard") or {}
        digest: str | None = shard.get("whole_digest")
        return digest

    @property
    def title(self) -> str:
        """The shard, as `--shard` takes it."""
        return f"{self.number}/{self.total}"


def strangers(parts: Sequence[Part]) -> list[Problem]:
    """Give why reports do not belong together; nothing where they do.

    Args:
        parts: in the order of their shards.
    """
    problems = [_none(it) for it in parts if not it.number]
    if problems:
        return problems
    first: dict[int, Part] = {}
    for it in parts:
        other = first.setdefault(it.number, it)
        if other is not it:
            message = f"shard {it.title} was given before, as {quoted(other.name, 200)}"
            problems.append(_problem(it, message, "leave out one of the two"))
    for name, get in _SAME.items():
        known = [it for it in parts if get(it) is not None]
        for it in known[1:]:
            if get(it) != get(known[0]):
                message = f"{name} is not the same as in {quoted(known[0].name, 200)}"
                problems.append(_problem(it, message, _WHAT))
    return problems


def doubts(parts: Sequence[Part]) -> Iterator[Problem]:
    """Give what is to be known of reports that belong together.

    Args:
        parts: in the order of their shards, at least one.
    """
    there = {it.number for it in parts}
    total = parts[0].total
    missing = [it for it in range(1, total + 1) if it not in there]
    if missing:
        named = ", ".join(f"{it}/{total}" for it in missing[:_MOST_NAMED])
        more = f" and {len(missing) - _MOST_NAMED:,} more" if missing[_MOST_NAMED:] else ""
        message = f"not all shards are there: {named}{more}; of their organizations nothing is told"
        yield _doubt(parts[0], message, "add their reports, or run them")
    version = parts[0].value["tool"]["version"]
    for it in parts[1:]:
        own = it.value["tool"]["version"]
        if own != version:
            message = f"version {quoted(own, 40)} wrote this, and {quoted(version, 40)} the first"
            yield _doubt(it, message, "let all shards use one version of campaign-runner")


def _files(part: Part) -> object:
    """Give the files; None where a run was refused before it had read any."""
    return part.value["config"]["files"] or None


def _address(part: Part) -> object:
    """Give where requests went; each embedded sandbox has a port of its own."""
    target = part.value["target"]
    return "sandbox" if target["sandbox"] else target["base_url"]


# What all have to share; None says that a report does not know it.
_SAME: dict[str, Callable[[Part], object]] = {
    "the number of shards": lambda it: it.total,
    "the mode (run or dry run)": lambda it: it.value["mode"],
    "the environment": lambda it: (it.value["environment"],),
    "the address of the API": _address,
    "the list of files with their SHA-256": _files,
    "the digest of the plan for all organizations": lambda it: it.whole_digest,
    "what had changed (--changed-since)": lambda it: it.value.get("changes"),
}


def _none(part: Part) -> Problem:
    if part.value.get("shards"):
        message = "this report is merged already"
    else:
        message = "this is not the report of a shard, but of all organizations"
    return _problem(part, message, _WHAT)


def _problem(part: Part, message: str, hint: str) -> Problem:
    return file_problem(RULE, part.name, message, hint)


def _doubt(part: Part, message: str, hint: str) -> Problem:
    return Problem(RULE, part.name, 1, 1, "", message, hint, Severity.WARNING)
