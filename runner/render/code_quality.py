"""Problems as GitLab's Code Quality report, which it shows in merge requests.

The form is that of "Code Quality report format" in GitLab's documentation: a list of objects with
`description`, `check_name`, `fingerprint`, `severity` and `location`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.printable import printable
from runner.problems import Severity
from runner.render.fingerprints import fingerprints
from runner.render.json_text import json_text
from runner.render.problems import problem_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.ci.places import Places
    from runner.problems import Problem

# Of info, minor, major, critical and blocker. An error refuses the file: nothing of it is sent.
SEVERITIES = {Severity.ERROR: "blocker", Severity.WARNING: "minor"}


def code_quality(problems: Sequence[Problem], places: Places) -> str:
    """Give problems as JSON text, in their own order.

    GitLab compares the report of a branch with that of its target by the fingerprints, so they stay
    where lines move, and no two in one report are the same.
    """
    prints = fingerprints(problems, places)
    value = [
        {
            "description": problem_sentences(problem),
            "check_name": problem.rule,
            "fingerprint": fingerprint,
            "severity": SEVERITIES[problem.severity],
            "location": {
                "path": printable(places.path(problem.file)),
                "lines": {"begin": problem.line},
            },
        }
        for problem, fingerprint in zip(problems, prints, strict=True)
    ]
    return json_text(value)
