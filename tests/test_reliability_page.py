"""What docs/reliability.md says is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

from runner.execute.settling import TABLE, Doubt, Settlement
from runner.schemas import schema
from runner.states import State

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
WORDS = {
    Settlement.SUCCEEDED: "succeeded",
    Settlement.SEND_AGAIN: "sent again",
    Settlement.FAILED: "failed",
    Settlement.UNKNOWN: "unknown",
}
DOUBTS = {Doubt.LOST: "a lost answer", Doubt.SERVER_ERROR: "500"}


def test_the_table_of_lost_answers_is_the_programs_own() -> None:
    actions = "start|stop|pause|resume|signal"
    rows = re.findall(rf"^\| ({actions}) \| ([^|]+) \| (.*) \|$", TEXT, re.MULTILINE)
    shown = {(action, doubt): cells.split(" | ") for action, doubt, cells in rows}
    expected = {
        (action, DOUBTS[doubt]): [WORDS[row[state]] for state in State]
        for (action, doubt), row in TABLE.items()
    }
    assert shown == expected
    header = re.search(r"^\| command \| after \| (.*) \|$", TEXT, re.MULTILINE)
    assert header is not None
    assert header[1].split(" | ") == [f"`{state}`" for state in State]


def test_every_kind_of_line_is_in_the_table_of_the_journal() -> None:
    kinds: set[str] = set()
    for definition in schema("journal")["oneOf"]:
        name = definition["$ref"].rpartition("/")[2]
        kind = schema("journal")["$defs"][name]["properties"]["type"]
        kinds |= {kind["const"]} if "const" in kind else set(kind["enum"])
    cells = re.findall(r"^\| (`.*?`) \|", TEXT, re.MULTILINE)
    assert {word for cell in cells for word in re.findall(r"`(\w+)`", cell)} >= kinds


def test_every_make_target_that_is_named_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"`make ([a-z-]+)`", TEXT))
    assert named
    assert {it for it in named if not re.search(rf"^{it}:", makefile, re.MULTILINE)} == set()
