"""`validate`: schema and rules, every problem at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.commands.surroundings import load_inputs
from runner.errors import ExitCode
from runner.render.problems import problem_lines, problems_json
from runner.validate import find_problems

if TYPE_CHECKING:
    from runner.commands.surroundings import Inputs, Surroundings


@dataclass(frozen=True, slots=True)
class ValidateOptions:
    """The options of `validate`; `strict` refuses on warnings too."""

    inputs: Inputs
    json: bool = False
    strict: bool = False


def validate_command(options: ValidateOptions, around: Surroundings) -> ExitCode:
    """Check files and write what is wrong to stdout; `DONE` or `INVALID`."""
    loaded = load_inputs(options.inputs, around)
    problems = find_problems(loaded, options.inputs.environment, options.inputs.allowed)
    valid = not any(options.strict or problem.is_error for problem in problems)
    if options.json:
        around.output.product(problems_json(loaded.files, problems, valid=valid))
    else:
        around.output.product("".join(f"{line}\n" for line in problem_lines(problems)))
        files = f"{len(loaded.files)} file(s)"
        if valid:
            around.output.info(f"{files} valid")
        else:
            errors = sum(problem.is_error for problem in problems)
            warnings = len(problems) - errors
            around.output.info(f"{files} read: {errors} error(s), {warnings} warning(s)")
    return ExitCode.DONE if valid else ExitCode.INVALID
