"""The command line of `run`."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from runner.campaign.hosts import DEFAULT_BASE_URL, DEFAULT_TOKEN_URL
from runner.cli import options as opt
from runner.cli.process import perform
from runner.commands.access import DEFAULT_PARALLEL_READS


def run(
    paths: opt.OptionalPaths = None,
    env: opt.Environment = None,
    reviewed: Annotated[
        str | None,
        typer.Option(
            "--plan",
            metavar="FILE",
            help="Run exactly this plan of `plan --out`, and refuse if anything differs;"
            " instead of PATH.",
        ),
    ] = None,
    plan_digest: Annotated[
        str | None,
        typer.Option(metavar="SHA256", help="Refuse unless the plan has the digest reviewed."),
    ] = None,
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
    assume_unknown: opt.AssumeUnknown = opt.Unknown.REFUSE,
    policy: opt.Policy = None,
    override: opt.Override = None,
    reason: opt.Reason = None,
    base_url: opt.BaseUrl = DEFAULT_BASE_URL,
    token_url: opt.TokenUrl = DEFAULT_TOKEN_URL,
    allow_host: opt.AllowHost = None,
    parallel_reads: opt.ParallelReads = DEFAULT_PARALLEL_READS,
    allow_env: opt.AllowEnv = None,
    allow_secret_file: opt.AllowSecretFile = None,
    log_format: opt.LogFormatOption = opt.LogFormat.TEXT,
    verbose: opt.Verbose = 0,
    quiet: opt.Quiet = False,
    no_color: opt.NoColor = False,
) -> int:
    """Plan, then send the commands in order, and write a report whatever becomes of them."""
    from runner.commands.planning import Asked
    from runner.commands.preparing import RunOptions
    from runner.commands.run import run_command

    named = paths or []
    options = RunOptions(
        Asked(
            opt.inputs(named, env, allow_env, allow_secret_file),
            opt.selection(only, start),
            reviewed,
            plan_digest,
            assume_unknown is opt.Unknown.SEND,
        ),
        report=report,
        dry_run=dry_run,
        sandbox=sandbox,
        assume_yes=yes,
        access=opt.access(base_url, token_url, allow_host, parallel_reads),
        rules=opt.house_rules(policy, override, reason),
    )
    command = partial(run_command, options)
    return perform(command, log_format, verbose, quiet, no_color, stdin_is_read="-" in named)
