"""A reader sees the old file or the new one; no link is followed; nothing else stays behind."""

from __future__ import annotations

import errno
import json
import os
import socket
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner import files
from runner.errors import BrokenError, ExitCode, UsageError
from runner.files import (
    append_text,
    check_writable,
    make_private_folder,
    open_for_append,
    sync_folder,
    write_atomically,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX files")


def names(folder: str = ".") -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


def test_a_file_is_written_whole_and_alone() -> None:
    write_atomically(Path("report.json"), "grün\n")
    assert Path("report.json").read_bytes() == "grün\n".encode()
    assert names() == ["report.json"]


def test_a_text_may_come_in_pieces() -> None:
    write_atomically(Path("report.json"), iter(["gr", "ün", "\udc80"]))
    assert Path("report.json").read_bytes() == "grün\\udc80".encode()


def test_what_fails_between_two_pieces_leaves_the_old_file() -> None:
    def pieces() -> Iterator[str]:
        yield "new"
        raise KeyboardInterrupt

    Path("report.json").write_text("old", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        write_atomically(Path("report.json"), pieces())
    assert names() == ["report.json"]
    assert Path("report.json").read_text(encoding="utf-8") == "old"


@posix
def test_it_is_its_owners_alone_whatever_stood_there() -> None:
    path = Path("report.json")
    path.write_text("old")
    path.chmod(0o644)
    write_atomically(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@posix
@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_replaced_itself_and_not_its_target(there: bool) -> None:
    target, path = Path("target"), Path("report.json")
    if there:
        target.write_text("untouched")
    path.symlink_to(target)
    check_writable(path)
    write_atomically(path, "new")
    assert not path.is_symlink()
    assert path.read_text() == "new"
    assert target.exists() == there
    assert not there or target.read_text() == "untouched"


def test_a_lone_surrogate_becomes_its_escape() -> None:
    write_atomically(Path("report.json"), '"\udc80"')
    assert json.loads(Path("report.json").read_bytes()) == "\udc80"


def test_a_long_name_is_no_hindrance() -> None:
    path = Path("n" * 250)
    check_writable(path)
    write_atomically(path, "x")
    assert names() == [path.name]


@pytest.mark.parametrize("call", [check_writable, lambda path: write_atomically(path, "x")])
@pytest.mark.parametrize("path", ["missing/report.json", "file/report.json", "n" * 300])
def test_where_nothing_can_be_written_it_is_broken(call: object, path: str) -> None:
    Path("file").write_text("a file is no folder")
    assert callable(call)
    with pytest.raises(BrokenError, match="cannot be written: ") as caught:
        call(Path(path))
    assert caught.value.exit_code is ExitCode.BROKEN
    assert names() == ["file"]


def test_checking_leaves_everything_as_it_is() -> None:
    Path("report.json").write_text("old")
    check_writable(Path("report.json"))
    check_writable(Path("other.json"))
    assert names() == ["report.json"]
    assert Path("report.json").read_text() == "old"


def test_a_folder_is_refused() -> None:
    Path("folder").mkdir()
    with pytest.raises(UsageError, match="`folder` is not a regular file; name another path"):
        check_writable(Path("folder"))
    with pytest.raises(BrokenError):
        write_atomically(Path("folder"), "x")
    assert names() == ["folder"]


@posix
def test_a_fifo_a_socket_and_a_device_are_refused() -> None:
    os.mkfifo("fifo")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        for path in ("fifo", "socket", os.devnull):
            with pytest.raises(UsageError, match="is not a regular file"):
                check_writable(Path(path))
    assert names() == ["fifo", "socket"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), OSError()])
def test_a_full_disk_leaves_the_old_file(error: OSError, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise error

    Path("report.json").write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BrokenError, match=r"no space left on device|unknown reason"):
        write_atomically(Path("report.json"), "new")
    assert names() == ["report.json"]
    assert Path("report.json").read_text() == "old"


def test_an_interruption_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(Path("report.json"), "new")
    assert names() == []


@posix
@pytest.mark.parametrize("mask", [0, 0o022, 0o077])
def test_what_is_created_is_its_owners_alone_whatever_the_mask(mask: int) -> None:
    before = os.umask(mask)
    try:
        write_atomically(Path("report.json"), "x")
        make_private_folder(Path("folder"))
    finally:
        os.umask(before)
    modes = {it.name: stat.S_IMODE(it.stat().st_mode) for it in Path().iterdir()}
    assert modes == {"report.json": 0o600, "folder": 0o700}


def test_what_is_opened_is_written_at_its_end() -> None:
    Path("journal").write_bytes(b"one\n")
    with open_for_append(Path("journal")) as first:
        first.write(b"two\n")
        first.flush()
        with open_for_append(Path("journal")) as second:
            second.write(b"three\r\n")
        first.write(b"four\n")
    assert Path("journal").read_bytes() == b"one\ntwo\nthree\r\nfour\n"
    assert names() == ["journal"]


def test_only_what_is_there_is_continued() -> None:
    with pytest.raises(BrokenError, match="`journal` cannot be written: no such file"):
        open_for_append(Path("journal"))
    assert names() == []


@posix
@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("knows_links", [True, False])
def test_no_link_is_followed(
    there: bool, knows_links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if there:
        Path("target").write_text("untouched")
    Path("journal").symlink_to("target")
    if not knows_links:
        monkeypatch.delattr(os, "O_NOFOLLOW")
    with pytest.raises(BrokenError, match="it is a link"):
        open_for_append(Path("journal"))
    assert Path("target").exists() == there
    assert not there or Path("target").read_text() == "untouched"


@posix
def test_a_pipe_a_socket_and_a_device_are_not_continued() -> None:
    os.mkfifo("fifo")
    reader = os.open("fifo", os.O_RDONLY | os.O_NONBLOCK)
    os.mkfifo("lonely")  # opening it would wait for a reader
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        for path in ("fifo", "lonely", "socket", os.devnull):
            with pytest.raises(BrokenError, match="cannot be written: "):
                open_for_append(Path(path))
    os.close(reader)


@posix
def test_nothing_of_another_user_is_continued(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("journal").touch()
    Path("folder").mkdir()
    somebody = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: somebody)
    for act in (open_for_append, make_private_folder):
        path = Path("journal" if act is open_for_append else "folder")
        with pytest.raises(BrokenError, match="it belongs to another user"):
            act(path)


def test_a_folder_that_is_there_is_taken_as_it_is() -> None:
    Path("folder").mkdir()
    Path("folder", "file").write_text("kept")
    make_private_folder(Path("folder"))
    assert names("folder") == ["file"]


def test_a_file_is_no_folder_and_no_parent_is_made() -> None:
    Path("file").write_text("x")
    with pytest.raises(BrokenError, match="`file` cannot be written: it is not a folder"):
        make_private_folder(Path("file"))
    with pytest.raises(BrokenError, match="no such file"):
        make_private_folder(Path("missing", "folder"))


@posix
@pytest.mark.parametrize("there", [True, False])
def test_a_link_to_a_folder_is_no_folder(there: bool) -> None:
    if there:
        Path("elsewhere").mkdir()
    Path("folder").symlink_to("elsewhere")
    with pytest.raises(BrokenError, match="it is a link; put a folder there"):
        make_private_folder(Path("folder"))
    assert Path("elsewhere").exists() == there


@pytest.mark.parametrize("act", [open_for_append, make_private_folder])
def test_a_path_that_no_file_can_have_is_broken(act: object) -> None:
    assert callable(act)
    with pytest.raises(BrokenError, match="cannot be written"):
        act(Path("a\0b"))


@posix
def test_a_folder_is_brought_to_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bool] = []

    def note(descriptor: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))

    monkeypatch.setattr(os, "fsync", note)
    sync_folder(Path())
    assert synced == [True]


@posix
@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
def test_a_file_system_that_syncs_no_folder_is_no_fault(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", failing(OSError(number, "not here")))
    sync_folder(Path())


@posix
def test_a_disk_that_fails_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BrokenError, match="no such file"):
        sync_folder(Path("missing"))
    monkeypatch.setattr(os, "fsync", failing(OSError(errno.EIO, "Input/output error")))
    with pytest.raises(BrokenError, match="input/output error"):
        sync_folder(Path())


def test_elsewhere_nothing_is_synced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_SYNCS_FOLDERS", False)
    sync_folder(Path("missing"))


def failing(error: OSError) -> Callable[[int], None]:
    def fail(_descriptor: int) -> None:
        raise error

    return fail


class TestAppend:
    """Files that a CI system made."""

    def test_text_comes_to_the_end_and_a_missing_file_is_made(self) -> None:
        path = Path("summary")
        append_text(path, "grün\n")
        append_text(path, "blue\n")
        assert path.read_bytes() == "grün\nblue\n".encode()

    def test_a_file_that_would_be_too_large_stays_as_it_is(self) -> None:
        path = Path("summary")
        path.write_bytes(b"1234")
        append_text(path, "5678", most=8)
        with pytest.raises(BrokenError, match="it would have more than 8 bytes"):
            append_text(path, "9", most=8)
        assert path.read_bytes() == b"12345678"

    def test_what_is_no_file_is_refused(self) -> None:
        Path("folder").mkdir()
        for path in (Path("folder"), Path("no/such/file"), Path("a\0b")):
            with pytest.raises(BrokenError, match="cannot be written"):
                append_text(path, "x")

    @posix
    def test_a_link_is_not_followed(self) -> None:
        Path("target").write_text("untouched")
        Path("link").symlink_to("target")
        with pytest.raises(BrokenError, match="it is a link"):
            append_text(Path("link"), "x")
        assert Path("target").read_text() == "untouched"

    @posix
    def test_a_pipe_is_refused_and_holds_nobody_up(self) -> None:
        os.mkfifo("pipe")
        with pytest.raises(BrokenError):
            append_text(Path("pipe"), "x")
        reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
        with pytest.raises(BrokenError, match="it is not a regular file"):
            append_text(Path("pipe"), "x")
        os.close(reader)
