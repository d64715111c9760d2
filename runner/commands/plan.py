"""`plan`: what would be sent, in order; without `--live` no secret, no network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from runner.commands.access import DEFAULT_ACCESS, Access
from runner.commands.connect import Remote, connect
from runner.commands.guarding import NO_RULES, Guard, HouseRules
from runner.commands.outputs import check_output
from runner.commands.planning import Asked, Planning, documents_of, require_organization
from runner.errors import ExitCode, GuardrailError, UsageError
from runner.files import write_atomically
from runner.load.sources import STDIN
from runner.printable import printable
from runner.render.plan import plan_lines
from runner.render.plan_json import plan_json
from runner.states import State

if TYPE_CHECKING:
    from runner.campaign.hosts import Target
    from runner.commands.surroundings import Surroundings
    from runner.plan.plan import Plan
    from runner.problems import Problem
    from runner.validate.config import Config


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """The options of `plan`.

    Attributes:
        out: where to keep the plan as JSON, or None.
        live: whether states are read, which takes credentials.
    """

    asked: Asked
    json: bool = False
    out: str | None = None
    live: bool = False
    detailed_exit_code: bool = False
    access: Access = DEFAULT_ACCESS
    rules: HouseRules = NO_RULES


def plan_command(options: PlanOptions, around: Surroundings) -> ExitCode:
    """Write the plan to stdout, and to a file where asked.

    Returns:
        `DONE`, `INVALID` or `GUARDRAIL`; with `detailed_exit_code` also `CHANGES`, and `FAILED`
        where a desired state cannot be told.

    Raises:
        CredentialsError: if states are to be read, and the credentials do not suffice.
    """
    inputs = options.asked.inputs
    if options.out is not None and STDIN in (options.out, *inputs.paths):
        hint = "for stdout use --format json"
        raise UsageError(f"--out keeps a plan of named files in a file; `-` is neither ({hint})")
    if options.out is not None:
        policy = options.rules.policy
        check_output(options.out, [*inputs.paths, *([policy] if policy else [])], around)
    target = options.access.target() if options.live else None
    plan, guard = _make(options, target, around)
    warn_about(plan, around)
    refusal: GuardrailError | None = None
    try:
        guard.check(plan)
    except GuardrailError as error:
        refusal = error
    plan = replace(plan, warnings=plan.warnings + guard.warnings)
    _show(plan, options, around, () if refusal is None else refusal.problems)
    if refusal is not None:
        raise refusal
    if options.out is not None:
        write_atomically(Path(around.cwd, options.out), plan_json(plan))
        around.output.info(f"Plan written to {printable(options.out)}")
    return _exit_code(plan) if options.detailed_exit_code else ExitCode.DONE


def _exit_code(plan: Plan) -> ExitCode:
    """Give what `--detailed-exitcode` says; as with Terraform, 1 where it cannot be told."""
    states = () if plan.live is None else plan.live.states
    unread = {(it.organization, it.workflow) for it in states if it.state is State.UNKNOWN}
    if any(
        it.decided is not None and it.decided.refused and it.key in unread for it in plan.commands
    ):
        return ExitCode.FAILED
    return ExitCode.CHANGES if plan.has_work else ExitCode.DONE


def warn_about(plan: Plan, around: Surroundings) -> None:
    """Tell people about the warnings of a plan, and about a selection that leaves nothing."""
    around.output.problems(plan.warnings)
    for it in plan.blockers[:1]:
        text = f"{printable(it.workflow or '')} is refused; a run would send nothing at all"
        around.output.warning(f"{text} (on_failure: stop)")
    if not plan.commands:
        around.output.warning("the selection leaves no command; nothing is to be done")


def _make(options: PlanOptions, target: Target | None, around: Surroundings) -> tuple[Plan, Guard]:
    planning = Planning(options.asked, around)
    config = planning.configure(planning.load())
    if options.out is not None or target is not None:
        require_organization(config)
    guard = Guard(config, options.rules, around)
    plan = planning.offline(config)
    if target is not None:
        guard.check_organizations(plan)
        plan = _live(planning, config, plan, options, target, around)
    return plan, guard


def _live(
    planning: Planning,
    config: Config,
    plan: Plan,
    options: PlanOptions,
    target: Target,
    around: Surroundings,
) -> Plan:
    remote = Remote(target, options.asked.inputs.allowed, options.access.parallel_reads)
    with connect(documents_of(config, plan), remote, around) as connection:
        return planning.live(plan, connection, everything=True)


def _show(
    plan: Plan, options: PlanOptions, around: Surroundings, problems: tuple[Problem, ...]
) -> None:
    if options.json:
        around.output.product(plan_json(plan, problems))
    else:
        around.output.product("".join(f"{line}\n" for line in plan_lines(plan)))
