"""What differs between the plan that was reviewed and the one that the files make now (R10)."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from runner.printable import printable, quoted
from runner.problems import file_problem
from runner.review.reviewed import RULE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from runner.load import SourceFile
    from runner.problems import Problem
    from runner.review.reviewed import ReviewedPlan

_MOST = 10  # commands that are named; one change may move all of them
_ANEW = "make the plan again, and have it reviewed"
_MERELY_LIVE = frozenset({"effect", "reason"})  # may differ where the same is sent
_NOTHING_TO_DO = ("holds", "left alone")  # so may these: a started one may finish at any time


def file_differences(given: ReviewedPlan, files: Sequence[SourceFile]) -> list[Problem]:
    """Give a problem for every file that is not what it was when the plan was made."""
    now = {file.path: file.sha256 for file in files}
    problems = []
    for file in given.value["config"]["files"]:
        path, before = file["path"], file["sha256"]
        if path not in now:
            message = "this file is part of the plan, and cannot be read"
            problems.append(file_problem(RULE, path, message, f"restore it, or {_ANEW}"))
        elif now[path] != before:
            message = "this file has changed since the plan was made"
            problems.append(file_problem(RULE, path, message, _ANEW))
    return problems


def plan_differences(given: ReviewedPlan, made: Mapping[str, Any]) -> list[Problem]:
    """Give a problem where the plan is for another environment or organization, or other files.

    Args:
        given: what was reviewed.
        made: the JSON value of the plan that the same files make now.
    """
    problems = [
        _plan_problem(
            given, f"it is for the {key} {_shown(given.value[key])}, now {_shown(made[key])}"
        )
        for key in ("environment", "organization")
        if given.value[key] != made[key]
    ]
    if not _same(given.value.get("shard"), made.get("shard")):
        message = "it is a shard of another plan than the files make now"
        problems.append(_plan_problem(given, message))
    if not _same(given.value["config"]["files"], made["config"]["files"]):
        problems.append(
            _plan_problem(given, "the plan of its files names other files, or in another order")
        )
    return problems


def command_differences(given: ReviewedPlan, made: Mapping[str, Any]) -> list[Problem]:
    """Give a problem for each of the first commands that differ, and for another digest.

    Args:
        given: what was reviewed.
        made: the JSON value of the plan that would run now, live if the given one is.
    """
    old, new = given.value["commands"], made["commands"]
    problems = list(islice(_changes(given, old, new), _MOST))
    if len(old) != len(new):
        numbers = f"{len(old):,}, and now it would be {len(new):,}"
        message = f"its number of commands and pauses is {numbers}"
        problems.append(_plan_problem(given, message))
    if not problems and not _same(given.value["totals"], made["totals"]):
        problems.append(_plan_problem(given, "its totals are not those of its commands"))
    if not problems and given.digest != made["digest"]:
        problems.append(_plan_problem(given, "its digest is not that of what it holds"))
    return problems


def moved_states(
    given: ReviewedPlan, made: Mapping[str, Any], *, same_commands: bool = True
) -> Iterator[str]:
    """Give a line for each workflow whose state is another one than when the plan was made.

    Args:
        given: what was reviewed, with states.
        made: the JSON value of the plan that would run now, with the states of now.
        same_commands: whether that makes no difference; else it explains one.
    """
    then = "; the commands are the same" if same_commands else ""
    now = {(it["organization"], it["workflow"]): it["state"] for it in made["live"]["states"]}
    for it in given.value["live"]["states"]:
        state = now.get((it["organization"], it["workflow"]))
        if state is not None and state != it["state"]:
            was = f"{printable(it['workflow'])} was {printable(it['state'])}"
            yield f"{was} when the plan was made, and is {state} now{then}"


def _changes(
    given: ReviewedPlan, old: list[dict[str, Any]], new: list[dict[str, Any]]
) -> Iterator[Problem]:
    for before, after in zip(old, new, strict=False):
        keys = [
            key
            for key in (*after, *(it for it in before if it not in after))
            if not _comes_to_the_same(key, before.get(key), after.get(key))
        ]
        was, now = _title(before), _title(after)
        if keys and was != now:
            yield _plan_problem(given, f"it says {was}, and now it would be {now}")
        elif keys:
            names = ", ".join(printable(key, 40) for key in keys[:5])
            yield _plan_problem(given, f"{now} differs in: {names}")


def _comes_to_the_same(key: str, before: object, after: object) -> bool:
    if key == "decided" and before in _NOTHING_TO_DO and after in _NOTHING_TO_DO:
        return True
    return key in _MERELY_LIVE or _same(before, after)


def _same(one: object, other: object) -> bool:
    """Whether two JSON values are one as JSON writes them: `1` is neither `true` nor `1.0`.

    It goes no deeper than both are alike, since the given one may be nested as it likes.
    """
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and repr(one) == repr(other)


def _plan_problem(given: ReviewedPlan, message: str) -> Problem:
    return file_problem(RULE, given.path, message, _ANEW)


def _title(command: Mapping[str, Any]) -> str:
    what = " ".join(printable(str(command[key] or ""), 100) for key in ("action", "workflow"))
    return f"{quoted(str(command['id']), 200)} ({what.strip()})"


def _shown(name: object) -> str:
    return "none" if name is None else quoted(str(name), 100)
