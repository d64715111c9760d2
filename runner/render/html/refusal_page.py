"""What stands in the place of a plan that could not be made, as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.render.html.page import page
from runner.render.html.parts import finding
from runner.render.html.words import Look
from runner.render.problems import problem_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.ci.places import Places
    from runner.problems import Problem

MOST_PROBLEMS = 500


def refusal_page(problems: Sequence[Problem], message: str, places: Places) -> str:
    """Give one page of HTML that says why there is no plan.

    Args:
        problems: errors and warnings; there may be none.
        message: why; its first line becomes the headline.
        places: where the files are in the repository, for links.
    """
    headline, *more = message.split("\n")
    return page(
        "refusal.html",
        headline=f"No plan: {headline.rstrip(':')}",
        look=Look("bad", ""),
        sections=[("why", "Why")],
        more=[line.strip() for line in more],
        problems=[finding(problem_value(it), places) for it in problems[:MOST_PROBLEMS]],
        left_out=max(0, len(problems) - MOST_PROBLEMS),
    )
