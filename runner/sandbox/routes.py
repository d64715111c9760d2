"""Which resource a request's path names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

TOKEN_PATH = "/ims/token/v3"  # noqa: S105 - a path

WORKFLOW = "workflow"
COMMANDS = "commands"
TRIGGER = "trigger"

METHODS = {WORKFLOW: "GET", COMMANDS: "POST", TRIGGER: "POST"}

# Adobe's samples post to a trigger without the slash that its `href` ends in: both are taken.
_EXECUTION = re.compile(
    r"/(?P<organization>[^/]+)/campaign/workflow/execution/(?P<workflow>[^/]+)"
    r"(?:/(?P<commands>commands)|/activities/activity/(?P<activity>[^/]+)/trigger/?)?"
)


@dataclass(frozen=True)
class Target:
    """A resource of the API: its kind, and the decoded names in its path."""

    kind: str
    organization: str
    workflow: str
    activity: str = ""


def path_of(uri: str) -> str:
    """Give the still encoded path of a request target, without host and query."""
    return uri.partition("?")[0] if uri.startswith("/") else urlsplit(uri).path


def parse_target(path: str) -> Target | None:
    """Give what a still encoded path names, or None where it is none of the API's paths.

    The path is split before it is decoded, so that an encoded slash stays within its segment.
    """
    match = _EXECUTION.fullmatch(path)
    if match is None:
        return None
    organization, workflow = unquote(match["organization"]), unquote(match["workflow"])
    if match["activity"]:
        return Target(TRIGGER, organization, workflow, unquote(match["activity"]))
    return Target(COMMANDS if match["commands"] else WORKFLOW, organization, workflow)


def trigger_path(organization: str, workflow_key: str, activity_key: str) -> str:
    """Give the path that triggers an activity, as it stands in an `href`."""
    return (
        f"/{quote(organization, safe='')}/campaign/workflow/execution/{quote(workflow_key, '@')}"
        f"/activities/activity/{quote(activity_key, '@')}/trigger/"
    )
