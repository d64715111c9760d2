"""A repository in the working folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.repository import SETTINGS, Repository


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def repository(_own_settings: None) -> Repository:
    return Repository(Path.cwd())
