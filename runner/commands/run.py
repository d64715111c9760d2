"""`run`: prepare, execute, report - in this order, and the last whatever becomes of the others."""

from __future__ import annotations

import secrets
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from runner.commands.next_steps import next_step, with_hint
from runner.commands.preparing import Preparation
from runner.commands.reporting import check_report_path, deliver
from runner.commands.run_options import check_together
from runner.errors import (
    BrokenError,
    ExitCode,
    GuardrailError,
    InvalidConfigError,
    JournalError,
    RunnerError,
    UsageError,
)
from runner.execute.run import Run, planned
from runner.problems import file_problem

if TYPE_CHECKING:
    from runner.commands.connect import Connection
    from runner.commands.guarding import Guard
    from runner.commands.journalling import Beginning, RunJournal
    from runner.commands.run_options import RunOptions
    from runner.commands.surroundings import Surroundings
    from runner.execute.results import CommandResult, Execution
    from runner.execute.run import Seam
    from runner.plan.plan import Plan
    from runner.problems import Problem

_RESULTS = {ExitCode.UNSETTLED: "interrupted", ExitCode.BROKEN: "failed"}


def run_command(options: RunOptions, around: Surroundings) -> ExitCode:
    """Carry out what the files say, and write a report whatever becomes of it.

    Raises:
        UsageError: if the options are wrong; then there is no report.
        BrokenError: if the report could not be written.
    """
    with around.world.interruption.handling_signals(around.on_wish):
        return perform_run(options, around).exit_code


def perform_run(options: RunOptions, around: Surroundings) -> Run:
    """Do what `run_command` does, but leave signals to the caller, and give what came of it."""
    with ExitStack() as stack:
        check_together(options)
        target = options.target()
        check_report_path(options.report, options.asked, around, options.rules.policy)
        run_id = f"{around.world.now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        preparation = Preparation(options, around, target, run_id, stack)
        run = _RunCommand(options, around, preparation).run()
        states = preparation.sandbox_states
        step = next_step(run, options)
        exit_code = deliver(run, options.report, around, states, step)
        return replace(run, exit_code=exit_code)


class _RunCommand:
    """One call of `run`, made into what its report says."""

    def __init__(self, options: RunOptions, around: Surroundings, preparation: Preparation) -> None:
        self._options = options
        self._around = around
        self._preparation = preparation

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
            return self._end("planned", ExitCode.DONE, planned(plan, preparation.history))
        if preparation.is_finished:
            return self._tell_again(plan)
        if connection is None:
            return self._end("succeeded", ExitCode.DONE, ())
        return self._send(connection, plan)

    def _send(self, connection: Connection, plan: Plan) -> Run:
        from runner.commands.sending import send, watched

        preparation, around = self._preparation, self._around
        guard = preparation.guard
        assert guard is not None  # noqa: S101 - there is one before there is a connection
        if self._options.apart is not None and not plan.blockers:
            return self._send_apart(connection, plan, guard)
        try:
            journal = self._open_journal(plan, guard)
        except BrokenError as error:
            return self._refuse(error)

        def execute() -> Execution:
            with watched(plan, around) as show:
                return connection.execute(
                    plan,
                    journal,
                    show,
                    closed=guard.closed,
                    budget=preparation.budget,
                    history=preparation.history,
                    is_resumed=preparation.resuming is not None,
                )

        ended = send(plan, journal, around, execute)
        if preparation.resuming is not None:
            with suppress(JournalError):  # no report is to be lost for it
                preparation.resuming.read_journal_again()  # with the seam of just now
        results = tuple(with_hint(it, self._options, journal.name) for it in ended.results)
        run = self._end(ended.result, ended.exit_code, results, ended.message)
        finished_at = ended.finished_at
        return replace(run, journal=journal.name, is_over=ended.is_over, finished_at=finished_at)

    def _send_apart(self, connection: Connection, plan: Plan, guard: Guard) -> Run:
        from runner.commands.organizations.whole import send_apart

        preparation, around, options = self._preparation, self._around, self._options
        try:
            ended = send_apart(
                preparation, plan, self._beginning(plan, guard), connection, options, around
            )
        except BrokenError as error:
            return self._refuse(error)
        run = self._end(ended.result, ended.exit_code, ended.results, ended.message)
        return replace(run, parts=ended.parts, is_over=all(it.is_over for it in ended.parts))

    def _open_journal(self, plan: Plan, guard: Guard) -> RunJournal:
        from runner.commands.journalling import begin_journal, continue_journal

        preparation, around = self._preparation, self._around
        resuming = preparation.resuming
        if resuming is not None:
            assert self._options.resume is not None  # noqa: S101 - it is what is resumed
            return continue_journal(
                resuming.journal,
                plan,
                around,
                preparation.header.source_control,
                resuming.words,
                retry_failed=self._options.resume.retry_failed,
            )
        beginning = self._beginning(plan, guard)
        journal = begin_journal(self._options.state_dir, beginning, plan, around)
        journal.pass_over(preparation.history)
        return journal

    def _beginning(self, plan: Plan, guard: Guard) -> Beginning:
        from runner.commands.journalling import Beginning

        preparation = self._preparation
        return Beginning(
            self._preparation.header,
            preparation.offline_digest,
            preparation.digest or "",
            plan.warnings + guard.warnings,
            guard.applied,
        )

    def _tell_again(self, plan: Plan) -> Run:
        """Give what came of a run that was at its end already; nothing is sent."""
        resuming = self._preparation.resuming
        assert resuming is not None  # noqa: S101 - the caller has looked
        end = resuming.journal.end
        assert end is not None  # noqa: S101 - likewise
        # Where a desired state was refused, nothing was done but by earlier runs (--once).
        history = {
            place: past
            for place, past in self._preparation.history.items()
            if not plan.blockers or plan.commands[place].decided is None
        }
        from runner.commands.resuming import moment
        from runner.execute.recall import recall
        from runner.journal.reader import RULE

        execution = recall(plan, history, self._around.world)
        if execution.fault is not None or not execution.is_over:
            message = "its last line says that the run was at its end, and the others do not"
            hint = "a journal is to be left as it was written; begin a new run"
            error = JournalError([file_problem(RULE, resuming.journal.name, message, hint)])
            return self._refuse_files(error)
        name = resuming.journal.name
        results = tuple(with_hint(it, self._options, name) for it in execution.results)
        run = self._end(end["result"], ExitCode(end["exit_code"]), results, end["message"])
        self._around.output.info("The run was at its end already; nothing was sent.")
        run = replace(run, warnings=resuming.warnings, overrides=resuming.overrides)
        return replace(run, journal=name, finished_at=moment(end["at"]))

    def _refuse(self, error: BaseException) -> Run:
        """End a run in which nothing was sent."""
        exit_code, message = ExitCode.BROKEN, ""
        problems: tuple[Problem, ...] = ()
        if isinstance(error, RunnerError):
            exit_code, message = error.exit_code, str(error)
        elif isinstance(error, KeyboardInterrupt):
            exit_code, message = ExitCode.UNSETTLED, "interrupted before anything was sent"
        else:
            from runner.commands.sending import fault_message

            self._around.output.fault(error)
            message = fault_message(error)
        if isinstance(error, GuardrailError):
            self._around.output.problems(error.problems)
            problems, message = error.problems, f"{message}; nothing was sent"
        text = self._around.scrubber.scrub(message)
        first_line, _, _ = text.partition("\n")
        why = first_line.rstrip(":")
        commands = self._preparation.untouched(why)
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
        header = self._preparation.header
        seams: tuple[Seam, ...] = ()
        overrides = () if made.guard is None else made.guard.applied
        if made.resuming is not None:
            first = made.resuming
            header = replace(
                header, started_at=first.started_at, source_control=first.source_control
            )
            overrides = tuple(dict.fromkeys((*first.overrides, *overrides)))
            seams = () if made.plan is None else made.resuming.seams(made.plan)
        return Run(
            header=header,
            seams=seams,
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
            overrides=overrides,
        )
