"""Whatever stands in a file: a documented exit code and a harmless answer, soon and in few MB."""

from __future__ import annotations

import io
import json
import re
import sys
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.cli.line import run_cli
from runner.schemas import schema
from tests.fuzz.bounds import bounded, count, examples
from tests.fuzz.mutations import mutate
from tests.fuzz.structures import configurations
from tests.fuzz.texts import MUTATIONS, PIECEMEAL, RAW, mutated
from tests.support.program import Ended, report, write

if TYPE_CHECKING:
    from collections.abc import Callable

    Entry = Callable[..., Ended]

_PLAN = jsonschema_rs.validator_for(schema("plan"))
_UNSHOWN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ud800-\udfff]")
_FOR_CI = re.compile(r"^\s*::|##\w*\[", re.MULTILINE)
_LINES = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_ENVIRONMENTS = st.sampled_from([(), (), (), ("--env", "prod")])


@pytest.fixture
def entry(monkeypatch: pytest.MonkeyPatch) -> Entry:
    """What `main` calls with the words of a command line, on streams of its own."""

    def call(*arguments: str) -> Ended:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            with bounded("texts"):
                code = run_cli(arguments)
        out.flush()
        err.flush()
        said = [it.buffer.getvalue().decode() for it in (out, err)]
        assert "Traceback" not in "".join(said)
        assert "a fault in campaign-runner" not in "".join(said)
        return Ended(code, *said)

    return call


def check(entry: Entry, data: bytes, environment: tuple[str, ...]) -> None:
    """Hold one file against all that is documented of `validate` and `plan` (rule R22)."""
    count("texts")
    write("a.yaml", data)
    validated = entry("validate", "a.yaml", *environment)
    assert validated.exit_code in (0, 3)
    harmless(validated.output)
    as_json = entry("validate", "a.yaml", "--format", "json", *environment)
    assert as_json.exit_code == validated.exit_code
    value = as_json.json()
    assert value["valid"] is (validated.exit_code == 0)
    lines = len(_LINES.findall(data.decode("utf-8-sig", "replace"))) + 1
    for it in value["problems"]:
        assert 1 <= it["line"] <= lines
        assert it["column"] >= 1
        harmless(f"{it['message']}\n{it['hint'] or ''}")
    assert (validated.exit_code == 3) is any(it["severity"] == "error" for it in value["problems"])

    planned = entry("plan", "a.yaml", *environment)
    assert planned.exit_code in ((0, 5) if validated.exit_code == 0 else (3,))
    harmless(planned.output)
    as_json = entry("plan", "a.yaml", "--format", "json", *environment)
    assert as_json.exit_code == planned.exit_code
    assert (as_json.stdout == "") is (planned.exit_code == 3)
    if as_json.stdout:
        _PLAN.validate(as_json.json())


def harmless(text: str) -> None:
    """Make sure that no terminal and no CI system takes it for an order (rule R19)."""
    assert _UNSHOWN.search(text) is None
    assert _FOR_CI.search(text) is None


@examples(40, 0.1, "FUZZ_TEXTS")
@given(data=RAW, environment=_ENVIRONMENTS)
def test_bytes_and_characters(entry: Entry, data: bytes, environment: tuple[str, ...]) -> None:
    check(entry, data, environment)


@examples(60, 0.15, "FUZZ_TEXTS")
@given(data=PIECEMEAL, environment=_ENVIRONMENTS)
def test_pieces_of_yaml(entry: Entry, data: bytes, environment: tuple[str, ...]) -> None:
    check(entry, data, environment)


@examples(120, 0.35, "FUZZ_TEXTS")
@given(data=mutated(), environment=_ENVIRONMENTS)
def test_files_that_went_bad(entry: Entry, data: bytes, environment: tuple[str, ...]) -> None:
    check(entry, data, environment)


@examples(120, 0.3, "FUZZ_TEXTS")
@given(data=configurations(), environment=_ENVIRONMENTS)
def test_configurations(entry: Entry, data: bytes, environment: tuple[str, ...]) -> None:
    check(entry, data, environment)


@st.composite
def _bad_configurations(draw: st.DrawFn) -> bytes:
    return mutate(draw, draw(configurations()), MUTATIONS, 1, 2)


@examples(40, 0.1, "FUZZ_TEXTS")
@given(data=_bad_configurations(), environment=_ENVIRONMENTS)
def test_configurations_that_went_bad(
    entry: Entry, data: bytes, environment: tuple[str, ...]
) -> None:
    check(entry, data, environment)


@examples(20, 0.02, "FUZZ_TEXTS")
@given(data=configurations() | mutated())
def test_a_dry_run_always_leaves_a_report(entry: Entry, data: bytes) -> None:
    count("texts")
    write("a.yaml", data)
    ended = entry("run", "a.yaml", "--dry-run")
    assert ended.exit_code in (0, 3, 5)
    harmless(ended.output)
    value: Any = report()
    assert value["exit_code"] == ended.exit_code
    harmless(json.dumps([it["message"] for it in value["problems"]], ensure_ascii=False))
