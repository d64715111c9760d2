"""Whole numbers are read at once where everybody writes them so, and as YAML reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.load.scalars import implicit_tag, plain_number, read_scalar


@given(st.from_regex(r"[-+0-9_:.xob]{1,20}", fullmatch=True))
def test_a_number_read_at_once_is_the_one_that_yaml_reads(text: str) -> None:
    tag = implicit_tag(text)
    number = plain_number(text, tag)
    if number is not None:
        assert number == read_scalar(text, tag)


@pytest.mark.parametrize("text", ["0", "7", "668", "9" * 18])
def test_a_plain_number_is_read_at_once(text: str) -> None:
    assert plain_number(text, implicit_tag(text)) == int(text)


@pytest.mark.parametrize("text", ["01234", "0o7", "1_000", "18:00", "-1", "9" * 19, "٣", "yes"])
def test_what_yaml_reads_in_its_own_way_is_left_to_it(text: str) -> None:
    assert plain_number(text, implicit_tag(text)) is None
