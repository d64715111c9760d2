"""A server on loopback that gives listed answers, and a run that sends to it without waiting."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from runner.cli.boundary import carry_out
from runner.commands.access import Access
from runner.commands.planning import Asked
from runner.commands.run import run_command
from runner.commands.run_options import RunOptions
from runner.commands.surroundings import Inputs, Surroundings
from runner.render.output import Output, OutputSettings
from runner.secrets.scrub import Scrubber
from tests.fuzz.answers import CLIENT_SECRET
from tests.support.campaign import SECRETS
from tests.support.program import Ended
from tests.support.scripted import ScriptedServer
from tests.support.worlds import FakeTime, RecordingInterruption

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.fuzz.answers import Reply
    from tests.support.scripted import Peer

_MOST_CONNECTIONS = 400
_WORKFLOW = re.compile(rb"/execution/([^/]+)")
_FINAL = re.compile(r"HTTP/(?:1\.[0-9]|0\.9) ([0-9]{3})(?:[ \r].*)?")


@dataclass
class Answering:
    """Plays every connection: each request is given the next answer of its kind, the last again.

    Attributes:
        replies: by kind: `token`, `read`, `command` or `signal`.
        log: each request that was answered: its kind, its workflow, and what was sent.
        hung: whether a connection was left open already; once in a run is enough.
    """

    replies: Mapping[str, Sequence[Reply]] = field(default_factory=dict)
    log: list[tuple[str, str, Reply]] = field(default_factory=list)
    hung: bool = False

    def __call__(self, peer: Peer) -> None:
        while peer.read_request():
            request = peer.server.requests[-1].partition(b"\r\n")[0]
            kind = kind_of(request)
            found = _WORKFLOW.search(request)
            listed = self.replies[kind]
            reply = listed[min(sum(it[0] == kind for it in self.log), len(listed) - 1)]
            self.log.append((kind, found[1].decode() if found else "", reply))
            peer.socket.sendall(reply.data)
            if not reply.keeps or (reply.hangs and self.hung):
                return
            self.hung = self.hung or reply.hangs

    def serve(self) -> ScriptedServer:
        """Give a server that answers so."""
        return ScriptedServer(*[[self]] * _MOST_CONNECTIONS)


def kind_of(request: bytes) -> str:
    """Give what the first line of a request asks for."""
    if request.startswith(b"GET "):
        return "read"
    if b"/commands " in request:
        return "command"
    return "signal" if b"/execution/" in request else "token"


def final_status(data: bytes) -> int | None:
    """Give the status of the first final head in `data`, or None where no whole one is there.

    Another reading than the program's: it knows nothing of headers.
    """
    while True:
        line, end, data = data.partition(b"\n")
        found = _FINAL.fullmatch(line.decode("latin-1"))
        if found is None or not end:
            return None
        while line not in (b"", b"\r"):
            line, end, data = data.partition(b"\n")
            if not end:
                return None
        status = int(found[1])
        if status != 100:
            return status


class _Passing(FakeTime):
    """Time that passes as soon as somebody waits for it."""

    def __init__(self) -> None:
        super().__init__(RecordingInterruption(self._pass))

    def _pass(self, _count: int) -> None:
        self.passed += self.pauses[-1]


def run(file: str, url: str) -> Ended:
    """Run a file against the API at `url`, through all but the reading of the command line."""
    out, err = io.StringIO(), io.StringIO()
    world = _Passing().world()
    scrubber = Scrubber()
    around = Surroundings(
        cwd=Path.cwd(),
        environ=SECRETS | {"CAMPAIGN_CLIENT_SECRET": CLIENT_SECRET},
        stdin=io.BytesIO(),
        output=Output(out, err, scrubber=scrubber, settings=OutputSettings(), now=world.now),
        scrubber=scrubber,
        world=world,
    )
    # Reads on this thread wait by the world above; those of other threads would really wait.
    access = Access(base_url=url, token_url=f"{url}/ims/token/v3", parallel_reads=0)
    options = RunOptions(Asked(Inputs((file,))), access=access)
    code = carry_out(partial(run_command, options), around)
    return Ended(code, out.getvalue(), err.getvalue())
