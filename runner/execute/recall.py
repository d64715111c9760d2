"""What came of a run that is over, by what is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from runner.campaign.retry import RetryPolicy
from runner.execute.budget import Budget
from runner.execute.executor import Means, execute
from runner.secrets.scrub import Scrubber

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.execute.past import Past
    from runner.execute.results import Execution
    from runner.plan.plan import Plan
    from runner.world import World


def recall(plan: Plan, history: Mapping[int, Past], world: World) -> Execution:
    """Give the results of a run of which nothing is left to do; nothing is sent or read.

    Args:
        plan: of the run.
        history: what is known of its commands, by place, from 0.
        world: the clock.
    """

    def nothing(*_: object) -> NoReturn:
        raise AssertionError("nothing is to be sent or read")

    means = Means(
        clients={},
        look=nothing,
        policy=RetryPolicy(),
        world=world,
        scrubber=Scrubber(),
        emit=lambda _event: None,
        closed=lambda: "",
        budget=Budget(world),
        history=history,
    )
    return execute(plan, means)
