"""What is said on stderr and written to stdout, whatever becomes of either."""

from __future__ import annotations

import errno
import io
import json
from datetime import datetime, timezone
from typing import Any, BinaryIO, cast

import pytest
from rich.table import Table

from runner.errors import BrokenError
from runner.problems import file_problem, file_warning
from runner.render.output import NORMAL, QUIET, VERBOSE, Output, OutputSettings
from runner.secrets.scrub import Scrubber
from runner.secrets.secret import Secret

PROBLEM = file_problem("r", "a.yaml", "it is odd", "mend it")


class Spoken:
    """An output whose stderr is read back."""

    def __init__(self, settings: OutputSettings = OutputSettings()) -> None:  # noqa: B008 - frozen
        self.scrubber = Scrubber()
        self.stderr = io.StringIO()
        self.output = Output(
            io.StringIO(),
            self.stderr,
            scrubber=self.scrubber,
            settings=settings,
            now=lambda: datetime(2026, 1, 1, tzinfo=timezone.utc),
        )

    @property
    def said(self) -> list[str]:
        return self.stderr.getvalue().splitlines()


class TestGroups:
    def test_what_is_said_in_a_block_stands_between_two_lines(self) -> None:
        it = Spoken()
        it.output.info("before")
        with it.output.grouped("begin", "end"):
            it.output.info("one")
            it.output.warning("two")
        it.output.info("after")
        assert it.said == ["before", "begin", "one", "warning: two", "end", "after"]

    def test_a_block_in_which_nothing_is_said_leaves_no_trace(self) -> None:
        it = Spoken()
        with it.output.grouped("begin", "end"):
            it.output.debug("hidden")
            it.output.problems(())
        it.output.info("after")
        assert it.said == ["after"]

    def test_a_group_ends_though_the_block_fails(self) -> None:
        it = Spoken()

        def fail() -> None:
            with it.output.grouped("begin", "end"):
                it.output.info("one")
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fail()
        assert it.said == ["begin", "one", "end"]

    def test_where_little_is_said_there_are_none(self) -> None:
        it = Spoken(OutputSettings(verbosity=QUIET))
        with it.output.grouped("begin", "end"):
            it.output.error("wrong")
        assert it.said == ["error: wrong"]

    def test_json_logs_have_none(self) -> None:
        it = Spoken(OutputSettings(json_logs=True))
        with it.output.grouped("begin", "end"):
            it.output.info("one")
        assert [json.loads(line)["message"] for line in it.said] == ["one"]


class TestCommands:
    def test_they_are_written_as_they_are_also_where_little_is_said(self) -> None:
        it = Spoken(OutputSettings(verbosity=QUIET))
        it.output.commands(["::error::x", "::notice::y"])
        assert it.said == ["::error::x", "::notice::y"]

    def test_json_logs_have_none(self) -> None:
        it = Spoken(OutputSettings(json_logs=True))
        it.output.commands(["::error::x"])
        assert it.said == []

    def test_they_hold_no_secret(self) -> None:
        it = Spoken()
        it.scrubber.add(Secret("canary-of-a-token"))
        it.output.commands(["::error::canary-of-a-token"])
        assert it.said == ["::error::***"]


class TestLevels:
    """How much is said, and what nobody can keep from being said."""

    @pytest.mark.parametrize(
        ("verbosity", "said"),
        [
            (QUIET, ["warning: w", "error: e", "important"]),
            (NORMAL, ["i", "warning: w", "error: e", "important", "not"]),
            (VERBOSE, ["d", "i", "warning: w", "error: e", "important", "not"]),
        ],
    )
    def test_each_says_so_much(self, verbosity: int, said: list[str]) -> None:
        it = Spoken(OutputSettings(verbosity=verbosity))
        it.output.debug("d")
        it.output.info("i")
        it.output.warning("w")
        it.output.error("e")
        it.output.say("important", important=True)
        it.output.say("not", important=False)
        assert it.said == said

    def test_json_logs_have_an_object_a_line_with_time_and_level(self) -> None:
        it = Spoken(OutputSettings(json_logs=True))
        it.output.warning("odd \x1b[31m", workflow="WKF1", level="mine", at="never")
        (line,) = it.said
        assert "\x1b" not in line
        assert json.loads(line) == {
            "at": "2026-01-01T00:00:00.000Z",
            "level": "warning",
            "message": "odd \x1b[31m",
            "workflow": "WKF1",
        }

    @pytest.mark.parametrize("verbosity", [QUIET, NORMAL])
    def test_problems_are_told_with_their_places(self, verbosity: int) -> None:
        it = Spoken(OutputSettings(verbosity=verbosity))
        it.output.problems([PROBLEM])
        assert it.said == ["a.yaml:1:1: error: it is odd [r]", "    mend it"]

    def test_json_logs_have_each_problem_as_an_object(self) -> None:
        it = Spoken(OutputSettings(json_logs=True, verbosity=QUIET))
        it.output.problems([PROBLEM, file_warning("w", "b.yaml", "look")])
        first, second = (json.loads(line) for line in it.said)
        assert (first["level"], first["file"], first["hint"]) == ("error", "a.yaml", "mend it")
        assert (second["level"], second["message"]) == ("warning", "look")

    @pytest.mark.parametrize("verbosity", [NORMAL, VERBOSE])
    def test_a_fault_says_where_in_the_code_only_to_who_asks(self, verbosity: int) -> None:
        it = Spoken(OutputSettings(verbosity=verbosity))
        it.scrubber.add(Secret("canary-of-a-token"))
        try:
            raise RuntimeError("canary-of-a-token\n::error::x")  # noqa: TRY301 - it has a place then
        except RuntimeError as error:
            it.output.fault(error)
        assert it.said[0].startswith("error: a fault in campaign-runner itself: RuntimeError('***")
        assert "canary" not in it.stderr.getvalue()
        assert "::error" not in it.said[0]
        if verbosity == NORMAL:
            assert it.said[1:] == ["error: run it again with -v to see where, and please report it"]
        else:
            assert it.said[1] == "Traceback (most recent call last):"
            assert any("test_output.py" in line for line in it.said)


class TestTables:
    def table(self) -> Table:
        made = Table("workflow")
        made.add_row("WKF1 canary-of-a-token")
        return made

    def test_people_see_one_without_a_secret(self) -> None:
        it = Spoken()
        it.scrubber.add(Secret("canary-of-a-token"))
        it.output.table(self.table())
        assert "WKF1 ***" in it.stderr.getvalue()

    @pytest.mark.parametrize(
        "settings", [OutputSettings(json_logs=True), OutputSettings(verbosity=QUIET)]
    )
    def test_nobody_else_does(self, settings: OutputSettings) -> None:
        it = Spoken(settings)
        it.output.table(self.table())
        assert it.said == []

    @pytest.mark.parametrize("plain", [True, False])
    def test_one_for_stdout_is_text_with_its_lines_ended(self, plain: bool) -> None:
        text = Spoken().output.drawn(self.table(), plain=plain)
        assert text.endswith("\n")
        assert "WKF1" in text
        assert all(line == line.rstrip() for line in text.splitlines())
        assert "\x1b" not in text

    def test_a_bar_is_drawn_on_a_terminal_alone_and_where_nobody_asks_for_more_or_less(
        self,
    ) -> None:
        class Terminal(io.StringIO):
            def isatty(self) -> bool:
                return True

        for settings, draws in (
            (OutputSettings(), True),
            (OutputSettings(json_logs=True), False),
            (OutputSettings(verbosity=QUIET), False),
            (OutputSettings(verbosity=VERBOSE), False),
        ):
            it = Spoken(settings)
            assert not it.output.draws
            it.output.stderr = Terminal()
            assert it.output.draws is draws


class Full(io.RawIOBase):
    """A stream of bytes that cannot be written to."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error

    def writable(self) -> bool:
        return True

    def write(self, _data: object) -> int:
        raise self.error


class Slow(io.RawIOBase):
    """A stream of bytes that takes three of them at a time, and now and then none."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = b""
        self.calls = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int | None:
        self.calls += 1
        if self.calls % 4 == 0:
            return None
        self.taken += bytes(data[:3])
        return len(data[:3])


def output_to(raw: io.RawIOBase) -> Output:
    """Give an output whose stdout is not buffered, as with PYTHONUNBUFFERED."""
    stream = io.TextIOWrapper(cast("BinaryIO", raw), encoding="utf-8", write_through=True)
    return Output(
        stream,
        io.StringIO(),
        scrubber=Scrubber(),
        settings=OutputSettings(),
        now=lambda: datetime(2026, 1, 1, tzinfo=timezone.utc),
    )


class TestProduct:
    def test_secrets_are_taken_out_unless_that_is_done(self) -> None:
        for clean, written in ((False, "***"), (True, "canary-of-a-token")):
            stdout, scrubber = io.StringIO(), Scrubber()
            scrubber.add(Secret("canary-of-a-token"))
            Output(
                stdout,
                io.StringIO(),
                scrubber=scrubber,
                settings=OutputSettings(),
                now=lambda: datetime(2026, 1, 1, tzinfo=timezone.utc),
            ).product("canary-of-a-token", clean=clean)
            assert stdout.getvalue() == written

    def test_a_stream_that_takes_a_part_at_a_time_gets_all_of_it(self) -> None:
        raw = Slow()
        output_to(raw).product("größe " * 10)
        assert raw.taken == ("größe " * 10).encode()

    def test_a_full_disk_ends_the_command_with_its_reason(self) -> None:
        full = OSError(errno.ENOSPC, "No space left on device")
        with pytest.raises(BrokenError) as caught:
            output_to(Full(full)).product("text")
        assert str(caught.value) == "standard output cannot be written: no space left on device"

    def test_so_does_an_error_that_has_none(self) -> None:
        with pytest.raises(BrokenError, match="cannot be written: unknown reason"):
            output_to(Full(OSError())).product("text")

    def test_that_nobody_reads_any_more_is_for_the_boundary_to_tell(self) -> None:
        with pytest.raises(BrokenPipeError):
            output_to(Full(BrokenPipeError(errno.EPIPE, "Broken pipe"))).product("text")

    def test_on_stderr_nothing_ends_a_run_half_way(self) -> None:
        class Gone(io.StringIO):
            tried = 0

            def write(self, _text: str) -> int:
                self.tried += 1
                raise OSError(errno.EPIPE, "Broken pipe")

        it = Spoken()
        it.output.stderr = gone = Gone()
        for _ in range(2):
            it.output.error("one")
        assert gone.tried == 2
