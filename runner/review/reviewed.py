"""Reads a plan that `plan --out` wrote."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from runner.errors import ReviewedPlanError
from runner.load.document import pointer
from runner.load.sources import STDIN
from runner.plan.plan import Selection
from runner.printable import printable, quoted
from runner.problems import Problem, file_problem
from runner.schemas import schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jsonschema import ValidationError

RULE = "reviewed-plan"
_LARGEST = 256 * 1024 * 1024  # bytes; a plan of 100,000 commands has 60 MB
_MOST_FAULTS = 10
_MAKE_ANOTHER = "make it again with plan --out, and have it reviewed"


@dataclass(frozen=True, slots=True)
class ReviewedPlan:
    """A plan as it was written down; `path` is as people gave it.

    Attributes:
        value: the whole of it, valid by `schema/plan.schema.json`.
    """

    path: str
    value: dict[str, Any]

    @property
    def environment(self) -> str | None:
        """The environment it was made for; None for the base."""
        environment: str | None = self.value["environment"]
        return environment

    @property
    def files(self) -> tuple[str, ...]:
        """The files that it was made from, in order, relative to the working folder."""
        return tuple(file["path"] for file in self.value["config"]["files"])

    @property
    def digest(self) -> str:
        """The digest that it names; whether that is true, the comparison says."""
        digest: str = self.value["digest"]
        return digest

    @property
    def selection(self) -> Selection:
        """Which commands of the files were meant."""
        selection = self.value["selection"]
        return Selection(tuple(selection["only"]), selection["from"])

    @property
    def is_live(self) -> bool:
        """Whether states were read for it."""
        return self.value.get("live") is not None

    @property
    def assume_unknown(self) -> bool:
        """Whether it was made with `--assume-unknown send`."""
        return bool((self.value.get("live") or {}).get("assume_unknown"))


def read_plan(path: Path, name: str) -> ReviewedPlan:
    """Read a plan.

    Args:
        path: where it is.
        name: what people call it.

    Raises:
        ReviewedPlanError: if it cannot be read, or is no plan of this version.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise _refused(name, f"the plan cannot be read: {reason}", "check the path") from error
    if len(data) > _LARGEST:
        raise _refused(name, f"the plan is larger than {_LARGEST:,} bytes", _MAKE_ANOTHER)
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=partial(_mapping, name))
        _check_version(value, name)
        problems = list(islice(_problems(value, name), _MOST_FAULTS))
    except json.JSONDecodeError as error:
        place = (error.lineno, error.colno)
        problem = Problem(RULE, name, *place, "", "this is not JSON", _MAKE_ANOTHER)
        raise ReviewedPlanError([problem]) from error
    except UnicodeDecodeError as error:
        raise _refused(name, "this is not JSON in UTF-8", _MAKE_ANOTHER) from error
    except (ValueError, RecursionError) as error:  # Python's own limits
        message = "no plan has a number as long, or lists as deep, as there are here"
        raise _refused(name, message, _MAKE_ANOTHER) from error
    if problems:
        raise ReviewedPlanError(problems)
    return ReviewedPlan(name, value)


def _mapping(name: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice: a person reads the first one, a program the last."""
    value = dict(pairs)
    if len(value) != len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise _refused(name, f"the key {quoted(twice)} stands twice in one mapping", _MAKE_ANOTHER)
    return value


def _check_version(value: Any, name: str) -> None:
    version = value.get("schema_version") if isinstance(value, dict) else None
    known = schema("plan")["properties"]["schema_version"]["const"]
    if isinstance(version, (int, float)) and not isinstance(version, bool) and version != known:
        number = printable(str(version), 40)
        message = f"version {number} of the plan's format is not known to this campaign-runner"
        raise _refused(name, message, "use the campaign-runner that made it, or make it again")


def _problems(value: Any, name: str) -> Iterator[Problem]:
    for path, message in _faults(value):
        where = printable(pointer(path), 200)
        yield Problem(RULE, name, 1, 1, where, f"this is no plan ({message})", _MAKE_ANOTHER)


def _faults(value: Any) -> Iterator[tuple[list[str | int], str]]:
    """Give each fault with its path; the words are those of the schema, never of the value."""
    errors = [] if _is_accepted(value) else _errors(value)
    for error in errors:
        asked = f"{error.validator}: {json.dumps(error.validator_value)}"
        message = error.message if error.validator == "required" else asked
        yield list(error.absolute_path), message
    for n, file in enumerate([] if errors else value["config"]["files"]):
        if not _can_be_named(file["path"]):
            yield ["config", "files", n, "path"], "no file can have this name"


def _errors(value: Any) -> list[ValidationError]:
    from jsonschema import Draft202012Validator

    return list(islice(Draft202012Validator(schema("plan")).iter_errors(value), _MOST_FAULTS))


def _is_accepted(value: Any) -> bool:
    """Ask the quick validator first; the reference takes ten seconds for 100,000 commands."""
    try:
        return bool(jsonschema_rs.Draft202012Validator(schema("plan")).is_valid(value))
    except ValueError:  # a value that it cannot hold; the reference can
        return False


def _can_be_named(path: str) -> bool:
    """Whether a file can have this name; standard input has none that a plan can hold (R9)."""
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return path not in ("", STDIN) and "\0" not in path


def _refused(name: str, message: str, hint: str) -> ReviewedPlanError:
    return ReviewedPlanError([file_problem(RULE, name, message, hint)])


def check_digest(pinned: str, made: tuple[str, ...], name: str) -> None:
    """Make sure that the digest which was reviewed is that of the plan.

    Args:
        pinned: from `--plan-digest`, in hexadecimal.
        made: the digests by which the plan goes: as made from the files, and with states.
        name: what people call the plan.

    Raises:
        ReviewedPlanError: if it is none of them.
    """
    if pinned.lower() not in made:
        message = f"the digest is {made[-1]}, and not {quoted(pinned, 80)}, which was reviewed"
        hint = "review the plan as it is now: files, environment, organization or selection differ"
        raise _refused(name, message, hint)
