"""Takes benchmarks, prints their table, and writes it as JSON and into a page.

python -m benchmarks [NAME...] [--json FILE] [--page FILE]
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from benchmarks.table import json_text, put_into, surroundings, table

NAMES = ("start", "large_files", "many_commands", "status_reads", "wire")


def main() -> None:
    """Take those that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--json", metavar="FILE", help="write the figures here, too")
    parser.add_argument("--page", metavar="FILE", help="replace the table in this page")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(NAMES)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    found = {}
    for name in arguments.names or NAMES:
        print(f"{name} ...", file=sys.stderr, flush=True)
        found[name] = importlib.import_module(f"benchmarks.{name}").rows()
    around = surroundings()
    text = table(found, around)
    print(text, end="")
    if arguments.json:
        Path(arguments.json).write_text(json_text(found, around), encoding="utf-8")
    if arguments.page:
        page = Path(arguments.page)
        page.write_text(put_into(page.read_text(encoding="utf-8"), text), encoding="utf-8")


if __name__ == "__main__":
    main()
