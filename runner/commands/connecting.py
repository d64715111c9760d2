"""Opens what a run sends over: to the API, to a sandbox of its own, or to workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.campaign.hosts import check_target
from runner.commands.connect import Remote, connect
from runner.commands.planning import documents_of

if TYPE_CHECKING:
    from contextlib import ExitStack

    from runner.commands.connect import Connection
    from runner.commands.preparing import Preparation
    from runner.commands.run_options import RunOptions
    from runner.commands.surroundings import Surroundings
    from runner.plan.plan import Plan
    from runner.validate.config import Config


def open_connection(
    preparation: Preparation,
    config: Config,
    plan: Plan,
    options: RunOptions,
    around: Surroundings,
    closing: ExitStack,
) -> Connection:
    """Give a connection for the documents of `plan`.

    Args:
        preparation: of the run; learns where its sandbox is, if it has one.
        config: what the files say.
        plan: as far as it is not done already.
        options: of the run.
        around: the process around.
        closing: closes it.

    Raises:
        CredentialsError: naming every secret that is missing or unusable.
        BrokenError: if the workers cannot do it.
    """
    documents = documents_of(config, plan)
    allowed, reads = options.asked.inputs.allowed, options.access.parallel_reads
    if options.apart is not None and options.apart.scheduler is not None:
        from runner.commands.organizations.distant import reach_workers

        remote = Remote(preparation.target, allowed, reads)
        folder = preparation.state_folder
        workers = reach_workers(
            documents, remote, options.apart.scheduler, folder, preparation.run_id, around
        )
        return closing.enter_context(workers)
    if preparation.target.sandbox:
        from runner.commands.sandbox import sandbox_for

        # One that is gone on with finds the workflows as the rest of its commands needs them.
        sandbox = preparation.sandbox = closing.enter_context(sandbox_for(plan))
        preparation.target = check_target(sandbox.base_url, sandbox.token_url, sandbox=True)
    remote = Remote(preparation.target, allowed, reads, preparation.sandbox)
    connection = closing.enter_context(connect(documents, remote, around))
    if preparation.sandbox is not None and preparation.plan is not None:
        history = preparation.history.items()
        accepted = [n for n, it in history if it.accepted and it.result is None]
        connection.replay([preparation.plan.commands[n] for n in accepted])
    return connection
