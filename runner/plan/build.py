"""Config to Plan: no network, no secret, no clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from runner.plan.command import ENSURE, Command
from runner.plan.digest import digest
from runner.plan.plan import EVERYTHING, Plan, Selection
from runner.plan.select import select

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.plan.changes import Changes
    from runner.validate.config import Action, Config, Desired, DocumentConfig


def build_plan(
    config: Config, selection: Selection = EVERYTHING, changes: Changes | None = None
) -> Plan:
    """Give the commands of a configuration in order.

    A desired state is one `ensure`: which commands it takes, only the observed state tells.

    Args:
        config: where it was narrowed, without what is left out.
        selection: of its commands.
        changes: how it was narrowed; the digest covers only the files that count then.

    Raises:
        UsageError: if the selection names a command that there is not.
    """
    every = tuple(command for document in config.documents for command in _commands(document))
    commands = select(every, selection)
    plan = Plan(
        environment=config.environment,
        files=config.files,
        selection=selection,
        commands=commands,
        warnings=config.warnings,
        digest="",
        changes=changes,
    )
    return replace(plan, digest=digest(plan.environment, plan.counted_files, commands))


def _commands(document: DocumentConfig) -> Iterator[Command]:
    for action in document.actions:
        if action.pause is None:
            yield from _of_action(document, action)
        else:
            yield _pause(document, action)
    for desired in document.desired:
        yield _ensure(document, desired)


def _of_action(document: DocumentConfig, action: Action) -> Iterator[Command]:
    step = f"{document.name}#{action.index}"
    for n, mention in enumerate(action.workflows, 1):
        yield Command(
            id=f"{step}.{n}",
            document=document.name,
            step=step,
            action=action.command,
            workflow=mention.workflow,
            organization=document.organization,
            name=action.name,
            file=document.file,
            line=mention.line,
            column=mention.column,
            timeout=action.timeout,
            on_failure=action.on_failure,
            wait=action.wait,
            signal=action.signal,
            settle=document.settle,
            rate=document.rate,
            parallel=action.parallel,
        )


def _pause(document: DocumentConfig, action: Action) -> Command:
    step = f"{document.name}#{action.index}"
    return Command(
        id=f"{step}.1",
        document=document.name,
        step=step,
        action=action.command,
        workflow=None,
        organization=document.organization,
        name=action.name,
        file=document.file,
        line=action.line,
        column=action.column,
        timeout=action.timeout,
        on_failure=action.on_failure,
        pause=action.pause,
    )


def _ensure(document: DocumentConfig, desired: Desired) -> Command:
    step = f"{document.name}#desired"
    return Command(
        id=f"{step}.{desired.index}",
        document=document.name,
        step=step,
        action=ENSURE,
        workflow=desired.mention.workflow,
        organization=document.organization,
        name=None,
        file=document.file,
        line=desired.mention.line,
        column=desired.mention.column,
        timeout=desired.timeout,
        on_failure=desired.on_failure,
        desired=desired,
        settle=document.settle,
        rate=document.rate,
        parallel=desired.parallel,
    )
