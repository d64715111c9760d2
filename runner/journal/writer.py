"""Appends lines to a journal, and brings them to disk."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING, Any

from runner.errors import BrokenError
from runner.files import open_for_append, sync_folder, write_atomically
from runner.journal.folder import make_state_folder
from runner.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import TracebackType

    from typing_extensions import Self

_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


class JournalWriter:
    """An open journal, to which lines are appended; a context manager.

    After a line that could not be written there is no other, so that a torn line is the last one.
    Lines come from one thread at a time; any number may bring them to disk, and share one write
    to it where they can.
    """

    def __init__(self, path: Path, scrub: Callable[[Any], Any]) -> None:
        """Open a journal that is there.

        Args:
            path: of the file.
            scrub: takes secrets out of the texts of a JSON value.

        Raises:
            BrokenError: if it cannot be opened, is a link or another user's.
        """
        self._path = path
        self._scrub = scrub
        self._file = open_for_append(path)
        self._written = 0  # lines, and
        self._synced = 0  # how many of them are on disk for certain
        self._syncing = threading.Lock()
        self._failure: BrokenError | None = None

    @property
    def size(self) -> int:
        """Bytes of the file as it is now."""
        return os.fstat(self._file.fileno()).st_size

    @classmethod
    def create(
        cls, path: Path, header: Mapping[str, Any], scrub: Callable[[Any], Any]
    ) -> JournalWriter:
        """Create a journal; its header appears as a whole or not at all.

        Raises:
            BrokenError: if it cannot be created.
        """
        make_state_folder(path.parent)
        write_atomically(path, _text(scrub(header)))
        sync_folder(path.parent)
        return cls(path, scrub)

    @classmethod
    def continue_at(cls, path: Path, whole: int, scrub: Callable[[Any], Any]) -> JournalWriter:
        """Open a journal after its last whole line; a torn one after it is cut off.

        Args:
            path: of the file.
            whole: bytes of its whole lines.
            scrub: takes secrets out of the texts of a JSON value.

        Raises:
            BrokenError: if it cannot be opened or cut.
        """
        writer = cls(path, scrub)
        try:
            os.ftruncate(writer._file.fileno(), whole)
            writer._written += 1
        except OSError as error:
            writer.close()
            raise writer._broken(error) from error
        return writer

    def append(self, line: Mapping[str, Any]) -> None:
        """Append a line. It is on disk after the next `sync`, which has to come before a request.

        Raises:
            BrokenError: if it cannot be written, or an earlier one could not.
        """
        if self._failure is not None:
            raise self._failure
        try:
            left = memoryview(_text(self._scrub(line)).encode("utf-8", "backslashreplace"))
            while left:  # past any buffer, which would be written at some later time
                left = left[os.write(self._file.fileno(), left) :]
        except OSError as error:
            raise self._broken(error) from error
        self._written += 1

    def sync(self) -> None:
        """Bring to disk all lines that were appended before.

        Raises:
            BrokenError: if that fails, or an earlier line could not be written.
        """
        wanted = self._written
        with self._syncing:
            if self._failure is not None:
                raise self._failure
            written = self._written
            if self._synced >= wanted:  # another thread has brought them there meanwhile
                return
            try:
                os.fsync(self._file.fileno())
            except OSError as error:
                raise self._broken(error) from error
            self._synced = written

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _broken(self, error: OSError) -> BrokenError:
        reason = (error.strerror or "unknown reason").lower()
        name = quoted(str(self._path), 200)
        self._failure = BrokenError(f"the journal {name} cannot be written: {reason}")
        return self._failure


def _text(line: Any) -> str:
    return _ENCODER.encode(line) + "\n"
