"""The digest that ties a reviewed plan to the run of it (rule R9)."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runner.load import SourceFile
    from runner.plan.command import Command


def digest(
    environment: str | None, files: Sequence[SourceFile], commands: Sequence[Command]
) -> str:
    """Give the SHA-256, in hexadecimal, over all that decides what is sent.

    That is the environment, the digests of the files and every command in order; neither the
    runner's version, nor the time, nor where the folder lies on the machine. Files whose actions
    `--changed-since` leaves out, and that have no desired state, are none of these: what else
    was merged meanwhile makes no other plan.
    """
    sha = hashlib.sha256()
    sha.update(_line([environment, [[file.path, file.sha256] for file in files]]))
    for it in commands:
        plain = [it.id, it.action, it.organization, it.workflow, it.name, it.timeout, it.on_failure]
        sha.update(_line([*plain, *_further(it)]))
    return sha.hexdigest()


def _further(command: Command) -> Iterator[list[Any]]:
    """Give what only some commands have, each under its name."""
    if command.wait is not None:
        wait = command.wait
        yield ["wait", wait.until.value, wait.timeout, wait.poll]
    if command.signal is not None:
        signal = command.signal
        yield ["signal", signal.activity, signal.source, signal.parameters]
    if command.pause is not None:
        yield ["pause", command.pause]
    if command.desired is not None:
        it = command.desired
        until = [it.until.until.value, it.until.timeout, it.until.poll]
        yield ["desired", *until, it.restart_finished, it.restart_failed, it.allow_start]
    if command.decided is not None:
        yield ["decided", command.decided.refused]
    if command.own_settle is not None:
        yield ["settle", command.own_settle]
    if command.rate is not None:
        yield ["rate", command.rate]
    if command.parallel > 1:  # so that the digest of any other plan is what it always was
        yield ["parallel", command.parallel]


def _line(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"
