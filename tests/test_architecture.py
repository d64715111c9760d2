"""ARCHITECTURE.md's table of rooms is the truth about the imports."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROW = re.compile(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
TABLE = {
    room: set(re.findall(r"`(\w+)`", allowed))
    for room, allowed in ROW.findall((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"))
}
FILES = sorted((ROOT / "runner").rglob("*.py"))


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "runner"


def module_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported_rooms(file: Path) -> set[str]:
    modules: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules.add(node.module)
        elif isinstance(node, ast.Import):
            modules.update(alias.name for alias in node.names)
    own = {module for module in modules if module.split(".")[0] == "runner"}
    # `runner` itself has only the version for the rooms.
    return {room_of(module) for module in own} - {"runner"}


def test_the_table_names_every_room_and_no_other() -> None:
    rooms = {room_of(module_of(file)) for file in FILES}
    assert set(TABLE) == rooms


@pytest.mark.parametrize("file", FILES, ids=module_of)
def test_a_module_imports_only_what_its_room_may(file: Path) -> None:
    room = room_of(module_of(file))
    assert imported_rooms(file) - {room} <= TABLE.get(room, set())


def test_nothing_in_the_table_is_allowed_in_vain() -> None:
    used: dict[str, set[str]] = {room: set() for room in TABLE}
    for file in FILES:
        room = room_of(module_of(file))
        used.setdefault(room, set()).update(imported_rooms(file) - {room})
    assert {room: TABLE[room] - used[room] for room in TABLE if TABLE[room] - used[room]} == {}


def test_the_rooms_have_an_order_in_which_nobody_imports_what_comes_later() -> None:
    order = list(TABLE)
    later = [
        (room, it) for room in order for it in TABLE[room] if order.index(it) > order.index(room)
    ]
    assert later == []


def test_every_file_that_the_page_names_exists() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:runner|schema|docs|tests)/[\w./]*)`", text))
    assert [
        path for path in sorted(named) if not (ROOT / path).exists() and "NAME" not in path
    ] == []


def test_no_module_is_longer_than_a_newcomer_reads_at_once() -> None:
    lengths = {
        module_of(file): len(file.read_text(encoding="utf-8").splitlines()) for file in FILES
    }
    assert {module: length for module, length in lengths.items() if length > 300} == {}
