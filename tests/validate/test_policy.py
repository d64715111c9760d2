"""A policy is one document in one file, and its problems are worded like those of files (R29)."""

from __future__ import annotations

import pytest

from runner.errors import InvalidConfigError
from runner.load import Loaded
from runner.problems import file_problem
from runner.validate.guardrails import (
    NO_GUARDRAILS,
    AllowList,
    Guardrails,
    Limit,
    Policy,
    Protection,
    Spot,
)
from runner.validate.policy import read_policy
from tests.support.problems import loaded


def refused(loaded: Loaded) -> list[tuple[str, str, str]]:
    with pytest.raises(InvalidConfigError) as caught:
        read_policy(loaded)
    return [
        (f"{it.file}:{it.line}:{it.column}", it.message, it.hint) for it in caught.value.problems
    ]


def test_a_policy_is_read_r29() -> None:
    text = (
        "version: 1\norganizations: [acme, 'acme-*']\n"
        "guardrails: {max_commands: 3, protect: [WKF9*]}\n"
    )
    assert read_policy(loaded(text)) == Policy(
        "a.yaml",
        Guardrails(
            protect=(Protection("WKF9*", (), Spot("a.yaml", 3, 41)),),
            max_commands=Limit(3, Spot("a.yaml", 3, 28)),
        ),
        AllowList(("acme", "acme-*"), Spot("a.yaml", 2, 16)),
    )


def test_a_policy_may_demand_little() -> None:
    assert read_policy(loaded("version: 1\n")) == Policy("a.yaml", NO_GUARDRAILS)
    assert read_policy(loaded("version: 1\nguardrails: {}\n")).guardrails == NO_GUARDRAILS


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("guardrails: {}", "1:1", "the key `version` is missing", "add version: 1"),
        (
            "version: 2",
            "1:10",
            "version 2 of the format is not known to this campaign-runner",
            "write version: 1",
        ),
        (
            "version: 1\norganisations: [a]",
            "2:1",
            "the key `organisations` is not known here",
            "did you mean `organizations`?",
        ),
        (
            "version: 1\nactions: [{start: A}]",
            "2:1",
            "the key `actions` is not known here",
            (
                "it stands at the top level of a configuration;"
                " here write one of: version, organizations, guardrails"
            ),
        ),
        (
            "version: 1\nenvironments: {}",
            "2:1",
            "the key `environments` is not known here",
            (
                "it stands at the top level of a configuration;"
                " here write one of: version, organizations, guardrails"
            ),
        ),
        ("version: 1\norganizations: []", "2:16", "this list is empty", "write [acme, acme-*]"),
        (
            "version: 1\norganizations: acme",
            "2:16",
            "this is text, where a list must stand",
            "write [acme]",
        ),
        (
            "version: 1\norganizations: ['@a']",
            "2:17",
            "`@a` is not a valid organization or glob",
            (
                "write an organization, or a glob of letters, digits, `_`, `-`"
                " and `*`, `?`, `[...]`, such as acme-*"
            ),
        ),
        (
            "version: 1\norganizations: [123]",
            "2:17",
            "YAML reads `123` as a number",
            'put it in quotes: "123"',
        ),
        (
            "version: 1\norganizations: [a, b, a]",
            "2:23",
            "`a` stands twice in this list",
            "remove it here",
        ),
        (
            "version: 1\norganizations: ['x[9-0]']",
            "2:17",
            "the range `9-0` runs backwards, so that it matches nothing",
            "write 0-9",
        ),
        (
            "version: 1\nguardrails: {max_command: 1}",
            "2:14",
            "the key `max_command` is not known here",
            "did you mean `max_commands`?",
        ),
        (
            "version: 1\nguardrails: {windows: [{timezone: Mars}]}",
            "2:35",
            "`Mars` is not a known time zone",
            "write an IANA name, such as Europe/Berlin",
        ),
        (
            "version: 1\nguardrails: {allow: [stop, stop]}",
            "2:28",
            "`stop` stands twice in this list",
            "remove it here",
        ),
        (
            "",
            "1:1",
            "the file is empty",
            "write a configuration, such as `campaign-runner schema` describes",
        ),
    ],
)
def test_what_is_wrong_is_told_as_in_a_file_r29(
    text: str, place: str, message: str, hint: str
) -> None:
    assert refused(loaded(text)) == [(f"a.yaml:{place}", message, hint)]


def test_everything_is_told_at_once_r29() -> None:
    text = "organizations: [a b]\nguardrails: {allow: [], max_stops: -1}\n"
    assert [it[0] for it in refused(loaded(text))] == [
        "a.yaml:1:1",
        "a.yaml:1:17",
        "a.yaml:2:21",
        "a.yaml:2:36",
    ]


def test_a_second_document_is_refused_r29() -> None:
    assert refused(loaded("version: 1\n---\nversion: 1\n")) == [
        (
            "a.yaml:3:1",
            "a policy is one document, and this is another one in its file",
            "remove the `---` above it, and join the two",
        )
    ]


def test_a_second_file_is_refused_r29() -> None:
    assert refused(loaded("version: 1\n", b="version: 1\n")) == [
        (
            "b.yaml:1:1",
            "a policy is one file, and a.yaml is another",
            "name one file, and no folder of several",
        )
    ]


def test_a_file_that_cannot_be_read_is_refused_r29() -> None:
    unreadable = file_problem("unreadable", "p.yaml", "there is no such file or folder")
    nothing = Loaded((), (), (unreadable,))
    assert refused(nothing) == [("p.yaml:1:1", "there is no such file or folder", "")]
    assert len(refused(Loaded((), (), ()))) == 1
