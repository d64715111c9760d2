"""Talks to yaml-language-server as an editor does: the Language Server Protocol over its stdio."""

from __future__ import annotations

import json
import subprocess
import threading
from queue import Empty, Queue
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PATIENCE = 30  # seconds for one answer


class LanguageServer:
    """A server that has shaken hands; to be closed."""

    def __init__(self, command: list[str], schemas: Mapping[str, str]) -> None:
        """Start it.

        Args:
            command: the program and its arguments.
            schemas: which schema, by its URI, counts for which files, as a glob.
        """
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._settings = {
            "yaml": {
                "validate": True,
                "hover": True,
                "completion": True,
                "schemas": dict(schemas),
                "schemaStore": {"enable": False},
            },
            "http": {"proxy": "", "proxyStrictSSL": True},
        }
        self._answers: Queue[dict[str, Any]] = Queue()
        self._diagnostics: Queue[dict[str, Any]] = Queue()
        self._number = 0
        threading.Thread(target=self._listen, daemon=True).start()
        self._request(
            "initialize",
            {
                "processId": None,
                "rootUri": None,
                "capabilities": {
                    "workspace": {"configuration": True},
                    "textDocument": {
                        "completion": {"completionItem": {"snippetSupport": True}},
                        "hover": {"contentFormat": ["markdown", "plaintext"]},
                    },
                },
            },
        )
        self._notify("initialized", {})
        self._notify("workspace/didChangeConfiguration", {"settings": self._settings})

    def open(self, file: Path, text: str) -> list[dict[str, Any]]:
        """Open a file, and give what the server has to say against it."""
        self._notify(
            "textDocument/didOpen",
            {
                "textDocument": {
                    "uri": file.as_uri(),
                    "languageId": "yaml",
                    "version": 1,
                    "text": text,
                }
            },
        )
        while True:
            said = self._diagnostics.get(timeout=_PATIENCE)
            if said["uri"] == file.as_uri():
                return list(said["diagnostics"])

    def completions(self, file: Path, line: int, column: int) -> dict[str, dict[str, Any]]:
        """Give what is offered at a place, counted from 0, by its label."""
        found = self._request("textDocument/completion", _at(file, line, column))
        return {it["label"]: it for it in found["items"]}

    def hover(self, file: Path, line: int, column: int) -> str:
        """Give what is shown over a place, counted from 0."""
        found = self._request("textDocument/hover", _at(file, line, column))
        return str(found["contents"]["value"]) if found else ""

    def close(self) -> None:
        """End it."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.terminate()
        self._process.wait(timeout=_PATIENCE)

    def _request(self, method: str, params: Any) -> Any:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            try:
                answer = self._answers.get(timeout=_PATIENCE)
            except Empty:
                raise AssertionError(f"no answer to {method}") from None
            if answer["id"] == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def _notify(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        while True:
            message = _read(self._process.stdout)
            if message is None:
                return
            if message.get("method") == "textDocument/publishDiagnostics":
                self._diagnostics.put(message["params"])
            elif "method" in message and "id" in message:
                self._send({"id": message["id"], "result": self._asked(message)})
            elif "id" in message:
                self._answers.put(message)

    def _asked(self, message: dict[str, Any]) -> Any:
        if message["method"] == "workspace/configuration":
            items = message["params"]["items"]
            return [self._settings.get(it.get("section"), {}) for it in items]
        return None


def _read(stream: IO[bytes]) -> dict[str, Any] | None:
    length = 0
    try:
        while (line := stream.readline().strip()) or not length:
            if not line:
                return None
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return dict(json.loads(stream.read(length)))
    except ValueError:  # closed
        return None


def _at(file: Path, line: int, column: int) -> dict[str, Any]:
    return {
        "textDocument": {"uri": file.as_uri()},
        "position": {"line": line, "character": column},
    }
