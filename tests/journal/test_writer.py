"""Writing a journal: on disk in time, for its owner alone, and nothing after a torn line."""

from __future__ import annotations

import errno
import json
import os
import stat
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from runner.errors import BrokenError
from runner.journal.writer import JournalWriter
from tests.support.journals import FOLDER, failing_disk, header, journals, lines_of, sending

if TYPE_CHECKING:
    from collections.abc import Mapping

PATH = Path(FOLDER, "run.jsonl")
FIRST = header("a.yaml#1.1")
posix = pytest.mark.skipif(os.name == "nt", reason="as POSIX has it")


def as_it_is(value: Any) -> Any:
    return value


def created(first: Mapping[str, Any] = FIRST) -> JournalWriter:
    return JournalWriter.create(PATH, first, as_it_is)


def append_and_sync(writer: JournalWriter) -> None:
    writer.append(sending())
    writer.sync()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


class TestCreating:
    @posix
    @pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
    def test_it_is_for_its_owner_alone_whatever_the_mask(self, mask: int) -> None:
        before = os.umask(mask)
        try:
            created().close()
        finally:
            os.umask(before)
        assert (mode(PATH.parent), mode(PATH)) == (0o700, 0o600)

    def test_folders_above_are_made(self) -> None:
        JournalWriter.create(Path("a/b/c/run.jsonl"), FIRST, as_it_is).close()
        assert lines_of(Path("a/b/c/run.jsonl")) == [FIRST]

    def test_its_header_is_there_as_a_whole_and_the_folder_on_disk(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Before it has its name it is synced; the folder is once it has."""
        told: list[tuple[str, bool]] = []
        fsync = os.fsync

        def syncing(descriptor: int) -> None:
            is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
            told.append(("folder" if is_folder else "file", PATH.exists()))
            fsync(descriptor)

        monkeypatch.setattr(os, "fsync", syncing)
        created().close()
        assert told == [("file", False), ("folder", True)]
        assert list(Path(FOLDER).iterdir()) == [PATH]

    @posix
    @pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
    def test_a_disk_that_fails_leaves_none(
        self, monkeypatch: pytest.MonkeyPatch, code: int
    ) -> None:
        def syncing(_: int) -> None:
            raise OSError(code, os.strerror(code))

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", syncing)
            with pytest.raises(BrokenError, match="cannot be written"):
                created()
        assert list(Path(FOLDER).iterdir()) == []

    @posix
    def test_a_folder_that_cannot_be_synced_is_a_failure(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fsync = os.fsync

        def syncing(descriptor: int) -> None:
            if stat.S_ISDIR(os.fstat(descriptor).st_mode):
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            fsync(descriptor)

        monkeypatch.setattr(os, "fsync", syncing)
        with pytest.raises(BrokenError):
            created()

    @posix
    def test_a_link_in_place_of_the_folder_is_refused(self) -> None:
        Path("elsewhere").mkdir()
        Path(FOLDER).symlink_to("elsewhere")
        with pytest.raises(BrokenError, match="it is a link"):
            created()
        assert list(Path("elsewhere").iterdir()) == []

    @pytest.mark.parametrize("path", ["file/run.jsonl", "file/a/b/run.jsonl"])
    def test_a_file_in_place_of_a_folder_is_refused(self, path: str) -> None:
        Path("file").write_text("x", encoding="utf-8")
        with pytest.raises(BrokenError):
            JournalWriter.create(Path(path), FIRST, as_it_is)


class TestContinuing:
    @posix
    def test_a_link_in_place_of_the_file_is_refused_and_what_it_leads_to_untouched(self) -> None:
        Path("other").write_text("whole\ntorn", encoding="utf-8")
        Path(FOLDER).mkdir()
        PATH.symlink_to(Path("other").resolve())
        with pytest.raises(BrokenError, match="it is a link"):
            JournalWriter.continue_at(PATH, 6, as_it_is)
        assert Path("other").read_text(encoding="utf-8") == "whole\ntorn"

    @posix
    def test_a_pipe_is_refused(self) -> None:
        Path(FOLDER).mkdir()
        os.mkfifo(PATH)
        with pytest.raises(BrokenError):
            JournalWriter.continue_at(PATH, 0, as_it_is)

    @pytest.mark.parametrize("torn", [b"", b"{", b'{"type":"sending"'])
    def test_a_torn_line_is_cut_off(self, torn: bytes) -> None:
        created().close()
        whole = PATH.stat().st_size
        with PATH.open("ab") as file:
            file.write(torn)
        with JournalWriter.continue_at(PATH, whole, as_it_is) as writer:
            writer.append(sending())
            writer.sync()
        assert lines_of(PATH) == [FIRST, sending()]

    def test_a_missing_one_is_a_failure_and_none_is_made(self) -> None:
        Path(FOLDER).mkdir()
        with pytest.raises(BrokenError):
            JournalWriter.continue_at(PATH, 0, as_it_is)
        assert journals() == []


class TestAppending:
    def test_lines_are_there_at_once_for_whoever_reads(self) -> None:
        with created() as writer:
            writer.append(sending())
            assert lines_of(PATH) == [FIRST, sending()]

    def test_a_sync_without_news_does_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with created() as writer, failing_disk(monkeypatch, "fsync", at=99) as disk:
            writer.sync()
            assert disk.count == 0
            writer.append(sending())
            writer.append(sending())
            writer.sync()
            writer.sync()
            assert disk.count == 1

    def test_those_who_wait_share_one_write_to_the_disk(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The first is still writing when three others come: one more write is for all of them."""
        entered, go_on = threading.Event(), threading.Event()
        calls: list[int] = []

        def slow(descriptor: int) -> None:
            calls.append(descriptor)
            entered.set()
            assert go_on.wait(10)

        with created() as writer, monkeypatch.context() as patch:
            patch.setattr(os, "fsync", slow)
            writer.append(sending())
            threads = [threading.Thread(target=writer.sync)]
            threads[0].start()
            assert entered.wait(10)
            for _ in range(3):
                writer.append(sending())
                threads.append(threading.Thread(target=writer.sync))
            for thread in threads[1:]:
                thread.start()
            go_on.set()
            for thread in threads:
                thread.join(10)
            assert len(calls) == 2

    def test_a_line_that_the_system_takes_in_pieces_is_whole(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write = os.write
        with created() as writer, monkeypatch.context() as patch:
            patch.setattr(os, "write", lambda fd, data: write(fd, bytes(data)[:7]))
            writer.append(sending())
        assert lines_of(PATH) == [FIRST, sending()]

    @pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS])
    @pytest.mark.parametrize("kind", ["write", "fsync"])
    def test_after_a_failure_nothing_more_is_written_so_that_a_torn_line_is_the_last(
        self, monkeypatch: pytest.MonkeyPatch, kind: str, code: int
    ) -> None:
        with created() as writer:
            with (
                failing_disk(monkeypatch, kind, at=1, code=code),
                pytest.raises(BrokenError, match=r"run\.jsonl` cannot be written: .") as caught,
            ):
                append_and_sync(writer)
            assert os.strerror(code).lower() in str(caught.value)
            size = PATH.stat().st_size
            for _ in range(2):  # though there would be room by now
                with pytest.raises(BrokenError):
                    writer.append(sending())
                with pytest.raises(BrokenError):
                    writer.sync()
            assert PATH.stat().st_size == size

    def test_every_text_passes_the_scrubber(self) -> None:
        def scrub(value: Any) -> Any:
            return json.loads(json.dumps(value).replace("canary", "***"))

        with JournalWriter.create(PATH, header("canary#1.1"), scrub) as writer:
            writer.append(sending(identity="canary#1.1"))
        assert b"canary" not in PATH.read_bytes()
        assert PATH.read_bytes().count(b"***#1.1") == 2

    @pytest.mark.parametrize("text", ["\udcff", "\u2028", "\x85", "a\nb\r", "\0"])
    def test_odd_characters_stay_in_one_line_that_can_be_read(self, text: str) -> None:
        with created() as writer:
            writer.append(sending(url=text))
        first, second, end = PATH.read_bytes().split(b"\n")
        assert json.loads(second)["url"] == text
        assert end == b""
        assert json.loads(first) == FIRST
