"""A server on loopback that does, byte by byte, what a test says, and remembers what it got."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Sequence

    from typing_extensions import Self


class Peer:
    """The server's end of one connection."""

    def __init__(self, sock: socket.socket, server: ScriptedServer) -> None:
        self.socket = sock
        self.server = server

    def read_request(self) -> bool:
        """Read one whole request; False where the client went away instead."""
        data = b""
        while b"\r\n\r\n" not in data:
            if not (part := self.socket.recv(65_536)):
                return False
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        length = int(dict(header_lines(data)).get("content-length", "0"))
        while len(body) < length:
            body += self.socket.recv(65_536)
        self.server.requests.append(head + b"\r\n\r\n" + body)
        return True


Step: TypeAlias = "Callable[[Peer], None]"


def read(peer: Peer) -> None:
    """Read one whole request."""
    assert peer.read_request()


def write(data: bytes) -> Step:
    """Send bytes."""
    return lambda peer: peer.socket.sendall(data)


def drip(data: bytes, every: float = 0.02) -> Step:
    """Send one byte after another, slowly, until the client goes away."""

    def step(peer: Peer) -> None:
        for number in range(len(data)):
            peer.socket.sendall(data[number : number + 1])
            if peer.server.closing.wait(every):
                return

    return step


def forever(data: bytes) -> Step:
    """Send the same bytes again and again, until the client goes away."""

    def step(peer: Peer) -> None:
        while not peer.server.closing.is_set():
            peer.socket.sendall(data)

    return step


def silence(peer: Peer) -> None:
    """Say nothing until the client goes away."""
    while peer.socket.recv(65_536):
        pass


def reset(peer: Peer) -> None:
    """End the connection with a reset instead of a farewell."""
    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.socket.close()


def wait_for(event: threading.Event) -> Step:
    """Go on once a test says so."""

    def step(_peer: Peer) -> None:
        assert event.wait(10)

    return step


def tell(event: threading.Event) -> Step:
    """Let a test know that the script has come this far."""
    return lambda _peer: event.set()


def answer_all(data: bytes) -> Step:
    """Give every request of this connection the same answer."""

    def step(peer: Peer) -> None:
        while peer.read_request():
            peer.socket.sendall(data)

    return step


def secure(context: ssl.SSLContext) -> Step:
    """Speak TLS from here on."""

    def step(peer: Peer) -> None:
        peer.socket = context.wrap_socket(peer.socket, server_side=True)

    return step


def http(
    status: int = 200,
    body: bytes = b"",
    *headers: str,
    length: int | None = None,
    reason: str = "X",
) -> bytes:
    """Give a whole answer."""
    size = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status} {reason}", f"Content-Length: {size}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def header_lines(request: bytes) -> list[tuple[str, str]]:
    """Give the headers of a request, names in lower case."""
    lines = request.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
    return [(name.lower(), value.strip()) for name, _, value in (it.partition(":") for it in lines)]


class ScriptedServer:
    """Plays one list of steps for each connection, and closes the connection after the last.

    Attributes:
        requests: the bytes of every request that was read.
        connections: how many were accepted; one for which there is no list is closed at once.
    """

    def __init__(self, *scripts: Sequence[Step]) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.closing = threading.Event()
        self._scripts = list(scripts)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._peers: list[Peer] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        # Closing alone does not wake the thread that accepts.
        with contextlib.suppress(OSError), socket.socket() as waking:
            waking.connect(("127.0.0.1", self.port))
        self._threads[0].join(10)
        self._listener.close()
        for peer in self._peers:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(peer.socket, socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join(10)
            assert not thread.is_alive()

    def _accept(self) -> None:
        while True:
            sock, _ = self._listener.accept()
            if self.closing.is_set():
                sock.close()
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            script = (
                self._scripts[self.connections] if self.connections < len(self._scripts) else ()
            )
            self.connections += 1
            peer = Peer(sock, self)
            self._peers.append(peer)
            thread = threading.Thread(target=self._play, args=(peer, script))
            self._threads.append(thread)
            thread.start()

    def _play(self, peer: Peer, script: Sequence[Step]) -> None:
        with contextlib.suppress(OSError):  # the client may go away at any time
            for step in script:
                step(peer)
        # What a client still sends must not turn the farewell into a reset, unless that is asked.
        with contextlib.suppress(OSError):
            if script and peer.socket.fileno() >= 0:
                socket.socket.shutdown(peer.socket, socket.SHUT_WR)
                while not self.closing.is_set() and peer.socket.recv(65_536):
                    pass
        peer.socket.close()
