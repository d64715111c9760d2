"""`plan`: what would be sent, in order; without `--live` no secret, no network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from runner.commands.access import DEFAULT_ACCESS, Access
from runner.commands.guarding import Guard
from runner.commands.house_rules import NO_RULES, HouseRules
from runner.commands.plan_pages import news_of_plan, news_of_refusal, plan_text, refusal_text
from runner.commands.planning import Asked, Planning, documents_of, require_organization
from runner.commands.publishing import log_group, publish
from runner.errors import BrokenError, ExitCode, GuardrailError, RunnerError, UsageError
from runner.load.sources import STDIN
from runner.printable import printable
from runner.render.formats import PlanFormat
from runner.states import State
from runner.value import Value

if TYPE_CHECKING:
    from runner.campaign.hosts import Target
    from runner.commands.surroundings import Surroundings
    from runner.plan.plan import Plan
    from runner.problems import Problem
    from runner.validate.config import Config


class PlanOptions(Value, frozen=True):
    """The options of `plan`.

    Attributes:
        format: how stdout is written.
        out: where to keep the plan as JSON, or None.
        live: whether states are read, which takes credentials.
    """

    asked: Asked
    format: PlanFormat = PlanFormat.TEXT
    out: str | None = None
    live: bool = False
    detailed_exit_code: bool = False
    access: Access = DEFAULT_ACCESS
    rules: HouseRules = NO_RULES


def plan_command(options: PlanOptions, around: Surroundings) -> ExitCode:
    """Write the plan to stdout, and to a file where asked; on a CI system, tell that too.

    Returns:
        `DONE`, `INVALID` or `GUARDRAIL`; with `detailed_exit_code` also `CHANGES`, and `FAILED`
        where a desired state cannot be told.

    Raises:
        CredentialsError: if states are to be read, and the credentials do not suffice.
    """
    _check_out(options, around)
    target = options.access.target() if options.live else None
    try:
        plan, guard = make_plan(options, target, around)
    except UsageError:
        raise
    except RunnerError as error:
        around.output.product(refusal_text(error, options.format, around))
        publish(news_of_refusal(error, around), around)
        raise
    warn_about(plan, around)
    failure: RunnerError | None = None
    problems: tuple[Problem, ...] = ()
    try:
        guard.check(plan)
    except GuardrailError as error:
        failure, problems = error, error.problems
    plan = replace(plan, warnings=plan.warnings + guard.warnings)
    around.output.product(plan_text(plan, options.format, around, problems, guard.demands))
    if failure is None and options.out is not None:
        failure = _keep(plan, options.out, around)
    exit_code = _exit_code(plan, options) if failure is None else failure.exit_code
    publish(news_of_plan(plan, exit_code, around, problems, guard.demands), around)
    if failure is not None:
        raise failure
    return exit_code


def _keep(plan: Plan, path: str, around: Surroundings) -> BrokenError | None:
    """Write the plan to a file; give what went wrong."""
    from runner.files import write_atomically
    from runner.render.plan_json import plan_json

    try:
        write_atomically(Path(around.cwd, path), plan_json(plan))
    except BrokenError as error:
        return error
    around.output.info(f"Plan written to {printable(path)}")
    return None


def _check_out(options: PlanOptions, around: Surroundings) -> None:
    """Make sure that the plan can be kept where it is asked for.

    Raises:
        UsageError: if it is no file, or one that is read.
    """
    if options.out is None:
        return
    inputs = options.asked.inputs
    if STDIN in (options.out, *inputs.paths):
        hint = "for stdout use --format json"
        raise UsageError(f"--out keeps a plan of named files in a file; `-` is neither ({hint})")
    from runner.commands.outputs import check_output

    policy = options.rules.policy
    check_output(options.out, [*inputs.paths, *([policy] if policy else [])], around)


def _exit_code(plan: Plan, options: PlanOptions) -> ExitCode:
    """Give the exit code; with `--detailed-exitcode`, 1 where it cannot be told, as Terraform."""
    if not options.detailed_exit_code:
        return ExitCode.DONE
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
        none = "the selection leaves no command"
        if plan.sharded is not None:
            none = f"no command falls to shard {plan.sharded.shard}"
        around.output.warning(f"{none}; nothing is to be done")


def make_plan(
    options: PlanOptions, target: Target | None, around: Surroundings
) -> tuple[Plan, Guard]:
    """Give the plan that is asked for, and the guardrails that it is to be held against.

    Args:
        options: which plan.
        target: where states are read; None for the plan that the files alone make.
        around: the process around.

    Raises:
        RunnerError: if there is none.
    """
    planning = Planning(options.asked, around)
    config = planning.read()
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
    from runner.commands.connect import Remote, connect

    remote = Remote(target, options.asked.inputs.allowed, options.access.parallel_reads)
    connecting = connect(documents_of(config, plan), remote, around)
    with log_group(around, "Reading states"), connecting as connection:
        return planning.live(plan, connection, everything=True)
