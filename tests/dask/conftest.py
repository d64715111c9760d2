"""A real scheduler of dask and real workers, for every test of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.engine import Engine
from tests.support.gate import Gate

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine that no test of a module harms."""
    made = Engine(tmp_path_factory.mktemp("engine"))
    try:
        made.begin()
        yield made
    finally:
        made.end()


@pytest.fixture
def frail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine of its own for a test that kills it."""
    made = Engine(tmp_path_factory.mktemp("engine"))
    try:
        made.begin()
        yield made
    finally:
        made.end()


@pytest.fixture
def gate() -> Iterator[Gate]:
    """A server that answers when it is told to."""
    held = Gate()
    yield held
    held.close()
