"""Reads the file that says what goes wrong in the sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.durations import parse_duration
from runner.errors import InvalidConfigError, UsageError
from runner.load import load
from runner.load.sources import STDIN
from runner.printable import quoted
from runner.problems import Problem
from runner.sandbox.faultrules import FaultRule, FaultScript
from runner.sandbox.faults import KINDS, settings_of
from runner.validate.lenient import at, mapping
from runner.validate.rules.repeats import repeats
from runner.validate.schema import schema_problems
from runner.validate.suggest import did_you_mean
from runner.validate.telling import Told

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from runner.commands.surroundings import Surroundings
    from runner.load import Loaded
    from runner.load.document import Document, JsonValue, PathPart

_NAMES = ("action", "workflow", "organization")


def load_faults(path: str, around: Surroundings) -> Loaded:
    """Read the file that is to be the script.

    Raises:
        UsageError: if it is no file.
    """
    if Path(around.cwd, path).is_dir():
        raise UsageError("--faults takes one file, and this is a folder")
    if path == STDIN:
        raise UsageError("--faults takes a file, and no standard input")
    return load([path], cwd=around.cwd, stdin=around.stdin)


def read_faults(loaded: Loaded, organization: str, workflows: Collection[str]) -> FaultScript:
    """Give the script that one file holds.

    Args:
        loaded: from `load_faults`.
        organization: the one that the sandbox has.
        workflows: the IDs that it has; a rule for another one would never count.

    Raises:
        InvalidConfigError: with every problem; also where there is not exactly one document.
    """
    told = Told(loaded)
    for document in loaded.documents:
        told.add(schema_problems(document, "faults"))
        told.add(_rule_problems(document, {"workflow": workflows, "organization": [organization]}))
    told.add(_not_alone(loaded))
    problems = told.in_order()
    if any(problem.is_error for problem in problems):
        raise InvalidConfigError(problems)
    value: Any = loaded.documents[0].value
    return FaultScript(tuple(map(_rule, value["rules"])), int(value.get("seed", 0)))


def _rule_problems(document: Document, known: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    """Tell what the schema cannot: names that are not there, or that stand twice."""
    rules = mapping(document.value).get("rules")
    for n, rule in enumerate(rules if isinstance(rules, list) else []):
        for key in _NAMES:
            value = mapping(rule).get(key)
            path: list[PathPart] = ["rules", n, key]
            yield from repeats(document, path, value)
            if key in known:
                for place, name in _each(path, value):
                    if name not in known[key]:
                        message = f"the sandbox has no {key} {quoted(name)}"
                        yield at(document, place, key, message, did_you_mean(name, known[key]))


def _each(path: list[PathPart], value: JsonValue) -> Iterator[tuple[list[PathPart], str]]:
    listed = value if isinstance(value, list) else [value]
    for n, item in enumerate(listed):
        if isinstance(item, str):
            yield ([*path, n] if isinstance(value, list) else path), item


def _not_alone(loaded: Loaded) -> Iterator[Problem]:
    for document in loaded.documents:
        if document.number > 1:
            message = "a file of faults is one document, and this is another one in it"
            hint = "remove the `---` above it, and join the two"
            yield Problem("faults", document.file, *document.place(), "", message, hint)


def _rule(rule: Mapping[str, Any]) -> FaultRule:
    kind = KINDS[rule["fault"]]
    types = settings_of(kind)
    settings = {key: _setting(rule[key], types[key]) for key in types if key in rule}
    actions, workflows, organizations = (_listed(rule.get(key, ())) for key in _NAMES)
    return FaultRule(
        kind(**settings),
        actions,
        workflows,
        organizations,
        nth=_whole(rule.get("nth")),
        times=_whole(rule.get("times")),
        probability=float(rule.get("probability", 1)),
    )


def _setting(value: Any, type_name: str) -> Any:
    if type_name == "float":
        return parse_duration(value)
    return int(value) if type_name == "int" else value  # 502.0 is a whole number, too


def _listed(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
