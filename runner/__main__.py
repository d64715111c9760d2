"""The entry point of the program."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line and give its exit code.

    `--version` alone is answered at once, before anything slow is imported.
    """
    try:
        if sys.argv[1:] == ["--version"]:
            return _version()
        from runner.cli.line import run_cli

        return run_cli(sys.argv[1:])
    except KeyboardInterrupt:  # before a command began, or after it ended
        return 6


def _version() -> int:
    from runner import __version__

    try:
        sys.stdout.write(f"campaign-runner {__version__}\n")
        sys.stdout.flush()
    except (OSError, AttributeError):  # full, or closed by the caller
        sys.stdout = None  # or Python would try again at its end
        return 7
    return 0


if __name__ == "__main__":
    sys.exit(main())
