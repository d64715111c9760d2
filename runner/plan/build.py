"""Config to Plan: no network, no secret, no clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.plan.digest import digest
from runner.plan.plan import EVERYTHING, Command, Plan, Selection
from runner.plan.select import select

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.validate.config import Config, DocumentConfig


def build_plan(config: Config, selection: Selection = EVERYTHING) -> Plan:
    """Give the commands of a configuration in order.

    Raises:
        UsageError: if the selection names a command that there is not.
    """
    every = tuple(command for document in config.documents for command in _commands(document))
    commands = select(every, selection)
    return Plan(
        environment=config.environment,
        files=config.files,
        selection=selection,
        commands=commands,
        warnings=config.warnings,
        digest=digest(config.environment, config.files, commands),
    )


def _commands(document: DocumentConfig) -> Iterator[Command]:
    for action in document.actions:
        for n, mention in enumerate(action.workflows, 1):
            yield Command(
                id=f"{document.name}#{action.index}.{n}",
                document=document.name,
                action=action.command,
                workflow=mention.workflow,
                organization=document.organization,
                name=action.name,
                file=document.file,
                line=mention.line,
                column=mention.column,
                timeout=action.timeout,
                on_failure=action.on_failure,
            )
