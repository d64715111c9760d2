"""Which commit and which CI run this is, from the variables that CI systems set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class SourceControl:
    """Where the files come from; each is None where nothing says."""

    commit: str | None = None
    ref: str | None = None
    run_url: str | None = None


# The variable that tells the system -> those of the commit, the ref, and the pattern of the URL.
# From each system's page on predefined variables.
_SYSTEMS = {
    "GITHUB_ACTIONS": (
        "GITHUB_SHA",
        "GITHUB_REF",
        "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
    ),
    "GITLAB_CI": ("CI_COMMIT_SHA", "CI_COMMIT_REF_NAME", "{CI_JOB_URL}"),
    "TF_BUILD": (
        "BUILD_SOURCEVERSION",
        "BUILD_SOURCEBRANCH",
        "{SYSTEM_COLLECTIONURI}{SYSTEM_TEAMPROJECT}/_build/results?buildId={BUILD_BUILDID}",
    ),
    "JENKINS_URL": ("GIT_COMMIT", "GIT_BRANCH", "{BUILD_URL}"),
}


def source_control(environ: Mapping[str, str]) -> SourceControl:
    """Give what the CI system says; nothing at all on a person's machine."""
    for mark, (commit, ref, url) in _SYSTEMS.items():
        if environ.get(mark):
            return SourceControl(environ.get(commit), environ.get(ref), _fill(url, environ))
    return SourceControl()


def _fill(pattern: str, environ: Mapping[str, str]) -> str | None:
    try:
        return pattern.format_map(environ)
    except KeyError:
        return None
