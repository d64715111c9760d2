"""What `status` and `doctor` share: which workflows the files name, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.commands.access import DEFAULT_ACCESS, Access
from runner.commands.planning import require_organization
from runner.commands.surroundings import configure, load_inputs
from runner.plan.build import build_plan

if TYPE_CHECKING:
    from runner.commands.surroundings import Inputs, Surroundings
    from runner.plan.command import Command
    from runner.states import WorkflowKey
    from runner.validate.config import Config


@dataclass(frozen=True, slots=True)
class LookOptions:
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
    """Give every workflow that the files name, in order, with each command that names it."""
    found: dict[WorkflowKey, list[Command]] = {}
    for command in build_plan(config).commands:
        if command.workflow is not None:
            found.setdefault(command.key, []).append(command)
    return found
