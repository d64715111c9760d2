"""Tells GitHub Actions of a token that was fetched, so that its log hides it from every step."""

from __future__ import annotations

import contextlib
import os
import stat
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runner.secrets.secret import Secret

# "Workflow commands for GitHub Actions": how the value of a command is written.
_ESCAPES = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})


def masking(
    environ: Mapping[str, str], stderr: TextIO, *, json_logs: bool
) -> Callable[[Secret], None] | None:
    """Give what tells GitHub Actions to hide a secret, or None where nobody would understand.

    The command itself holds the secret, and GitHub takes it out of the log. So it is written only
    where GitHub reads: to a pipe, never to a terminal or a file, which would keep it. Nor among
    logs in JSON: whoever asks for those reads and stores them by other means, and one line that is
    no JSON would break them. There, our own cleaning has to do.

    Args:
        environ: says whether this is GitHub Actions.
        stderr: where its log comes from.
        json_logs: whether that carries JSON.
    """
    if json_logs or environ.get("GITHUB_ACTIONS") != "true" or not _is_piped(stderr):
        return None

    def mask(secret: Secret) -> None:
        # Whole lines only, which no other thread's text can part. Nobody listening is no fault.
        with contextlib.suppress(OSError, ValueError):
            stderr.write(f"::add-mask::{secret.reveal().translate(_ESCAPES)}\n")
            stderr.flush()

    return mask


def _is_piped(stream: TextIO) -> bool:
    try:
        mode = os.fstat(stream.fileno()).st_mode
    except (OSError, ValueError):  # no stream of the system
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
