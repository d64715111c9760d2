"""`run`: load, validate, plan, resolve secrets, execute, report - in this order."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from runner.campaign.hosts import DEFAULT_BASE_URL, DEFAULT_TOKEN_URL, Target, check_target
from runner.commands.connect import connect
from runner.commands.plan import require_organization, warn_about
from runner.commands.reporting import check_report_path, deliver
from runner.commands.surroundings import TENANT_VARIABLE, configure, load_inputs
from runner.errors import ExitCode, InterruptedRunError, InvalidConfigError, RunnerError, UsageError
from runner.execute.conclusion import conclude
from runner.execute.run import Header, Run, not_sent, planned
from runner.plan.build import build_plan
from runner.plan.plan import EVERYTHING, Selection
from runner.plural import counted
from runner.printable import printable
from runner.render.plan import environment_text, plan_lines
from runner.source_control import source_control

if TYPE_CHECKING:
    from runner.commands.connect import Connection
    from runner.commands.surroundings import Inputs, Surroundings
    from runner.execute.results import CommandResult
    from runner.load import SourceFile
    from runner.plan.plan import Plan
    from runner.problems import Problem
    from runner.sandbox import Sandbox
    from runner.validate.config import Config

SANDBOX_ORGANIZATION = "sandbox"
_BEFORE_SANDBOX = Target("http://127.0.0.1", "http://127.0.0.1/ims/token/v3", sandbox=True)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options of `run`.

    Attributes:
        report: where the report goes; `-` is stdout.
        sandbox: whether to send to the embedded sandbox, wherever the two URLs lead.
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
        BrokenError: if the report could not be written.
    """
    interruption = around.world.interruption
    with interruption.handling_signals(around.on_wish), ExitStack() as closing:
        target = _BEFORE_SANDBOX
        if not options.sandbox:
            target = check_target(options.base_url, options.token_url, options.allowed_hosts)
        check_report_path(options.report, options.inputs, around)
        command = _RunCommand(options, around, target, closing)
        run = command.run()
        return deliver(run, options.report, around, command.states())


class _RunCommand:
    """One call of `run`: what can be refused while nothing is sent, and then the sending."""

    def __init__(
        self, options: RunOptions, around: Surroundings, target: Target, closing: ExitStack
    ) -> None:
        self._options = options
        self._around = around
        self._closing = closing
        self._sandbox: Sandbox | None = None
        self._files: tuple[SourceFile, ...] = ()
        now = around.world.now()
        self._header = Header(
            run_id=f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
            mode="dry-run" if options.dry_run else "run",
            environment=options.inputs.environment,
            target=target,
            source_control=source_control(around.environ),
            started_at=now,
        )

    def states(self) -> dict[str, dict[str, str]] | None:
        """Give the states of the sandbox's workflows as they will be, where there is a sandbox."""
        if self._sandbox is None:
            return None
        found = self._sandbox.settled_states()
        return {
            organization: {workflow: state.value for workflow, state in workflows.items()}
            for organization, workflows in found.items()
        }

    def run(self) -> Run:
        plan: Plan | None = None
        try:
            with self._around.world.interruption.at_once():
                config, plan = self._plan()
                if self._options.dry_run:
                    return self._dry(plan)
                connection = self._get_ready(config, plan) if plan.commands else None
        except InvalidConfigError as error:
            return self._refuse_files(error)
        except UsageError:
            raise
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - a bug leaves a report, too
            return self._refuse(plan, error)
        # Whatever happens from here on must not be told as if nothing had been sent.
        if connection is None:
            return self._end("succeeded", ExitCode.DONE, plan, ())
        return self._send(connection, plan)

    def _plan(self) -> tuple[Config, Plan]:
        options = self._options
        loaded = load_inputs(options.inputs, self._around)
        self._files = loaded.files
        fallback = SANDBOX_ORGANIZATION if options.sandbox else None
        config = configure(loaded, options.inputs, self._around, fallback)
        if not options.dry_run:
            require_organization(config)
        plan = build_plan(config, options.selection)
        warn_about(plan, self._around)
        return config, plan

    def _dry(self, plan: Plan) -> Run:
        environment = environment_text(plan.environment)
        self._around.output.info(f"Dry run, nothing is sent: environment {environment}")
        if None in plan.organizations:
            self._around.output.warning(f"a run is refused until {TENANT_VARIABLE} is set")
        return self._end("planned", ExitCode.DONE, plan, planned(plan))

    def _get_ready(self, config: Config, plan: Plan) -> Connection:
        """Do all that can go wrong before the first command: secrets, the question, tokens."""
        if self._options.sandbox:
            self._start_sandbox(plan)
        connecting = connect(
            config, plan, self._header.target, self._around, self._options.inputs, self._sandbox
        )
        connection = self._closing.enter_context(connecting)
        self._announce(plan)
        connection.prepare()
        return connection

    def _start_sandbox(self, plan: Plan) -> None:
        from runner.commands.sandbox import sandbox_for

        self._sandbox = self._closing.enter_context(sandbox_for(plan))
        target = check_target(self._sandbox.base_url, self._sandbox.token_url, sandbox=True)
        self._header = replace(self._header, target=target)

    def _announce(self, plan: Plan) -> None:
        """Show what is about to happen where, and ask where somebody can answer (rule R24)."""
        target, output = self._header.target, self._around.output
        asking = not (target.is_loopback or self._options.assume_yes or self._around.ask is None)
        if asking:
            output.info("\n".join([*plan_lines(plan), ""]))
        organizations = ", ".join(printable(it or "") for it in plan.organizations)
        where = f"the sandbox at {target.host}" if target.sandbox else target.host
        output.say(
            f"Sending {counted(len(plan.commands), 'command')} to {where}: organization"
            f" {organizations}, environment {environment_text(plan.environment)}",
            important=not target.is_loopback,
        )
        if asking and self._around.ask is not None and not self._around.ask("Send them?"):
            raise InterruptedRunError("called off at the question; nothing was sent")

    def _send(self, connection: Connection, plan: Plan) -> Run:
        execution = connection.execute(plan)
        message = ""
        if execution.fault is not None:
            self._around.output.fault(execution.fault)
            message = _fault(execution.fault)
        result, exit_code = conclude(execution)
        return self._end(result, exit_code, plan, execution.results, message)

    def _refuse(self, plan: Plan | None, error: BaseException) -> Run:
        """End a run in which nothing was sent."""
        exit_code, message = ExitCode.BROKEN, ""
        if isinstance(error, RunnerError):
            exit_code, message = error.exit_code, str(error)
        elif isinstance(error, KeyboardInterrupt):
            exit_code, message = ExitCode.UNSETTLED, "interrupted before anything was sent"
        else:
            self._around.output.fault(error)
            message = _fault(error)
        results = {ExitCode.UNSETTLED: "interrupted", ExitCode.BROKEN: "failed"}
        text = self._around.scrubber.scrub(message)
        first_line, _, _ = text.partition("\n")
        why = first_line.rstrip(":")
        commands = () if plan is None else not_sent(plan, why)
        return self._end(results.get(exit_code, "refused"), exit_code, plan, commands, text)

    def _refuse_files(self, error: InvalidConfigError) -> Run:
        self._around.output.problems(error.problems)
        problems = tuple(it for it in error.problems if it.is_error)
        warnings = tuple(it for it in error.problems if not it.is_error)
        message = f"{error}; nothing was sent"
        return self._end(
            "refused", error.exit_code, None, (), message, problems=problems, warnings=warnings
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


def _fault(error: BaseException) -> str:
    return f"the runner itself failed: {type(error).__name__}"
