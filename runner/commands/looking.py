"""What `status` and `doctor` share: which workflows the files name, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.commands.access import DEFAULT_ACCESS, Access
from runner.commands.planning import require_organization
from runner.commands.surroundings import configure, load_inputs
from runner.plan.build import build_plan
from runner.plan.command import Command
from runner.validate.config import DEFAULT_ON_FAILURE, DEFAULT_TIMEOUT
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.commands.surroundings import Inputs, Surroundings
    from runner.states import WorkflowKey
    from runner.validate.config import Config, DocumentConfig


class LookOptions(Value, frozen=True):
    """The options of a command that only reads."""

    inputs: Inputs
    json: bool = False
    access: Access = DEFAULT_ACCESS


def configure_to_look(options: LookOptions, around: Surroundings) -> Config:
    """Read and validate the files.

    Raises:
        InvalidConfigError: with every problem, also where no organization is named.
    """
    config = configure(load_inputs(options.inputs, around), options.inputs, around)
    require_organization(config)
    return config


def mentions(config: Config) -> dict[WorkflowKey, list[Command]]:
    """Give every workflow that the files name, in order, with each entry that names it.

    An entry of `signals` is no command, but stands here like one.
    """
    found: dict[WorkflowKey, list[Command]] = {}
    declared = (it for document in config.documents for it in _declarations(document))
    for command in (*build_plan(config).commands, *declared):
        if command.workflow is not None:
            found.setdefault(command.key, []).append(command)
    return found


def _declarations(document: DocumentConfig) -> Iterator[Command]:
    step = f"{document.name}#signals"
    for n, mention in enumerate(document.declared, 1):
        yield Command(
            id=f"{step}.{n}",
            document=document.name,
            step=step,
            action="signals",
            workflow=mention.workflow,
            organization=document.organization,
            name=None,
            file=document.file,
            line=mention.line,
            column=mention.column,
            timeout=DEFAULT_TIMEOUT,
            on_failure=DEFAULT_ON_FAILURE,
        )
