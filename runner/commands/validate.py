"""`validate`: schema and rules, every problem at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.commands.guarding import load_policy
from runner.commands.surroundings import load_inputs
from runner.errors import ExitCode
from runner.plural import counted
from runner.render.plan import environment_text
from runner.render.problems import problem_lines, problems_json
from runner.validate import find_problems
from runner.validate.policy import policy_problems

if TYPE_CHECKING:
    from runner.commands.surroundings import Inputs, Surroundings


@dataclass(frozen=True, slots=True)
class ValidateOptions:
    """The options of `validate`.

    Attributes:
        strict: whether warnings refuse, too.
        policy: the path of a policy to check besides, or None.
    """

    inputs: Inputs
    json: bool = False
    strict: bool = False
    policy: str | None = None


def validate_command(options: ValidateOptions, around: Surroundings) -> ExitCode:
    """Check files and write what is wrong to stdout; `DONE` or `INVALID`."""
    loaded = load_inputs(options.inputs, around)
    problems = find_problems(loaded, options.inputs.environment, options.inputs.allowed)
    files = loaded.files
    if options.policy is not None:
        policy = load_policy(options.policy, around)
        files += policy.files
        problems += policy_problems(policy)
    valid = not any(options.strict or problem.is_error for problem in problems)
    if options.json:
        around.output.product(problems_json(files, problems, valid=valid))
    else:
        around.output.product("".join(f"{line}\n" for line in problem_lines(problems)))
        errors = sum(problem.is_error for problem in problems)
        found = [counted(errors, "error"), counted(len(problems) - errors, "warning")]
        around.output.info(
            f"{counted(len(files), 'file')} read,"
            f" environment {environment_text(options.inputs.environment)}:"
            f" {'valid' if not problems else ', '.join(found)}"
        )
    return ExitCode.DONE if valid else ExitCode.INVALID
