"""`status`: a table of the workflows that the files name, and their states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.commands.connect import Remote, connect
from runner.commands.looking import configure_to_look, mentions
from runner.errors import ExitCode
from runner.plural import counted
from runner.render.status import Sighting, status_json, status_lines

if TYPE_CHECKING:
    from runner.commands.looking import LookOptions
    from runner.commands.surroundings import Surroundings


def status_command(options: LookOptions, around: Surroundings) -> ExitCode:
    """Read every workflow and write what was found to stdout.

    Returns:
        `DONE`; `FAILED` where a workflow is missing, failed or in an unknown state; `INVALID`.

    Raises:
        CredentialsError: if the credentials do not suffice.
    """
    target = options.access.target()
    config = configure_to_look(options, around)
    around.output.problems(config.warnings)
    named = mentions(config)
    remote = Remote(target, options.inputs.allowed, options.access.parallel_reads)
    with connect(config.documents, remote, around) as connection:
        seen = connection.look([commands[0] for commands in named.values()])
    sightings = [Sighting(seen[key], tuple(commands)) for key, commands in named.items()]
    if options.json:
        read_at = around.world.now()
        around.output.product(status_json(sightings, config.environment, target, read_at))
    else:
        around.output.product("".join(f"{line}\n" for line in status_lines(sightings)))
    unwell = sum(not sighting.is_well for sighting in sightings)
    if unwell:
        of_all = f"{unwell:,} of {counted(len(sightings), 'workflow')}"
        verb = "needs" if unwell == 1 else "need"
        around.output.warning(f"{of_all} {verb} a look")
    return ExitCode.FAILED if unwell else ExitCode.DONE
