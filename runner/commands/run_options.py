"""The options of `run`, as one frozen value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.campaign.hosts import Target
from runner.commands.access import DEFAULT_ACCESS, Access
from runner.commands.defaults import DEFAULT_STATE_DIR
from runner.commands.house_rules import NO_RULES, HouseRules
from runner.errors import UsageError
from runner.execute.budget import MOST_SERVICE_FAILURES
from runner.value import Value

if TYPE_CHECKING:
    from runner.commands.planning import Asked

WORDS = ("sent", "not-sent")
DEFAULT_REPORT = "report.json"
_BEFORE_SANDBOX = Target("http://127.0.0.1", "http://127.0.0.1/ims/token/v3", sandbox=True)


class ResumeOptions(Value, frozen=True):
    """The options of `run --resume`.

    Attributes:
        journal: its path.
        settle: a person's word for commands, `ID=sent` or `ID=not-sent`.
        retry_failed: whether commands that failed are sent again.
    """

    journal: str
    settle: tuple[str, ...] = ()
    retry_failed: bool = False

    @property
    def asks_for_more(self) -> bool:
        """Whether even a finished run may have something to do."""
        return bool(self.settle) or self.retry_failed


class OnceOptions(Value, frozen=True):
    """The options of `run --once`.

    Attributes:
        again: paths that are run though they were done.
        init_state: whether the state directory may be empty.
    """

    again: tuple[str, ...] = ()
    init_state: bool = False


class Apart(Value, frozen=True):
    """The options of `run --organizations-in-parallel`.

    Attributes:
        most: organizations that are sent to at a time; None for as many as workers take.
        scheduler: of dask, whose workers send; None where threads of this process do.
    """

    most: int | None
    scheduler: str | None = None


class RunOptions(Value, frozen=True):
    """The options of `run`.

    Attributes:
        report: where the report goes; `-` is stdout, and None nowhere.
        sandbox: whether to send to the embedded sandbox, wherever the two URLs lead.
        assume_yes: whether a person on a terminal is not asked.
        state_dir: where journals, locks and the ledger are.
        lock_timeout: seconds to wait for another run for the same organization.
        deadline: seconds after which nothing more is begun; None for no limit.
        most_failures: commands in a row that fail for reasons of the service before the run stops.
        once: what is to be run again or for the first time, where what is done is passed over.
        resume: which run is gone on with, instead of beginning one.
        apart: how organizations are sent to side by side; None for one after another, in the order
            of the files.
    """

    asked: Asked
    report: str | None = DEFAULT_REPORT
    dry_run: bool = False
    sandbox: bool = False
    assume_yes: bool = False
    access: Access = DEFAULT_ACCESS
    rules: HouseRules = NO_RULES
    state_dir: str = DEFAULT_STATE_DIR
    lock_timeout: float = 0.0
    deadline: float | None = None
    most_failures: int = MOST_SERVICE_FAILURES
    once: OnceOptions | None = None
    resume: ResumeOptions | None = None
    apart: Apart | None = None

    def target(self) -> Target:
        """Give both addresses, checked; those of a sandbox are known once it has started.

        Raises:
            UsageError: if one may not be talked to.
        """
        return _BEFORE_SANDBOX if self.sandbox else self.access.target()


def check_together(options: RunOptions) -> None:
    """Make sure that the options go together.

    Raises:
        UsageError: if they do not.
    """
    if options.sandbox and options.apart is not None and options.apart.scheduler is not None:
        raise UsageError(
            "the embedded sandbox is out of the workers' reach: start campaign-runner sandbox where"
            " they are, and name it with --base-url and --token-url"
        )
