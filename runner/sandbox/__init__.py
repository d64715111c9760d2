"""A stand-in for the Campaign API on real HTTP over loopback.

`Sandbox` is loaded on first use: it needs the HTTP library, and a program that only builds
settings (such as the command line on its way to `--help`) should not pay for that.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from runner.sandbox.faultrules import FaultRule, FaultScript
from runner.sandbox.records import CommandRecord, FaultRecord, RequestRecord
from runner.sandbox.settings import SandboxSettings
from runner.sandbox.states import WorkflowState

if TYPE_CHECKING:
    from runner.sandbox.sandbox import Sandbox

__all__ = [
    "CommandRecord",
    "FaultRecord",
    "FaultRule",
    "FaultScript",
    "RequestRecord",
    "Sandbox",
    "SandboxSettings",
    "WorkflowState",
]


def __getattr__(name: str) -> Any:
    """Give `Sandbox`; any other name is an AttributeError."""
    if name == "Sandbox":
        return import_module("runner.sandbox.sandbox").Sandbox
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
