"""What one report of several shards says."""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

import pytest

from runner.errors import ReportError
from runner.reports.belonging import Part
from runner.reports.merging import merge
from tests.support.program import checked_report
from tests.support.reports import DIGEST, attempt, entry, problem, report_value

TOOL = {"name": "campaign-runner", "version": "9.9.9"}
FILES = ["b.yaml", "a.yaml"]
CONFIG = {"files": [{"path": it, "sha256": "1" * 64} for it in FILES]}


def part(number: int, *commands: dict[str, Any], total: int = 3, **more: Any) -> Part:
    values = {
        "shard": {"number": number, "total": total, "whole_digest": DIGEST},
        "config": CONFIG,
        "run_id": f"20260301T12000{number}Z-0000000{number}",
        "journal": f".r/{number}.jsonl",
        **more,
    }
    return Part(f"r{number}.json", report_value(commands, **values))


def merged(*parts: Part) -> dict[str, Any]:
    value, _ = merge(parts, TOOL)
    checked: dict[str, Any] = checked_report(json.dumps(value))
    return checked


def ended(number: int, result: str, exit_code: int, *outcomes: str, **more: Any) -> Part:
    commands = [entry(f"a.yaml/{number}#{n}.1", it) for n, it in enumerate(outcomes, 1)]
    return part(number, *commands, result=result, exit_code=exit_code, **more)


def test_commands_stand_in_the_order_of_the_plan_whatever_shard_they_are_of() -> None:
    order = [
        "b.yaml/2#1.1",
        "b.yaml/2#2.1",
        "b.yaml/2#2.2",
        "b.yaml/2#2.10",
        "b.yaml/2#10.1",
        "b.yaml/2#desired.1.1",
        "b.yaml/2#desired.2",
        "b.yaml/2#desired.1.2",
        "b.yaml/10#1.1",
        "a.yaml#1.1",
        "a.yaml#desired.1",
    ]

    def of(identity: str) -> dict[str, Any]:
        file = identity.partition("#")[0].partition("/")[0]
        return entry(identity, source={"file": file, "line": 1, "column": 1})

    shards = [part(n, *(of(it) for it in order[-n::-3])) for n in (1, 2, 3)]
    assert [it["id"] for it in merged(*shards)["commands"]] == order


def test_the_order_of_the_arguments_makes_no_difference() -> None:
    parts = [
        ended(1, "failed", 1, "failed", warnings=[problem(severity="warning")], message="one"),
        ended(2, "succeeded", 0, "succeeded", started_at="2026-03-01T11:00:00.000Z"),
        ended(3, "interrupted", 6, "not_sent", finished_at="2026-03-01T13:00:00Z", message="two"),
    ]
    texts = {json.dumps(merge(it, TOOL)[0]) for it in permutations(parts)}
    assert len(texts) == 1


def test_totals_and_times_are_those_of_all() -> None:
    value = merged(
        ended(1, "succeeded", 0, "succeeded", "skipped", started_at="2026-03-01T11:59:58.500Z"),
        ended(2, "succeeded", 0, "succeeded", finished_at="2026-03-01T12:00:02.000Z"),
        ended(3, "succeeded", 0),
    )
    assert value["totals"]["commands"] == 3
    assert (value["totals"]["succeeded"], value["totals"]["skipped"]) == (2, 1)
    assert value["started_at"] == "2026-03-01T11:59:58.500Z"
    assert value["finished_at"] == "2026-03-01T12:00:02.000Z"
    assert value["duration_s"] == 3.5
    assert value["tool"] == TOOL
    assert value["plan_digest"] == DIGEST


@pytest.mark.parametrize(
    ("shards", "result", "exit_code"),
    [
        ([("succeeded", 0, "succeeded"), ("succeeded", 0)], "succeeded", 0),
        ([("failed", 1, "failed"), ("succeeded", 0, "succeeded")], "failed", 1),
        ([("failed", 1, "failed"), ("failed", 4, "failed")], "failed", 4),
        ([("failed", 4, "failed"), ("unknown", 6, "unknown")], "unknown", 6),
        ([("unknown", 6, "unknown"), ("interrupted", 6, "not_sent")], "interrupted", 6),
        ([("failed", 7, "failed"), ("unknown", 6, "unknown")], "unknown", 7),
        # Nothing was sent by any of them:
        ([("refused", 5, "not_sent"), ("succeeded", 0)], "refused", 5),
        ([("refused", 5, "not_sent"), ("refused", 4, "not_sent")], "refused", 5),
        ([("refused", 5, "not_sent"), ("refused", 3)], "refused", 3),
        ([("refused", 4, "not_sent"), ("succeeded", 0, "skipped")], "refused", 4),
        ([("refused", 5, "not_sent"), ("interrupted", 6, "not_sent")], "interrupted", 6),
        # One has sent something, and codes 3 and 5 would say that nothing was:
        ([("refused", 5, "not_sent"), ("succeeded", 0, "succeeded")], "failed", 1),
        ([("refused", 3), ("failed", 1, "failed")], "failed", 1),
        ([("refused", 4, "not_sent"), ("succeeded", 0, "succeeded")], "failed", 4),
    ],
)
def test_the_worst_counts_r22(shards: list[tuple[Any, ...]], result: str, exit_code: int) -> None:
    value = merged(*(ended(n, *it) for n, it in enumerate(shards, 1)))
    assert (value["result"], value["exit_code"]) == (result, exit_code)


def test_a_dry_run_stays_one() -> None:
    value = merged(
        ended(1, "planned", 0, "planned", mode="dry-run"), ended(2, "planned", 0, mode="dry-run")
    )
    assert (value["mode"], value["result"], value["exit_code"]) == ("dry-run", "planned", 0)


def test_each_shard_is_named_with_its_journal() -> None:
    value = merged(ended(2, "failed", 1, "failed"), ended(1, "succeeded", 0))
    assert [(it["number"], it["total"], it["result"], it["journal"]) for it in value["shards"]] == [
        (1, 3, "succeeded", ".r/1.jsonl"),
        (2, 3, "failed", ".r/2.jsonl"),
    ]
    assert value["journal"] is None
    assert value["run_id"].startswith("20260301T120000Z-")


def test_what_several_found_is_told_once_and_what_all_found_first() -> None:
    common, own = problem(severity="warning"), problem(severity="warning", line=1)
    value = merged(
        ended(1, "succeeded", 0, warnings=[own, common]),
        ended(2, "succeeded", 0, warnings=[common]),
    )
    assert value["warnings"] == [common, own]


def test_messages_say_whose_they_are_unless_all_say_the_same() -> None:
    one = merged(ended(1, "refused", 3, message="bad"), ended(2, "refused", 3, message="bad"))
    assert one["message"] == "bad"
    two = merged(ended(1, "failed", 1, "failed", message="late"), ended(2, "succeeded", 0))
    assert two["message"] == "shard 1/3: late"
    assert merged(ended(1, "succeeded", 0))["message"] is None


def test_lifted_guardrails_and_seams_are_put_together() -> None:
    seam: dict[str, Any] = {"next": None, "settled": [], "retry_failed": False}
    source = {"commit": "c", "ref": "r", "run_url": None}
    seams = [{**seam, "at": f"2026-03-01T12:0{n}:00Z", "source_control": source} for n in (1, 2)]
    lift = {"name": "max_stops", "reason": "an emergency"}
    value = merged(
        ended(1, "succeeded", 0, overrides=[{**lift, "lifted": [problem()]}], resumed=seams[1:]),
        ended(2, "succeeded", 0, overrides=[{**lift, "lifted": []}], resumed=seams[:1]),
    )
    assert value["overrides"] == [{**lift, "lifted": [problem()]}]
    assert value["resumed"] == seams


def test_of_source_control_only_what_all_share_stays() -> None:
    source = {"commit": "c", "ref": "main", "run_url": "https://ci.test/1"}
    value = merged(
        ended(1, "succeeded", 0, source_control=source),
        ended(2, "succeeded", 0, source_control={**source, "run_url": "https://ci.test/2"}),
    )
    assert value["source_control"] == {**source, "run_url": None}


def test_an_organization_stands_at_the_top_where_it_is_the_only_one_r23() -> None:
    one = entry("a.yaml#1.1", organization="acme", attempts=[attempt()])
    assert merged(part(1, one), part(2))["organization"] == "acme"
    assert (
        merged(part(1, one), part(2, entry("b.yaml#1.1", organization="o")))["organization"] is None
    )


def test_what_does_not_belong_together_is_refused() -> None:
    with pytest.raises(ReportError) as raised:
        merge([ended(1, "succeeded", 0), ended(1, "succeeded", 0)], TOOL)
    assert raised.value.exit_code == 3
