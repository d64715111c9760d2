"""Prints each dependency at its lower bound, as pip's constraints.

Run it where the project is installed: it reads the installed metadata.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import requires

_REQUIREMENT = re.compile(
    r"(?P<name>[\w.-]+)[>=]=(?P<version>[\w.]+)(; extra == [\"'](?P<extra>\w+)[\"'])?"
)
_EXTRAS = (None, "test")


def main() -> int:
    """Print the constraints; fail where a requirement is more than a lower bound."""
    for requirement in requires("campaign-runner") or []:
        match = _REQUIREMENT.fullmatch(requirement)
        if match is None:
            print(f"no plain lower bound: {requirement}", file=sys.stderr)
            return 1
        if match["extra"] in _EXTRAS:
            print(f"{match['name']}=={match['version']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
