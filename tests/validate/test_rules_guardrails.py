"""Guardrails that could not be meant, in files and in their environments (R29-R32)."""

from __future__ import annotations

import pytest

from tests.support.problems import HEAD, told

ACTION = "actions: [{start: A}]\n"


def refusals(guardrails: str) -> list[tuple[str, str]]:
    """Give what is wrong at the top level, where an environment must tell the same."""
    top = told(HEAD + ACTION + f"guardrails: {{{guardrails}}}\n")
    inside = told(HEAD + ACTION + f"environments: {{p: {{guardrails: {{{guardrails}}}}}}}\n")
    assert [it[1:] for it in top] == [it[1:] for it in inside]
    return [it[1:] for it in top]


@pytest.mark.parametrize(
    "text",
    [
        "allow: [start, stop, start]",
        "protect: [A, {workflow: B, refuse: [start, start]}]",
        "windows: [{timezone: UTC}, {days: [sat, start, start], timezone: UTC}]",
    ],
)
def test_nothing_stands_twice_in_a_list(text: str) -> None:
    assert ("`start` stands twice in this list", "remove it here") in refusals(text)


@pytest.mark.parametrize("glob", ["*", "W?", "[ab]*", "[!a-c]1", "@W*", "W[0-9_]", "W[a-]", "[z]"])
def test_a_glob_is_accepted_r30(glob: str) -> None:
    text = f"protect: ['{glob}', {{workflow: '{glob}', refuse: [stop]}}]"
    assert refusals(text) == []


@pytest.mark.parametrize("glob", ["", "a/b", "[", "[]", "a]", "[!]", "a@", "a b", "..", "${x}"])
def test_what_is_no_glob_is_refused_r30(glob: str) -> None:
    assert len(refusals(f"protect: ['{glob}', {{workflow: '{glob}', refuse: [stop]}}]")) == 2


def test_a_range_that_runs_backwards_is_refused_r30() -> None:
    message = "the range `9-0` runs backwards, so that it matches nothing"
    wrong = "protect: ['W[a9-0]', {workflow: '[A-Z][9-0]', refuse: [stop]}]"
    assert refusals(wrong) == [(message, "write 0-9")] * 2


@pytest.mark.parametrize(
    ("window", "time"),
    [
        ("from: '08:00', to: '08:00'", "08:00"),
        ("to: '00:00'", "00:00"),
        ("from: '00:00', to: '00:00'", "00:00"),
    ],
)
def test_a_window_must_open_and_close_r32(window: str, time: str) -> None:
    message = f"this window opens and closes at the same time, `{time}`"
    hint = "write another time, or neither `from` nor `to` for the whole day"
    assert refusals(f"windows: [{{{window}, timezone: UTC}}]") == [(message, hint)]


@pytest.mark.parametrize(
    "window",
    [
        "timezone: UTC",
        "from: '00:00', to: '24:00', timezone: Etc/GMT+5",
        "from: '22:00', to: '06:00', timezone: America/Port-au-Prince",
        "to: '18:00', days: [sun], timezone: America/Argentina/Buenos_Aires",
        "from: '18:00', to: '00:00', timezone: Europe/Kyiv",
    ],
)
def test_a_window_is_accepted_r32(window: str) -> None:
    assert refusals(f"windows: [{{{window}}}]") == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Europe/Berln", "did you mean `Europe/Berlin`?"),
        ("europe/berlin", "did you mean `Europe/Berlin`?"),
        ("Berlin", "did you mean `Europe/Berlin`?"),
        ("CEST", "did you mean `CET`?"),
        ("Mars", "write an IANA name, such as Europe/Berlin"),
        ("localtime", "write an IANA name, such as Europe/Berlin"),
        ("posix/Europe/Berlin", "did you mean `Europe/Berlin`?"),
        ("Europe", None),
    ],
)
def test_an_unknown_time_zone_is_refused_r32(name: str, hint: str | None) -> None:
    ((message, what),) = refusals(f"windows: [{{timezone: {name}}}]")
    assert message == f"`{name}` is not a known time zone"
    assert hint in (None, what)


@pytest.mark.parametrize(
    "name", ["/etc/localtime", "../UTC", "Europe/../UTC", "UTC.", "C:/x", "Europe//Berlin", "a\\b"]
)
def test_a_time_zone_cannot_lead_out_of_its_folder_r32(name: str) -> None:
    hint = "write a name of the IANA time zone database, such as Europe/Berlin"
    ((message, what),) = refusals(f"windows: [{{timezone: '{name}'}}]")
    assert message.endswith("is not a valid time zone")
    assert what == hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("from: 18:00", 'put it in quotes: "18:00"'),
        ("to: 8:00", "write a time from"),
        ("from: '8:00'", "write a time from"),
        ("from: '24:00'", "write a time from"),
        ("to: '24:01'", "write a time from"),
        ("to: 18", "write a time from"),
    ],
)
def test_a_time_is_text_with_two_digits_each_r32(text: str, hint: str) -> None:
    ((_, what),) = refusals(f"windows: [{{{text}, timezone: UTC}}]")
    assert what.startswith(hint)
