"""Every row of API.md's table of errors is understood, and every entry of the catalogue met."""

from __future__ import annotations

import pytest

from runner.campaign.known_errors import KNOWN_ERRORS, TOO_SOON, explain

# As Adobe's page "Triggering a signal activity" shows it.
UNDECLARED = (
    "RST-360011 An error has occurred - please contact your administrator.\n"
    "'contentURL' parameter isn't defined in signal activity.\n"
    "XTK-170006 Unable to parse expression 'HandleTrigger(@name, $(source), $({parameters}))'.\n"
    "RST-360000 Error while assessing 'HandleTrigger(@name, $(source), $({parameters}))' expression"
    " ('xtk:workflow:execution/activities/signal/trigger' resource)"
)
OOPS = '{"code":%d,"message":"Oops. Something went wrong. Check your URI and try again."}'


CASES = [
    (401, '{"error_code":"401013","message":"Oauth token is not valid"}', "401013"),
    (403, '{"error_code":"403000","message":"Api Key is invalid"}', "403000"),
    (403, '{"error_code":"403003","message":"Api Key is invalid"}', "403003"),
    (403, '{"error_code":"403023","message":"Profile is not valid"}', "403023"),
    (429, '{"error_code":"429050","message":"Too many requests"}', "429050"),
    (429, '{"error_code":429050}', "429050"),
    (500, OOPS % 500, "500"),
    (502, OOPS % 502, "502"),
    (500, UNDECLARED, "RST-360011"),
    (500, f'{{"error": {UNDECLARED!r}}}', "RST-360011"),
    (400, "XTK-170006 first, RST-360000 then, RST-360011 last", "RST-360011"),
    (400, '{"error": "XTK-170006 wrong"}', "XTK-170006"),
    (400, "see RST-360000 and XTK-170006", "XTK-170006"),
    (400, "see RST-360000 and XTK-999999", "RST-360000"),
    (
        500,
        "Attribute 'O5' unknown. XTK-170036 Unable to parse expression '@id = @O5'.",
        "XTK-170036",
    ),
    (500, "RST-360012 inconsistent operation", "RST"),
    (500, "XTK-1 and RST-2", "XTK"),
    (404, "RST-360000 no such workflow", "404"),
    (404, "RST-360011 An error has occurred. Document not found from its key 'WKF9'", "404"),
    (404, '{"message": "Unable to decrypt PKey. (PKey=@jksad)"}', "unknown key"),
    (404, "Cannot decrypt the key", "unknown key"),
    (404, "PKey kann nicht entschl\u00fcsselt werden. (PKey=@jksad)", "unknown key"),
    (401, "RST-360000", "401"),
    (403, "XTK-1", "403"),
    (429, "XTK-1", "429"),
    (401, "", "401"),
    (403, "<html>", "403"),
    (404, "", "404"),
    (429, "slow down", "429"),
    (500, "", "500"),
    (500, "(PKey=@jksad)", "500"),
    (502, "", "502"),
    (503, "", "503"),
    (504, "", "504"),
    (300, "", "3xx"),
    (302, "", "3xx"),
    (399, "", "3xx"),
    (400, '{"error":"invalid_client"}', "invalid_client"),
    (400, '{"error":"invalid_scope","error_description":"x"}', "invalid_scope"),
    (400, '{"error":"unauthorized_client"}', "unauthorized_client"),
]


@pytest.mark.parametrize(("status", "text", "code"), CASES)
def test_the_code_of_the_body_tells_more_than_the_status(status: int, text: str, code: str) -> None:
    known = explain(status, text)
    assert known is not None
    assert known.code == code


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (400, ""),
        (400, "XTK- RST- FIRST-360000"),
        (418, '{"error_code": "nonsense"}'),
        (400, "[" * 60_000),
        (400, "9" * 6_000),
        (400, "[1]"),
        (400, '{"error": {"error_code": "401013"}}'),
        (400, '{"error": null}'),
        (400, '{"error": true}'),
        (400, '{"error": ' + "[" * 950 + "]" * 950 + "}"),
        (200, "try again in some minutes"),
    ],
)
def test_what_is_not_known_is_not_guessed(status: int, text: str) -> None:
    assert explain(status, text) is None


@pytest.mark.parametrize("error", KNOWN_ERRORS, ids=lambda error: error.code)
def test_each_says_what_it_means_what_to_do_and_who_can(error: object) -> None:
    text = str(error)
    assert text.count(". ") >= 1
    assert text.endswith(("(you)", "(your Adobe administrator)", "(Adobe)"))


def test_no_code_stands_twice() -> None:
    codes = [error.code for error in KNOWN_ERRORS]
    assert len(codes) == len(set(codes))


def test_every_entry_is_met_but_the_one_that_only_words_tell() -> None:
    assert {error.code for error in KNOWN_ERRORS} - {code for _, _, code in CASES} == {
        TOO_SOON.code
    }


def test_what_people_need_is_said() -> None:
    said = {error.code: str(error) for error in KNOWN_ERRORS}
    assert "it may have been changed in Campaign" in said["404"]
    assert "migration to Campaign v8" in said["404"]
    assert "a parameter that its External signal activity does not declare" in said["RST-360011"]
    assert "10 minutes" in said[TOO_SOON.code]
    assert "expired" in said["invalid_client"]
    assert "the API key" in said["403000"]
