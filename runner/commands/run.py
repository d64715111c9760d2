"""`run`: load, validate, plan, resolve secrets, execute, report - in this order."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.campaign.hosts import DEFAULT_BASE_URL, DEFAULT_TOKEN_URL, Target, check_target
from runner.commands.connect import connect
from runner.commands.plan import require_organization, warn_about
from runner.commands.reporting import check_report_path, deliver
from runner.commands.surroundings import TENANT_VARIABLE, configure, load_inputs
from runner.errors import CredentialsError, ExitCode, InterruptedRunError, InvalidConfigError
from runner.execute.conclusion import conclude
from runner.execute.run import Header, Run, not_sent, planned
from runner.plan.build import build_plan
from runner.plan.plan import EVERYTHING, Selection
from runner.plural import counted
from runner.printable import printable
from runner.render.plan import environment_text
from runner.source_control import source_control

if TYPE_CHECKING:
    from runner.commands.surroundings import Inputs, Surroundings
    from runner.execute.results import CommandResult
    from runner.load import SourceFile
    from runner.plan.plan import Plan
    from runner.problems import Problem
    from runner.sandbox import Sandbox
    from runner.validate.config import Config

SANDBOX_ORGANIZATION = "sandbox"


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options of `run`.

    Attributes:
        report: where the report goes; `-` is stdout.
        assume_yes: whether a person on a terminal is not asked.
        allowed_hosts: beyond those that are always allowed.
    """

    inputs: Inputs
    report: str = "report.json"
    dry_run: bool = False
    sandbox: bool = False
    assume_yes: bool = False
    selection: Selection = EVERYTHING
    base_url: str = DEFAULT_BASE_URL
    token_url: str = DEFAULT_TOKEN_URL
    allowed_hosts: tuple[str, ...] = ()


def run_command(options: RunOptions, around: Surroundings) -> ExitCode:
    """Carry out what the files say, and write a report whatever becomes of it.

    Raises:
        UsageError: if the options are wrong; then there is no report.
        BrokenError: if the report cannot be written.
    """
    interruption = around.world.interruption
    with interruption.handling_signals(around.on_wish), ExitStack() as closing:
        target = check_target(
            options.base_url, options.token_url, allowed_hosts=options.allowed_hosts
        )
        check_report_path(options.report, options.inputs, around)
        return _RunCommand(options, around, target, closing).go()


class _RunCommand:
    """One call of `run`, step by step."""

    def __init__(
        self, options: RunOptions, around: Surroundings, target: Target, closing: ExitStack
    ) -> None:
        self._options = options
        self._around = around
        self._closing = closing
        self._sandbox: Sandbox | None = None
        self._files: tuple[SourceFile, ...] = ()
        self._header = self._begin(target)

    def go(self) -> ExitCode:
        run = self._run()
        states = self._sandbox.settled_states() if self._sandbox is not None else None
        return deliver(run, self._options.report, self._around, states)

    def _run(self) -> Run:
        try:
            with self._around.world.interruption.at_once():
                config, plan = self._plan()
        except InvalidConfigError as error:
            return self._refuse_files(error)
        except KeyboardInterrupt:
            message = "interrupted before anything was sent"
            return self._end("interrupted", ExitCode.UNSETTLED, None, (), message)
        return self._carry_out(config, plan)

    def _carry_out(self, config: Config, plan: Plan) -> Run:
        warn_about(plan, self._around)
        if self._options.dry_run:
            environment = environment_text(plan.environment)
            self._around.output.info(f"Dry run, nothing is sent: environment {environment}")
            if None in plan.organizations:
                self._around.output.warning(f"a run is refused until {TENANT_VARIABLE} is set")
            return self._end("planned", ExitCode.DONE, plan, planned(plan))
        if not plan.commands:
            return self._end("succeeded", ExitCode.DONE, plan, ())
        try:
            return self._send(config, plan)
        except CredentialsError as error:
            message = self._around.scrubber.scrub(str(error))
            why = "the run was refused: no usable credentials"
            return self._end("refused", error.exit_code, plan, not_sent(plan, why), message)
        except (InterruptedRunError, KeyboardInterrupt) as error:
            message = str(error) or "interrupted before anything was sent"
            return self._end(
                "interrupted", ExitCode.UNSETTLED, plan, not_sent(plan, message), message
            )

    def _plan(self) -> tuple[Config, Plan]:
        options = self._options
        loaded = load_inputs(options.inputs, self._around)
        self._files = loaded.files
        fallback = SANDBOX_ORGANIZATION if options.sandbox else None
        config = configure(loaded, options.inputs, self._around, fallback)
        if not options.dry_run:
            require_organization(config)
        return config, build_plan(config, options.selection)

    def _send(self, config: Config, plan: Plan) -> Run:
        if self._options.sandbox:
            self._start_sandbox(plan)
        connecting = connect(
            config, plan, self._header.target, self._around, self._options.inputs, self._sandbox
        )
        connection = self._closing.enter_context(connecting)
        self._announce(plan)
        connection.prepare()
        execution = connection.execute(plan)
        message = ""
        if execution.fault is not None:
            self._around.output.fault(execution.fault)
            message = f"the runner itself failed: {type(execution.fault).__name__}"
        result, exit_code = conclude(execution)
        return self._end(result, exit_code, plan, execution.results, message)

    def _start_sandbox(self, plan: Plan) -> None:
        from runner.commands.sandbox import sandbox_for

        self._sandbox = self._closing.enter_context(sandbox_for(plan))
        target = Target(self._sandbox.base_url, self._sandbox.token_url, sandbox=True)
        self._header = self._begin(target)

    def _announce(self, plan: Plan) -> None:
        """Show what is about to happen where, and ask where somebody can answer (rule R24)."""
        target, output = self._header.target, self._around.output
        organizations = ", ".join(printable(it or "") for it in plan.organizations)
        where = f"the sandbox at {target.host}" if target.sandbox else target.host
        output.say(
            f"Sending {counted(len(plan.commands), 'command')} to {where}: organization"
            f" {organizations}, environment {environment_text(plan.environment)}",
            important=not target.is_loopback,
        )
        if target.is_loopback or self._options.assume_yes or self._around.ask is None:
            return
        with self._around.world.interruption.at_once():
            agreed = self._around.ask("Send them?")
        if not agreed:
            raise InterruptedRunError("called off at the question; nothing was sent")

    def _refuse_files(self, error: InvalidConfigError) -> Run:
        self._around.output.problems(error.problems)
        problems = tuple(it for it in error.problems if it.is_error)
        warnings = tuple(it for it in error.problems if not it.is_error)
        message = f"{error}; nothing was sent"
        return self._end(
            "refused", error.exit_code, None, (), message, problems=problems, warnings=warnings
        )

    def _begin(self, target: Target) -> Header:
        now = self._around.world.now()
        return Header(
            run_id=f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
            mode="dry-run" if self._options.dry_run else "run",
            environment=self._options.inputs.environment,
            target=target,
            source_control=source_control(self._around.environ),
            started_at=now,
        )

    def _end(
        self,
        result: str,
        exit_code: ExitCode,
        plan: Plan | None,
        results: tuple[CommandResult, ...],
        message: str = "",
        *,
        problems: tuple[Problem, ...] = (),
        warnings: tuple[Problem, ...] = (),
    ) -> Run:
        return Run(
            header=self._header,
            result=result,
            exit_code=exit_code,
            files=self._files,
            plan=plan,
            results=results,
            problems=problems,
            warnings=warnings if plan is None else plan.warnings,
            message=message,
            finished_at=self._around.world.now(),
        )
