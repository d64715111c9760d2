"""The command line of `sandbox`."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from runner.cli import options as opt
from runner.cli.declared import Option


def sandbox(
    port: Annotated[int, Option(min=0, max=65535, help="0 takes a free one.")] = 0,
    workflow: Annotated[
        list[str] | None,
        Option(
            metavar="ID[=STATE]",
            help="A workflow, with its state (editing if left out); may be repeated.",
        ),
    ] = None,
    organization: Annotated[str, Option(help="The organization in the URL.")] = "sandbox",
    effect_delay: Annotated[
        str,
        Option(
            metavar="DURATION", help="How long a command takes to have its effect, such as 200ms."
        ),
    ] = "0s",
    signal: Annotated[
        list[str] | None,
        Option(
            metavar="WORKFLOW/ACTIVITY[=NAME:TYPE,...]",
            help="A signal activity and its parameters, of type string, number, boolean or"
            " date-time (any if left out); may be repeated. Without it, a workflow has signal1.",
        ),
    ] = None,
    state_field: Annotated[
        str,
        Option(metavar="NAME", help="The field of a read that holds the state."),
    ] = "state",
    faults: Annotated[
        str | None,
        Option(
            metavar="FILE",
            help="What goes wrong, with which requests (campaign-runner schema faults).",
        ),
    ] = None,
    output_format: opt.OutputFormat = opt.Format.TEXT,
    log_format: opt.LogFormatOption = opt.LogFormat.TEXT,
    verbose: opt.Verbose = 0,
    quiet: opt.Quiet = False,
    no_color: opt.NoColor = False,
) -> int:
    """Serve a stand-in for the API on loopback, until Ctrl-C or SIGTERM."""
    from runner.cli.process import perform
    from runner.cli.sandbox_options import sandbox_options
    from runner.commands.sandbox import sandbox_command

    options = sandbox_options(
        port,
        workflow or [],
        organization,
        effect_delay,
        signals=signal or [],
        state_field=state_field,
        faults=faults,
        as_json=output_format is opt.Format.JSON,
    )
    command = partial(sandbox_command, options)
    return perform(command, log_format, verbose, quiet, no_color)
