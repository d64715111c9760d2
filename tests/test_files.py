"""A reader sees the old file or the new one; nothing else stays behind."""

from __future__ import annotations

import json
import os
import socket
import stat
import sys
from pathlib import Path

import pytest

from runner.errors import BrokenError, ExitCode, UsageError
from runner.files import check_writable, write_atomically

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX files")


def names(folder: str = ".") -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


def test_a_file_is_written_whole_and_alone() -> None:
    write_atomically(Path("report.json"), "grün\n")
    assert Path("report.json").read_bytes() == "grün\n".encode()
    assert names() == ["report.json"]


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
