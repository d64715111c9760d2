"""The state directory, where journals and locks are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.errors import BrokenError
from runner.files import make_private_folder
from runner.printable import quoted

if TYPE_CHECKING:
    from pathlib import Path


def make_state_folder(path: Path) -> None:
    """Make sure that the state directory is there, for its owner alone, and those above it.

    Raises:
        BrokenError: if it is a link, no folder or another user's, or cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        # A ValueError is a zero byte or a surrogate in the path.
        reason = (getattr(error, "strerror", None) or "unknown reason").lower()
        name = quoted(str(path), 200)
        raise BrokenError(f"the state directory {name} cannot be made: {reason}") from error
    make_private_folder(path)
