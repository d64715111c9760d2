"""What `plan` shows in each format, and what it tells a CI system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.commands.publishing import News, outcome
from runner.errors import GuardrailError, InvalidConfigError
from runner.render.formats import PlanFormat
from runner.render.plan import plan_lines

if TYPE_CHECKING:
    from runner.commands.surroundings import Surroundings
    from runner.errors import ExitCode, RunnerError
    from runner.guardrails.demands import DemandsByOrganization
    from runner.plan.plan import Plan
    from runner.problems import Problem


def plan_text(
    plan: Plan,
    form: PlanFormat,
    around: Surroundings,
    problems: tuple[Problem, ...],
    guardrails: DemandsByOrganization,
) -> str:
    """Give a plan for stdout.

    Args:
        plan: with its warnings.
        form: how it is written.
        around: the process around.
        problems: the guardrails that refuse it.
        guardrails: those that hold.
    """
    if form is PlanFormat.JSON:
        from runner.render.plan_json import plan_json

        return plan_json(plan, problems)
    if form is PlanFormat.MARKDOWN:
        from runner.render.problems_markdown import COMMENT_LIMIT

        return _markdown(plan, around, problems, guardrails, COMMENT_LIMIT)
    if form is PlanFormat.HTML:
        from runner.render.html.plan_page import plan_page

        return plan_page(plan, around.places, problems)
    return "".join(f"{line}\n" for line in plan_lines(plan))


def refusal_text(error: RunnerError, form: PlanFormat, around: Surroundings) -> str:
    """Give what stands on stdout where there is no plan: pages for people say why."""
    problems, text = _problems(error), _message(error, around)
    if form is PlanFormat.MARKDOWN:
        from runner.render.problems_markdown import refused_markdown

        return refused_markdown(problems, text, around.places)
    if form is PlanFormat.HTML:
        from runner.render.html.refusal_page import refusal_page

        return refusal_page(problems, text, around.places)
    return ""


def news_of_plan(
    plan: Plan,
    exit_code: ExitCode,
    around: Surroundings,
    problems: tuple[Problem, ...],
    guardrails: DemandsByOrganization,
) -> News:
    """Give what a CI system is told of a plan."""
    result = "refused" if problems else "planned"
    return News(
        values={
            **outcome(result, exit_code, plan.digest),
            "commands": str(plan.total),
            "has-work": "true" if plan.has_work else "false",
        },
        summary=lambda limit: _markdown(plan, around, problems, guardrails, limit),
        problems=problems,
        warnings=plan.warnings,
    )


def news_of_refusal(error: RunnerError, around: Surroundings) -> News:
    """Give what a CI system is told where there is no plan."""
    from runner.render.problems_markdown import refused_markdown

    problems = _problems(error)
    text = _message(error, around)
    return News(
        values={**outcome("refused", error.exit_code, ""), "commands": "", "has-work": ""},
        summary=lambda limit: refused_markdown(problems, text, around.places, limit),
        problems=tuple(it for it in problems if it.is_error),
        warnings=tuple(it for it in problems if not it.is_error),
        message="" if problems else text,
    )


def _markdown(
    plan: Plan,
    around: Surroundings,
    problems: tuple[Problem, ...],
    guardrails: DemandsByOrganization,
    limit: int,
) -> str:
    from runner.render.plan_markdown import plan_markdown

    return plan_markdown(plan, around.places, problems, limit, guardrails=guardrails)


def _problems(error: RunnerError) -> tuple[Problem, ...]:
    return error.problems if isinstance(error, (InvalidConfigError, GuardrailError)) else ()


def _message(error: RunnerError, around: Surroundings) -> str:
    return around.scrubber.scrub(str(error))
