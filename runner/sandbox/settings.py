"""What a sandbox is told when it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.sandbox.states import WorkflowState

_HIGHEST_PORT = 65535


@dataclass(frozen=True)
class SandboxSettings:
    """The workflows of a sandbox, its timing and its (harmless) credentials.

    `workflows` maps organization to workflow ID to initial state; times are in seconds; port 0
    takes a free one. The client ID of the token endpoint is `api_key`. A value out of range is
    a ValueError.
    """

    workflows: Mapping[str, Mapping[str, WorkflowState]]
    effect_delay: float = 0.0
    port: int = 0
    token_lifetime: float = 86399
    api_key: str = "sandbox-api-key"
    client_secret: str = "sandbox-client-secret"  # noqa: S105 - it opens nothing but the sandbox
    access_token: str = "sandbox-access-token"  # noqa: S105 - likewise

    def __post_init__(self) -> None:
        """Refuse what no server could act on."""
        if not 0 <= self.effect_delay < float("inf"):
            raise ValueError(f"effect_delay must be 0 or more seconds, not {self.effect_delay}")
        if not 0 <= self.port <= _HIGHEST_PORT:
            raise ValueError(f"port must be 0 to {_HIGHEST_PORT}, not {self.port}")
        if not 0 < self.token_lifetime < float("inf"):
            raise ValueError(
                f"token_lifetime must be more than 0 seconds, not {self.token_lifetime}"
            )
