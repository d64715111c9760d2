"""Which guardrails are others than before, so that a review sees who loosened what (rule R29)."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

from runner.load.parser import parse_documents
from runner.load.text import decode_text
from runner.plan.changes import GuardrailChange, Kind, Status
from runner.validate.build_guardrails import build_guardrails
from runner.validate.guardrails import NO_GUARDRAILS, WEEKDAYS, Guardrails
from runner.validate.schema import schema_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from runner.load.document import Document
    from runner.plan.changes import FileChange
    from runner.validate.guardrails import Limit, Window

_LIMITS = ("max_commands", "max_stops", "max_active")
_MINUTES = 60


def guardrail_changes(
    files: Sequence[FileChange], before: Mapping[str, bytes], documents: Sequence[Document]
) -> tuple[GuardrailChange, ...]:
    """Give every guardrail that is another one, file by file. Pure.

    Compared is what holds, for the base and for each environment of today, with its overlay; what
    an environment merely takes over from the base is not told again.

    Args:
        files: what has become of each.
        before: what those hold that were modified or are gone.
        documents: of all files as they are now, valid.
    """
    found: list[GuardrailChange] = []
    for file in files:
        if file.status in (Status.UNCHANGED, Status.RENAMED):
            continue
        now = [it for it in documents if it.file == file.path]
        old, fault = _read(file.path, before[file.path]) if file.path in before else ([], "")
        if fault:
            place = (file.path, 1, 1)
            found.append(GuardrailChange(Kind.UNREAD, "", None, *place, before=fault))
            continue
        for one, other in zip_longest(old, now):
            found.extend(_of_document(one, other, file.path))
    return tuple(found)


class _Scope(NamedTuple):
    """Where a change is told: a file, and whose guardrails."""

    file: str
    environment: str | None
    line: int
    column: int


def _read(path: str, data: bytes) -> tuple[list[Document], str]:
    """Give the documents that a file held; or none, and why they cannot be compared."""
    text, problems = decode_text(path, data)
    documents: list[Document] = []
    if text is not None:
        documents, problems = parse_documents(path, text)
    problems = [*problems, *(it for document in documents for it in schema_problems(document))]
    wrong = [it for it in problems if it.is_error]
    if wrong:
        return [], f"it was not valid ({wrong[0].message})"
    return documents, ""


def _of_document(
    old: Document | None, new: Document | None, file: str
) -> Iterator[GuardrailChange]:
    told: set[tuple[Any, ...]] = set()
    for environment in (None, *(_environments(old) if new is None else _environments(new))):
        line, column = (1, 1) if new is None else new.place(_path(environment))
        scope = _Scope(file, environment, line, column)
        for change in _differences(_then(old, new, environment), _now(new, environment), scope):
            same = (change.kind, change.key, change.before, change.after)
            if environment is None:
                told.add(same)
            if environment is None or same not in told:
                yield change


def _then(old: Document | None, new: Document | None, environment: str | None) -> Guardrails:
    """Give what held before; in an environment that is new, that is what holds in the base now."""
    if old is None:
        return NO_GUARDRAILS if environment is None or new is None else build_guardrails(new)
    if environment is not None and environment not in _environments(old):
        return NO_GUARDRAILS if new is None else build_guardrails(new)
    return build_guardrails(old, environment)


def _now(new: Document | None, environment: str | None) -> Guardrails:
    return NO_GUARDRAILS if new is None else build_guardrails(new, environment)


def _environments(document: Document | None) -> list[str]:
    value: Any = None if document is None else document.value
    return list(value.get("environments", {})) if isinstance(value, dict) else []


def _path(environment: str | None) -> list[str | int]:
    if environment is None:
        return ["guardrails"]
    return ["environments", environment, "guardrails"]


def _differences(old: Guardrails, new: Guardrails, scope: _Scope) -> Iterator[GuardrailChange]:
    yield from _protect(old, new, scope)
    for key in _LIMITS:
        yield from _limit(key, getattr(old, key), getattr(new, key), scope)
    yield from _allow(old, new, scope)
    yield from _windows(old, new, scope)


def _protect(old: Guardrails, new: Guardrails, scope: _Scope) -> Iterator[GuardrailChange]:
    before, after = _refusals(old), _refusals(new)
    spots = {it.pattern: it.spot for it in reversed(new.protect)}
    for pattern in (*after, *(it for it in before if it not in after)):
        one, other = before.get(pattern), after.get(pattern)
        if one == other:
            continue
        kind = Kind.CHANGED
        if one is None or other is None:
            kind = Kind.ADDED if one is None else Kind.REMOVED
        elif _covers(other, one):
            kind = Kind.TIGHTENED
        elif _covers(one, other):
            kind = Kind.LOOSENED
        spot = spots.get(pattern)
        at = scope if spot is None else scope._replace(line=spot.line, column=spot.column)
        texts = (_refusal(pattern, one), _refusal(pattern, other))
        yield _change(kind, "protect", at, *texts)


def _refusals(guardrails: Guardrails) -> dict[str, tuple[str, ...]]:
    """Give what is refused for each pattern, in order; nothing named means all actions."""
    found: dict[str, tuple[str, ...]] = {}
    for it in guardrails.protect:
        known = found.get(it.pattern)
        all_of_them = known == () or not it.refuse
        found[it.pattern] = () if all_of_them else tuple(sorted({*(known or ()), *it.refuse}))
    return found


def _covers(refuse: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether all that `other` refuses is refused; nothing named means all actions."""
    return not refuse or (other != () and set(other) <= set(refuse))


def _refusal(pattern: str, refuse: tuple[str, ...] | None) -> str | None:
    if refuse is None:
        return None
    return f"{pattern} ({', '.join(refuse)})" if refuse else pattern


def _limit(
    key: str, old: Limit | None, new: Limit | None, scope: _Scope
) -> Iterator[GuardrailChange]:
    one, other = (None if it is None else it.most for it in (old, new))
    if one == other:
        return
    if new is not None:
        scope = scope._replace(line=new.spot.line, column=new.spot.column)
    kind = Kind.ADDED if one is None else Kind.REMOVED
    if one is not None and other is not None:
        kind = Kind.TIGHTENED if other < one else Kind.LOOSENED
    texts = (None if it is None else f"{it:,}" for it in (one, other))
    yield _change(kind, key, scope, *texts)


def _allow(old: Guardrails, new: Guardrails, scope: _Scope) -> Iterator[GuardrailChange]:
    one, other = (None if it.allow is None else list(it.allow.actions) for it in (old, new))
    if new.allow is not None:
        scope = scope._replace(line=new.allow.spot.line, column=new.allow.spot.column)
    yield from _sets("allow", one, other, scope)


def _windows(old: Guardrails, new: Guardrails, scope: _Scope) -> Iterator[GuardrailChange]:
    one, other = (
        None if it.windows is None else [_window(window) for window in it.windows.windows]
        for it in (old, new)
    )
    if new.windows is not None:
        scope = scope._replace(line=new.windows.spot.line, column=new.windows.spot.column)
    yield from _sets("windows", one, other, scope)


def _sets(
    key: str, old: list[str] | None, new: list[str] | None, scope: _Scope
) -> Iterator[GuardrailChange]:
    """Compare what permits: more of it is looser."""
    texts = (None if it is None else ", ".join(it) for it in (old, new))
    if old is None or new is None:
        if old is not new:
            yield _change(Kind.ADDED if old is None else Kind.REMOVED, key, scope, *texts)
        return
    one, other = set(old), set(new)
    if one != other:
        kind = Kind.TIGHTENED if other < one else Kind.LOOSENED if one < other else Kind.CHANGED
        yield _change(kind, key, scope, *texts)


def _window(window: Window) -> str:
    days = " ".join(WEEKDAYS[it] for it in window.days)
    start, end = (f"{it // _MINUTES:02}:{it % _MINUTES:02}" for it in (window.start, window.end))
    return f"{days} {start}-{end} {window.timezone}"


def _change(
    kind: Kind, key: str, scope: _Scope, before: str | None = None, after: str | None = None
) -> GuardrailChange:
    place = (scope.file, scope.line, scope.column)
    return GuardrailChange(kind, key, scope.environment, *place, before, after)
