"""Signals are as declared, as written, and small enough."""

from __future__ import annotations

import pytest

from runner.validate.config import MOST_SIGNAL_BYTES
from tests.support.problems import HEAD, found, told

DECLARED = (
    "signals: {W: {s: {audience: string, budget: number, dry: boolean, at: date-time}, t: {}}}\n"
)


def signal(parameters: str, activity: str = "s", workflow: str = "W") -> str:
    inner = f"workflow: {workflow}, activity: {activity}, source: CI"
    return f"actions:\n- signal: {{{inner}, parameters: {{{parameters}}}}}\n"


@pytest.mark.parametrize(
    "parameters",
    [
        "",
        "audience: vip",
        "audience: '1'",
        "budget: 1",
        "budget: -1.5",
        "dry: true",
        "dry: False",
        "at: '2026-03-01T12:00:00Z'",
        "at: '2026-03-01 12:00:00.123+01:00', audience: ''",
    ],
)
def test_what_is_declared_may_be_sent(parameters: str) -> None:
    assert told(HEAD + DECLARED + signal(parameters)) == []


@pytest.mark.parametrize(
    ("parameters", "message", "hint"),
    [
        (
            "audiense: vip",
            "the parameter `audiense` is not declared for `s` in `signals`",
            "did you mean `audience`?",
        ),
        (
            "zzz: vip",
            "the parameter `zzz` is not declared for `s` in `signals`",
            "write one of: audience, budget, dry, at",
        ),
        ("audience: 12", "`audience` takes text, and this is a number", 'put it in quotes: "12"'),
        (
            "audience: true",
            "`audience` takes text, and this is a boolean",
            'put it in quotes: "true"',
        ),
        (
            "budget: '12'",
            "`budget` takes a number, and this is text",
            "write a number without quotes, such as 100",
        ),
        (
            "budget: true",
            "`budget` takes a number, and this is a boolean",
            "write a number without quotes, such as 100",
        ),
        (
            "dry: 1",
            "`dry` takes a boolean, and this is a number",
            "write true or false, without quotes",
        ),
        (
            "at: '2026-03-01'",
            "`2026-03-01` is not a date-time",
            'write it with its time zone, such as "2026-03-01T12:00:00Z"',
        ),
        (
            "at: 1",
            "`at` takes a date-time, and this is a number",
            'write it with its time zone, such as "2026-03-01T12:00:00Z"',
        ),
    ],
)
def test_what_is_not_declared_is_refused(parameters: str, message: str, hint: str) -> None:
    assert [it[1:] for it in told(HEAD + DECLARED + signal(parameters))] == [(message, hint)]


def test_an_activity_that_is_not_declared_is_refused() -> None:
    assert told(HEAD + DECLARED + signal("", "S2")) == [
        ("5:35", "`S2` is not declared for `W` in `signals`", "did you mean `s`?")
    ]


def test_an_activity_may_take_no_parameter() -> None:
    ((place, _, hint),) = told(HEAD + DECLARED + signal("a: 1", "t"))
    assert (place, hint) == ("5:63", "remove it; `t` takes none")


def test_a_workflow_that_is_not_declared_is_not_checked() -> None:
    assert told(HEAD + DECLARED + signal("a: 1", "x", "V")) == []


@pytest.mark.parametrize(
    ("declared", "value", "messages"),
    [
        ("text", "1", ["`text` is not a known type of a parameter"]),
        ("[]", "1", ["this is a list, where text must stand"]),
        ("string", "[1]", ["this is a list, where text, a number or a boolean must stand"]),
        ("string", "", ["`a` is empty"]),
    ],
)
def test_what_the_schema_refuses_is_told_once(
    declared: str, value: str, messages: list[str]
) -> None:
    text = HEAD + f"signals: {{W: {{s: {{a: {declared}}}}}}}\n" + signal(f"a: {value}")
    assert [it[1] for it in told(text)] == messages


@pytest.mark.parametrize("known", [[f"p{n}" for n in range(21)], ["p" * 61]])
def test_many_or_long_names_are_not_compared_r7(known: list[str]) -> None:
    text = f"signals: {{W: {{s: {{{', '.join(f'{it}: string' for it in known)}}}}}}}\n"
    ((_, _, hint),) = told(HEAD + text + signal("p: x"))
    assert hint == "write one that `signals` declares, or declare it there"


@pytest.mark.parametrize("head", [HEAD, HEAD + DECLARED.replace("budget: number", "a: number")])
@pytest.mark.parametrize(
    ("value", "message", "hint"),
    [
        (
            "0123",
            "YAML reads `0123` as the number 83",
            'put it in quotes: "0123", or write 83 if it is meant',
        ),
        ("18:00", "YAML reads `18:00` as the number 1080", None),
        ("1_000", "YAML reads `1_000` as the number 1000", None),
        ("0x1F", "YAML reads `0x1F` as the number 31", None),
        ("+1", "YAML reads `+1` as the number 1", None),
        (
            "no",
            "YAML reads `no` as a boolean",
            'put it in quotes: "no", or write false if it is meant',
        ),
        ("On", "YAML reads `On` as a boolean", None),
        ("2026-03-01", "YAML reads `2026-03-01` as a date", 'put it in quotes: "2026-03-01"'),
        (
            ".nan",
            "`.nan` is not a value that can be used here",
            "put it in quotes if it is text",
        ),
        ("-.inf", "`-.inf` is not a value that can be used here", None),
    ],
)
def test_a_parameter_that_yaml_reads_otherwise_is_refused_once_r4(
    head: str, value: str, message: str, hint: str | None
) -> None:
    ((_, told_message, told_hint),) = told(head + signal(f"a: {value}"))
    assert told_message == message
    assert hint in (None, told_hint)


@pytest.mark.parametrize("value", ["0", "-12", "1.50", "1.0e+3", "true", "FALSE", "'0123'", "no1"])
def test_a_parameter_that_everybody_reads_alike_is_accepted_r4(value: str) -> None:
    assert told(HEAD + signal(f"a: {value}")) == []


def test_an_anchor_keeps_what_is_written_r4() -> None:
    message = "YAML reads `012` as the number 10"
    problems = told(HEAD + signal("a: &a 012, b: *a"))
    assert [it[:2] for it in problems] == [("4:66", message)] * 2


@pytest.mark.parametrize(("more", "refused"), [(0, False), (1, True)])
@pytest.mark.parametrize("letter", ["x", "é", "€", "\U0001f600"])
def test_the_body_may_have_64_kilobytes(letter: str, more: int, refused: bool) -> None:
    left = MOST_SIGNAL_BYTES - len('{"source":"CI","parameters":{"a":""}}') + more
    size = len(letter.encode())
    text = letter * (left // size) + "y" * (left % size)
    problems = found(HEAD + signal(f"a: '{text}'"))
    assert [it.rule for it in problems] == ["too-large"] * refused
    for it in problems:
        assert it.message == "the body of this signal has 65,537 bytes"
        assert it.hint == "write less text; Campaign takes at most 65,536 bytes"
        assert (it.line, it.column) == (4, 50)
