"""The command line of `schema`."""

from __future__ import annotations

import sys
from typing import Annotated

from runner.cli import options as opt
from runner.cli.declared import Argument


def schema(
    name: Annotated[opt.SchemaName, Argument(help="Which one.")] = opt.SchemaName.CONFIG,
) -> int:
    """Print a JSON Schema: of the files, a policy, the plan, the report or the sandbox's faults."""
    from runner.schemas import schema_text

    sys.stdout.write(schema_text(name.value))
    sys.stdout.flush()
    return 0
