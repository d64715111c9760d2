"""The sandbox as its users see it: start it, point a client at it, ask it what happened."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from runner.sandbox.app import CampaignApp
from runner.sandbox.faultdesk import FaultDesk
from runner.sandbox.faultrules import FaultRule
from runner.sandbox.requestlog import RequestLog
from runner.sandbox.routes import TOKEN_PATH
from runner.sandbox.server import HOST, SandboxServer
from runner.sandbox.states import WorkflowState
from runner.sandbox.store import WorkflowStore
from runner.sandbox.tokens import TokenStore

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from types import TracebackType

    from typing_extensions import Self

    from runner.sandbox.faults import Fault
    from runner.sandbox.records import CommandRecord, FaultRecord, RequestRecord
    from runner.sandbox.settings import SandboxSettings


class Sandbox:
    """A Campaign API on loopback, between `start` and `close` or as a context manager.

    `clock` gives seconds and is all that effects, run times, signals and tokens know of time;
    the delays of faults are in real time.
    States and logs can be asked for before, while and after it runs, and outlive a restart.
    """

    def __init__(
        self, settings: SandboxSettings, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.settings = settings
        self._store = WorkflowStore(settings, clock)
        self._request_log = RequestLog(clock)
        tokens = TokenStore(settings.access_token, settings.token_lifetime, clock)
        self._app = CampaignApp(settings, self._store, tokens)
        self._faults = FaultDesk(settings.faults, self._store, tokens)
        # Reentrant, since a signal handler may call `close` in the very thread that closes.
        self._lock = threading.RLock()
        self._server: SandboxServer | None = None
        self._port: int | None = None

    def start(self) -> None:
        """Listen and serve; OSError where the port is taken, RuntimeError where it runs already."""
        with self._lock:
            if self._server is not None:
                raise RuntimeError("the sandbox is running already")
            server = SandboxServer(self.settings.port, self._app, self._request_log, self._faults)
            server.run()
            self._server, self._port = server, server.port

    def close(self) -> None:
        """Stop, and give back once every socket is closed; does nothing where it is not running."""
        with self._lock:
            server, self._server = self._server, None
            if server is not None:
                server.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def base_url(self) -> str:
        """The address, such as `http://127.0.0.1:8080`; RuntimeError before the first start."""
        if self._port is None:
            raise RuntimeError("the sandbox has no address before it is started")
        return f"http://{HOST}:{self._port}"

    @property
    def token_url(self) -> str:
        """The address of the token endpoint; RuntimeError before the first start."""
        return self.base_url + TOKEN_PATH

    def states(self) -> Mapping[str, Mapping[str, WorkflowState]]:
        """Give organization to workflow ID to state, as of now."""
        return self._store.states()

    def settled_states(self) -> Mapping[str, Mapping[str, WorkflowState]]:
        """Give the states as they will be once all delays and run times have passed.

        Changes nothing. What queues by then still waits: it has had no effect.
        """
        return self._store.settled_states()

    def set_state(self, organization: str, workflow: str, state: WorkflowState) -> None:
        """Change a workflow's state at once and from outside, as Campaign itself would.

        So a workflow finishes or fails; where it was started, a queued one may take its place. The
        limit on active ones does not hold here. LookupError where there is no such workflow.
        """
        found = None
        if self._store.has_organization(organization):
            found = self._store.find(organization, workflow)
        if found is None:
            raise LookupError(f"there is no workflow {workflow!r} in {organization!r}")
        self._store.set_state(organization, found, WorkflowState(state))

    def commands(self) -> tuple[CommandRecord, ...]:
        """Give every accepted command and signal, in order of acceptance."""
        return self._store.commands()

    def requests(self) -> tuple[RequestRecord, ...]:
        """Give the HTTP requests that came in, oldest first; only the newest are remembered."""
        return self._request_log.records()

    def next_faults(
        self,
        *faults: Fault,
        actions: Collection[str] = (),
        workflows: Collection[str] = (),
        organizations: Collection[str] = (),
    ) -> None:
        """Give these faults to the next requests, one each and in this order.

        They come before the script's; `NoFault()` lets a request have an ordinary answer. An
        action that is none is a ValueError.

        Args:
            faults: from `runner.sandbox.faults`.
            actions: only requests for these get one, as in a `FaultRule`; others are passed over.
            workflows: likewise.
            organizations: likewise.
        """
        self._faults.queue(FaultRule(it, actions, workflows, organizations) for it in faults)

    def faults(self) -> tuple[FaultRecord, ...]:
        """Give every fault so far, in the order of the requests, and what was applied all the same.

        Never cut short, like `commands`: a report can be held against both.
        """
        return self._faults.records()
