"""A world in which time passes only when somebody waits, and which remembers the waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from runner.world import Interruption, World

if TYPE_CHECKING:
    from collections.abc import Callable

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


class RecordingInterruption(Interruption):
    """Takes down every wait instead of waiting."""

    def __init__(self, on_pause: Callable[[int], None] | None = None) -> None:
        super().__init__()
        self.pauses: list[float] = []
        self._on_pause = on_pause

    def pause(self, seconds: float) -> bool:
        self.pauses.append(seconds)
        if self._on_pause is not None:
            self._on_pause(len(self.pauses))
        return self.requested


@dataclass
class FakeTime:
    """A clock that a test moves."""

    interruption: RecordingInterruption = field(default_factory=RecordingInterruption)
    passed: float = 0.0
    chance: float = 1.0

    def world(self) -> World:
        return World(
            interruption=self.interruption,
            now=lambda: NOON + timedelta(seconds=self.passed),
            monotonic=lambda: 1000.0 + self.passed,
            random=lambda: self.chance,
        )

    @property
    def pauses(self) -> list[float]:
        return self.interruption.pauses
