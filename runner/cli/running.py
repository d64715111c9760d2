"""The command line of `run`."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from runner.campaign.addresses import DEFAULT_BASE_URL, DEFAULT_TOKEN_URL
from runner.cli import options as opt
from runner.cli import shard_options as shard_opt
from runner.cli import since_options as since_opt
from runner.cli.declared import Option
from runner.commands.defaults import DEFAULT_PARALLEL_READS, DEFAULT_STATE_DIR
from runner.execute.budget import MOST_SERVICE_FAILURES


def run(
    paths: opt.OptionalPaths = None,
    env: opt.Environment = None,
    reviewed: Annotated[
        str | None,
        Option(
            "--plan",
            metavar="FILE",
            help="Run exactly this plan of `plan --out`, and refuse if anything differs;"
            " instead of PATH.",
        ),
    ] = None,
    plan_digest: Annotated[
        str | None,
        Option(metavar="SHA256", help="Refuse unless the plan has the digest reviewed."),
    ] = None,
    report: Annotated[
        str,
        Option(
            metavar="FILE",
            envvar="CAMPAIGN_RUNNER_REPORT",
            help="Where the JSON report goes; - is stdout.",
        ),
    ] = "report.json",
    dry_run: Annotated[
        bool,
        Option("--dry-run", help="Send nothing, need no secret; write the plan as a report."),
    ] = False,
    sandbox: Annotated[
        bool,
        Option(
            "--sandbox",
            help="Send to the embedded sandbox, whatever --base-url says; needs no secret.",
        ),
    ] = False,
    yes: Annotated[
        bool,
        Option("--yes", "-y", envvar="CAMPAIGN_RUNNER_YES", help="Do not ask before sending."),
    ] = False,
    resume: Annotated[
        str | None,
        Option(
            metavar="JOURNAL",
            help="Go on with the run of this journal where it stopped; instead of PATH.",
        ),
    ] = None,
    settle: Annotated[
        list[str] | None,
        Option(
            metavar="COMMAND=WORD",
            help="With --resume: what became of a command whose outcome is unknown, `sent` or"
            " `not-sent`; may be repeated.",
        ),
    ] = None,
    retry_failed: Annotated[
        bool, Option("--retry-failed", help="With --resume: send again what failed.")
    ] = False,
    once: Annotated[
        bool,
        Option(
            "--once",
            help="Pass over files that an earlier run with this state directory has done.",
        ),
    ] = False,
    again: Annotated[
        list[str] | None,
        Option(
            metavar="PATH",
            help="With --once: run this file though it was done; may be repeated.",
        ),
    ] = None,
    init_state: Annotated[
        bool,
        Option("--init-state", help="With --once: begin with an empty state directory."),
    ] = False,
    state_dir: Annotated[
        str,
        Option(
            metavar="DIR",
            envvar="CAMPAIGN_RUNNER_STATE_DIR",
            help="Where journals, locks and what --once knows are kept.",
        ),
    ] = DEFAULT_STATE_DIR,
    lock_timeout: Annotated[
        str,
        Option(
            metavar="TIME",
            envvar="CAMPAIGN_RUNNER_LOCK_TIMEOUT",
            help="How long to wait for another run for the same organization.",
        ),
    ] = "0s",
    deadline: Annotated[
        str | None,
        Option(
            metavar="TIME",
            envvar="CAMPAIGN_RUNNER_DEADLINE",
            help="Begin nothing more after this time, as in 30m.",
        ),
    ] = None,
    max_service_failures: Annotated[
        int,
        Option(
            min=0,
            envvar="CAMPAIGN_RUNNER_MAX_SERVICE_FAILURES",
            help="Stop after so many commands in a row that failed for reasons of the service;"
            " 0 never.",
        ),
    ] = MOST_SERVICE_FAILURES,
    changed_since: since_opt.ChangedSince = None,
    allow_modified: since_opt.AllowModified = False,
    shard: shard_opt.ShardOf = None,
    organizations_in_parallel: shard_opt.Organizations = None,
    executor: shard_opt.ExecutorOption = shard_opt.Executor.THREADS,
    scheduler: shard_opt.Scheduler = None,
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
    """Plan, then send the commands in order, and write a report whatever becomes of them."""
    from runner.cli.process import perform
    from runner.commands.planning import Asked
    from runner.commands.run import run_command
    from runner.commands.run_options import RunOptions

    named = paths or []
    options = RunOptions(
        Asked(
            opt.inputs(named, env, allow_env, allow_secret_file),
            opt.selection(only, start),
            reviewed,
            plan_digest,
            assume_unknown is opt.Unknown.SEND,
            since_opt.since(changed_since, allow_modified=allow_modified),
            shard=shard_opt.shard(shard),
        ),
        report=report,
        dry_run=dry_run,
        sandbox=sandbox,
        assume_yes=yes,
        access=opt.access(base_url, token_url, allow_host, parallel_reads),
        rules=opt.house_rules(policy, override, reason),
        state_dir=state_dir,
        lock_timeout=opt.seconds("--lock-timeout", lock_timeout),
        deadline=None if deadline is None else opt.seconds("--deadline", deadline),
        most_failures=max_service_failures,
        once=opt.once_options(again, once=once, init_state=init_state),
        resume=opt.resume_options(resume, settle, retry_failed=retry_failed),
        apart=shard_opt.apart(organizations_in_parallel, executor, scheduler),
    )
    command = partial(run_command, options)
    return perform(
        command, log_format, verbose, quiet, no_color, ci=ci.value, stdin_is_read="-" in named
    )
