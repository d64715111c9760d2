"""An Airflow DAG that runs the reviewed files of a repository, each of them once.

A failed run fails the task, and Airflow does not try it again (`retries=0`): a campaign that was
sent in part goes on with `campaign-runner run --resume`, and the error names the journal for it.
"""

from __future__ import annotations

import logging
import os
from typing import Any

from airflow.sdk import dag, task

import runner

FOLDER = os.environ.get("CAMPAIGNS_FOLDER", "/opt/airflow/campaigns")
ENVIRONMENT = "prod"
# Has to outlive the worker: where it is lost, nothing is known of what was done.
STATE = "/opt/airflow/campaign-state"


def plan_campaigns(folder: str, env: str | None) -> str:
    """Give the digest of the plan; no secret is needed, and mistakes in files fail here."""
    plan = runner.plan(folder, env=env)
    log = logging.getLogger("airflow.task")
    for command in plan.commands:
        log.info("%s %s %s", command.id, command.action, command.workflow or "")
    return plan.digest


def run_campaigns(folder: str, env: str | None, digest: str, **options: Any) -> dict[str, Any]:
    """Run exactly the plan with this digest, and give the totals of its report for XCom.

    Args:
        folder: of the files.
        env: the environment, such as `prod`.
        digest: from `plan_campaigns`.
        options: others of `runner.run`.
    """
    done = runner.run(
        folder,
        env=env,
        plan_digest=digest,
        environ=os.environ,  # or a mapping, such as of a Connection of Airflow
        log=logging.getLogger("airflow.task"),
        **options,
    )
    totals: dict[str, Any] = done.check().report["totals"]
    return totals


@dag(schedule=None, catchup=False, tags=["campaign"])
def campaigns() -> None:
    """Plan, then send."""

    @task
    def review() -> str:
        return plan_campaigns(FOLDER, ENVIRONMENT)

    @task(retries=0)
    def send(digest: str) -> dict[str, Any]:
        return run_campaigns(FOLDER, ENVIRONMENT, digest, once=True, state_dir=STATE)

    send(review())


campaigns()
