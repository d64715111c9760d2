"""The commands and their options."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from runner import __version__
from runner.cli import looking, planning, reporting, running, sandbox, starting, validating
from runner.cli import options as opt
from runner.cli.boundary import guarded
from runner.errors import EXIT_CODE_MEANINGS

_EXIT_CODES = "\b\nExit codes:\n" + "\n".join(
    f"  {int(code):>2}  {meaning}" for code, meaning in EXIT_CODE_MEANINGS.items()
)

app = typer.Typer(
    name="campaign-runner",
    help="Keeps the operation of Adobe Campaign workflows in git: reviewed YAML in, ordered"
    " workflow commands out, and a report that is true.",
    epilog=_EXIT_CODES,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def run_cli(arguments: list[str]) -> int:
    """Run one command line and give its exit code; nothing is raised."""
    return guarded(app, arguments)


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


for _command in (
    validating.validate,
    planning.plan,
    running.run,
    reporting.report,
    looking.status,
    looking.doctor,
):
    app.command(epilog=_EXIT_CODES)(_command)
app.command()(sandbox.sandbox)
app.command(epilog=_EXIT_CODES)(starting.init)


@app.command()
def schema(
    name: Annotated[opt.SchemaName, typer.Argument(help="Which one.")] = opt.SchemaName.CONFIG,
) -> int:
    """Print a JSON Schema: of the files, a policy, the plan, the report or the sandbox's faults."""
    from runner.schemas import schema_text

    sys.stdout.write(schema_text(name.value))
    sys.stdout.flush()
    return 0
