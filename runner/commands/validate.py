"""`validate`: schema and rules, every problem at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.commands.publishing import publish_problems
from runner.commands.surroundings import load_inputs
from runner.errors import ExitCode
from runner.plural import counted
from runner.render.formats import ProblemFormat
from runner.render.problems import problem_lines, problems_json
from runner.render.titles import environment_text
from runner.validate import find_problems
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runner.commands.surroundings import Inputs, Surroundings
    from runner.problems import Problem


class ValidateOptions(Value, frozen=True):
    """The options of `validate`.

    Attributes:
        format: how stdout is written.
        strict: whether warnings refuse, too.
        policy: the path of a policy to check besides, or None.
    """

    inputs: Inputs
    format: ProblemFormat = ProblemFormat.TEXT
    strict: bool = False
    policy: str | None = None


def validate_command(options: ValidateOptions, around: Surroundings) -> ExitCode:
    """Check files and write what is wrong to stdout; `DONE` or `INVALID`."""
    loaded = load_inputs(options.inputs, around)
    problems = find_problems(loaded, options.inputs.environment, options.inputs.allowed)
    files = loaded.files
    if options.policy is not None:
        from runner.commands.guarding import load_policy
        from runner.validate.policy import policy_problems

        policy = load_policy(options.policy, around)
        files += policy.files
        problems += policy_problems(policy)
    valid = not any(options.strict or problem.is_error for problem in problems)
    if options.format is ProblemFormat.JSON:
        around.output.product(problems_json(files, problems, valid=valid))
    else:
        around.output.product(_product(options.format, problems, around))
    if options.format is ProblemFormat.GITHUB:
        around.output.problems(problems)  # annotations are few, and stand in a log without places
    errors = sum(problem.is_error for problem in problems)
    found = [counted(errors, "error"), counted(len(problems) - errors, "warning")]
    around.output.info(
        f"{counted(len(files), 'file')} read,"
        f" environment {environment_text(options.inputs.environment)}:"
        f" {'valid' if not problems else ', '.join(found)}"
    )
    publish_problems(problems, around)
    return ExitCode.DONE if valid else ExitCode.INVALID


def _product(form: ProblemFormat, problems: Sequence[Problem], around: Surroundings) -> str:
    if form is ProblemFormat.SARIF:
        from runner.render.sarif import sarif  # has every rule's help with it

        return sarif(problems, around.places)
    if form is ProblemFormat.GITLAB:
        from runner.render.code_quality import code_quality

        return code_quality(problems, around.places)
    if form is ProblemFormat.GITHUB:
        from runner.render.workflow_commands import problem_annotations

        return _as_lines(problem_annotations(problems, around.places))
    return _as_lines(problem_lines(problems))


def _as_lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
