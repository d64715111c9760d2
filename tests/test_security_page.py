"""SECURITY.md names no test that does not exist, and a few promises of its own hold."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.support.program import process

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w./]+\.py(?:::\w+)*)`", PAGE)))
ATTACKERS = ("pull request from a stranger", "server", "shared CI machine", "Leaked logs")


def names_of_tests(path: Path) -> set[str]:
    """Give the tests of a file, and its classes of tests, as `Class::test`."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found.add(node.name)
            found |= {f"{node.name}::{it.name}" for it in node.body if hasattr(it, "name")}
    return {it for it in found if it.rpartition("::")[2].lower().startswith("test")}


@pytest.mark.parametrize("named", NAMED)
def test_each_test_that_the_page_names_exists(named: str) -> None:
    file, _, name = named.partition("::")
    found = names_of_tests(ROOT / file)
    assert found
    assert not name or name in found


def test_a_test_that_does_not_exist_would_be_found() -> None:
    assert "test_no_such_thing" not in names_of_tests(Path(__file__))
    assert "test_each_test_that_the_page_names_exists" in names_of_tests(Path(__file__))
    assert len(NAMED) > 25


def test_each_promise_names_a_test() -> None:
    rows = [it for it in PAGE.splitlines() if it.startswith("| ") and not it.startswith("| ---")]
    promises = [it for it in rows if it != "| promise | held by |"]
    assert len(promises) > 15
    assert [it for it in promises if "`tests/" not in it.split(" | ")[-1]] == []


@pytest.mark.parametrize("attacker", ATTACKERS)
def test_each_attacker_has_a_chapter(attacker: str) -> None:
    assert re.search(f"^### .*{attacker}", PAGE, re.MULTILINE)


@pytest.mark.parametrize("command", ["run", "status", "doctor", "plan", "validate"])
def test_no_option_takes_a_secret(command: str) -> None:
    options = set(re.findall(r"--[\w-]+", process(command, "--help").stdout))
    words = ("secret", "key", "password", "auth", "credential")
    secret = {it for it in options if any(word in it for word in words)}
    assert secret <= {"--allow-secret-file"}
    assert {it for it in options if "token" in it} <= {"--token-url"}
