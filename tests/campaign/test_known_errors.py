"""Every row of API.md's table of errors is understood."""

from __future__ import annotations

import pytest

from runner.campaign.known_errors import KNOWN_ERRORS, explain

OOPS = '{"code":%d,"message":"Oops. Something went wrong. Check your URI and try again."}'


@pytest.mark.parametrize(
    ("status", "text", "code"),
    [
        (401, '{"error_code":"401013","message":"Oauth token is not valid"}', "401013"),
        (403, '{"error_code":"403023","message":"Profile is not valid"}', "403023"),
        (429, '{"error_code":"429050","message":"Too many requests"}', "429050"),
        (429, '{"error_code":429050}', "429050"),
        (500, OOPS % 500, "500"),
        (502, OOPS % 502, "502"),
        (500, "RST-360011 The 'contentURL' parameter isn't defined in signal activity.", "RST"),
        (400, '{"error": "XTK-170006 wrong"}', "XTK"),
        (400, "see XTK-170006 and RST-360000", "XTK"),
        (404, "RST-360000 no such workflow", "404"),
        (401, "RST-360000", "401"),
        (403, "XTK-1", "403"),
        (429, "XTK-1", "429"),
        (401, "", "401"),
        (403, "<html>", "403"),
        (404, "", "404"),
        (429, "slow down", "429"),
        (500, "", "500"),
        (502, "", "502"),
        (503, "", "503"),
        (504, "", "504"),
        (300, "", "3xx"),
        (302, "", "3xx"),
        (399, "", "3xx"),
        (400, '{"error":"invalid_client"}', "invalid_client"),
        (400, '{"error":"invalid_scope","error_description":"x"}', "invalid_scope"),
    ],
)
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
