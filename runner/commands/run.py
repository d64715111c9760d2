"""`run`: prepare, execute, report - in this order, and the last whatever becomes of the others."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from runner.commands.preparing import Preparation
from runner.commands.reporting import check_report_path, deliver
from runner.errors import (
    ExitCode,
    GuardrailError,
    InvalidConfigError,
    RunnerError,
    UsageError,
)
from runner.execute.conclusion import conclude
from runner.execute.run import Header, Run, not_sent, planned
from runner.source_control import source_control

if TYPE_CHECKING:
    from runner.campaign.hosts import Target
    from runner.commands.connect import Connection
    from runner.commands.preparing import RunOptions
    from runner.commands.surroundings import Surroundings
    from runner.execute.results import CommandResult
    from runner.plan.plan import Plan
    from runner.problems import Problem

_RESULTS = {ExitCode.UNSETTLED: "interrupted", ExitCode.BROKEN: "failed"}


def run_command(options: RunOptions, around: Surroundings) -> ExitCode:
    """Carry out what the files say, and write a report whatever becomes of it.

    Raises:
        UsageError: if the options are wrong; then there is no report.
        BrokenError: if the report could not be written.
    """
    interruption = around.world.interruption
    with interruption.handling_signals(around.on_wish), ExitStack() as closing:
        target = options.target()
        check_report_path(options.report, options.asked, around, options.rules.policy)
        preparation = Preparation(options, around, target, closing)
        run = _RunCommand(options, around, preparation).run()
        states = _sandbox_states(preparation)
        is_reviewed = options.asked.reviewed is not None or options.asked.pinned is not None
        return deliver(run, options.report, around, states, is_reviewed=is_reviewed)


def _sandbox_states(preparation: Preparation) -> dict[str, dict[str, str]] | None:
    """Give the states of the sandbox's workflows as they will be, where there is a sandbox."""
    if preparation.sandbox is None:
        return None
    found = preparation.sandbox.settled_states()
    return {
        organization: {workflow: state.value for workflow, state in workflows.items()}
        for organization, workflows in found.items()
    }


class _RunCommand:
    """One call of `run`, made into what its report says."""

    def __init__(self, options: RunOptions, around: Surroundings, preparation: Preparation) -> None:
        self._options = options
        self._around = around
        self._preparation = preparation
        self._header = _header(options, around, preparation.target)

    def run(self) -> Run:
        """Give what came of it.

        Raises:
            UsageError: if the options are wrong.
        """
        preparation = self._preparation
        connection: Connection | None = None
        try:
            with self._around.world.interruption.at_once():
                if self._options.dry_run:
                    preparation.plan_only()
                else:
                    connection = preparation.get_ready()
        except InvalidConfigError as error:
            return self._refuse_files(error)
        except UsageError:
            raise
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - a bug leaves a report, too
            return self._refuse(error)
        # Whatever happens from here on must not be told as if nothing had been sent.
        plan = preparation.plan
        assert plan is not None  # noqa: S101 - it is made, or something was raised
        if self._options.dry_run:
            return self._end("planned", ExitCode.DONE, planned(plan))
        if connection is None:
            return self._end("succeeded", ExitCode.DONE, ())
        return self._send(connection, plan)

    def _send(self, connection: Connection, plan: Plan) -> Run:
        guard = self._preparation.guard
        assert guard is not None  # noqa: S101 - there is one before there is a connection
        execution = connection.execute(plan, guard.closed)
        message = execution.closed
        if execution.fault is not None:
            self._around.output.fault(execution.fault)
            message = _fault(execution.fault)
        elif plan.blockers:
            message = "nothing was sent, since a desired state is refused"
        result, exit_code = conclude(execution)
        return self._end(result, exit_code, execution.results, message)

    def _refuse(self, error: BaseException) -> Run:
        """End a run in which nothing was sent."""
        exit_code, message = ExitCode.BROKEN, ""
        problems: tuple[Problem, ...] = ()
        if isinstance(error, RunnerError):
            exit_code, message = error.exit_code, str(error)
        elif isinstance(error, KeyboardInterrupt):
            exit_code, message = ExitCode.UNSETTLED, "interrupted before anything was sent"
        else:
            self._around.output.fault(error)
            message = _fault(error)
        if isinstance(error, GuardrailError):
            self._around.output.problems(error.problems)
            problems, message = error.problems, f"{message}; nothing was sent"
        text = self._around.scrubber.scrub(message)
        first_line, _, _ = text.partition("\n")
        why = first_line.rstrip(":")
        plan = self._preparation.plan
        commands = () if plan is None else not_sent(plan, why)
        result = _RESULTS.get(exit_code, "refused")
        return self._end(result, exit_code, commands, text, problems=problems)

    def _refuse_files(self, error: InvalidConfigError) -> Run:
        self._around.output.problems(error.problems)
        self._preparation.plan = self._preparation.digest = None
        problems = tuple(it for it in error.problems if it.is_error)
        warnings = tuple(it for it in error.problems if not it.is_error)
        message = f"{error}; nothing was sent"
        return self._end(
            "refused", error.exit_code, (), message, problems=problems, warnings=warnings
        )

    def _end(
        self,
        result: str,
        exit_code: ExitCode,
        results: tuple[CommandResult, ...],
        message: str = "",
        *,
        problems: tuple[Problem, ...] = (),
        warnings: tuple[Problem, ...] = (),
    ) -> Run:
        made = self._preparation
        return Run(
            header=replace(self._header, environment=made.environment, target=made.target),
            result=result,
            exit_code=exit_code,
            files=made.files,
            plan=made.plan,
            results=results,
            problems=problems,
            warnings=(
                *(warnings if made.plan is None else made.plan.warnings),
                *(() if made.guard is None else made.guard.warnings),
            ),
            message=message,
            finished_at=self._around.world.now(),
            digest=made.digest,
            overrides=() if made.guard is None else made.guard.applied,
        )


def _header(options: RunOptions, around: Surroundings, target: Target) -> Header:
    now = around.world.now()
    return Header(
        run_id=f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
        mode="dry-run" if options.dry_run else "run",
        environment=options.asked.inputs.environment,
        target=target,
        source_control=source_control(around.environ),
        started_at=now,
    )


def _fault(error: BaseException) -> str:
    return f"the runner itself failed: {type(error).__name__}"
