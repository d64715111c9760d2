"""Reads back what this program wrote: a plan or a report, and what a journal shares with them.

Whatever a file holds, it is such a document of a known version, valid by its schema, or it is
refused in words (rule R35).
"""

from __future__ import annotations

import json
from collections import Counter
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

import jsonschema_rs
from msgspec import field

from runner.load.document import pointer
from runner.printable import printable, quoted
from runner.problems import Problem, file_problem
from runner.schemas import schema
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from jsonschema import ValidationError

    from runner.errors import InvalidConfigError

MOST_FAULTS = 10
# The keys by which a document is known that was meant for something else.
_MARKS = {"plan": {"digest", "selection"}, "report": {"run_id", "result"}}

Fault: TypeAlias = "tuple[list[str | int], str]"
"""The path of what is wrong, and what is: in the words of the schema, never of the value."""


class Kind(Value, frozen=True):
    """One kind of document.

    Attributes:
        name: `plan`, `report` or `journal`, as people and the schemas call it.
        rule: the rule that its problems break.
        error: made of the problems.
        largest: bytes.
        remedy: what to do where it is none, or a broken one.
        other_version: what to do where its version is not known.
        largest_number: above and below zero; None where any is taken, not-a-number among them.
        instead: what to do where it is a document of another kind, by the name of that.
        more_faults: what a schema cannot say; asked only where the schema finds nothing.
    """

    name: str
    rule: str
    error: Callable[[Sequence[Problem]], InvalidConfigError]
    largest: int
    remedy: str
    other_version: str
    largest_number: float | None = None
    instead: Mapping[str, str] = field(default_factory=dict)
    more_faults: Callable[[Any], Iterable[Fault]] = lambda _value: ()

    def refuse(self, file: str, message: str, hint: str = "") -> InvalidConfigError:
        """Give the error for a file as a whole."""
        return self.error([file_problem(self.rule, file, message, hint or self.remedy)])


def read_written(kind: Kind, source: Path | BinaryIO, name: str) -> dict[str, Any]:
    """Read a document.

    Args:
        kind: what it has to be.
        source: where it is, or a stream that is open already.
        name: what people call it.

    Raises:
        InvalidConfigError: of the kind, if it cannot be read or is none.
    """
    data = read_bytes(kind, source, name)
    try:
        value = _parse(kind, data, name)
        _check_kind(kind, value, name)
        if isinstance(value, dict):
            known = schema(kind.name)["properties"]["schema_version"]["const"]
            check_version(kind, value.get("schema_version"), known, name)
        problems = list(islice(_problems(kind, value, name), MOST_FAULTS))
    except json.JSONDecodeError as error:
        if _is_journal(data):
            raise _other_kind(kind, "journal", name) from error
        place = (error.lineno, error.colno)
        problem = Problem(kind.rule, name, *place, "", "this is not JSON", kind.remedy)
        raise kind.error([problem]) from error
    except UnicodeDecodeError as error:
        raise kind.refuse(name, "this is not JSON in UTF-8") from error
    except (ValueError, RecursionError) as error:  # Python's own limits, and that on numbers
        message = f"no {kind.name} has a number as long, or lists as deep, as there are here"
        raise kind.refuse(name, message) from error
    if problems:
        raise kind.error(problems)
    document: dict[str, Any] = value
    return document


def read_bytes(kind: Kind, source: Path | BinaryIO, name: str) -> bytes:
    """Read what a document is made of, whatever it is.

    Raises:
        InvalidConfigError: of the kind, if it cannot be read or is too large.
    """
    try:
        if isinstance(source, Path):
            with source.open("rb") as file:
                data = file.read(kind.largest + 1)
        else:
            data = source.read(kind.largest + 1)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        message = f"the {kind.name} cannot be read: {reason}"
        raise kind.refuse(name, message, "check the path") from error
    if len(data) > kind.largest:
        raise kind.refuse(name, f"the {kind.name} is larger than {kind.largest:,} bytes")
    return data


def _parse(kind: Kind, data: bytes, name: str) -> Any:
    limits: dict[str, Any] = {}
    if kind.largest_number is not None:
        number = partial(_number, kind.largest_number)
        limits = {
            "parse_int": partial(number, int),
            "parse_float": partial(number, float),
            "parse_constant": partial(number, float),
        }
    text = data.decode("utf-8")
    return json.loads(text, object_pairs_hook=partial(_mapping, kind, name), **limits)


def _number(largest: float, read: Callable[[str], float], text: str) -> float:
    value = read(text)
    if not abs(value) <= largest:  # nor is it a number at all
        raise ValueError(text)
    return value


def _mapping(kind: Kind, name: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice: a person reads the first one, a program the last."""
    value = dict(pairs)
    if len(value) != len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise kind.refuse(name, f"the key {quoted(twice)} stands twice in one mapping")
    return value


def _is_journal(data: bytes) -> bool:
    """Whether these are lines of JSON that begin as a journal does."""
    first, _, _ = data.partition(b"\n")
    try:
        return _kind_of(json.loads(first)) == "journal"
    except (ValueError, RecursionError):
        return False


def _kind_of(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    if value.get("type") == "header":
        return "journal"
    return next((name for name, marks in _MARKS.items() if marks <= value.keys()), None)


def _check_kind(kind: Kind, value: Any, name: str) -> None:
    found = _kind_of(value)
    if found not in (None, kind.name):
        raise _other_kind(kind, found, name)


def _other_kind(kind: Kind, found: str, name: str) -> InvalidConfigError:
    message = f"this is a {found}; what is wanted is a {kind.name}"
    return kind.refuse(name, message, kind.instead.get(found, ""))


def check_version(kind: Kind, version: Any, known: int, name: str) -> None:
    """Refuse a version that is a number and not the one that is known; all else is no version.

    Raises:
        InvalidConfigError: of the kind, with the number.
    """
    if isinstance(version, (int, float)) and not isinstance(version, bool) and version != known:
        number = printable(str(version), 40)
        raise kind.refuse(
            name,
            f"version {number} of the {kind.name}'s format is not known to this campaign-runner",
            kind.other_version,
        )


def _problems(kind: Kind, value: Any, name: str) -> Iterator[Problem]:
    for path, message in _faults(kind, value):
        where = printable(pointer(path), 200)
        told = f"this is no {kind.name} ({message})"
        yield Problem(kind.rule, name, 1, 1, where, told, kind.remedy)


def _faults(kind: Kind, value: Any) -> Iterator[Fault]:
    errors = [] if _is_accepted(kind, value) else _errors(kind, value)
    for error in errors:
        asked = f"{error.validator}: {json.dumps(error.validator_value)}"
        message = error.message if error.validator == "required" else asked
        yield list(error.absolute_path), message
    if not errors:
        yield from kind.more_faults(value)


def _errors(kind: Kind, value: Any) -> list[ValidationError]:
    from jsonschema import Draft202012Validator

    return list(islice(Draft202012Validator(schema(kind.name)).iter_errors(value), MOST_FAULTS))


def _is_accepted(kind: Kind, value: Any) -> bool:
    """Ask the quick validator first; the reference takes ten seconds for 100,000 commands."""
    try:
        return bool(jsonschema_rs.Draft202012Validator(schema(kind.name)).is_valid(value))
    except ValueError:  # a value that it cannot hold; the reference can
        return False
