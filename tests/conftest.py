"""Every test starts in an empty folder, without our variables, and reaches nothing but loopback."""

from __future__ import annotations

import os
import socket
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from runner.campaign.hosts import is_loopback
from tests.support.program import Program

if TYPE_CHECKING:
    from pathlib import Path

# `make browser-test` and `make dask-test` install what they need; nothing of them can be imported
# without it.
_NEEDED = {"browser": "playwright", "dask": "distributed"}
collect_ignore = [folder for folder, package in _NEEDED.items() if not find_spec(package)]

_SLOW = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)
_PREFIXES = ("CAMPAIGN_", "GITHUB_", "CI_", "GITLAB_", "BUILD_", "GIT_")
_NAMES = ("CI", "NO_COLOR", "TF_BUILD", "JENKINS_URL", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(_PREFIXES) or name in _NAMES or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_loopback(address[0]):
            raise AssertionError(f"a test reached for {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Program:
    return Program(monkeypatch)


pytest_plugins = ["tests.support.campaign"]


# HYPOTHESIS_PROFILE=long looks at random documents for minutes instead of seconds.
# The default one looks at the same examples each time, so that a change alone makes a test fail.
settings.register_profile(
    "default",
    max_examples=200,
    deadline=None,
    suppress_health_check=_SLOW,
    derandomize=True,
    database=None,
)
settings.register_profile("long", max_examples=20_000, deadline=None, suppress_health_check=_SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
