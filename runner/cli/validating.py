"""The command line of `validate`."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from runner.cli import options as opt
from runner.cli.declared import Option
from runner.render.formats import ProblemFormat


def validate(
    paths: opt.Paths,
    env: opt.Environment = None,
    output_format: Annotated[
        ProblemFormat, Option("--format", help="How to write to stdout.")
    ] = ProblemFormat.TEXT,
    strict: Annotated[bool, Option("--strict", help="Refuse on warnings too.")] = False,
    policy: Annotated[
        str | None,
        Option(
            metavar="FILE",
            envvar="CAMPAIGN_RUNNER_POLICY",
            help="Check this policy file, too; `plan` holds files against it.",
        ),
    ] = None,
    allow_env: opt.AllowEnv = None,
    allow_secret_file: opt.AllowSecretFile = None,
    ci: opt.Ci = opt.CiSystem.AUTO,
    log_format: opt.LogFormatOption = opt.LogFormat.TEXT,
    verbose: opt.Verbose = 0,
    quiet: opt.Quiet = False,
    no_color: opt.NoColor = False,
) -> int:
    """Check files against the schema and the rules; every problem at once."""
    from runner.cli.process import perform
    from runner.commands.validate import ValidateOptions, validate_command

    inputs = opt.inputs(paths, env, allow_env, allow_secret_file)
    checked = opt.house_rules(policy, None, None).policy
    options = ValidateOptions(inputs, output_format, strict, checked)
    command = partial(validate_command, options)
    return perform(command, log_format, verbose, quiet, no_color, ci=ci.value)
