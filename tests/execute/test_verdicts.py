"""The whole table: what an answer, or none, says about an attempt."""

from __future__ import annotations

import pytest

from runner.execute.verdicts import Verdict, judge
from tests.support.wire import answered, lost, refused, untrusted

SPECIAL = {
    401: Verdict.REJECTED,
    403: Verdict.REJECTED,
    429: Verdict.NOT_APPLIED,
    500: Verdict.SERVER_ERROR,
    502: Verdict.LOST,
    503: Verdict.NOT_APPLIED,
    504: Verdict.LOST,
}


@pytest.mark.parametrize("status", range(200, 300))
def test_every_2xx_is_a_success_whatever_its_body(status: int) -> None:
    assert judge(answered(status, "\x00", cut="cut")) is Verdict.SUCCEEDED


@pytest.mark.parametrize("status", [*range(300, 600), 600, 999])
def test_every_other_status_has_its_verdict_r16_r17_r18(status: int) -> None:
    assert judge(answered(status)) is SPECIAL.get(status, Verdict.FAILED)


def test_no_answer_is_judged_by_whether_it_was_sent() -> None:
    assert judge(lost()) is Verdict.LOST
    assert judge(refused()) is Verdict.NOT_APPLIED
    assert judge(untrusted()) is Verdict.FAILED
