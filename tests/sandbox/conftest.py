"""A sandbox to test, a clock that tests move by hand, and a client."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import requests

from runner.sandbox import Sandbox, SandboxSettings, WorkflowState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ORGANIZATION = "acme-mkt-stage"
WORKFLOWS = {
    ORGANIZATION: {
        "WKF1": WorkflowState.EDITING,
        "WKF2": WorkflowState.STARTED,
        "@AbC_d-9": WorkflowState.STARTED,
    },
    "globex": {"WKF1": WorkflowState.FAILED},
}


@dataclass
class FakeClock:
    """Time stands still until a test moves it."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Api:
    """Talks to one sandbox with the right credentials, unless a test gives others."""

    sandbox: Sandbox
    session: requests.Session
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.headers = {
            "Authorization": f"Bearer {self.sandbox.settings.access_token}",
            "X-Api-Key": self.sandbox.settings.api_key,
        }

    def execution(self, workflow: str, organization: str = ORGANIZATION) -> str:
        return f"/{organization}/campaign/workflow/execution/{workflow}"

    def request(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        url = path if path.startswith("http") else self.sandbox.base_url + path
        kwargs.setdefault("headers", self.headers)
        return self.session.request(method, url, timeout=10, **kwargs)

    def command(self, workflow: str, action: str, **kwargs: Any) -> requests.Response:
        path = self.execution(workflow, kwargs.pop("organization", ORGANIZATION)) + "/commands"
        return self.request("POST", path, json={"method": action}, **kwargs)

    def read(self, workflow: str, **kwargs: Any) -> dict[str, Any]:
        response = self.request("GET", self.execution(workflow, **kwargs))
        assert response.status_code == 200
        payload = response.json()
        assert isinstance(payload, dict)
        return payload

    def activities(self, workflow: str, **kwargs: Any) -> dict[str, Any]:
        return dict(self.read(workflow, **kwargs)["activities"]["activity"])

    def trigger_url(self, workflow: str, activity: str = "signal1") -> str:
        return str(self.activities(workflow)[activity]["trigger"]["href"])

    def trigger(self, workflow: str, activity: str = "signal1", **body: Any) -> requests.Response:
        """Trigger an activity; the parts of the body are arguments, and `source` is there."""
        url = self.trigger_url(workflow, activity)
        return self.request("POST", url, json={"source": "CI", **body})

    def token(self, **form: str | None) -> requests.Response:
        settings = self.sandbox.settings
        complete: dict[str, str | None] = {
            "grant_type": "client_credentials",
            "client_id": settings.api_key,
            "client_secret": settings.client_secret,
            "scope": "openid,AdobeID",
        }
        return self.request("POST", "/ims/token/v3", headers={}, data={**complete, **form})


@pytest.fixture(autouse=True)
def quiet(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Whatever a client does, the sandbox prints nothing."""
    yield
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def start_sandbox(clock: FakeClock, quiet: None) -> Iterator[Callable[..., Sandbox]]:
    with ExitStack() as stack:

        def start(**settings: Any) -> Sandbox:
            settings.setdefault("workflows", WORKFLOWS)
            sandbox = Sandbox(SandboxSettings(**settings), clock=clock)
            return stack.enter_context(sandbox)

        yield start


@pytest.fixture
def sandbox(start_sandbox: Callable[..., Sandbox]) -> Sandbox:
    return start_sandbox()


@pytest.fixture
def open_api(quiet: None) -> Iterator[Callable[[Sandbox], Api]]:
    with ExitStack() as stack:

        def open_one(sandbox: Sandbox) -> Api:
            session = stack.enter_context(requests.Session())
            session.trust_env = False
            return Api(sandbox, session)

        yield open_one


@pytest.fixture
def api(sandbox: Sandbox, open_api: Callable[[Sandbox], Api]) -> Api:
    return open_api(sandbox)


@pytest.fixture
def connect(sandbox: Sandbox) -> Iterator[Callable[[], socket.socket]]:
    """Gives bare connections, for what no HTTP client would send."""
    with ExitStack() as stack:

        def connect_one() -> socket.socket:
            port = int(sandbox.base_url.rpartition(":")[2])
            return stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))

        yield connect_one
