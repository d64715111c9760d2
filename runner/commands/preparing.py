"""All that can go wrong before the first command of a run: nothing is sent here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from runner.ci.source_control import source_control
from runner.commands.announcing import announce
from runner.commands.guarding import Guard
from runner.commands.locking import alone
from runner.commands.plan import warn_about
from runner.commands.planning import Planning, require_organization
from runner.commands.reporting import check_run_report
from runner.commands.surroundings import TENANT_VARIABLE
from runner.errors import UsageError
from runner.execute.budget import Budget
from runner.execute.past import moved
from runner.execute.run import Header, not_sent
from runner.printable import quoted
from runner.render.titles import environment_text

if TYPE_CHECKING:
    from contextlib import ExitStack

    from runner.campaign.hosts import Target
    from runner.commands.connect import Connection
    from runner.commands.resuming import Resuming
    from runner.commands.run_options import RunOptions
    from runner.commands.surroundings import Surroundings
    from runner.execute.past import Past
    from runner.execute.results import CommandResult
    from runner.load import SourceFile
    from runner.plan.plan import Plan
    from runner.sandbox import Sandbox
    from runner.validate.config import Config

SANDBOX_ORGANIZATION = "sandbox"


class Preparation:
    """Goes from the options to a plan that may be sent, and a connection to send it over.

    However far that comes, what is known so far stands in the attributes, for the report.

    Attributes:
        plan: None before there is one.
        offline: the same as the files alone make it.
        digest: of the plan as a reviewer knows it.
        offline_digest: of the plan that the files alone make.
        guard: None before there is one.
        run_id: of this run, or of the one that is gone on with.
        resuming: where a run is gone on with.
        budget: how much the run may spend; its time runs from the very beginning.
        history: what is known of commands, by their places in the plan, from 0.
    """

    def __init__(
        self,
        options: RunOptions,
        around: Surroundings,
        target: Target,
        run_id: str,
        closing: ExitStack,
    ) -> None:
        self.target = target
        self.run_id = run_id
        self.resuming: Resuming | None = None
        self.budget = Budget(around.world, options.deadline, options.most_failures)
        self.history: dict[int, Past] = {}
        self.offline_digest = ""
        self.environment = options.asked.inputs.environment
        self.shard = options.asked.shard
        self.files: tuple[SourceFile, ...] = ()
        self.plan: Plan | None = None
        self.offline: Plan | None = None
        self.digest: str | None = None
        self.guard: Guard | None = None
        self.sandbox: Sandbox | None = None
        self._started_at = around.world.now()
        self._source_control = source_control(around.environ, around.ci)
        self._options = options
        self._around = around
        self._closing = closing

    @property
    def header(self) -> Header:
        """What is known of the run itself."""
        return Header(
            run_id=self.run_id,
            mode="dry-run" if self._options.dry_run else "run",
            environment=self.environment,
            target=self.target,
            source_control=self._source_control,
            started_at=self._started_at,
            shard=self.shard,
        )

    def plan_only(self) -> None:
        """Make the plan and hold it against the guardrails, all but the time (rule R32).

        Raises:
            RunnerError: if anything is refused.
        """
        _, _, offline, guard = self._make_plan()
        self._pass_over(offline)
        warn_about(offline, self._around)
        guard.check(self._left(offline))
        environment = environment_text(offline.environment)
        self._around.output.info(f"Dry run, nothing is sent: environment {environment}")
        if None in offline.organizations:
            self._around.output.warning(f"a run is refused until {TENANT_VARIABLE} is set")

    def get_ready(self) -> Connection | None:
        """Do all that comes before sending, and give the connection; None without any command.

        First what needs neither secret nor network, then secrets, states, the question, a token.

        Raises:
            RunnerError: if anything is refused.
        """
        planning, config, plan, guard = self._make_plan()
        if self._options.once is not None:
            self._lock(plan)
            self._pass_over(plan)
        reads = self.resuming is None and (planning.is_live or bool(plan.undecided))
        if reads:
            guard.check_beforehand(self._left(plan))
        else:
            warn_about(plan, self._around)
            if not self.is_finished:
                guard.check(self._left(plan), now=True)
        if not plan.commands:
            return None
        if self._options.once is None:
            self._lock(plan)
        if self.resuming is not None:
            self.history = self.resuming.read_again(plan)
            if self.is_finished:
                return None
        # Of what is done already no secret is needed, unless its workflows are read all the same.
        from runner.commands.connecting import open_connection

        needed = plan if planning.is_live else self._left(plan)
        options, around, closing = self._options, self._around, self._closing
        connection = open_connection(self, config, needed, options, around, closing)
        if reads:
            self.plan = made = planning.live(plan, connection)
            self.history = moved(self.history, plan, made)
            self.digest = planning.reviewed_digest(plan, made)
            plan = made
            warn_about(plan, self._around)
            guard.check(self._left(plan))
        left = self._left(plan)
        if left.to_send and not plan.blockers:
            again = None if self.resuming is None else self.run_id
            asks = not self._options.assume_yes
            announce(left, self.target, self._around, asks=asks, resumed=again)
            connection.prepare()
        return connection

    def untouched(self, why: str) -> tuple[CommandResult, ...]:
        """Give the results where nothing is sent now; what was sent before is not forgotten."""
        if self.plan is None:
            return ()
        if self.resuming is None:
            return not_sent(self.plan, why)
        return self.resuming.untouched(self.plan, why)

    @property
    def sandbox_states(self) -> dict[str, dict[str, str]] | None:
        """The states of the sandbox's workflows as they will be, where there is a sandbox."""
        if self.sandbox is None:
            return None
        return {
            organization: {workflow: state.value for workflow, state in workflows.items()}
            for organization, workflows in self.sandbox.settled_states().items()
        }

    @property
    def is_finished(self) -> bool:
        """Whether a run is to be gone on with of which nothing is left to do."""
        return self.resuming is not None and self.resuming.is_finished

    def _left(self, plan: Plan) -> Plan:
        """Give what is left of a plan where some of it is done already.

        The guardrails look at what is going to be sent. Only a run that is gone on with is judged
        as a whole, as it was when it began.
        """
        done = {n for n, it in self.history.items() if it.result is not None}
        if not done:
            return plan
        left = tuple(it for n, it in enumerate(plan.commands) if n not in done)
        return replace(plan, commands=left)

    @property
    def state_folder(self) -> Path:
        """The state directory."""
        if self.resuming is not None:
            return self.resuming.folder
        return Path(self._around.cwd, self._options.state_dir)

    def _lock(self, plan: Plan) -> None:
        """Keep every other run for the same organizations from going on at the same time.

        Raises:
            BrokenError: naming the run that does.
        """
        if self.is_finished:  # nothing is sent, and nothing written
            return
        # Each run has a sandbox of its own; but a journal is one.
        organizations = [] if self.target.sandbox else [it for it in plan.organizations if it]
        if self.resuming is not None:
            organizations.append(self.run_id)
        if not organizations:
            return
        timeout = min(self._options.lock_timeout, self.budget.left())
        apart = self._options.apart
        by_workers = apart is not None and apart.scheduler is not None
        folder, run_id, around = self.state_folder, self.run_id, self._around
        held = alone(folder, organizations, run_id, timeout, around, by_workers=by_workers)
        self._closing.enter_context(held)

    def _pass_over(self, plan: Plan) -> None:
        """Take what was done already out of the work (rule R28).

        Raises:
            JournalError: if a file was done in part or with another content.
            UsageError: if there is no ledger, or a path of `--again` is not among the files.
        """
        once = self._options.once
        if once is None or self._options.sandbox:
            return
        strangers = sorted(set(once.again) - {it.path for it in plan.counted_files})
        if strangers:
            named = ", ".join(quoted(it, 200) for it in strangers)
            raise UsageError(f"--again {named}: write the path as the plan shows it")
        name = self._options.state_dir
        folder = Path(self._around.cwd, name)
        from runner.journal.ledger import pass_over, read_ledger

        ledger = read_ledger(folder, name, self.target.base_url, self.environment)
        if ledger.is_empty and not once.init_state:
            raise UsageError(
                f"--once: the state directory {quoted(name, 200)} holds no journal, as where a"
                " pipeline has not restored it; for the very first run add --init-state"
            )
        self.history = pass_over(ledger, plan, once.again)

    def _make_plan(self) -> tuple[Planning, Config, Plan, Guard]:
        options = self._options
        asked = options.asked
        if options.resume is not None:
            from runner.commands.resuming import Resuming

            self.resuming = Resuming(options.resume, options, self._around)
            asked, self.run_id = self.resuming.asked, self.resuming.run_id
            self.environment = asked.inputs.environment
            self.target = self.resuming.target
        planning = Planning(asked, self._around)
        if self._options.dry_run and planning.is_live:
            raise UsageError("--dry-run reads nothing, and this plan was made with states")
        self.environment, self.shard = planning.environment, planning.shard
        journal = None if self.resuming is None else self.resuming.journal.path
        check_run_report(options, planning.inputs, self.state_folder, journal, self._around)
        config = self._configure(planning)
        if not self._options.dry_run:
            require_organization(config)
        guard = self.guard = Guard(config, self._options.rules, self._around)
        plan = self.plan = planning.offline(config, is_final=self._options.dry_run)
        self.offline = plan
        self.digest = self.offline_digest = plan.digest
        if self.resuming is not None:
            plan = self.plan = self.resuming.resolve(plan)
            self.digest = self.resuming.plan_digest
        return planning, config, plan, guard

    def _configure(self, planning: Planning) -> Config:
        """Read the files; on return their documents, larger than all that follows, are gone."""
        loaded = planning.load()
        self.files = loaded.files
        if self.resuming is not None:
            self.resuming.check_files(loaded.files)
        return planning.configure(loaded, SANDBOX_ORGANIZATION if self.target.sandbox else None)
