"""The command line of `init`."""

from __future__ import annotations

from enum import Enum
from functools import partial
from typing import Annotated

from runner.cli import options as opt
from runner.cli.declared import Argument, Option


class Pipelines(str, Enum):
    """The CI systems that pipelines are written for."""

    GITHUB = "github"
    GITLAB = "gitlab"
    AZURE = "azure"
    JENKINS = "jenkins"


def init(
    folder: Annotated[
        str,
        Argument(metavar="DIR", help="Where; it is made where it is missing."),
    ] = ".",
    ci: Annotated[
        Pipelines, Option("--ci", help="The CI system that the pipelines are for.")
    ] = Pipelines.GITHUB,
    runner_source: Annotated[
        str | None,
        Option(
            metavar="SPEC",
            help="What pip installs in the pipelines, such as an address of git with a tag; this"
            " very version if left out.",
        ),
    ] = None,
    log_format: opt.LogFormatOption = opt.LogFormat.TEXT,
    verbose: opt.Verbose = 0,
    quiet: opt.Quiet = False,
    no_color: opt.NoColor = False,
) -> int:
    """Write a repository to start from: files, pipelines, editor settings, a README."""
    from runner.cli.process import perform
    from runner.commands.init import InitOptions, init_command

    options = InitOptions(folder, ci.value, runner_source)
    command = partial(init_command, options)
    return perform(command, log_format, verbose, quiet, no_color)
