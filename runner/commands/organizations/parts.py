"""What is sent to one organization, and who carries it out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from msgspec.structs import replace

from runner.commands.journalling import Beginning, Begun, begin_journal, set_aside
from runner.plan.parts import parts_of
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future

    from runner.commands.sending import Ended
    from runner.commands.surroundings import Surroundings
    from runner.execute.past import Past
    from runner.plan.plan import Plan


class Part(Value, frozen=True):
    """What is sent to one organization.

    Attributes:
        plan: its commands.
        run_id: of its journal.
        begun: its journal, in which nothing was sent yet.
        history: what is known of its commands, by their places, from 0.
    """

    organization: str
    plan: Plan
    run_id: str
    begun: Begun
    history: Mapping[int, Past]


class Crew(Protocol):
    """Carries out parts, through an executor."""

    def submit(self, part: Part) -> Future[Ended]:
        """Begin with a part, or as soon as there is room for it."""

    def ask_to_stop(self) -> None:
        """Let each part end after what is under way; called once."""

    def heard(self, part: Part, came: Any, /) -> Ended | BaseException:
        """Give what a future has given or raised, as what is told of the part."""

    def look(self) -> None:
        """See to it that every future comes to its end, also where nobody is there any more."""

    def end(self) -> None:
        """Let nothing more be sent, and every future come to its end soon; called once."""


def begin_parts(
    offline: Plan,
    made: Plan,
    history: Mapping[int, Past],
    beginning: Beginning,
    folder: str,
    around: Surroundings,
) -> list[Part]:
    """Begin a journal for each organization, before anything is sent to any of them.

    Args:
        offline: the plan as the files alone make it.
        made: the same with what was seen, as it is carried out.
        history: what is known of its commands, by their places, from 0.
        beginning: what the header of each journal says; each gets an identity of its own.
        folder: the state directory.
        around: the process around.

    Raises:
        BrokenError: if one cannot be begun.
    """
    known = {made.commands[place].id: past for place, past in history.items()}
    parts = []
    for number, plan in enumerate(parts_of(offline, made), 1):
        organization = plan.organizations[0] or ""
        own = {n: known[it.id] for n, it in enumerate(plan.commands) if it.id in known}
        # Numbered, since a file system may take two names for one that differ only in their case.
        run_id = f"{beginning.header.run_id}-{number}-{organization}"
        header = replace(beginning.header, run_id=run_id)
        journal = begin_journal(folder, replace(beginning, header=header), plan, around)
        journal.pass_over(own)
        begun = set_aside(journal, Path(around.cwd, journal.name))
        parts.append(Part(organization, plan, run_id, begun, own))
    return parts
