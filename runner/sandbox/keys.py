"""The primary keys of workflows and activities, made so that they never change."""

from __future__ import annotations

import base64
import hashlib

KEY_LENGTH = 32


def workflow_key(organization: str, workflow: str) -> str:
    """Give the `PKey` of a workflow: its ID where that is a key already, else one derived."""
    return workflow if workflow.startswith("@") else _derive(organization, workflow)


def activity_key(organization: str, workflow: str, activity: str) -> str:
    """Give the `PKey` of an activity of a workflow."""
    return _derive(organization, workflow, activity)


def _derive(*parts: str) -> str:
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()
    return "@" + base64.urlsafe_b64encode(digest).decode("ascii")[:KEY_LENGTH]
