"""Decides for each request which fault it gets, and remembers what was decided."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

from runner.sandbox.faultheader import parse_fault
from runner.sandbox.faultrules import READ, SIGNAL, TOKEN, Asked
from runner.sandbox.faults import ExpireTokens, NoFault
from runner.sandbox.records import FaultRecord
from runner.sandbox.routes import COMMANDS, METHODS, TOKEN_PATH, WORKFLOW, parse_target, path_of
from runner.sandbox.states import EFFECTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runner.sandbox.faultrules import FaultRule, FaultScript
    from runner.sandbox.faults import Fault
    from runner.sandbox.routes import Target
    from runner.sandbox.store import WorkflowStore
    from runner.sandbox.tokens import TokenStore


@dataclass
class _Counted:
    """A rule, and what became of it so far."""

    rule: FaultRule
    chance: Random
    matched: int = 0
    given: int = 0

    def try_its_luck(self) -> bool:
        """Count one request that fulfils the conditions, and tell whether it may get the fault."""
        self.matched += 1
        rule = self.rule
        # Drawn whatever else holds, so that the n-th request has its luck and no other's.
        lucky = rule.probability >= 1 or self.chance.random() < rule.probability
        if rule.nth is not None and self.matched != rule.nth:
            return False
        return lucky and (rule.times is None or self.given < rule.times)


class FaultDesk:
    """Gives out faults: what a request asks for itself, else what is queued, else by the script.

    A request that has its fault from elsewhere is not shown to the script. Safe to use from many
    threads.
    """

    def __init__(self, script: FaultScript, store: WorkflowStore, tokens: TokenStore) -> None:
        # Each rule has luck of its own: one that is added changes nothing for the others.
        self._rules = [
            _Counted(rule, Random(f"{script.seed}/{number}"))  # noqa: S311 - no secret
            for number, rule in enumerate(script.rules, 1)
        ]
        self._store = store
        self._tokens = tokens
        self._lock = threading.Lock()
        self._queue: list[FaultRule] = []
        self._records: list[FaultRecord] = []

    @property
    def is_idle(self) -> bool:
        """Whether no request gets a fault that does not ask for it itself."""
        return not self._rules and not self._queue

    def queue(self, rules: Iterable[FaultRule]) -> None:
        """Give each rule's fault once, to the next request that fulfils its conditions."""
        with self._lock:
            self._queue.extend(rules)

    def decide(
        self, request: int, method: str, uri: str, body: bytes, header: str | None
    ) -> Fault | None:
        """Give the fault of a request, which is put on record, or None; tokens expire at once.

        Args:
            request: its number in the log of requests.
            method: of HTTP.
            uri: the raw request target.
            body: all of it.
            header: the fault that it asks for itself, or None.

        Raises:
            ValueError: if `header` means none.
        """
        own = None if header is None else parse_fault(header)
        asked = self._asked(method, uri, body)
        with self._lock:
            fault, rule = (own, None) if own is not None else self._choose(asked)
            if fault is None or isinstance(fault, NoFault):
                return None
            if isinstance(fault, ExpireTokens):
                self._tokens.expire(given=fault.given)
            self._records.append(FaultRecord(request, fault, rule, *asked))
        return fault

    def records(self) -> tuple[FaultRecord, ...]:
        """Give every fault so far, in the order of the requests; never cut short."""
        with self._lock:
            records = sorted(self._records, key=lambda it: it.request)
        numbers = {it.request: it.sequence for it in self._store.commands()}
        return tuple(replace(it, command=numbers.get(it.request)) for it in records)

    def _choose(self, asked: Asked) -> tuple[Fault | None, int | None]:
        for index, queued in enumerate(self._queue):
            if queued.is_for(asked):
                del self._queue[index]
                return queued.fault, None
        # All of them count, and then the first one decides.
        willing = [
            (number, it)
            for number, it in enumerate(self._rules, 1)
            if it.rule.is_for(asked) and it.try_its_luck()
        ]
        if not willing:
            return None, None
        number, chosen = willing[0]
        chosen.given += 1
        return chosen.rule.fault, number

    def _asked(self, method: str, uri: str, body: bytes) -> Asked:
        path = path_of(uri)
        if path == TOKEN_PATH:
            return Asked(TOKEN)
        target = parse_target(path)
        if target is None:
            return Asked()
        workflow = target.workflow
        if self._store.has_organization(target.organization):
            workflow = self._store.find(target.organization, workflow) or workflow
        action = _action(target, body) if method == METHODS[target.kind] else None
        return Asked(action, target.organization, workflow)


def _action(target: Target, body: bytes) -> str | None:
    if target.kind != COMMANDS:
        return READ if target.kind == WORKFLOW else SIGNAL
    try:
        method = json.loads(body)["method"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return method if isinstance(method, str) and method in EFFECTS else None
