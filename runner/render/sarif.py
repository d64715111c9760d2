"""Problems as SARIF 2.1.0, which code scanning on GitHub and other programs read.

Section numbers are those of the OASIS standard, "SARIF Version 2.1.0 Plus Errata 01".
"""

from __future__ import annotations

import os
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from runner import __version__
from runner.catalogue import RULES
from runner.problems import Severity
from runner.render.fingerprints import fingerprints
from runner.render.json_text import json_text
from runner.render.problems import problem_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.catalogue import Rule
    from runner.ci.places import Places
    from runner.problems import Problem

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"  # what GitHub takes for the root of the repository
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning"}
# Not `primaryLocationLineHash`: GitHub's upload makes that one of the text around, and warns about
# each that differs from its own.
_FINGERPRINT = "campaignRunnerProblem/v1"


def sarif(problems: Sequence[Problem], places: Places) -> str:
    """Give problems as JSON text: one run, results in their own order, the same bytes each time.

    Columns count Unicode characters, and `columnKind` says so (3.14.17); left to itself a reader
    counts UTF-16 code units.
    """
    ids = [*RULES, *dict.fromkeys(it.rule for it in problems if it.rule not in RULES)]
    index = {rule: n for n, rule in enumerate(ids)}
    prints = fingerprints(problems, places)
    results = [
        _result(problem, index[problem.rule], fingerprint, places)
        for problem, fingerprint in zip(problems, prints, strict=True)
    ]
    driver = {
        "name": "campaign-runner",
        "version": __version__,
        "rules": [_rule(rule) for rule in ids],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "results": results,
    }
    value = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json_text(value)


def _rule(rule_id: str) -> dict[str, Any]:
    rule = RULES.get(rule_id)
    if rule is None:  # every problem is shown, also one that nobody explains
        return {"id": rule_id}
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.summary},
        "help": {"text": f"{rule.summary} {rule.help}".replace("`", ""), "markdown": _page(rule)},
        "defaultConfiguration": {"level": "warning" if rule.warns else "error"},
    }


def _page(rule: Rule) -> str:
    return f"**{rule.summary}**\n\n{rule.help}"


def _result(problem: Problem, rule_index: int, fingerprint: str, places: Places) -> dict[str, Any]:
    return {
        "ruleId": problem.rule,
        "ruleIndex": rule_index,
        "level": _LEVELS[problem.severity],
        "message": {"text": _message(problem)},
        "locations": [{"physicalLocation": _location(problem, places)}],
        "partialFingerprints": {_FINGERPRINT: fingerprint},
    }


def _message(problem: Problem) -> str:
    # `[text](target)` would be a link (3.11.6), and a file is not to put one onto GitHub's pages.
    return problem_sentences(problem).replace("](", "] (")


def _location(problem: Problem, places: Places) -> dict[str, Any]:
    return {
        "artifactLocation": _artifact(problem.file, places),
        "region": {"startLine": problem.line, "startColumn": problem.column},
    }


def _artifact(file: str, places: Places) -> dict[str, Any]:
    """Give where a file is: below the root, or, outside of it, on this machine."""
    path = PurePath(places.path(file))
    if path.is_absolute() or ".." in path.parts:
        return {"uri": Path(os.path.normpath(places.cwd / file)).as_uri()}
    return {"uri": quote(path.as_posix().encode("utf-8", "surrogateescape")), "uriBaseId": _ROOT}
