"""What each command can bring about."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# The states that may be waited for after a command, the likeliest first: a workflow that goes on
# may also run to its end, and what a signal sets off depends on the workflow.
REACHES: Mapping[str, tuple[str, ...]] = {
    "start": ("started", "stopped"),
    "resume": ("started", "stopped"),
    "pause": ("paused",),
    "stop": ("stopped",),
    "signal": ("stopped", "started", "paused"),
}
