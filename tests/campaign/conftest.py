"""A transport, scripted servers, and an authority that signs certificates for them."""

from __future__ import annotations

import ssl
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
import trustme

from runner.campaign.transport import Transport
from tests.support.scripted import ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.support.scripted import Step


@pytest.fixture
def transport() -> Iterator[Transport]:
    made = Transport({})
    yield made
    made.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., ScriptedServer]]:
    with ExitStack() as stack:

        def start(*scripts: Sequence[Step]) -> ScriptedServer:
            return stack.enter_context(ScriptedServer(*scripts))

        yield start


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def server_context(authority: trustme.CA) -> ssl.SSLContext:
    """What a server needs to speak TLS as 127.0.0.1 and as allowed.test, but not as localhost."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "allowed.test").configure_cert(context)
    return context


@pytest.fixture
def bundle(authority: trustme.CA) -> Iterator[str]:
    """The path of a CA bundle that makes the authority trusted."""
    with authority.cert_pem.tempfile() as path:
        yield path
