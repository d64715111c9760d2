"""Which reports are merged, which are refused, and what is to be known of those that are."""

from __future__ import annotations

from typing import Any

import pytest

from runner.reports.belonging import Part, doubts, strangers
from tests.support.reports import DIGEST, report_value

FILES = {"files": [{"path": "a.yaml", "sha256": "1" * 64}]}
CHANGES = {"since": "main", "base": "b", "allow_modified": False, "files": [], "guardrails": []}


def part(number: int, total: int = 3, digest: str | None = DIGEST, **more: Any) -> Part:
    shard = {"number": number, "total": total, "whole_digest": digest}
    return Part(f"r{number}.json", report_value(**{"shard": shard, "config": FILES, **more}))


def told(*parts: Part) -> list[str]:
    return [f"{it.file}: {it.message}" for it in strangers(parts)]


def test_the_shards_of_one_plan_belong_together() -> None:
    parts = [part(1), part(2), part(3)]
    assert strangers(parts) == []
    assert list(doubts(parts)) == []


def test_a_report_of_all_organizations_is_refused() -> None:
    assert told(Part("r.json", report_value())) == [
        "r.json: this is not the report of a shard, but of all organizations"
    ]


def test_a_merged_report_is_refused() -> None:
    shard = {"number": 1, "total": 1, "run_id": "r", "result": "succeeded", "exit_code": 0}
    value = report_value(shards=[{**shard, "plan_digest": None, "journal": None}])
    assert told(Part("m.json", value)) == ["m.json: this report is merged already"]


def test_a_shard_that_is_there_twice_is_refused() -> None:
    twice = Part("again.json", part(1).value)
    assert told(part(1), twice, part(2)) == ["again.json: shard 1/3 was given before, as `r1.json`"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"total": 4}, "the number of shards"),
        ({"mode": "dry-run"}, "the mode"),
        ({"environment": "prod"}, "the environment"),
        ({"target": {"base_url": "http://127.0.0.1:1", "sandbox": False}}, "the address"),
        ({"target": {"base_url": "https://mc.adobe.io", "sandbox": True}}, "the address"),
        ({"config": {"files": [{"path": "a.yaml", "sha256": "2" * 64}]}}, "the list of files"),
        ({"config": {"files": [{"path": "b.yaml", "sha256": "1" * 64}]}}, "the list of files"),
        ({"digest": "1" * 64}, "the digest of the plan"),
    ],
)
def test_a_shard_of_another_run_is_refused_with_what_to_do(more: dict[str, Any], says: str) -> None:
    (problem,) = strangers([part(1), part(2, **more)])
    assert problem.file == "r2.json"
    assert problem.message.startswith(says)
    assert problem.message.endswith("is not the same as in `r1.json`")
    assert problem.hint.startswith("merge the reports of one run")


def test_a_plan_of_other_changes_is_refused() -> None:
    one, other = part(1, changes=CHANGES), part(2, changes={**CHANGES, "base": "c"})
    assert [it.partition(" is ")[0] for it in told(one, other)] == [
        "r2.json: what had changed (--changed-since)"
    ]


def test_a_shard_that_was_refused_before_it_had_a_plan_belongs_to_the_others() -> None:
    early = part(1, digest=None, config={"files": []}, result="refused", exit_code=3)
    assert strangers([early, part(2), part(3)]) == []
    assert told(early, part(2), part(3, digest="1" * 64))  # which are compared all the same


def test_embedded_sandboxes_are_one_place_whatever_their_ports() -> None:
    targets = [{"base_url": f"http://127.0.0.1:{port}", "sandbox": True} for port in (1, 2)]
    assert strangers([part(n, target=it) for n, it in enumerate(targets, 1)]) == []


def test_missing_shards_are_named() -> None:
    (doubt,) = doubts([part(2, total=4), part(4, total=4)])
    assert not doubt.is_error
    assert "not all shards are there: 1/4, 3/4; " in doubt.message
    (doubt,) = doubts([part(1, total=100)])
    assert "21/100 and 79 more;" in doubt.message


def test_another_version_is_told() -> None:
    newer = part(2, total=2, tool={"name": "campaign-runner", "version": "0.2.0"})
    (doubt,) = doubts([part(1, total=2), newer])
    assert (doubt.file, doubt.is_error) == ("r2.json", False)
    assert doubt.message == "version `0.2.0` wrote this, and `0.1.0` the first"
