"""Shows what libraries log, for `-vv`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runner.render.output import Output
    from runner.secrets.scrub import Scrubber

_QUOTES = "Failed to parse headers"  # of urllib3; then follows what the server wrote


def hear_libraries(output: Output, scrubber: Scrubber) -> None:
    """Pass on all that libraries log from now on."""
    logging.basicConfig(level=logging.DEBUG, handlers=[_LibraryLog(output, scrubber)])


class _LibraryLog(logging.Handler):
    """Passes on what libraries log, cleaned like everything else."""

    def __init__(self, output: Output, scrubber: Scrubber) -> None:
        super().__init__()
        self._output = output
        self._scrubber = scrubber

    def emit(self, record: logging.LogRecord) -> None:
        # What urllib3 cannot read of a head it quotes as Python would, which may hide a secret
        # from us: `a\x00b`. Answers are known to us anyhow.
        quotes = str(record.msg).startswith(_QUOTES)
        text = f"{record.name}: {_QUOTES if quotes else record.getMessage()}"
        self._output.debug(self._scrubber.remote_text(text, limit=2000), event="library")
