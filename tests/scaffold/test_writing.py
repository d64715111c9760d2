"""All files or none, and never over what is there, whatever that is."""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from runner.errors import BrokenError, ExitCode, UsageError
from runner.scaffold.writing import write_new

if TYPE_CHECKING:
    from collections.abc import Callable

posix = pytest.mark.skipif(os.name == "nt", reason="as POSIX has it")
TEXTS = {
    "README.md": "grün\n",
    ".ci/deep/down/merge.yml": "on: push\n",
    ".ci/plan.yml": "on: pull_request\n",
    "campaigns/a.yaml": "version: 1\n",
}
FOLDERS = {".ci", ".ci/deep", ".ci/deep/down", "campaigns"}
HERE = Path("here")
FULL = OSError(errno.ENOSPC, "No space left on device")


def below(folder: Path = HERE) -> dict[str, bytes | str | None]:
    """Give all that is there: files with what they hold, links with where they lead, folders."""
    found: dict[str, bytes | str | None] = {}
    for it in folder.rglob("*"):
        path = it.relative_to(folder).as_posix()
        if it.is_symlink():
            found[path] = str(it.readlink())
        else:
            found[path] = it.read_bytes() if it.is_file() else None
    return found


def written() -> dict[str, bytes | str | None]:
    return {**dict.fromkeys(FOLDERS), **{path: text.encode() for path, text in TEXTS.items()}}


def refused() -> list[str]:
    """Give what is said to be in the way, which stays as it is."""
    before = below()
    with pytest.raises(UsageError) as caught:
        write_new(HERE, TEXTS)
    assert caught.value.exit_code is ExitCode.USAGE
    assert below() == before
    head, *problems = str(caught.value).split("\n  ")
    number = "1 thing" if len(problems) == 1 else f"{len(problems)} things"
    assert head == (
        f"{number} in the way, and nothing was written; name an empty folder, and take from there"
        " what you want:"
    )
    return problems


class TestWritten:
    @pytest.mark.parametrize("folder", ["here", "here/there", "."])
    def test_every_file_is_written_with_its_folders(self, folder: str) -> None:
        write_new(Path(folder), TEXTS)
        assert below(Path(folder)) == written()

    def test_what_is_there_already_is_left_alone(self) -> None:
        HERE.joinpath("campaigns").mkdir(parents=True)
        HERE.joinpath("notes.txt").write_bytes(b"mine")
        HERE.joinpath("campaigns/b.yaml").write_bytes(b"mine, too")
        write_new(HERE, TEXTS)
        assert below() == {**written(), "notes.txt": b"mine", "campaigns/b.yaml": b"mine, too"}

    @posix
    def test_the_folder_itself_may_be_a_link(self) -> None:
        Path("real").mkdir()
        HERE.symlink_to("real")
        write_new(HERE, TEXTS)
        assert below(Path("real")) == written()

    @posix
    def test_files_are_as_open_as_the_mask_lets_them_be(self) -> None:
        mask = os.umask(0o027)
        try:
            write_new(HERE, TEXTS)
        finally:
            os.umask(mask)
        modes = {stat.S_IMODE(HERE.joinpath(path).stat().st_mode) for path in TEXTS}
        assert modes == {0o640}


class TestInTheWay:
    def test_a_file(self) -> None:
        HERE.joinpath(".ci").mkdir(parents=True)
        HERE.joinpath(".ci/plan.yml").write_text("mine")
        assert refused() == ["`.ci/plan.yml` is there already"]

    def test_a_folder_in_the_place_of_a_file(self) -> None:
        HERE.joinpath("README.md").mkdir(parents=True)
        assert refused() == ["`README.md` is there already"]

    def test_a_file_in_the_place_of_a_folder(self) -> None:
        HERE.mkdir()
        HERE.joinpath(".ci").write_text("mine")
        assert refused() == ["`.ci` is no folder of its own"]

    @posix
    @pytest.mark.parametrize("target", ["mine", "nowhere", "plan.yml"])
    def test_a_link_wherever_it_leads(self, target: str) -> None:
        HERE.joinpath(".ci").mkdir(parents=True)
        HERE.joinpath(".ci/mine").write_text("mine")
        HERE.joinpath(".ci/plan.yml").symlink_to(target)
        assert refused() == ["`.ci/plan.yml` is there already"]

    @posix
    @pytest.mark.parametrize("target", ["../outside", "nowhere", "."])
    def test_a_link_in_the_place_of_a_folder(self, target: str) -> None:
        HERE.mkdir()
        Path("outside").mkdir()
        HERE.joinpath(".ci").symlink_to(target)
        assert "`.ci` is no folder of its own" in refused()
        assert below(Path("outside")) == {}

    @posix
    def test_a_pipe(self) -> None:
        HERE.mkdir()
        os.mkfifo(HERE / "README.md")
        assert refused() == ["`README.md` is there already"]

    def test_all_of_it_is_named_at_once(self) -> None:
        HERE.joinpath("campaigns").mkdir(parents=True)
        HERE.joinpath("campaigns/a.yaml").write_text("mine")
        HERE.joinpath("README.md").write_text("mine")
        HERE.joinpath(".ci").write_text("mine")
        assert refused() == [
            "`README.md` is there already",
            "`.ci` is no folder of its own",
            "`campaigns/a.yaml` is there already",
        ]

    @posix
    def test_a_file_in_the_place_of_the_whole(self) -> None:
        HERE.write_text("mine")
        with pytest.raises(UsageError, match="`here` is not a folder"):
            write_new(HERE, TEXTS)
        with pytest.raises(UsageError, match="`here/below`: not a directory"):
            write_new(HERE / "below", TEXTS)
        assert HERE.read_text() == "mine"

    @posix
    def test_a_link_that_leads_nowhere_in_the_place_of_the_whole(self) -> None:
        HERE.symlink_to("nowhere")
        with pytest.raises(UsageError, match="`here` is a link that leads nowhere"):
            write_new(HERE, TEXTS)
        assert not Path("nowhere").exists()

    @posix
    @pytest.mark.parametrize(
        ("folder", "said"), [("a\0b", "no such path can be"), ("n" * 300, "file name too long")]
    )
    def test_a_path_that_cannot_be(self, folder: str, said: str) -> None:
        with pytest.raises(UsageError, match=said):
            write_new(Path(folder), TEXTS)

    @posix
    def test_its_name_is_shown_without_what_a_terminal_obeys(self) -> None:
        Path("a\x1b[31mb").write_text("mine")
        with pytest.raises(UsageError) as caught:
            write_new(Path("a\x1b[31mb"), TEXTS)
        assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("at", TEXTS)
class TestCutShort:
    """What was written before an error, or an interruption, is taken away again."""

    @pytest.mark.parametrize("there", [False, True])
    def test_a_full_disk_leaves_nothing_of_ours(
        self, monkeypatch: pytest.MonkeyPatch, at: str, there: bool
    ) -> None:
        if there:
            HERE.mkdir()
            HERE.joinpath("mine").touch()
        at_opening(monkeypatch, at, FULL)
        with pytest.raises(BrokenError) as caught:
            write_new(HERE, TEXTS)
        assert caught.value.exit_code is ExitCode.BROKEN
        assert "no space left on device; nothing was left behind" in str(caught.value)
        assert HERE.exists() == there
        assert below() == ({"mine": b""} if there else {})

    def test_so_does_one_that_is_full_half_way_through_a_file(
        self, monkeypatch: pytest.MonkeyPatch, at: str
    ) -> None:
        half_way_through(monkeypatch, at, FULL)
        with pytest.raises(BrokenError, match="no space left on device; nothing was left behind"):
            write_new(HERE, TEXTS)
        assert not HERE.exists()

    def test_so_does_an_interruption(self, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
        half_way_through(monkeypatch, at, KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            write_new(HERE, TEXTS)
        assert not HERE.exists()

    def test_what_somebody_else_puts_there_meanwhile_stays(
        self, monkeypatch: pytest.MonkeyPatch, at: str
    ) -> None:
        theirs = HERE / "campaigns/theirs"

        def put() -> None:
            theirs.parent.mkdir(parents=True, exist_ok=True)
            theirs.write_bytes(b"theirs")

        at_opening(monkeypatch, at, FULL, put)
        with pytest.raises(BrokenError):
            write_new(HERE, TEXTS)
        assert below() == {"campaigns": None, "campaigns/theirs": b"theirs"}

    def test_a_file_that_appears_meanwhile_is_not_written_over(
        self, monkeypatch: pytest.MonkeyPatch, at: str
    ) -> None:
        at_opening(monkeypatch, at, None, lambda: HERE.joinpath(at).write_bytes(b"theirs"))
        with pytest.raises(BrokenError, match="cannot be written: file exists"):
            write_new(HERE, TEXTS)
        assert [(path, it) for path, it in below().items() if it is not None] == [(at, b"theirs")]


def at_opening(
    monkeypatch: pytest.MonkeyPatch,
    at: str,
    error: OSError | None,
    before: Callable[[], object] = lambda: None,
) -> None:
    """Have something happen just before a file is made."""
    real = os.open

    def opened(path: Path, *more: int) -> int:
        if Path(path) == HERE / at:
            before()
            if error is not None:
                raise error
        return real(path, *more)

    monkeypatch.setattr(os, "open", opened)


def half_way_through(monkeypatch: pytest.MonkeyPatch, at: str, error: BaseException) -> None:
    """Have a file take half of what it is given."""
    real = os.fdopen
    paths = iter(TEXTS)

    class Half(io.FileIO):
        def write(self, data: Any) -> int:
            super().write(data[: len(data) // 2])
            raise error

    def opened(descriptor: int, mode: str) -> Any:
        return Half(descriptor, "w") if next(paths) == at else real(descriptor, mode)

    monkeypatch.setattr(os, "fdopen", opened)
