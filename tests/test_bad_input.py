"""What people and attackers may give as a file: a clear refusal, or what R4 documents."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.campaign import ONE
from tests.support.program import report, write

if TYPE_CHECKING:
    from tests.support.program import Program

HEAD = "version: 1\norganization: acme\n"
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
)

REFUSED: list[tuple[str, str | bytes, str]] = [
    ("empty", "", "1:1: error: the file is empty [empty]"),
    ("blank lines and comments", "\n# x\n\n", "1:1: error: the file is empty [empty]"),
    ("a list", "- start: WKF1\n", "1:1: error: this is a list, where a mapping must stand [type]"),
    ("text", "WKF1\n", "1:1: error: this is text, where a mapping must stand [type]"),
    ("not UTF-8", b"version: 1 # \xe9\n", "1:14: error: byte 0xe9 is not UTF-8 [encoding]"),
    ("UTF-16", ONE.encode("utf-16"), "1:1: error: the file is UTF-16 [encoding]"),
    (
        "UTF-16 without a mark",
        ONE.encode("utf-16-le"),
        "1:2: error: the character U+0000 may not stand here [control-character]",
    ),
    (
        "a tab",
        HEAD + "actions:\n\t- start: WKF1\n",
        "4:1: error: a tab is used where blanks must stand [yaml]",
    ),
    (
        "an anchor bomb",
        BOMB,
        (
            "6:15: error: the file holds more than 300,000 values, aliases counted each time"
            " [too-large]"
        ),
    ),
    (
        "10 MB",
        ONE + "#" * 10_000_000,
        "1:1: error: the file is larger than 5 MB [too-large]",
    ),
    (
        "200,000 nested brackets",
        "[\n" * 200_000,
        "101:1: error: values are nested deeper than 100 levels here [too-large]",
    ),
    (
        "an ID that is a boolean or a number",
        HEAD + "actions: [{start: [123, no]}]\n",
        (
            "3:20: error: actions[0].start[0]: YAML reads `123` as a number [quotes]\n"
            '    put it in quotes: "123"\n'
            "a.yaml:3:25: error: actions[0].start[1]: YAML reads `no` as a boolean [quotes]\n"
            '    put it in quotes: "no"'
        ),
    ),
    (
        "a date",
        HEAD + "actions: [{start: 2026-08-01}]\n",
        (
            "3:19: error: actions[0].start: YAML reads `2026-08-01` as a date [date]\n"
            '    put it in quotes: "2026-08-01"'
        ),
    ),
    (
        "a Python object",
        "!!python/object/apply:os.system [touch pwned]\n",
        "1:1: error: the tag `!!python/object/apply:os.system` may not stand here [tag]",
    ),
    (
        "an anchor that contains itself",
        HEAD + "actions: &a [*a]\n",
        "3:14: error: actions[0]: the anchor `&a` contains itself [alias]",
    ),
    (
        "a number of 6,000 digits",
        HEAD + f"actions: [{{start: {'7' * 6000}}}]\n",
        (
            f"3:19: error: actions[0].start: `{'7' * 60}...` is not a value that can be used here"
            " [number]"
        ),
    ),
    (
        "a control character",
        HEAD + 'actions: [{name: "\x1b]0;x\x07", start: WKF1}]\n',
        "3:19: error: the character U+001B may not stand here [control-character]",
    ),
    (
        "an escaped control character",
        HEAD + 'actions: [{name: "\\e]0;x\\a", start: WKF1}]\n',
        r"3:18: error: actions[0].name: `\x1b]0;x\x07` is not a valid name [value]",
    ),
]


def refused_everywhere(program: Program, path: str) -> str:
    """Give what `validate` prints; `run` must say the same, send nothing and report it (R23)."""
    checked = program("validate", path)
    assert checked.exit_code == 3
    ended = program("run", path, "--sandbox")
    assert ended.exit_code == 3
    assert ended.stderr.startswith(checked.stdout)
    assert "nothing was sent" in ended.stderr
    assert "Traceback" not in checked.output + ended.output
    value: Any = report()
    assert (value["result"], value["exit_code"], value["commands"]) == ("refused", 3, [])
    assert len(value["problems"]) == checked.stdout.count(": error: ")
    assert not Path("pwned").exists()
    return checked.stdout


@pytest.mark.parametrize(
    ("data", "expected"), [it[1:] for it in REFUSED], ids=[it[0] for it in REFUSED]
)
def test_a_bad_file_is_refused_with_its_place(
    program: Program, data: str | bytes, expected: str
) -> None:
    write("a.yaml", data)
    assert refused_everywhere(program, "a.yaml").startswith(f"a.yaml:{expected}\n")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("none.yaml", "none.yaml:1:1: error: there is no such file or folder [unreadable]"),
        ("bare", "bare:1:1: error: there is no YAML file in this folder [no-files]"),
        ("dangling", "dangling:1:1: error: this symbolic link leads to nothing [unreadable]"),
        ("loop", "loop:1:1: error: this symbolic link leads round in a circle [unreadable]"),
        ("pipe", "pipe:1:1: error: this is not a regular file [unreadable]"),
        (
            "out",
            "out/a.yaml:1:1: error: this link leads out of the folder that is searched [link]",
        ),
        ("", '"":1:1: error: the path is empty [unreadable]'),
    ],
)
def test_a_path_without_a_usable_file_is_refused(
    program: Program, path: str, expected: str
) -> None:
    write("bare/notes.txt", ONE)
    Path("dangling").symlink_to("nowhere")
    Path("loop").symlink_to("loop")
    os.mkfifo("pipe")
    Path("out").mkdir()
    write("elsewhere.yaml", ONE)
    Path("out/a.yaml").symlink_to("../elsewhere.yaml")
    assert refused_everywhere(program, path).startswith(expected + "\n")


ACCEPTED: list[tuple[str, str | bytes, list[str]]] = [
    ("a byte order mark", b"\xef\xbb\xbf" + ONE.encode(), ["a.yaml#1.1 start WKF1"]),
    ("CRLF", ONE.replace("\n", "\r\n"), ["a.yaml#1.1 start WKF1"]),
    ("no newline at the end", ONE.rstrip("\n"), ["a.yaml#1.1 start WKF1"]),
    (
        "several documents, in order",
        f"{ONE}---\n{ONE.replace('WKF1', 'WKF0')}---\n{ONE.replace('start', 'stop')}",
        ["a.yaml/1#1.1 start WKF1", "a.yaml/2#1.1 start WKF0", "a.yaml/3#1.1 stop WKF1"],
    ),
    (
        "merge keys",
        HEAD + "actions:\n- &a {start: WKF1, timeout: 5s}\n- {<<: *a, start: [WKF2, WKF3]}\n",
        ["a.yaml#1.1 start WKF1", "a.yaml#2.1 start WKF2", "a.yaml#2.2 start WKF3"],
    ),
    (
        "quoted numbers and booleans",
        HEAD + "actions: [{start: ['123', \"no\", '@lock']}]\n",
        ["a.yaml#1.1 start 123", "a.yaml#1.2 start no", "a.yaml#1.3 start @lock"],
    ),
    (
        "JSON",
        json.dumps({"version": 1, "organization": "acme", "actions": [{"stop": "A"}]}),
        ["a.yaml#1.1 stop A"],
    ),
]


@pytest.mark.parametrize(
    ("data", "commands"), [it[1:] for it in ACCEPTED], ids=[it[0] for it in ACCEPTED]
)
def test_what_looks_odd_and_has_a_meaning_is_accepted_r4(
    program: Program, data: str | bytes, commands: list[str]
) -> None:
    write("a.yaml", data)
    checked = program("validate", "a.yaml")
    assert (checked.exit_code, checked.stdout) == (0, "")
    assert program("run", "a.yaml", "--dry-run").exit_code == 0
    value = report()
    assert [f"{it['id']} {it['action']} {it['workflow']}" for it in value["commands"]] == commands


def test_a_file_on_standard_input_is_read_like_any_other(program: Program) -> None:
    assert program("validate", "-", stdin=ONE).exit_code == 0
    assert program("plan", "-", "--format", "json", stdin=ONE).json()["commands"][0]["id"] == (
        "-#1.1"
    )
    ended = program("validate", "-", stdin="actions: []\n")
    assert ended.exit_code == 3
    assert ended.stdout.startswith("-:1:1: error: the key `version` is missing [missing-key]\n")


def test_one_bad_file_does_not_hide_the_next(program: Program) -> None:
    write("a.yaml", b"\xff\xfe")
    write("b.yaml", "[")
    write("c.yaml", "version: 2\n")
    ended = program("validate", "a.yaml", "none.yaml", "b.yaml", "c.yaml")
    assert ended.exit_code == 3
    files = [line.split(":")[0] for line in ended.stdout.splitlines() if ": error: " in line]
    assert files == ["none.yaml", "a.yaml", "b.yaml", "c.yaml", "c.yaml"]
    assert "3 files read, environment base (no --env given): 5 errors, 0 warnings\n" in ended.stderr
