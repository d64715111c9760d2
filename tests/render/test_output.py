"""What is said on stderr: groups of lines, and lines that a CI system obeys."""

from __future__ import annotations

import io
import json
from datetime import datetime, timezone

import pytest

from runner.render.output import QUIET, Output, OutputSettings
from runner.secrets.scrub import Scrubber
from runner.secrets.secret import Secret


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
