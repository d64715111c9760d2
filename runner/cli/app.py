"""The commands and their options."""

from __future__ import annotations

import sys
from functools import partial
from typing import Annotated

import typer

from runner import __version__
from runner.campaign.hosts import DEFAULT_BASE_URL, DEFAULT_TOKEN_URL
from runner.cli import options as opt
from runner.cli.boundary import guarded
from runner.cli.process import perform
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


@app.command(epilog=_EXIT_CODES)
def validate(
    paths: opt.Paths,
    env: opt.Environment = None,
    output_format: opt.OutputFormat = opt.Format.TEXT,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse on warnings too.")] = False,
    allow_env: opt.AllowEnv = None,
    allow_secret_file: opt.AllowSecretFile = None,
    log_format: opt.LogFormatOption = opt.LogFormat.TEXT,
    verbose: opt.Verbose = 0,
    quiet: opt.Quiet = False,
    no_color: opt.NoColor = False,
) -> int:
    """Check files against the schema and the rules; every problem at once."""
    from runner.commands.validate import ValidateOptions, validate_command

    inputs = opt.inputs(paths, env, allow_env, allow_secret_file)
    options = ValidateOptions(inputs, json=output_format is opt.Format.JSON, strict=strict)
    command = partial(validate_command, options)
    return perform(command, log_format, verbose, quiet, no_color)


@app.command(epilog=_EXIT_CODES)
def plan(
    paths: opt.Paths,
    env: opt.Environment = None,
    output_format: opt.OutputFormat = opt.Format.TEXT,
    out: Annotated[
        str | None, typer.Option(metavar="FILE", help="Keep the plan here too, as JSON.")
    ] = None,
    detailed_exitcode: Annotated[
        bool,
        typer.Option("--detailed-exitcode", help="Exit with 2 where there is something to do."),
    ] = False,
    only: opt.Only = None,
    start: opt.From = None,
    allow_env: opt.AllowEnv = None,
    allow_secret_file: opt.AllowSecretFile = None,
    log_format: opt.LogFormatOption = opt.LogFormat.TEXT,
    verbose: opt.Verbose = 0,
    quiet: opt.Quiet = False,
    no_color: opt.NoColor = False,
) -> int:
    """Show the commands in order, with file and line; no secret, no network."""
    from runner.commands.plan import PlanOptions, plan_command

    options = PlanOptions(
        opt.inputs(paths, env, allow_env, allow_secret_file),
        json=output_format is opt.Format.JSON,
        out=out,
        selection=opt.selection(only, start),
        detailed_exit_code=detailed_exitcode,
    )
    command = partial(plan_command, options)
    return perform(command, log_format, verbose, quiet, no_color)


@app.command(epilog=_EXIT_CODES)
def run(
    paths: opt.Paths,
    env: opt.Environment = None,
    report: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            envvar="CAMPAIGN_RUNNER_REPORT",
            help="Where the JSON report goes; - is stdout.",
        ),
    ] = "report.json",
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Send nothing, need no secret; write the plan as a report."),
    ] = False,
    sandbox: Annotated[
        bool,
        typer.Option(
            "--sandbox",
            help="Send to the embedded sandbox, whatever --base-url says; needs no secret.",
        ),
    ] = False,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes", "-y", envvar="CAMPAIGN_RUNNER_YES", help="Do not ask before sending."
        ),
    ] = False,
    only: opt.Only = None,
    start: opt.From = None,
    base_url: opt.BaseUrl = DEFAULT_BASE_URL,
    token_url: opt.TokenUrl = DEFAULT_TOKEN_URL,
    allow_host: opt.AllowHost = None,
    allow_env: opt.AllowEnv = None,
    allow_secret_file: opt.AllowSecretFile = None,
    log_format: opt.LogFormatOption = opt.LogFormat.TEXT,
    verbose: opt.Verbose = 0,
    quiet: opt.Quiet = False,
    no_color: opt.NoColor = False,
) -> int:
    """Plan, then send the commands in order, and write a report whatever becomes of them."""
    from runner.commands.run import RunOptions, run_command

    options = RunOptions(
        opt.inputs(paths, env, allow_env, allow_secret_file),
        report=report,
        dry_run=dry_run,
        sandbox=sandbox,
        assume_yes=yes,
        selection=opt.selection(only, start),
        base_url=base_url,
        token_url=token_url,
        allowed_hosts=tuple(allow_host or ()),
    )
    command = partial(run_command, options)
    return perform(command, log_format, verbose, quiet, no_color, stdin_is_read="-" in paths)


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
    workflow: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID[=STATE]",
            help="A workflow, with its state (editing if left out); may be repeated.",
        ),
    ] = None,
    organization: Annotated[str, typer.Option(help="The organization in the URL.")] = "sandbox",
    effect_delay: Annotated[
        str,
        typer.Option(
            metavar="DURATION", help="How long a command takes to have its effect, such as 200ms."
        ),
    ] = "0s",
    output_format: opt.OutputFormat = opt.Format.TEXT,
    log_format: opt.LogFormatOption = opt.LogFormat.TEXT,
    verbose: opt.Verbose = 0,
    quiet: opt.Quiet = False,
    no_color: opt.NoColor = False,
) -> int:
    """Serve a stand-in for the API on loopback, until Ctrl-C or SIGTERM."""
    from runner.cli.sandbox_options import sandbox_options
    from runner.commands.sandbox import sandbox_command

    options = sandbox_options(
        port, workflow or [], organization, effect_delay, as_json=output_format is opt.Format.JSON
    )
    command = partial(sandbox_command, options)
    return perform(command, log_format, verbose, quiet, no_color)


@app.command()
def schema(
    name: Annotated[opt.SchemaName, typer.Argument(help="Which one.")] = opt.SchemaName.CONFIG,
) -> int:
    """Print a JSON Schema: of the files, the plan or the report."""
    from runner.schemas import schema_text

    sys.stdout.write(schema_text(name.value))
    sys.stdout.flush()
    return 0
