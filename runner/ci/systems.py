"""The table of CI systems, and which one this is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping


class System(Value, frozen=True):
    """What is to be known of a CI system, from its page on predefined variables.

    Attributes:
        name: as `--ci` takes it.
        mark: the variable that is set on it and nowhere else.
        commit, ref: the variables that hold these.
        run_url: the pattern of the address of this run; names in braces are variables.
        root: the variable that holds the folder of the checked-out repository.
        source_url: the pattern of the address of a file, which `{path}` and `{line}` stand for.
    """

    name: str
    mark: str = ""
    commit: str = ""
    ref: str = ""
    run_url: str = ""
    root: str = ""
    source_url: str = ""


NONE = System("none")
GITHUB = System(
    "github",
    "GITHUB_ACTIONS",
    "GITHUB_SHA",
    "GITHUB_REF",
    "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
    "GITHUB_WORKSPACE",
    "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/blob/{GITHUB_SHA}/{path}#L{line}",
)
GITLAB = System(
    "gitlab",
    "GITLAB_CI",
    "CI_COMMIT_SHA",
    "CI_COMMIT_REF_NAME",
    "{CI_JOB_URL}",
    "CI_PROJECT_DIR",
    "{CI_PROJECT_URL}/-/blob/{CI_COMMIT_SHA}/{path}#L{line}",
)
AZURE = System(
    "azure",
    "TF_BUILD",
    "BUILD_SOURCEVERSION",
    "BUILD_SOURCEBRANCH",
    "{SYSTEM_COLLECTIONURI}{SYSTEM_TEAMPROJECT}/_build/results?buildId={BUILD_BUILDID}",
    "BUILD_SOURCESDIRECTORY",
)
JENKINS = System("jenkins", "JENKINS_URL", "GIT_COMMIT", "GIT_BRANCH", "{BUILD_URL}", "WORKSPACE")
SYSTEMS = (GITHUB, GITLAB, AZURE, JENKINS)
AUTO = "auto"


def detect(environ: Mapping[str, str], wanted: str = AUTO) -> System:
    """Give the CI system that this runs on, or that is asked for.

    Args:
        environ: the variables of the process.
        wanted: the name of a system, `none`, or `auto` for the one whose mark is set.
    """
    if wanted != AUTO:
        return next((it for it in SYSTEMS if it.name == wanted), NONE)
    return next((it for it in SYSTEMS if environ.get(it.mark)), NONE)


def fill(pattern: str, environ: Mapping[str, str], **more: str) -> str | None:
    """Fill the names in a pattern; None where there is no pattern, or a variable is not set."""
    try:
        return pattern.format_map({**environ, **more}) or None
    except KeyError:
        return None
