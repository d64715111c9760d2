"""What reports of shards, and merged ones, say about that in each form."""

from __future__ import annotations

from typing import Any

import pytest

from runner.render.html.report_page import report_page
from runner.render.report.going_on import going_on
from runner.render.report.markdown import report_markdown
from runner.render.report.text import report_as_text
from tests.support.pages import NOWHERE
from tests.support.reports import DIGEST, entry, report_value


def run_of(number: int, result: str = "succeeded", exit_code: int = 0) -> dict[str, Any]:
    return {
        "number": number,
        "total": 3,
        "run_id": f"run-{number}",
        "result": result,
        "exit_code": exit_code,
        "plan_digest": None,
        "journal": f".r/{number}.jsonl" if number > 1 else None,
    }


SHARD = {"number": 2, "total": 3, "whole_digest": DIGEST}
OF_SHARD = report_value([entry(organization="globex")], shard=SHARD)
MERGED = report_value(
    [
        entry("a.yaml#1.1", organization="globex"),
        entry("a.yaml#2.1", "unknown", organization="acme"),
        entry("a.yaml#3.1", "failed", organization="globex"),
    ],
    "unknown",
    6,
    shards=[run_of(1), run_of(2, "failed", 1), run_of(3, "unknown", 6)],
)


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_each_form_names_the_shards(form: str) -> None:
    forms = {
        "text": lambda it: report_as_text(it, lambda _: ""),
        "markdown": lambda it: report_markdown(it, NOWHERE),
        "html": lambda it: report_page(it, NOWHERE),
    }
    one, all_of_them = forms[form](OF_SHARD), forms[form](MERGED)
    assert "Shard 2/3" in one
    assert DIGEST in one
    assert "Shard 1/3" in all_of_them
    assert "run-2" in all_of_them
    assert "Shard" not in forms[form](report_value([entry()]))


def test_the_first_shard_that_has_something_to_do_says_how_to_go_on() -> None:
    text, command = going_on(MERGED)
    assert text == "Shard 2/3 (1 more after it): To send again what failed, and go on:"
    assert command == "campaign-runner run --resume .r/2.jsonl --retry-failed"
    alone = {**MERGED, "shards": [MERGED["shards"][2]]}
    text, command = going_on(alone)
    assert text.startswith("Shard 3/3: Nobody knows whether a.yaml#2.1 took effect.")
    assert command == "campaign-runner run --resume .r/3.jsonl --settle 'a.yaml#2.1=sent'"


def test_nothing_is_to_do_where_all_shards_are_done() -> None:
    done = {**MERGED, "shards": [run_of(1), run_of(2)]}
    assert going_on(done) == ("", "")
