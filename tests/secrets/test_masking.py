"""In GitHub Actions a fetched token is hidden in the whole log, and shown to nobody else."""

from __future__ import annotations

import contextlib
import io
import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import pytest

from runner.secrets.masking import masking
from runner.secrets.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

GITHUB = {"GITHUB_ACTIONS": "true"}


@pytest.fixture
def pipe() -> Iterator[tuple[TextIO, TextIO]]:
    """The two ends of a pipe: to read from, and to write to."""
    ends = os.pipe()
    with os.fdopen(ends[0], encoding="utf-8") as read, os.fdopen(ends[1], "w") as write:
        yield read, write


def written(pipe: tuple[TextIO, TextIO]) -> str:
    pipe[1].close()
    return pipe[0].read()


@pytest.mark.parametrize(
    ("token", "line"),
    [
        ("abc/d+e==", "::add-mask::abc/d+e==\n"),
        ("a%25b%0Ac", "::add-mask::a%2525b%250Ac\n"),
        ("a\r\nb", "::add-mask::a%0D%0Ab\n"),
    ],
)
def test_it_is_one_line_escaped_as_github_reads_it(
    pipe: tuple[TextIO, TextIO], token: str, line: str
) -> None:
    mask = masking(GITHUB, pipe[1], json_logs=False)
    assert mask is not None
    mask(Secret(token))
    assert written(pipe) == line


def test_a_socket_is_as_good_as_a_pipe() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, ours.makefile("w", encoding="utf-8") as stream:
        if sys.platform != "win32":
            mask = masking(GITHUB, stream, json_logs=False)
            assert mask is not None
            mask(Secret("the-token"))
            assert theirs.recv(100) == b"::add-mask::the-token\n"


@pytest.mark.parametrize("environ", [{}, {"GITHUB_ACTIONS": "false"}, {"CI": "true"}], ids=str)
def test_elsewhere_nobody_would_understand_it(
    pipe: tuple[TextIO, TextIO], environ: dict[str, str]
) -> None:
    assert masking(environ, pipe[1], json_logs=False) is None


def test_it_is_not_put_among_logs_in_json(pipe: tuple[TextIO, TextIO]) -> None:
    assert masking(GITHUB, pipe[1], json_logs=True) is None


def test_it_is_never_written_to_a_file_which_would_keep_it() -> None:
    with Path("log").open("w", encoding="utf-8") as file:
        assert masking(GITHUB, file, json_logs=False) is None
    assert masking(GITHUB, io.StringIO(), json_logs=False) is None


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_it_is_never_written_to_a_terminal() -> None:
    ends = os.openpty()
    with os.fdopen(ends[1], "w") as terminal:
        assert terminal.isatty()
        assert masking(GITHUB, terminal, json_logs=False) is None
    os.close(ends[0])


def test_that_nobody_listens_any_more_is_no_fault(pipe: tuple[TextIO, TextIO]) -> None:
    mask = masking(GITHUB, pipe[1], json_logs=False)
    assert mask is not None
    pipe[1].close()
    mask(Secret("the-token"))
    assert written(pipe) == ""


def test_nor_is_a_pipe_whose_other_end_is_gone() -> None:
    theirs, ours = os.pipe()
    stream = os.fdopen(ours, "w", encoding="utf-8")
    mask = masking(GITHUB, stream, json_logs=False)
    assert mask is not None
    os.close(theirs)
    mask(Secret("the-token"))
    with contextlib.suppress(BrokenPipeError):  # what could not be written is still there
        stream.close()
