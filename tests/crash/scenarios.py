"""What is run in the crash suite: files, and the sandboxes that they are sent to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tests.support.campaign import sandbox_of

if TYPE_CHECKING:
    from runner.sandbox import Sandbox


@dataclass(frozen=True)
class Scenario:
    """A file and the states that it finds.

    Attributes:
        least_points: a run passes at least so many; else the suite would test nothing.
    """

    text: str
    states: dict[str, str]
    least_points: int
    settings: dict[str, Any] = field(default_factory=dict)
    parallel: int = 1

    def abreast(self, parallel: int) -> Scenario:
        """Give the same with so many commands under way at a time, where there are as many."""
        text = self.text.replace("defaults: {", f"defaults: {{parallel: {parallel}, ", 1)
        return replace(self, text=text, parallel=parallel)

    def sandbox(self) -> Sandbox:
        return sandbox_of(self.states, **self.settings)


_HEAD = """\
version: 1
organization: acme
defaults: {settle: 200ms, wait: {timeout: 30s, poll: 100ms}}
guardrails: {max_active: 100}
"""


def _fifty() -> Scenario:
    """Fifty commands of all kinds: alone, in lists, waited for, after pauses, and desired."""
    states: dict[str, str] = {}
    signals: dict[str, dict[str, None]] = {}
    lines = []
    for block in range(3):
        stopped = [f"STOP{block}{n}" for n in range(3)]
        started = [f"START{block}{n}" for n in range(3)]
        paused = [f"PAUSE{block}{n}" for n in range(2)]
        resumed = [f"RESUME{block}{n}" for n in range(3)]
        signalled = f"SIGNAL{block}"
        states |= dict.fromkeys([*stopped, *paused, signalled], "started")
        states |= dict.fromkeys(started, "stopped") | dict.fromkeys(resumed, "paused")
        signals[signalled] = {"signal1": None}
        lines += [
            f"  - {{name: Block {block}, stop: [{', '.join(stopped)}], wait: {{until: stopped}}}}",
            f"  - {{start: [{', '.join(started[:2])}], wait: {{until: started}}}}",
            f"  - start: {started[2]}",
            f"  - signal: {{workflow: {signalled}, activity: signal1, source: CI}}",
            "  - wait: 5ms",
            f"  - {{pause: [{', '.join(paused)}], on_failure: continue}}",
            f"  - {{resume: [{', '.join(resumed)}]}}",
        ]
    wanted: dict[str, str] = {}
    for n in range(4):
        states |= {f"D{n}": "stopped", f"E{n}": "started", f"F{n}": "paused", f"G{n}": "stopped"}
        wanted |= {f"D{n}": "started", f"E{n}": "stopped", f"F{n}": "started"}
        wanted[f"G{n}"] = "stopped"  # so already
    states["H"] = "stopped"
    wanted["H"] = "{state: paused, allow_start: true}"  # by two commands
    states["I"] = "paused"
    wanted["I"] = "stopped"
    desired = "".join(f"  {workflow}: {state}\n" for workflow, state in wanted.items())
    actions = "\n".join(lines)
    text = f"{_HEAD}actions:\n{actions}\ndesired:\n{desired}"
    return Scenario(text, states, 300, {"signals": {"acme": signals}, "max_active": 100})


FIFTY = _fifty()


def _many() -> Scenario:
    """Actions with more commands than may be under way at a time."""
    kinds = {"stop": "started", "pause": "started", "resume": "paused", "start": "stopped"}
    names = {action: [f"{action.upper()}{n}" for n in range(20)] for action in kinds}
    states = {it: kinds[action] for action, those in names.items() for it in those}
    actions = "\n".join(f"  - {action}: [{', '.join(those)}]" for action, those in names.items())
    return Scenario(f"{_HEAD}actions:\n{actions}\n", states, 300, {"max_active": 100})


MANY = _many()

SLOW = Scenario(
    f"""\
{_HEAD}actions:
  - {{stop: [A, B], wait: {{until: stopped}}}}
  - {{start: D, wait: {{until: started}}}}
  - {{pause: E, wait: {{until: paused}}}}
desired: {{F: started}}
""",
    {
        "A": "started",
        "B": "started",
        "C": "stopped",
        "D": "finished",
        "E": "started",
        "F": "paused",
    },
    40,
    {"effect_delay": 0.02},
)
