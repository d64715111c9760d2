"""The command line of `plan`."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from runner.campaign.addresses import DEFAULT_BASE_URL, DEFAULT_TOKEN_URL
from runner.cli import options as opt
from runner.cli import shard_options as shard_opt
from runner.cli import since_options as since_opt
from runner.cli.declared import Option
from runner.commands.defaults import DEFAULT_PARALLEL_READS
from runner.render.formats import PlanFormat


def plan(
    paths: opt.Paths,
    env: opt.Environment = None,
    output_format: Annotated[
        PlanFormat, Option("--format", help="How to write to stdout.")
    ] = PlanFormat.TEXT,
    out: Annotated[
        str | None, Option(metavar="FILE", help="Keep the plan here too, as JSON.")
    ] = None,
    live: Annotated[
        bool,
        Option("--live", help="Read states first, and show what would change; needs credentials."),
    ] = False,
    detailed_exitcode: Annotated[
        bool,
        Option("--detailed-exitcode", help="Exit with 2 where there is something to do."),
    ] = False,
    changed_since: since_opt.ChangedSince = None,
    allow_modified: since_opt.AllowModified = False,
    shard: shard_opt.ShardOf = None,
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
    ci: opt.Ci = opt.CiSystem.AUTO,
    log_format: opt.LogFormatOption = opt.LogFormat.TEXT,
    verbose: opt.Verbose = 0,
    quiet: opt.Quiet = False,
    no_color: opt.NoColor = False,
) -> int:
    """Show the commands in order, with file and line; without --live no secret, no network."""
    from runner.cli.process import perform
    from runner.commands.plan import PlanOptions, plan_command
    from runner.commands.planning import Asked

    options = PlanOptions(
        Asked(
            opt.inputs(paths, env, allow_env, allow_secret_file),
            opt.selection(only, start),
            assume_unknown=assume_unknown is opt.Unknown.SEND,
            since=since_opt.since(changed_since, allow_modified=allow_modified),
            shard=shard_opt.shard(shard),
        ),
        format=output_format,
        out=out,
        live=live,
        detailed_exit_code=detailed_exitcode,
        access=opt.access(base_url, token_url, allow_host, parallel_reads),
        rules=opt.house_rules(policy, override, reason),
    )
    command = partial(plan_command, options)
    return perform(command, log_format, verbose, quiet, no_color, ci=ci.value)
