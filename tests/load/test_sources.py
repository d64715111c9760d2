"""Which files the paths on the command line mean, and in which order."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from runner.load import Loaded, load
from runner.load.sources import MAX_BYTES, shown_path
from tests.support.campaign import ONE
from tests.support.program import write


def load_here(*paths: str, stdin: bytes = b"") -> Loaded:
    return load(paths, cwd=Path.cwd(), stdin=io.BytesIO(stdin))


def paths(loaded: Loaded) -> list[str]:
    return [it.path for it in loaded.files]


def told(loaded: Loaded) -> list[tuple[str, str, str]]:
    return [(it.file, it.message, it.hint) for it in loaded.problems]


def test_a_folder_stands_for_its_yaml_files_sorted_by_path() -> None:
    for name in ["b.yaml", "a.yml", "sub/a.yaml", "c.txt", "d.json", "sub.yaml/x.yaml"]:
        write(f"folder/{name}", ONE)
    expected = ["a.yml", "b.yaml", "sub.yaml/x.yaml", "sub/a.yaml"]
    loaded = load_here("folder")
    assert paths(loaded) == [f"folder/{it}" for it in expected]
    assert told(loaded) == []


def test_files_keep_the_order_in_which_they_are_named() -> None:
    for name in ["a.yaml", "b.yaml", "folder/c.yaml"]:
        write(name, ONE)
    assert paths(load_here("b.yaml", "folder", "a.yaml")) == ["b.yaml", "folder/c.yaml", "a.yaml"]


def test_hidden_files_and_folders_are_passed_over() -> None:
    for name in [".a.yaml", ".git/b.yaml", "c.yaml"]:
        write(f"folder/{name}", ONE)
    Path("folder/.link").symlink_to(Path("folder/.git").resolve())
    loaded = load_here("folder")
    assert (paths(loaded), told(loaded)) == (["folder/c.yaml"], [])


def test_a_hidden_file_that_is_named_itself_is_read() -> None:
    write(".a.yaml", ONE)
    assert paths(load_here(".a.yaml")) == [".a.yaml"]


@pytest.mark.parametrize("second", ["a.yaml", "./a.yaml", "folder/../a.yaml", "."])
def test_a_file_given_twice_is_read_once(second: str) -> None:
    write("a.yaml", ONE)
    loaded = load_here("a.yaml", second)
    assert (paths(loaded), told(loaded)) == (["a.yaml"], [])


def test_a_file_given_by_a_link_too_is_read_once_and_says_so() -> None:
    write("a.yaml", ONE)
    Path("b.yaml").symlink_to("a.yaml")
    loaded = load_here("a.yaml", "b.yaml")
    assert paths(loaded) == ["a.yaml"]
    message = "this is the same file as `a.yaml`; it is read once"
    assert told(loaded) == [("b.yaml", message, "name it once")]
    assert not loaded.problems[0].is_error


def test_standard_input_is_read_once() -> None:
    loaded = load_here("-", "-", stdin=ONE.encode())
    assert paths(loaded) == ["-"]
    assert [it.name for it in loaded.documents] == ["-"]


def test_the_digest_is_of_the_bytes_on_disk() -> None:
    write("a.yaml", b"\xef\xbb\xbfa: 1\r\n")
    assert load_here("a.yaml").files[0].sha256 == (
        "d154b5589a138ef7a6ff502ecf270b04afa5eb5c56fb398f5cfe9a055a33316d"
    )


@pytest.mark.parametrize(
    ("path", "shown", "message", "hint"),
    [
        ("none.yaml", "none.yaml", "there is no such file or folder", "check the path, and"),
        ("a.yaml/b", "a.yaml/b", "there is no such file or folder", "check the path, and"),
        ("", '""', "the path is empty", "name a file or a folder; a variable that holds it may"),
        ("dangling", "dangling", "this symbolic link leads to nothing", "make it lead to a file"),
        ("loop", "loop", "this symbolic link leads round in a circle", "make it lead to a file"),
        ("pipe", "pipe", "this is not a regular file", "name a regular file; for a pipe write `-`"),
        ("bare", "bare", "there is no YAML file in this folder", "name a folder that holds *.yaml"),
        ("x" * 300, "x" * 300, "the file cannot be read: file name too long", "check who may"),
    ],
)
def test_a_path_that_cannot_be_read_says_why(
    path: str, shown: str, message: str, hint: str
) -> None:
    write("a.yaml", ONE)
    write("bare/notes.txt", "")
    Path("dangling").symlink_to("nowhere")
    Path("loop").symlink_to("loop")
    os.mkfifo("pipe")
    loaded = load_here(path, "a.yaml")
    assert paths(loaded) == ["a.yaml"]  # one that is broken does not hide the next
    ((file, said, then),) = told(loaded)
    assert (file, said) == (shown, message)
    assert then.startswith(hint)


def test_inside_of_a_folder_too_every_broken_file_is_named() -> None:
    write("outside.yaml", ONE)
    Path("folder").mkdir()
    Path("folder/a.yaml").symlink_to("nowhere")
    Path("folder/b.yaml").symlink_to("b.yaml")
    Path("folder/c.yaml").symlink_to("../outside.yaml")
    os.mkfifo("folder/d.yaml")
    assert [(file, message) for file, message, _ in told(load_here("folder"))] == [
        ("folder/a.yaml", "this symbolic link leads to nothing"),
        ("folder/b.yaml", "this symbolic link leads round in a circle"),
        ("folder/c.yaml", "this link leads out of the folder that is searched"),
        ("folder/d.yaml", "this is not a regular file"),
    ]


def test_a_link_within_the_folder_is_followed() -> None:
    write("folder/sub/a.txt", ONE)
    Path("folder/b.yaml").symlink_to("sub/a.txt")
    loaded = load_here("folder")
    assert (paths(loaded), told(loaded)) == (["folder/b.yaml"], [])


def test_a_link_to_what_is_hidden_is_refused() -> None:
    write("folder/.git/config", ONE)
    write("folder/sub/.env", ONE)
    Path("folder/a.yaml").symlink_to(".git/config")
    Path("folder/b.yaml").symlink_to("sub/.env")
    Path("folder/sub/c.yaml").symlink_to("../a.yaml")
    loaded = load_here("folder")
    message = "this link leads to what is hidden in the folder"
    names = ["folder/a.yaml", "folder/b.yaml", "folder/sub/c.yaml"]
    assert [it[0] for it in told(loaded) if it[1] == message] == names
    assert (loaded.files, loaded.documents) == ((), ())


def test_a_config_map_of_kubernetes_is_read() -> None:
    write("folder/..2026_01_02/a.yaml", ONE)
    Path("folder/..data").symlink_to("..2026_01_02")
    Path("folder/a.yaml").symlink_to("..data/a.yaml")
    loaded = load_here("folder")
    assert (paths(loaded), told(loaded)) == (["folder/a.yaml"], [])


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
@pytest.mark.parametrize(
    "target", ["/proc/self/environ", "/proc/self/mem", "/dev/zero", "/dev/stdin", "/etc/passwd"]
)
def test_a_link_in_a_folder_reads_nothing_of_the_machine(target: str) -> None:
    write("folder/good.yaml", ONE)
    Path("folder/a.yaml").symlink_to(target)
    loaded = load_here("folder")
    assert paths(loaded) == ["folder/good.yaml"]
    assert [it[:2] for it in told(loaded)] == [
        ("folder/a.yaml", "this link leads out of the folder that is searched")
    ]


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/dev/tty", "/proc/self/mem"])
def test_a_special_file_that_is_named_is_no_reason_to_wait_or_to_crash(path: str) -> None:
    loaded = load_here(path)
    assert loaded.documents == ()
    assert any(it.is_error for it in loaded.problems)


def test_standard_input_that_never_ends_is_refused() -> None:
    class Endless(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            assert size is not None
            assert 0 < size <= MAX_BYTES + 1
            return b"#" * size

    loaded = load(["-"], cwd=Path.cwd(), stdin=Endless())
    assert told(loaded) == [("-", "the file is larger than 5 MB", "split it into several files")]


def test_folders_nested_as_deep_as_a_path_allows_are_searched() -> None:
    deepest = Path("folder")
    deepest.mkdir()
    for _ in range(1500):
        deepest /= "d"
        deepest.mkdir()
    write(str(deepest / "a.yaml"), ONE)
    loaded = load_here("folder")
    (deepest / "a.yaml").unlink()
    for _ in range(1500):  # what cleans up after tests gives up here, too
        deepest.rmdir()
        deepest = deepest.parent
    assert (len(loaded.files), told(loaded)) == (1, [])


def test_a_link_to_a_folder_is_not_followed_and_says_so() -> None:
    write("folder/a.yaml", ONE)
    write("other/b.yaml", ONE)
    Path("folder/link").symlink_to(Path("other").resolve())
    loaded = load_here("folder")
    assert paths(loaded) == ["folder/a.yaml"]
    hint = "name the folder itself on the command line"
    assert told(loaded) == [("folder/link", "this link to a folder is not followed", hint)]


def test_a_folder_that_holds_only_a_link_to_a_folder_is_refused_r3() -> None:
    write("other/b.yaml", ONE)
    Path("folder").mkdir()
    Path("folder/link").symlink_to(Path("other").resolve())
    loaded = load_here("folder")
    assert ("folder", "there is no YAML file in this folder") in [it[:2] for it in told(loaded)]
    assert any(it.is_error for it in loaded.problems)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads anything")
def test_a_folder_that_may_not_be_read_is_named() -> None:
    write("folder/a.yaml", ONE)
    write("folder/closed/b.yaml", ONE)
    Path("folder/closed").chmod(0)
    try:
        loaded = load_here("folder")
    finally:
        Path("folder/closed").chmod(0o700)
    assert told(loaded) == [
        ("folder/closed", "the file cannot be read: permission denied", "check who may read it")
    ]


def test_a_file_of_the_limit_is_read_and_one_byte_more_is_not_r7() -> None:
    write("a.yaml", ONE + "#" * (MAX_BYTES - len(ONE)))
    write("b.yaml", ONE + "#" * (MAX_BYTES - len(ONE) + 1))
    loaded = load_here("a.yaml", "b.yaml")
    assert len(loaded.documents) == 1
    assert told(loaded) == [
        ("b.yaml", "the file is larger than 5 MB", "split it into several files")
    ]


@pytest.mark.parametrize(
    ("location", "cwd", "shown"),
    [("/a/b.yaml", "/a", "b.yaml"), ("/a/b.yaml", "/a/c", "../b.yaml"), ("/a", "/a", ".")],
)
def test_a_path_is_shown_relative_to_the_working_folder_r8(
    location: str, cwd: str, shown: str
) -> None:
    assert shown_path(Path(location), Path(cwd)) == shown
