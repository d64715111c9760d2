"""The runs of the suite: files of mixed commands, and the sandboxes that they are sent to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING

from runner.sandbox import Sandbox, SandboxSettings, WorkflowState
from tests.faults.faultmix import FOUR, TIMEOUT, script

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runner.sandbox.faultrules import FaultScript

ORGANIZATION = "acme"
DESIRED = 1000  # the first step of desired states; those of actions are counted from 0
AS_ASKED: Mapping[str, frozenset[str]] = {
    "start": frozenset({"started"}),
    "stop": frozenset({"stopped", "finished"}),
    "pause": frozenset({"paused"}),
    "resume": frozenset({"started"}),
}
# The states in which a command has something to do.
_BEFORE = {
    "start": ("editing", "stopped", "finished"),
    "stop": ("started", "paused"),
    "pause": ("started",),
    "resume": ("paused",),
}
_UNTIL = {"start": "started", "stop": "stopped", "pause": "paused", "resume": "started"}
_WISHES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("started", "stopped", ("start",)),
    ("started", "editing", ("start",)),
    ("started", "paused", ("resume",)),
    ("{state: started, restart_failed: true}", "failed", ("stop", "start")),
    ("paused", "started", ("pause",)),
    ("{state: paused, allow_start: true}", "stopped", ("start", "pause")),
    ("stopped", "started", ("stop",)),
    ("stopped", "paused", ("stop",)),
    ("stopped", "finished", ()),
    ("started", "started", ()),
    ("started", "finished", ()),  # which is left alone
    ("paused", "finished", ()),  # which is refused
)


@dataclass(frozen=True)
class Expected:
    """A command that a file asks for.

    Attributes:
        step: those of one step are waited for together, after all of them were sent.
        waited: whether it is waited for.
        desired: whether a desired state calls for it.
    """

    action: str
    workflow: str
    step: int
    waited: bool
    desired: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.action, self.workflow


@dataclass
class Scenario:
    """A file, the states that it finds, and what goes wrong.

    Attributes:
        expected: in the order of the plan; no workflow gets the same command twice.
        wishes: the workflows of desired states.
        parallel: how many commands of one step may be under way at a time.
    """

    name: str
    effect_delay: float
    settle: float
    token_lifetime: float
    lines: list[str] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)
    expected: list[Expected] = field(default_factory=list)
    wishes: list[str] = field(default_factory=list)
    readable: list[str] = field(default_factory=list)
    parallel: int = 1

    def is_after(self, one: Expected, other: Expected) -> bool:
        """Whether one is sent only once the other has come to its outcome, or to its wait."""
        if self.parallel > 1:
            return one.step > other.step
        return self.expected.index(one) > self.expected.index(other)

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def sandbox(self, faults: FaultScript, clock: Callable[[], float]) -> Sandbox:
        states = {workflow: WorkflowState(state) for workflow, state in self.states.items()}
        settings = SandboxSettings(
            {ORGANIZATION: states},
            effect_delay=self.effect_delay,
            token_lifetime=self.token_lifetime,
            max_active=len(states),
            signal_interval=0,
            faults=faults,
        )
        return Sandbox(settings, clock=clock)


def scenario(
    seed: int, number: int, commands: int, parallel: int = 1
) -> tuple[Scenario, Callable[[str], FaultScript]]:
    """Make one run of at least so many commands; the same numbers make the same one.

    Returns:
        The run, and what gives its faults for the address that redirects are to lead to.
    """
    rng = Random(f"{seed}/{number}")
    made = Scenario(
        f"run {number}",
        effect_delay=rng.choice((0.0, 0.0, 0.0, 0.3, 1.5, 4.0)),
        settle=rng.choice((3.0, 6.0)),
        token_lifetime=rng.choice((30.0, 300.0, 86399.0)),
        parallel=parallel,
    )
    made.lines = [
        "version: 1",
        f"organization: {ORGANIZATION}",
        "auth:",
        "  api_key: ${env:CAMPAIGN_KEY}",
        "  oauth:",
        "    client_id: ${env:CAMPAIGN_KEY}",
        "    client_secret: ${env:CAMPAIGN_SECRET}",
        "    scopes: campaign",
        "defaults:",
        f"  timeout: {TIMEOUT * 1000:.0f}ms",
        f"  settle: {made.settle:.0f}s",
        "  on_failure: continue",
        *([f"  parallel: {parallel}"] if parallel > 1 else []),
        "  wait: {timeout: 20s, poll: 500ms}",
        f"guardrails: {{max_active: {commands * 2}}}",
    ]
    wishes = commands // 5 if rng.random() < 0.5 else 0
    _add_actions(made, rng, commands - wishes)
    if wishes:
        _add_wishes(made, rng, wishes)
    at_once = made.effect_delay == 0
    chance = Random(f"{seed}/{number}/faults")
    return made, lambda elsewhere: _without_outages(
        made,
        script(
            chance, elsewhere=elsewhere, readable=made.readable, at_once=at_once, seed=seed + number
        ),
    )


def _without_outages(made: Scenario, faults: FaultScript) -> FaultScript:
    """Leave out where the server goes away, if several commands are under way at a time.

    It would end the connections of all others, before or after their requests were read, and its
    log would not know of those: there would be no truth to hold their verdicts against.
    """
    if made.parallel == 1:
        return faults
    return replace(faults, rules=tuple(it for it in faults.rules if it.fault.name != "refuse"))


def _add_actions(made: Scenario, rng: Random, commands: int) -> None:
    made.lines.append("actions:")
    step = 0
    while commands > 0:
        # As a signal stands alone where the others stand in lists, it comes more often.
        action = rng.choice((*FOUR, *["signal"] * 3))
        most = 5 * made.parallel if made.parallel > 1 else 5
        names = _names(made, 1 if action == "signal" else min(commands, rng.randint(1, most)))
        commands -= len(names)
        waited = action != "signal" and rng.random() < 0.3
        if action == "signal":
            made.states[names[0]] = "started"
            made.lines.append(
                f"  - signal: {{workflow: {names[0]}, activity: signal1, source: CI}}"
            )
        else:
            for name in names:
                settled = rng.random() < 0.05  # so that there is nothing to do
                found = sorted(AS_ASKED[action]) if settled else _BEFORE[action]
                made.states[name] = rng.choice(found)
            until = f", wait: {{until: {_UNTIL[action]}}}" if waited else ""
            made.lines.append(f"  - {{{action}: [{', '.join(names)}]{until}}}")
            if rng.random() < 0.1:
                made.readable.extend(names)
        made.expected.extend(Expected(action, name, step, waited) for name in names)
        step += 1


def _add_wishes(made: Scenario, rng: Random, wishes: int) -> None:
    made.lines.append("desired:")
    rounds: list[list[Expected]] = [[], []]
    for name in _names(made, wishes):
        wish, state, actions = rng.choice(_WISHES)
        made.states[name] = state
        made.wishes.append(name)
        made.lines.append(f"  {name}: {wish}")
        for k, action in enumerate(actions):
            rounds[k].append(Expected(action, name, DESIRED + k, waited=True, desired=True))
    made.expected.extend([*rounds[0], *rounds[1]])


def _names(made: Scenario, count: int) -> list[str]:
    names = [f"WKF{len(made.states) + n + 1}" for n in range(count)]
    made.states.update(dict.fromkeys(names, "editing"))
    return names
