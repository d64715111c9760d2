"""Reading a journal: whole, torn, foreign or spoilt."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from runner.errors import JournalError
from runner.journal.reader import read_journal
from tests.support.journals import (
    answer,
    finished,
    header,
    keep,
    result,
    resumed,
    seen,
    sending,
)

PATH = Path("run.jsonl")
FIRST = header("a.yaml#1.1")
ALL = (sending(), answer(), seen("started"), result(), resumed(), finished("stopped"))


def told(content: bytes) -> tuple[int, str]:
    """Give the line and the message with which a file of this content is refused."""
    PATH.write_bytes(content)
    with pytest.raises(JournalError) as caught:
        read_journal(PATH, "run.jsonl")
    (problem,) = caught.value.problems
    assert (problem.file, problem.rule) == ("run.jsonl", "journal")
    assert caught.value.exit_code == 3
    return problem.line, problem.message


def text_of(*values: Any) -> bytes:
    return "".join(json.dumps(it) + "\n" for it in values).encode()


def test_every_kind_of_line_is_read() -> None:
    keep(PATH, FIRST, *ALL)
    journal = read_journal(PATH, "run.jsonl")
    assert journal.header == FIRST
    assert list(journal.lines) == list(ALL)
    assert journal.whole == PATH.stat().st_size


@pytest.mark.parametrize("last", ALL, ids=lambda it: it["type"])
def test_a_last_line_torn_at_any_byte_counts_as_never_written(last: dict[str, Any]) -> None:
    before = text_of(FIRST, sending())
    whole = before + text_of(last)
    for length in range(len(before), len(whole)):
        PATH.write_bytes(whole[:length])
        journal = read_journal(PATH, "run.jsonl")
        assert journal.lines == (sending(),)
        assert journal.whole == len(before)
    PATH.write_bytes(whole)
    assert read_journal(PATH, "run.jsonl").lines == (sending(), last)


def test_a_header_torn_at_any_byte_means_that_nothing_was_sent_r26() -> None:
    whole = text_of(FIRST)
    for length in range(len(whole)):
        line, message = told(whole[:length])
        assert line == 1
        assert message == "there is no whole line in it, so that nothing was sent"


class TestTheEnd:
    def test_it_is_there_where_the_run_has_come_to_it(self) -> None:
        keep(PATH, FIRST, sending(), finished())
        assert read_journal(PATH, "j").end == finished()

    @pytest.mark.parametrize("last", [(), (sending(),), (finished("stopped"),)])
    def test_it_is_not_where_a_resume_goes_on(self, last: tuple[dict[str, Any], ...]) -> None:
        keep(PATH, FIRST, *last)
        assert read_journal(PATH, "j").end is None

    def test_nor_where_it_was_gone_on_with_after_its_end(self) -> None:
        keep(PATH, FIRST, finished(), resumed())
        assert read_journal(PATH, "j").end is None


@pytest.mark.parametrize(
    "garbage",
    [
        b"\n",
        b"garbage\n",
        b"{\n",
        b"\xff\xfe\n",
        b"\0" * 512 + b"\n",
        b"[" * 100_000 + b"\n",
        b"null\n",
        b"[]\n",
        b'"sending"\n',
        b"{}\n",
        text_of({"type": "later"}),
        text_of({**sending(), "n": 0}),
        text_of({**sending(), "at": "2026-13-41T12:00:00.000000Z"}),
        text_of({**answer(), "verdict": "fine"}),
        text_of(FIRST),
    ],
)
def test_what_is_no_line_in_the_middle_is_refused_with_its_number(garbage: bytes) -> None:
    line, _ = told(text_of(FIRST, sending()) + garbage + text_of(result()))
    assert line == 3


def test_the_journal_of_another_run_does_not_follow() -> None:
    assert told(text_of(FIRST, sending(), FIRST)) == (3, "here begins the journal of another run")


@pytest.mark.parametrize(
    "content", [b"version: 1\nactions: [{start: WKF1}]\n", b"{}\n", b"\n", b"\x89PNG\r\n\x1a\n"]
)
def test_a_foreign_file_is_refused(content: bytes) -> None:
    line, message = told(content)
    assert line == 1
    assert message in ("this is no line of JSON", "this is no line of a journal")


def test_a_journal_without_its_header_is_refused() -> None:
    assert told(text_of(sending())) == (1, "its first line is no header")


@pytest.mark.parametrize("version", [2, 0, 1.5])
def test_an_unknown_version_is_refused_by_name_r35(version: object) -> None:
    _, message = told(text_of({"type": "header", "schema_version": version}))
    assert message.startswith(f"version {version} of the journal's format is not known")


@pytest.mark.parametrize("version", ["1", None, True])
def test_what_is_no_version_is_no_header(version: object) -> None:
    _, message = told(text_of({**FIRST, "schema_version": version}))
    assert message == "this is no line of a journal"


def test_fields_of_a_later_program_do_not_matter_r35() -> None:
    keep(PATH, {**FIRST, "later": 1}, {**sending(), "later": {}}, {**finished(), "later": []})
    assert len(read_journal(PATH, "j").lines) == 2


def test_a_missing_journal_and_a_folder_are_refused() -> None:
    for path, says in ((Path("nowhere.jsonl"), "cannot be read"), (Path(), "this is not a file")):
        with pytest.raises(JournalError) as caught:
            read_journal(path, "j")
        assert says in caught.value.problems[0].message


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX")
def test_a_pipe_is_refused_and_not_waited_for() -> None:
    os.mkfifo("pipe")
    with pytest.raises(JournalError):
        read_journal(Path("pipe"), "j")
