"""The digest that ties a reviewed plan to the run of it (rule R9)."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.load import SourceFile
    from runner.plan.plan import Command


def digest(
    environment: str | None, files: Sequence[SourceFile], commands: Sequence[Command]
) -> str:
    """Give the SHA-256, in hexadecimal, over all that decides what is sent.

    That is the environment, the digests of the files and every command in order; neither the
    runner's version, nor the time, nor where the folder lies on the machine.
    """
    sha = hashlib.sha256()
    sha.update(_line([environment, [[file.path, file.sha256] for file in files]]))
    for it in commands:
        sha.update(
            _line(
                [it.id, it.action, it.organization, it.workflow, it.name, it.timeout, it.on_failure]
            )
        )
    return sha.hexdigest()


def _line(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"
