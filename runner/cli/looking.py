"""The command lines of `status` and `doctor`, which only read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from runner.campaign.addresses import DEFAULT_BASE_URL, DEFAULT_TOKEN_URL
from runner.cli import options as opt
from runner.commands.defaults import DEFAULT_PARALLEL_READS

if TYPE_CHECKING:
    from runner.commands.access import Access
    from runner.commands.looking import LookOptions
    from runner.commands.surroundings import Inputs


def status(
    paths: opt.Paths,
    env: opt.Environment = None,
    output_format: opt.OutputFormat = opt.Format.TEXT,
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
    """Show the state of every workflow that the files name; reads only."""
    from runner.cli.process import perform
    from runner.commands.status import status_command

    inputs = opt.inputs(paths, env, allow_env, allow_secret_file)
    access = opt.access(base_url, token_url, allow_host, parallel_reads)
    command = partial(status_command, _options(inputs, access, output_format))
    return perform(command, log_format, verbose, quiet, no_color)


def doctor(
    paths: opt.Paths,
    env: opt.Environment = None,
    output_format: opt.OutputFormat = opt.Format.TEXT,
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
    """Find out what keeps a run from working, and say who mends it how; reads only."""
    from runner.cli.process import perform
    from runner.commands.doctor import doctor_command

    inputs = opt.inputs(paths, env, allow_env, allow_secret_file)
    access = opt.access(base_url, token_url, allow_host, parallel_reads)
    command = partial(doctor_command, _options(inputs, access, output_format))
    return perform(command, log_format, verbose, quiet, no_color)


def _options(inputs: Inputs, access: Access, output_format: opt.Format) -> LookOptions:
    from runner.commands.looking import LookOptions

    return LookOptions(inputs, output_format is opt.Format.JSON, access)
