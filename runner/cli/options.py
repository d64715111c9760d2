"""The options that several commands share, each written once."""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from runner.cli.declared import Argument, Option

if TYPE_CHECKING:
    from runner.commands.access import Access
    from runner.commands.house_rules import HouseRules
    from runner.commands.run_options import OnceOptions, ResumeOptions
    from runner.commands.surroundings import Inputs
    from runner.plan.plan import Selection


class LogFormat(str, Enum):
    """How stderr is written."""

    TEXT = "text"
    JSON = "json"


class Unknown(str, Enum):
    """What becomes of a workflow whose state is unknown."""

    REFUSE = "refuse"
    SEND = "send"


class CiSystem(str, Enum):
    """Which CI system is spoken to."""

    AUTO = "auto"
    NONE = "none"
    GITHUB = "github"
    GITLAB = "gitlab"
    AZURE = "azure"
    JENKINS = "jenkins"


class Format(str, Enum):
    """How stdout is written."""

    TEXT = "text"
    JSON = "json"


Paths = Annotated[
    list[str],
    Argument(
        metavar="PATH",
        help="Files, folders (their *.yaml and *.yml, sorted; hidden ones not), or - for stdin.",
        show_default=False,
    ),
]
OptionalPaths = Annotated[
    list[str] | None,
    Argument(
        metavar="[PATH]...",
        help="Files, folders (their *.yaml and *.yml, sorted; hidden ones not), or - for stdin.",
        show_default=False,
    ),
]
Environment = Annotated[
    str | None,
    Option(
        "--env",
        metavar="NAME",
        envvar="CAMPAIGN_RUNNER_ENV",
        help="Lay this environment over each file.",
    ),
]
OutputFormat = Annotated[Format, Option("--format", help="How to write to stdout.")]
Only = Annotated[
    list[str] | None,
    Option(
        "--only",
        metavar="ID",
        help="Only this command; may be repeated. `plan --format json` shows ids.",
    ),
]
From = Annotated[str | None, Option("--from", metavar="ID", help="From this command on.")]
AllowEnv = Annotated[
    list[str] | None,
    Option(
        metavar="NAME",
        envvar="CAMPAIGN_RUNNER_ALLOW_ENV",
        help="Let files name this variable, though it does not begin with CAMPAIGN_.",
    ),
]
AllowSecretFile = Annotated[
    list[str] | None,
    Option(
        metavar="PATH",
        envvar="CAMPAIGN_RUNNER_ALLOW_SECRET_FILE",
        help="Let files name this secret file, or those in this folder, besides /run/secrets.",
    ),
]
BaseUrl = Annotated[
    str,
    Option(
        metavar="URL",
        envvar="CAMPAIGN_RUNNER_BASE_URL",
        help="Where the API is.",
        show_default=True,
    ),
]
TokenUrl = Annotated[
    str,
    Option(metavar="URL", envvar="CAMPAIGN_RUNNER_TOKEN_URL", help="Where tokens come from."),
]
AllowHost = Annotated[
    list[str] | None,
    Option(
        metavar="HOST",
        envvar="CAMPAIGN_RUNNER_ALLOW_HOST",
        help="Let the two URLs name this host, besides Adobe's and loopback; may be repeated.",
    ),
]
ParallelReads = Annotated[
    int,
    Option(
        min=1,
        max=32,
        envvar="CAMPAIGN_RUNNER_PARALLEL_READS",
        help="How many workflows are read at a time.",
    ),
]
AssumeUnknown = Annotated[
    Unknown,
    Option(help="What becomes of a desired state whose workflow is in a state that is not known."),
]
Policy = Annotated[
    str | None,
    Option(
        metavar="FILE",
        envvar="CAMPAIGN_RUNNER_POLICY",
        help="Guardrails from whoever runs this; files can only tighten them.",
    ),
]
Override = Annotated[
    list[str] | None,
    Option(
        metavar="NAME",
        help="Lift this guardrail; needs --reason, and may be repeated. One of protect,"
        " max_commands, max_stops, max_active, allow, windows, organizations.",
    ),
]
Reason = Annotated[
    str | None,
    Option(metavar="TEXT", help="Why guardrails are lifted; the report keeps it."),
]
Ci = Annotated[
    CiSystem,
    Option(
        "--ci",
        envvar="CAMPAIGN_RUNNER_CI",
        help="Which CI system to speak to in its own ways; auto finds it out.",
    ),
]
LogFormatOption = Annotated[
    LogFormat,
    Option("--log-format", envvar="CAMPAIGN_RUNNER_LOG_FORMAT", help="How to write to stderr."),
]
Verbose = Annotated[
    int,
    Option(
        "-v",
        "--verbose",
        count=True,
        envvar="CAMPAIGN_RUNNER_VERBOSE",
        help="Say more; -vv still more.",
    ),
]
Quiet = Annotated[
    bool,
    Option("-q", "--quiet", envvar="CAMPAIGN_RUNNER_QUIET", help="Say only what is wrong."),
]
NoColor = Annotated[
    bool,
    Option("--no-color", envvar="CAMPAIGN_RUNNER_NO_COLOR", help="No colours; NO_COLOR works too."),
]


class SchemaName(str, Enum):
    """The published schemas."""

    CONFIG = "config"
    POLICY = "policy"
    PLAN = "plan"
    REPORT = "report"
    JOURNAL = "journal"
    FAULTS = "faults"


def inputs(
    paths: list[str],
    environment: str | None,
    allow_env: list[str] | None,
    allow_secret_file: list[str] | None,
) -> Inputs:
    """Give what a command reads as one value."""
    from runner.commands.surroundings import Inputs
    from runner.validate.references import Allowed

    files = tuple(Path(os.path.abspath(path)).as_posix() for path in allow_secret_file or ())  # noqa: PTH100 - links count later
    return Inputs(tuple(paths), environment, Allowed(frozenset(allow_env or ()), files))


def selection(only: list[str] | None, start: str | None) -> Selection:
    """Give the selected commands as one value."""
    from runner.plan.plan import Selection

    return Selection(tuple(only or ()), start)


def access(
    base_url: str, token_url: str, allow_host: list[str] | None, parallel_reads: int
) -> Access:
    """Give where the API is as one value."""
    from runner.commands.access import Access

    return Access(base_url, token_url, tuple(allow_host or ()), parallel_reads)


def house_rules(policy: str | None, override: list[str] | None, reason: str | None) -> HouseRules:
    """Give what whoever runs the command demands, and lifts, as one value.

    Raises:
        UsageError: if a name is wrong, or guardrails are lifted without a reason.
    """
    from runner.commands.house_rules import HouseRules
    from runner.errors import UsageError

    if policy is None and os.environ.get("CAMPAIGN_RUNNER_POLICY") == "":
        # What a pipeline makes of a setting that is not there; it must not lift a policy.
        raise UsageError("CAMPAIGN_RUNNER_POLICY is empty; name a file, or unset it")
    if not override and reason is None:
        return HouseRules(policy)
    from runner.guardrails.overrides import read_overrides

    return HouseRules(policy, read_overrides(override or (), reason))


def seconds(option: str, text: str) -> float:
    """Give the seconds that an option means.

    Raises:
        UsageError: if it is no duration.
    """
    from runner.durations import parse_duration
    from runner.errors import UsageError

    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None


def once_options(again: list[str] | None, *, once: bool, init_state: bool) -> OnceOptions | None:
    """Give what is meant to be done once as one value; None without `--once`.

    Raises:
        UsageError: if there are options that only make sense with it.
    """
    from runner.commands.run_options import OnceOptions
    from runner.errors import UsageError

    if not once and (again or init_state):
        raise UsageError("--again and --init-state belong to --once")
    return OnceOptions(tuple(again or ()), init_state) if once else None


def resume_options(
    journal: str | None, settle: list[str] | None, *, retry_failed: bool
) -> ResumeOptions | None:
    """Give which run is gone on with as one value; None without `--resume`.

    Raises:
        UsageError: if there are options that only make sense with it.
    """
    from runner.commands.run_options import ResumeOptions
    from runner.errors import UsageError

    if journal is None:
        if settle or retry_failed:
            raise UsageError("--settle and --retry-failed belong to --resume JOURNAL")
        return None
    return ResumeOptions(journal, tuple(settle or ()), retry_failed)
