"""How long `validate` takes for large files and for many, with all checks and all places."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.frame import OURS, Call, Row, in_turn, memory_row, time_row
from benchmarks.peers import ajv, check_jsonschema
from benchmarks.texts import actions, folder, with_errors

ACTIONS = 10_000
FILES, EACH = 1_000, 20
ERRORS = 1_000
_ROUNDS = 7


def rows() -> list[Row]:
    """Take all of them."""
    with tempfile.TemporaryDirectory() as name:
        where = Path(name)
        Path(where, "large.yaml").write_text(actions(ACTIONS), encoding="utf-8")
        Path(where, "bad.yaml").write_text(with_errors(ACTIONS, ERRORS), encoding="utf-8")
        many = folder(where / "many", FILES, EACH)
        large = Call([OURS, "validate", "large.yaml"], where)
        bad = Call([OURS, "validate", "bad.yaml"], where, exit_code=3)
        whole = Call([OURS, "validate", "many"], where)
        names = [f"many/{file.name}" for file in sorted(many.iterdir())]
        one = f"`validate`, one file of {ACTIONS:,} actions"
        all_of = f"`validate`, {FILES:,} files of {EACH}"
        check = in_turn(large, Call(check_jsonschema("large.yaml"), where), _ROUNDS)
        node = in_turn(large, Call(ajv("large.yaml"), where), _ROUNDS)
        check_many = in_turn(whole, Call(check_jsonschema(*names), where), _ROUNDS)
        node_many = in_turn(whole, Call(ajv("many/*.yaml"), where), _ROUNDS)
        errors = in_turn(bad, large, _ROUNDS)
    return [
        time_row(one, "check-jsonschema", check, 0.16),
        memory_row(f"{one}, memory", "check-jsonschema", check, 0.6),
        time_row(one, "ajv-cli", node, 1.5),
        time_row(all_of, "check-jsonschema", check_many, 0.16),
        time_row(all_of, "ajv-cli", node_many, 2.0),
        time_row(f"{one}, {ERRORS:,} of them wrong", "the valid one", errors, 2.0),
    ]
