"""The search does find what is there: each form, each stream, each file, and parts as well."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.secrecy.canaries import FETCHED, FORMS, PLANTED, assert_nothing_leaked, leaks
from tests.support.campaign import TOKEN
from tests.support.program import Ended, process, write

CLEAN = Ended(0, "Plan: 1 command\n", "debug: urllib3 POST /acme 204\n")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", PLANTED)
def test_each_form_is_found(name: str, form: str) -> None:
    text = f"before {FORMS[form](PLANTED[name])} after"
    assert f"{name}, {form}" in leaks(text)
    for ended in (Ended(0, text, ""), Ended(0, "", text)):
        with pytest.raises(AssertionError, match=name):
            assert_nothing_leaked(ended)


@pytest.mark.parametrize(
    "path", ["report.json", ".campaign-runner/run.jsonl", ".report.json.x.tmp", "log", "a/b/c.txt"]
)
def test_each_file_is_searched(path: str) -> None:
    write("clean.json", "{}")
    write(path, f'{{"message": "Bearer {TOKEN}"}}')
    with pytest.raises(AssertionError, match=Path(path).name):
        assert_nothing_leaked(CLEAN)
    assert_nothing_leaked(CLEAN, but=[path])


def test_the_name_of_a_file_is_searched() -> None:
    write(f"log-{quote(TOKEN, safe='')}", "")
    with pytest.raises(AssertionError, match="token, url"):
        assert_nothing_leaked(CLEAN)


@pytest.mark.parametrize(
    "text",
    [
        TOKEN[:14] + "...",
        "..." + TOKEN[-14:],
        TOKEN.upper(),
        "\n".join(TOKEN),
        "\x00".join(TOKEN),
        repr("\x00".join(TOKEN)),
        base64.b64encode(f"Authorization: Bearer {TOKEN}".encode()).decode(),
        base64.encodebytes(f"{'x' * 50}{FETCHED}".encode()).decode(),
        repr({"Authorization": f"Bearer {TOKEN}".encode()}),
        TOKEN.encode().hex(" "),
    ],
)
def test_a_part_is_found_and_one_that_is_parted(text: str) -> None:
    assert leaks(f"before {text} after") != []


def test_what_is_clean_is_clean() -> None:
    assert leaks(CLEAN.output) == []
    assert leaks("Authorization: Bearer ***, X-Api-Key: ***, client_secret=***") == []
    assert_nothing_leaked(CLEAN)


def test_a_leak_of_the_program_itself_would_be_found() -> None:
    """What no reference names is no secret to the program, so it does show this one."""
    ended = process("validate", f"{TOKEN}.yaml")
    with pytest.raises(AssertionError, match="token, plain"):
        assert_nothing_leaked(ended)
