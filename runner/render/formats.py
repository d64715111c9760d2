"""The forms in which problems and plans go to stdout."""

from __future__ import annotations

from enum import Enum


class PlanFormat(str, Enum):
    """How a plan is written to stdout."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"


class ProblemFormat(str, Enum):
    """How problems are written to stdout."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"  # workflow commands, which become annotations
    SARIF = "sarif"
    GITLAB = "gitlab"  # a Code Quality report
