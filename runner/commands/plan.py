"""`plan`: what would be sent, in order; no secret, no network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runner.commands.outputs import check_output
from runner.commands.surroundings import TENANT_VARIABLE, configure, load_inputs
from runner.errors import ExitCode, InvalidConfigError, UsageError
from runner.files import write_atomically
from runner.load.sources import STDIN
from runner.plan.build import build_plan
from runner.plan.plan import EVERYTHING, Selection
from runner.printable import printable
from runner.problems import file_problem
from runner.render.plan import plan_json, plan_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.commands.surroundings import Inputs, Surroundings
    from runner.plan.plan import Plan
    from runner.problems import Problem
    from runner.validate.config import Config


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """The options of `plan`; `out` is where to keep the plan as JSON."""

    inputs: Inputs
    json: bool = False
    out: str | None = None
    selection: Selection = EVERYTHING
    detailed_exit_code: bool = False


def plan_command(options: PlanOptions, around: Surroundings) -> ExitCode:
    """Write the plan to stdout, and to a file where asked; `DONE`, `CHANGES` or `INVALID`."""
    if options.out is not None and STDIN in (options.out, *options.inputs.paths):
        hint = "for stdout use --format json"
        raise UsageError(f"--out keeps a plan of named files in a file; `-` is neither ({hint})")
    if options.out is not None:
        check_output(options.out, options.inputs, around)
    try:
        loaded = load_inputs(options.inputs, around)
        config = configure(loaded, options.inputs, around)
        if options.out is not None:
            require_organization(config)
    except InvalidConfigError as error:
        around.output.problems(error.problems)
        around.output.error(str(error))
        return error.exit_code
    plan = build_plan(config, options.selection)
    _show(plan, options, around)
    if options.out is not None:
        write_atomically(Path(around.cwd, options.out), plan_json(plan))
        around.output.info(f"Plan written to {printable(options.out)}")
    return ExitCode.CHANGES if options.detailed_exit_code and plan.commands else ExitCode.DONE


def warn_about(plan: Plan, around: Surroundings) -> None:
    """Tell people about the warnings of a plan, and about a selection that leaves nothing."""
    around.output.problems(plan.warnings)
    if not plan.commands:
        around.output.warning("the selection leaves no command; nothing is to be done")


def require_organization(config: Config) -> None:
    """Refuse a configuration in which a document has no organization.

    Raises:
        InvalidConfigError: with a problem for every such document.
    """
    problems = tuple(_missing_organizations(config))
    if problems:
        raise InvalidConfigError((*config.warnings, *problems))


def _missing_organizations(config: Config) -> Iterator[Problem]:
    for document in config.documents:
        if document.organization is None:
            hint = f"add organization: acme-mkt-stage, or set {TENANT_VARIABLE}"
            yield file_problem("organization", document.file, "no organization is named", hint)


def _show(plan: Plan, options: PlanOptions, around: Surroundings) -> None:
    warn_about(plan, around)
    if options.json:
        around.output.product(plan_json(plan))
    else:
        around.output.product("".join(f"{line}\n" for line in plan_lines(plan)))
