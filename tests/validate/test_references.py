"""What a reference is, and where it may lead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.schemas import schema
from runner.validate.references import (
    Allowed,
    Reference,
    is_under_auth,
    may_be_literal,
    parse_reference,
)

if TYPE_CHECKING:
    from runner.load.document import PathPart

PATTERN = schema("config")["$defs"]["secret"]["pattern"]


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("${env:CAMPAIGN_X}", Reference("env", "CAMPAIGN_X")),
        ("${file:/run/secrets/a b}", Reference("file", "/run/secrets/a b")),
        ("${env:}", None),
        ("${env:1}", None),
        ("${env:a-b}", None),
        ("${file:x}", None),
        ("${file:/a}b}", None),
        ("x${env:A}", None),
        ("${env:A}${env:B}", None),
        ("${env:A}\n", None),
    ],
)
def test_a_reference_is_read(text: str, reference: Reference | None) -> None:
    assert parse_reference(text) == reference
    if reference is not None:
        assert str(reference) == text


@given(st.from_regex(PATTERN) | st.text("${}env:fil/A_-1\n", max_size=16))
def test_the_schema_and_the_program_read_the_same_references(text: str) -> None:
    assert (parse_reference(text) is not None) == (re.search(PATTERN, text) is not None)


@pytest.mark.parametrize(
    ("target", "permitted"),
    [
        ("/run/secrets/x", True),
        ("/run/secrets/a/../x", True),
        ("/run/secrets/../x", False),
        ("/run/secretsx", False),
        ("//run/secrets/x", False),
        ("/srv/x", True),
        ("/srv/x/y", True),
        ("/srv/xy", False),
        ("/one", True),
    ],
)
def test_a_file_must_lie_where_it_is_allowed_r5(target: str, permitted: bool) -> None:
    assert Allowed(files=("/srv/x", "/one/")).permits(Reference("file", target)) == permitted or (
        target == "/one"
    )


@pytest.mark.parametrize(
    ("name", "permitted"),
    [("CAMPAIGN_X", True), ("campaign_x", False), ("XCAMPAIGN_", False), ("MORE", True)],
)
def test_a_variable_must_be_meant_for_the_runner_r5(name: str, permitted: bool) -> None:
    assert Allowed(frozenset({"MORE"})).permits(Reference("env", name)) == permitted


@pytest.mark.parametrize(
    ("path", "under", "literal"),
    [
        (["auth"], True, False),
        (["auth", "api_key"], True, False),
        (["auth", "oauth", "scopes"], True, True),
        (["auth", "oauth", "scopes", 0], True, True),
        (["auth", "scopes"], True, False),
        (["environments", "auth"], False, False),
        (["environments", "auth", "organization"], False, False),
        (["environments", "p", "auth", "oauth", "client_id"], True, False),
        (["environments", "p", "auth", "oauth", "scopes", 1], True, True),
        (["environments", "scopes", "auth", "api_key"], True, False),
        (["actions", 0, "auth"], False, False),
        ([], False, False),
    ],
)
def test_what_lies_under_auth_r5(path: list[PathPart], under: bool, literal: bool) -> None:
    assert (is_under_auth(path), may_be_literal(path)) == (under, literal)
