"""Cells of a column stand below each other."""

from __future__ import annotations

from runner.render.columns import aligned


def test_each_column_is_as_wide_as_its_widest_cell_and_lines_end_without_blanks() -> None:
    rows = [["a", "bbb", ""], ["cccc", "d", "e"], ["", "", ""]]
    assert list(aligned(rows, "> ")) == ["> a     bbb", "> cccc  d    e", ">"]


def test_no_rows_are_no_lines() -> None:
    assert list(aligned([])) == []
