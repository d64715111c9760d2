"""Problems as a list in Markdown, and a page for files that are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.plural import counted
from runner.render.markdown import Rows, code, page, place, words
from runner.render.problems import MOST_WARNINGS, problem_value
from runner.render.values import tool_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.ci.places import Places
    from runner.problems import Problem

COMMENT_LIMIT = 65_536  # characters of a comment on GitHub
MARKER = "<!-- campaign-runner plan -->\n"


def refused_markdown(
    problems: Sequence[Problem], message: str, places: Places, limit: int = COMMENT_LIMIT
) -> str:
    """Give what stands in the place of a plan that could not be made.

    Args:
        problems: errors and warnings; there may be none.
        message: why; its first line becomes the headline.
        places: where the files are.
        limit: as `markdown.page` takes it.
    """
    headline, *more = message.split("\n")
    values = [problem_value(it) for it in problems]
    errors = [it for it in values if it["severity"] == "error"]
    parts = [
        f"{MARKER}### ⛔ No plan: {words(headline.rstrip(':'))}\n\n",
        *(
            [Rows((f"- {words(it, 600)}\n" for it in more), len(more), _more_problems)]
            if more
            else []
        ),
        *refusal_parts(errors, "", places),
        *warning_parts([it for it in values if it["severity"] != "error"], places),
        f"{version()}\n",
    ]
    return page(parts, limit)


def refusal_parts(
    problems: Sequence[Mapping[str, Any]], headline: str, places: Places
) -> list[str | Rows]:
    """Give what refuses, under a headline; nothing where nothing does."""
    if not problems:
        return []
    rows = (problem_row(it, places) for it in problems)
    return [Rows(rows, len(problems), _more_problems, headline)]


def warning_parts(problems: Sequence[Mapping[str, Any]], places: Places) -> list[str | Rows]:
    """Give the warnings; as everywhere, no more than `MOST_WARNINGS` of them (rule R6)."""
    if not problems:
        return []
    rows = (problem_row(it, places) for it in problems[:MOST_WARNINGS])
    left = len(problems) - MOST_WARNINGS
    after = _more_problems(left) + "\n" if left > 0 else "\n"
    title = f"**{counted(len(problems), 'warning')}**\n\n"
    return [Rows(rows, min(len(problems), MOST_WARNINGS), _more_problems, title, after)]


def problem_row(problem: Mapping[str, Any], places: Places) -> str:
    """Give one problem of a plan or a report as an item of a list."""
    where = place(problem["file"], problem["line"], places)
    pointer = f"{code(problem['pointer'], 120)}: " if problem["pointer"] else ""
    hint = f"<br>{words(problem['hint'], 600)}" if problem["hint"] else ""
    severity = "**error**" if problem["severity"] == "error" else "warning"
    text = f"{pointer}{words(problem['message'], 600)}"
    return f"- {where}: {severity}: {text} ({code(problem['rule'])}){hint}\n"


def version() -> str:
    """Give which program wrote the page."""
    tool = tool_value()
    return f"{tool['name']} {words(tool['version'])}"


def _more_problems(number: int) -> str:
    return f"- ... and {number:,} more\n"
