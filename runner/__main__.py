"""The entry point of the program."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line and give its exit code.

    `--version` alone is answered at once, before anything slow is imported.
    """
    if sys.argv[1:] == ["--version"]:
        from runner import __version__

        print(f"campaign-runner {__version__}")  # noqa: T201
        return 0
    try:
        from runner.cli.app import run_cli

        return run_cli(sys.argv[1:])
    except KeyboardInterrupt:  # before a command began, or after it ended
        return 6


if __name__ == "__main__":
    sys.exit(main())
