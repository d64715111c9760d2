"""Servers on loopback that accept every command, each in a process of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.frame import PYTHON, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Where a package puts it is often on the path of root alone.
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
_CONFIGURATION = """\
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off; keepalive_requests 1000000;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; location / {{ return 204; }} }}
}}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """One that listens on loopback, and what the table calls it."""

    port: int
    name: str


@contextmanager
def answering_at_once(folder: Path) -> Iterator[Server]:
    """Start the fastest server that is there: nginx, or else our own.

    Args:
        folder: for its files.
    """
    if NGINX is None:
        with answering_after(0.0) as server:
            yield server
        return
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    file = folder / "nginx.conf"
    file.write_text(_CONFIGURATION.format(folder=folder, port=port), encoding="utf-8")
    with subprocess.Popen([NGINX, "-c", str(file)], stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port, process)
            yield Server(port, "nginx")
        finally:
            process.terminate()


@contextmanager
def answering_after(seconds: float) -> Iterator[Server]:
    """Start our own server, which answers so long after each request."""
    command = [PYTHON, "-m", "benchmarks.wire_server", str(seconds * 1000)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Server(int(process.stdout.readline()), "our own server")
        finally:
            process.stdin.close()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError("nginx does not listen")
