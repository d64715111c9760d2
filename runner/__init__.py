"""campaign-runner: reviewed YAML in, ordered workflow commands out, and a report that is true.

Programs do from here what the commands do: `from runner import load, plan, run`.
"""

import sys

__version__ = "0.1.0"

TYPE_CHECKING = False  # the name is enough for type checkers, and `typing` takes its time
if TYPE_CHECKING:
    from runner.api.calls import describe, load, plan, run
    from runner.api.ended import Run
    from runner.errors import (
        BrokenError,
        CredentialsError,
        GuardrailError,
        InvalidConfigError,
        RunFailedError,
        RunnerError,
        UsageError,
    )
    from runner.plan.plan import Plan
    from runner.validate.config import Config

__all__ = [
    "BrokenError",
    "Config",
    "CredentialsError",
    "GuardrailError",
    "InvalidConfigError",
    "Plan",
    "Run",
    "RunFailedError",
    "RunnerError",
    "UsageError",
    "__version__",
    "describe",
    "load",
    "plan",
    "run",
]

_HOMES = {
    "Config": "runner.validate.config",
    "Plan": "runner.plan.plan",
    "Run": "runner.api.ended",
    **dict.fromkeys(("describe", "load", "plan", "run"), "runner.api.calls"),
    **dict.fromkeys((it for it in __all__ if it.endswith("Error")), "runner.errors"),
}


def _given(name: str) -> object:
    """Import what programs use, and only when they do."""
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


class _Package(type(sys)):  # type: ignore[misc]
    """The package itself, whose functions `load` and `plan` have the names of two rooms.

    A room that is imported becomes an attribute of the package, and would hide the function. An
    attribute of the class cannot be hidden.
    """

    def __getattr__(self, name: str) -> object:
        if name in _HOMES:
            return _given(name)
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")

    load = property(lambda _self: _given("load"), lambda _self, _room: None)
    plan = property(lambda _self: _given("plan"), lambda _self, _room: None)


sys.modules[__name__].__class__ = _Package
