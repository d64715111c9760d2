"""A Prefect flow that runs the reviewed files of a repository, each of them once.

A failed run fails the task, and nothing tries it again by itself: a campaign that was sent in part
goes on with `campaign-runner run --resume`, and the error names the journal for it.
"""

from __future__ import annotations

import logging
import os
from typing import Any

from prefect import flow, task
from prefect.logging import get_run_logger

import runner


@task
def review(paths: str, env: str | None) -> str:
    """Give the digest of the plan; no secret is needed, and mistakes in files fail here."""
    plan = runner.plan(paths, env=env)
    log = get_run_logger()
    for command in plan.commands:
        log.info("%s %s %s", command.id, command.action, command.workflow or "")
    return plan.digest


@task(retries=0)
def send(paths: str, env: str | None, digest: str, **options: Any) -> dict[str, Any]:
    """Run exactly the plan with this digest, and give the totals of its report.

    Args:
        paths: a folder of files.
        env: the environment of `prod`, `stage`...
        digest: from `review`.
        options: others of `runner.run`, such as `state_dir`, which has to outlive the machine.
    """
    log = get_run_logger()
    logger = log if isinstance(log, logging.Logger) else log.logger
    done = runner.run(
        paths,
        env=env,
        plan_digest=digest,
        environ=os.environ,  # or a mapping with secrets of your own store
        log=logger,
        **options,
    )
    totals: dict[str, Any] = done.check().report["totals"]
    return totals


@flow(name="campaigns")
def campaigns(
    paths: str = "campaigns", env: str | None = "prod", options: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Plan, then send."""
    digest = review(paths, env)
    return send(paths, env, digest, **(options or {"once": True, "state_dir": ".state"}))


if __name__ == "__main__":
    campaigns()
