"""Refuses a place for a report or plan where it would destroy something, before anything begins."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from runner.errors import UsageError
from runner.files import check_writable
from runner.load.sources import STDIN, SUFFIXES
from runner.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.commands.surroundings import Surroundings


def check_output(
    output: str, inputs: Sequence[str], around: Surroundings, ending: str = ".json"
) -> None:
    """Make sure that a file can be written, and is none of `inputs`, which are read.

    `ending` is the one that it had best have.

    Raises:
        UsageError: if something other than a file stands there, or a configuration could.
        BrokenError: if it cannot be written there.
    """
    path = Path(around.cwd, output)
    read = {os.path.realpath(Path(around.cwd, it)) for it in inputs if it != STDIN}
    if os.path.realpath(path) in read and not path.is_dir():
        raise UsageError(f"{quoted(output, 200)} is read by this command; name another file")
    if path.name.endswith(SUFFIXES):  # the next run over its folder would read it
        message = f"would look like a configuration; end it in {ending}"
        raise UsageError(f"{quoted(output, 200)} {message}")
    check_writable(path)


def check_apart(journal: Path, report: Path) -> None:
    """Make sure that a report does not replace the journal that is read.

    Raises:
        UsageError: if it would.
    """
    if os.path.realpath(journal) == os.path.realpath(report):
        raise UsageError("--report is the journal that is gone on with; name another file")
