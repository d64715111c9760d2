"""Nothing is waited for before something is tried again."""

from __future__ import annotations

import pytest

from runner.world import World


@pytest.fixture(autouse=True)
def _without_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let chance, inside of the test's process, always choose the shortest wait."""
    monkeypatch.setattr("runner.cli.process.World", lambda: World(random=lambda: 0.0))
