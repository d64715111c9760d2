"""The commands as typer knows them: help, completion, and every line that is not read quickly."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from runner import __version__
from runner.cli.directory import MODULES, function_of
from runner.cli.typed import typed
from runner.errors import EXIT_CODE_MEANINGS, ExitCode

_EXIT_CODES = "\b\nExit codes:\n" + "\n".join(
    f"  {int(code):>2}  {meaning}" for code, meaning in EXIT_CODE_MEANINGS.items()
)
_WITHOUT_EXIT_CODES = ("sandbox", "schema")

# typer gives out this class only as the base of one that it does.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]

app = typer.Typer(
    name="campaign-runner",
    help="Keeps the operation of Adobe Campaign workflows in git: reviewed YAML in, ordered"
    " workflow commands out, and a report that is true.",
    epilog=_EXIT_CODES,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def run_app(arguments: list[str]) -> Any:
    """Read one command line, run what it says, and give what came of it.

    What is wrong with the line is said in the words of typer, with the usage.
    """
    try:
        return app(arguments, prog_name="campaign-runner", standalone_mode=False)
    except _UsageError as error:
        _show(error)
        return ExitCode.USAGE


def _show(error: Any) -> None:
    error.show()


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"campaign-runner {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Stand above the commands."""
    if context.invoked_subcommand is None and not version:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(64)


for _name in MODULES:
    app.command(epilog=None if _name in _WITHOUT_EXIT_CODES else _EXIT_CODES)(
        typed(function_of(_name))
    )
