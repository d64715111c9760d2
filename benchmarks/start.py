"""How soon a command is done that has little to do."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.frame import OURS, PYTHON, ROOT, Call, Row, in_turn, time_row
from benchmarks.peers import CHECK_HELP, check_jsonschema
from benchmarks.texts import TEN_LINES

if TYPE_CHECKING:
    from collections.abc import Iterator

_ONE = "version: 1\nactions: [{start: WKF1}]\n"
_SDK = str(ROOT / "benchmarks" / "sdk_run.mjs")


def rows() -> list[Row]:
    """Take every command in turn with what it is held against."""
    bare = Call([PYTHON, "-c", "pass"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Path(folder, "ten.yaml").write_text(TEN_LINES, encoding="utf-8")
        Path(folder, "one.yaml").write_text(_ONE, encoding="utf-8")
        check = Call(check_jsonschema("ten.yaml"), folder)
        validate = Call([OURS, "validate", "ten.yaml"], folder)
        plan = Call([OURS, "plan", "ten.yaml"], folder)
        found = [
            _row("`--version`", "`python -c pass`", Call([OURS, "--version"]), bare, 2.0),
            _row("`--help`", "check-jsonschema's", Call([OURS, "--help"]), Call(CHECK_HELP), 0.5),
            _row("`validate`, 10 lines", "check-jsonschema", validate, check, 0.6),
            _row("`plan`, 10 lines", "our `validate`", plan, validate, 1.1),
            _row("`validate`, 10 lines", "`python -c pass`", validate, bare),
        ]
        with _sandbox() as server:
            run, sdk = _run(folder, server), _sdk(server)
            found.append(_row("`run`, one command", "Adobe's SDK in Node", run, sdk, 0.5))
    return found


def _row(name: str, against: str, ours: Call, other: Call, limit: float | None = None) -> Row:
    return time_row(name, against, in_turn(ours, other, 15), limit)


def _run(folder: Path, server: dict[str, str]) -> Call:
    variables = {
        "CAMPAIGN_STANDARD_TENANT_ID": server["organization"],
        "CAMPAIGN_STANDARD_API_KEY": server["api_key"],
        "CAMPAIGN_STANDARD_ACCESS_TOKEN": server["access_token"],
    }
    return Call([OURS, "run", "one.yaml", "--base-url", server["base_url"]], folder, variables)


def _sdk(server: dict[str, str]) -> Call:
    return Call(["node", _SDK, json.dumps(server), "WKF1"])


@contextmanager
def _sandbox() -> Iterator[dict[str, str]]:
    """Serve the sandbox in a process of its own, and give what it says of itself."""
    command = [OURS, "sandbox", "--format", "json", "-q"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ}
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
