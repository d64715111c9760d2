"""The functions: what `validate`, `plan` and `run` do, by the same code, for programs.

They print nothing and catch no signal. Options are arguments alone: no `CAMPAIGN_RUNNER_...`
variable is looked at. They may be called from several threads.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from runner.api.arguments import AnyPath, Paths, file_of, inputs_of, rules_of, since_of
from runner.api.ended import Run
from runner.campaign.addresses import DEFAULT_BASE_URL, DEFAULT_TOKEN_URL
from runner.commands.access import Access
from runner.commands.defaults import DEFAULT_STATE_DIR
from runner.commands.plan import PlanOptions, make_plan
from runner.commands.planning import Asked
from runner.commands.quiet import surroundings
from runner.commands.run import perform_run
from runner.commands.run_options import Apart, OnceOptions, RunOptions
from runner.commands.surroundings import configure, load_inputs
from runner.errors import UsageError
from runner.execute.budget import MOST_SERVICE_FAILURES
from runner.plan.plan import Plan, Selection
from runner.plan.shard import read_shard
from runner.render.plan_json import plan_value
from runner.render.report_json import cleaned, report_value
from runner.review.reviewed import ReviewedPlan
from runner.validate.config import Config

if TYPE_CHECKING:
    import logging
    from collections.abc import Mapping, Sequence
    from typing import TextIO

    from runner.commands.surroundings import Inputs


def load(
    paths: Paths,
    *,
    env: str | None = None,
    allow_env: Sequence[str] = (),
    allow_secret_files: Sequence[AnyPath] = (),
    cwd: AnyPath | None = None,
    environ: Mapping[str, str] | None = None,
) -> Config:
    """Read and validate files, as `campaign-runner validate` does; no secret, no network.

    Args:
        paths: one or more files or folders (their `*.yaml` and `*.yml`, sorted).
        env: the environment that is laid over each file; None for the base.
        allow_env: variables that files may name beside those that begin with `CAMPAIGN_`.
        allow_secret_files: secret files and folders that files may name beside `/run/secrets`.
        cwd: the folder that relative paths start from; None for the working folder.
        environ: `CAMPAIGN_STANDARD_TENANT_ID` is looked up here; None for the process's variables.

    Returns:
        The configuration, with its warnings.

    Raises:
        InvalidConfigError: with every problem of every file in `problems`.
        UsageError: if an argument is wrong.
    """
    around = surroundings(environ, cwd, None)
    inputs = inputs_of(paths, env, allow_env, allow_secret_files)
    return configure(load_inputs(inputs, around), inputs, around)


def plan(
    source: Paths | Config,
    *,
    env: str | None = None,
    live: bool = False,
    only: Sequence[str] = (),
    start: str | None = None,
    shard: str | None = None,
    changed_since: str | None = None,
    allow_modified: bool = False,
    assume_unknown: bool = False,
    policy: AnyPath | None = None,
    override: Sequence[str] = (),
    reason: str | None = None,
    base_url: str = DEFAULT_BASE_URL,
    token_url: str = DEFAULT_TOKEN_URL,
    allow_hosts: Sequence[str] = (),
    allow_env: Sequence[str] = (),
    allow_secret_files: Sequence[AnyPath] = (),
    cwd: AnyPath | None = None,
    environ: Mapping[str, str] | None = None,
    log: TextIO | logging.Logger | None = None,
) -> Plan:
    """Give the commands in order, as `campaign-runner plan` does; all but `live` needs no secret.

    Args:
        source: files or folders, or what `load` gave.
        env: the environment; of what `load` gave it is known.
        live: whether states are read first, which takes credentials.
        only: the ids of the only commands that are meant.
        start: the id of the command from which on they are meant (`--from`).
        shard: `K/N`, the part of the organizations that is meant.
        changed_since: a commit; of actions, only those in files that were added since. Takes paths.
        allow_modified: with it, all actions of modified files, too.
        assume_unknown: whether commands go to workflows whose state is unknown.
        policy: a file of guardrails from whoever runs this.
        override: guardrails that are lifted, for which there has to be a `reason`.
        reason: why; reports keep it.
        base_url: where the API is.
        token_url: where tokens come from.
        allow_hosts: hosts of the two beside Adobe's and loopback.
        allow_env: see `load`.
        allow_secret_files: see `load`.
        cwd: the folder that relative paths start from; None for the working folder.
        environ: the variables with secrets, organization and proxies; None for the process's own.
        log: gets what the command line says on stderr, cleaned of secrets; None for nobody.

    Returns:
        The plan, with its digest and warnings. `describe` gives its JSON.

    Raises:
        InvalidConfigError: with every problem; `ModifiedFilesError` is one.
        GuardrailError: if guardrails refuse the plan.
        CredentialsError: if states are to be read, and secrets are missing or rejected.
        UsageError: if an argument is wrong.
    """
    around = surroundings(environ, cwd, log)
    asked = Asked(
        inputs_of(source, env, allow_env, allow_secret_files),
        Selection(tuple(only), start),
        assume_unknown=assume_unknown,
        since=since_of(changed_since, source, allow_modified=allow_modified),
        shard=None if shard is None else read_shard(shard),
        config=source if isinstance(source, Config) else None,
    )
    options = PlanOptions(
        asked,
        live=live,
        access=Access(base_url, token_url, tuple(allow_hosts)),
        rules=rules_of(policy, override, reason),
    )
    made, guard = make_plan(options, options.access.target() if live else None, around)
    guard.check(made)
    return replace(made, warnings=made.warnings + guard.warnings)


def describe(plan: Plan) -> dict[str, Any]:
    """Give a plan as the JSON value that `plan --format json` writes."""
    return plan_value(plan)


def run(
    source: Paths | Plan,
    *,
    env: str | None = None,
    dry_run: bool = False,
    sandbox: bool = False,
    plan_digest: str | None = None,
    only: Sequence[str] = (),
    start: str | None = None,
    shard: str | None = None,
    changed_since: str | None = None,
    allow_modified: bool = False,
    assume_unknown: bool = False,
    once: bool = False,
    again: Sequence[str] = (),
    init_state: bool = False,
    organizations_in_parallel: int | None = None,
    scheduler: str | None = None,
    state_dir: AnyPath = DEFAULT_STATE_DIR,
    lock_timeout: float = 0.0,
    deadline: float | None = None,
    max_service_failures: int = MOST_SERVICE_FAILURES,
    policy: AnyPath | None = None,
    override: Sequence[str] = (),
    reason: str | None = None,
    base_url: str = DEFAULT_BASE_URL,
    token_url: str = DEFAULT_TOKEN_URL,
    allow_hosts: Sequence[str] = (),
    allow_env: Sequence[str] = (),
    allow_secret_files: Sequence[AnyPath] = (),
    report: AnyPath | None = None,
    cwd: AnyPath | None = None,
    environ: Mapping[str, str] | None = None,
    log: TextIO | logging.Logger | None = None,
) -> Run:
    """Send the commands in order, as `campaign-runner run` does; nobody is asked.

    What was refused or failed is told in what comes back, as the report does; `Run.check` raises.
    Ctrl-C ends the run as `interrupted`, where Python raises KeyboardInterrupt for it.

    Args:
        source: files or folders, or a plan: then exactly that one runs, and is refused if the files
            have changed since.
        env: the environment; of a plan it is known.
        dry_run: whether nothing is sent.
        sandbox: whether it goes to the embedded sandbox; needs no secret.
        plan_digest: refuses unless the plan has this digest, or for a shard the whole plan.
        only: see `plan`; as are `start`, `shard`, `changed_since`, `allow_modified`,
            `assume_unknown`, `policy`, `override`, `reason`, `base_url`, `token_url`,
            `allow_hosts`, `allow_env`, `allow_secret_files`, `cwd`, `environ` and `log`.
        start: see `plan`.
        shard: see `plan`.
        changed_since: see `plan`.
        allow_modified: see `plan`.
        assume_unknown: see `plan`.
        once: passes over files that an earlier run with the same `state_dir` has done.
        again: with it, paths that are run all the same.
        init_state: with it, whether the state directory may be empty.
        organizations_in_parallel: so many organizations are sent to side by side, to each in order,
            and what fails for one does not stop the others; None for one after another, or with a
            `scheduler` for as many as its workers take.
        scheduler: of dask (`tls://HOST:PORT`), whose workers send then, with secrets of their own.
        state_dir: where journals, locks and what `once` knows are kept.
        lock_timeout: seconds to wait for another run for the same organization.
        deadline: seconds after which nothing more is begun; None for no limit.
        max_service_failures: so many failures of the service in a row end the run; 0 for never.
        policy: see `plan`.
        override: see `plan`.
        reason: see `plan`.
        base_url: see `plan`.
        token_url: see `plan`.
        allow_hosts: see `plan`.
        allow_env: see `plan`.
        allow_secret_files: see `plan`.
        report: a file that the report is written to, too.
        cwd: see `plan`.
        environ: see `plan`.
        log: see `plan`.

    Raises:
        UsageError: if an argument is wrong.
        BrokenError: if the file of the report cannot be written; nothing was sent then.
    """
    around = surroundings(environ, cwd, log)
    kept = ReviewedPlan("the plan", plan_value(source)) if isinstance(source, Plan) else None
    overlooks = kept.assume_unknown if kept is not None and kept.is_live else assume_unknown
    asked = Asked(
        _of_run(source, env, allow_env, allow_secret_files),
        Selection(tuple(only), start),
        pinned=plan_digest,
        assume_unknown=overlooks,
        since=since_of(changed_since, source, allow_modified=allow_modified),
        shard=None if shard is None else read_shard(shard),
        kept=kept,
    )
    if not once and (again or init_state):
        raise UsageError("`again` and `init_state` belong to `once`")
    most = organizations_in_parallel
    if most is not None and most < 1:
        raise UsageError("`organizations_in_parallel` is a number from 1 on")
    options = RunOptions(
        asked,
        report=None if report is None else file_of(report),
        dry_run=dry_run,
        sandbox=sandbox,
        assume_yes=True,
        access=Access(base_url, token_url, tuple(allow_hosts)),
        rules=rules_of(policy, override, reason),
        state_dir=os.fspath(state_dir),
        lock_timeout=lock_timeout,
        deadline=deadline,
        most_failures=max_service_failures,
        once=OnceOptions(tuple(again), init_state) if once else None,
        apart=Apart(most, scheduler) if most is not None or scheduler is not None else None,
    )
    ended = perform_run(options, around)
    value = cleaned(report_value(ended), around.scrubber.scrub)
    return Run(ended.result, ended.exit_code, value)


def _of_run(
    source: Paths | Plan,
    env: str | None,
    allow_env: Sequence[str],
    allow_secret_files: Sequence[AnyPath],
) -> Inputs:
    """Give what a run reads; of a plan it is known."""
    if not isinstance(source, Plan):
        return inputs_of(source, env, allow_env, allow_secret_files)
    return replace(inputs_of(".", env, allow_env, allow_secret_files), paths=())
