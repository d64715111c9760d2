"""The forms in which a plan goes to stdout."""

from __future__ import annotations

from enum import Enum


class PlanFormat(str, Enum):
    """How a plan is written to stdout."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
