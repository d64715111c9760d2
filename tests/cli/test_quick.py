"""Command lines that are read without typer mean what they mean to typer, or are left to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.cli.app import run_app
from runner.cli.directory import MODULES, function_of
from runner.cli.quick import read_quickly
from runner.cli.typed import typed
from tests.support.program import write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.program import Program

COMMON = (
    ["validate", "a.yaml"],
    ["validate", "a", "b", "--strict", "--format", "json"],
    ["validate", "a", "--format=github", "-q"],
    ["plan", "--env", "prod", "a.yaml", "--out", "plan.json"],
    ["plan", "-", "--only", "a#1.1", "--only", "a#1.2", "--from=a#1.1"],
    ["run", "a", "--report", "-", "--yes", "--max-service-failures", "0", "-v", "-v"],
    ["run", "--resume", "journal", "--settle", "a#1.1=sent"],
    ["run", "--plan", "plan.json", "-y", "--parallel-reads=32"],
    ["report", "report.json", "--format", "html", "--out", "page.html"],
    ["report", "--merge", "a.json", "b.json", "--format", "json"],
    ["run", "a", "--shard", "1/3"],
    ["status", "a", "--no-color"],
    ["doctor", "a", "--base-url", "http://127.0.0.1:1", "--allow-host", "e.example"],
    ["sandbox", "--port", "8080", "--workflow", "WKF1=started"],
    ["init"],
    ["init", "folder", "--ci", "gitlab"],
    ["schema"],
    ["schema", "plan"],
)
UNSURE: tuple[list[str], ...] = (
    [],
    ["--help"],
    ["--version"],
    ["validate"],
    ["validate", ""],
    ["validate", "a", "--help"],
    ["validate", "a", "-vq"],
    ["validate", "a", "--form", "json"],
    ["validate", "a", "--format", "yaml"],
    ["validate", "a", "--env"],
    ["validate", "a", "--env", "--strict"],
    ["validate", "a", "--env="],
    ["validate", "a", "--strict=true"],
    ["validate", "--", "a"],
    ["plan", "a", "--parallel-reads", "0"],
    ["plan", "a", "--parallel-reads", "33"],
    ["plan", "a", "--parallel-reads", "+8"],
    ["schema", "plan", "report"],
    ["schema", "nothing"],
    ["valid", "a"],
)


def by_typer(arguments: list[str], environ: Mapping[str, str]) -> dict[str, Any]:
    """Give the values that typer makes of a command line."""
    function = typed(function_of(arguments[0]))
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    heard: dict[str, Any] = {}
    body = f"lambda {', '.join(names)}: hear(dict({', '.join(f'{it}={it}' for it in names)}))"
    listening = eval(body, {"hear": heard.update})  # noqa: S307 - names of our own parameters
    listening.__annotations__ = function.__annotations__
    listening.__defaults__ = function.__defaults__
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(listening)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        app(arguments[1:], standalone_mode=False)
    return heard


def by_ourselves(arguments: list[str], environ: Mapping[str, str]) -> dict[str, Any] | None:
    """Give the values that are read quickly, with the defaults of the function."""
    call: Any = read_quickly(arguments, environ)
    if call is None:
        return None
    function = function_of(arguments[0])
    code: Any = function.__code__
    names = code.co_varnames[: code.co_argcount]
    defaults: Any = function.__defaults__
    return {**dict(zip(names[-len(defaults) :], defaults, strict=True)), **call.keywords}


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give values of which an empty list is as good as none."""
    return {name: None if value in ([], ()) else value for name, value in values.items()}


@pytest.mark.parametrize("arguments", COMMON, ids=" ".join)
def test_a_common_line_is_read_as_typer_reads_it(arguments: list[str]) -> None:
    ours = by_ourselves(arguments, {})
    assert ours is not None
    assert plain(ours) == plain(by_typer(arguments, {}))


@pytest.mark.parametrize("arguments", UNSURE, ids=" ".join)
def test_an_unusual_line_is_left_to_typer(arguments: list[str]) -> None:
    assert read_quickly(arguments, {}) is None


@pytest.mark.parametrize(
    ("environ", "is_read"),
    [
        ({"CAMPAIGN_RUNNER_ENV": "prod"}, True),
        ({"CAMPAIGN_RUNNER_PARALLEL_READS": "4", "CAMPAIGN_RUNNER_LOG_FORMAT": "json"}, True),
        ({"CAMPAIGN_RUNNER_ENV": ""}, False),
        ({"CAMPAIGN_RUNNER_QUIET": "1"}, False),
        ({"CAMPAIGN_RUNNER_VERBOSE": "1"}, False),
        ({"CAMPAIGN_RUNNER_ALLOW_HOST": "a.example b.example"}, False),
        ({"CAMPAIGN_RUNNER_PARALLEL_READS": "many"}, False),
        ({"_CAMPAIGN_RUNNER_COMPLETE": "complete_bash"}, False),
    ],
)
def test_variables_are_read_as_typer_reads_them(environ: dict[str, str], is_read: bool) -> None:
    ours = by_ourselves(["plan", "a"], environ)
    assert (ours is not None) is is_read
    if ours is not None:
        assert plain(ours) == plain(by_typer(["plan", "a"], environ))


def test_the_command_line_goes_before_the_variable() -> None:
    ours = by_ourselves(["plan", "a", "--env", "one"], {"CAMPAIGN_RUNNER_ENV": "two"})
    assert ours is not None
    assert ours["env"] == "one"


WORDS = st.sampled_from(
    [
        *("a.yaml", "-", "--", "", "-v", "-q", "-y", "-vv", "--strict", "--live", "--dry-run"),
        *("--env", "--env=prod", "--only", "--format", "--format=json", "json", "html", "0", "8"),
        *("--parallel-reads", "--report", "--once", "--again", "--ci", "none", "--log-format"),
        *("--assume-unknown", "send", "--base-url", "--max-service-failures", "--no-color"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(MODULES)), st.lists(WORDS, max_size=6))
def test_whatever_is_read_quickly_typer_reads_alike(command: str, words: list[str]) -> None:
    ours = by_ourselves([command, *words], {})
    if ours is not None:
        assert plain(ours) == plain(by_typer([command, *words], {}))


def test_both_ways_end_alike(program: Program) -> None:
    write("a.yaml", "version: 1\nactions: [{start: WKF1}]\n")
    assert program("validate", "a.yaml").exit_code == 0
    assert run_app(["validate", "a.yaml"]) == 0
