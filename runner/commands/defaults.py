"""What the options of commands are where nobody gives them; it imports nothing, for `--help`."""

from __future__ import annotations

DEFAULT_PARALLEL_READS = 8  # workflows at a time
DEFAULT_STATE_DIR = ".campaign-runner"
