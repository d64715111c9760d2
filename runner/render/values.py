"""The JSON values that plans and reports share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.load import SourceFile
    from runner.plan.plan import Command


def tool_value() -> dict[str, str]:
    """Give which program this is."""
    return {"name": "campaign-runner", "version": __version__}


def files_value(files: Sequence[SourceFile]) -> list[dict[str, str]]:
    """Give files with their digests."""
    return [{"path": file.path, "sha256": file.sha256} for file in files]


def command_value(command: Command) -> dict[str, Any]:
    """Give what a command is and where it stands."""
    return {
        "id": command.id,
        "name": command.name,
        "action": command.action,
        "organization": command.organization,
        "workflow": command.workflow,
        "source": {"file": command.file, "line": command.line, "column": command.column},
    }
