"""What the benchmarks say is the median of pairs; how fast anything is no test asks."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import servers, wire
from benchmarks.__main__ import NAMES
from benchmarks.frame import OURS, Call, Row, figures_row, taken_in_turn, told, use
from benchmarks.peers import newman_collection
from benchmarks.table import BEGIN, END, NODE_PACKAGES, json_text, put_into, table
from benchmarks.wire_peers import over_requests, raw

ROOT = Path(__file__).parents[1]
PAIRS = [(1.0, 2.0), (3.0, 3.0), (2.0, 8.0)]
AROUND: dict[str, Any] = {"cores": 2, "system": "Linux", "versions": {"Python": "3.11"}}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="measures with wait4")


def row(limit: float | None) -> Row:
    return figures_row("`plan`", "a peer", "s", PAIRS, limit)


def test_the_ratio_is_the_median_of_the_pairs_own_ratios() -> None:
    assert row(None).ratio.median == 0.5  # the ratio of the medians would be two thirds
    assert (row(None).ratio.least, row(None).ratio.most) == (0.25, 1.0)


@pytest.mark.parametrize(("limit", "end"), [(0.5, "0.5 |"), (0.4, "0.4, missed |"), (None, " |")])
def test_the_table_says_what_is_missed(limit: float | None, end: str) -> None:
    line = table({"start": [row(limit)]}, AROUND).splitlines()[2]
    assert "2.000 s (1.000 to 3.000)" in line
    assert "**0.50** (0.25 to 1.00)" in line
    assert line.endswith(end)


def test_an_aim_that_is_missed_is_no_limit_that_is_missed() -> None:
    aimed = figures_row("`run`", "a peer", "s", PAIRS, 0.5, aim=0.4)
    assert table({"wire": [aimed]}, AROUND).splitlines()[2].endswith("| 0.5 (aim 0.4) |")
    assert aimed.is_met


def test_json_has_every_row_with_the_versions() -> None:
    value = json.loads(json_text({"start": [row(0.4)]}, AROUND))
    assert value["versions"] == {"Python": "3.11"}
    assert [(it["benchmark"], it["ratio"]["median"], it["met"]) for it in value["rows"]] == [
        ("start", 0.5, False)
    ]


def test_a_call_that_ends_otherwise_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="ended with 3"):
        use(Call([sys.executable, "-c", "raise SystemExit(3)"]))
    used = use(Call([sys.executable, "-c", "raise SystemExit(3)"], exit_code=3))
    assert used.seconds > 0
    assert used.megabytes > 1


def test_a_call_that_measures_itself_is_taken_at_its_word() -> None:
    assert told(Call([sys.executable, "-c", "print(0.25)"])) == 0.25
    with pytest.raises(RuntimeError, match="ended with 3"):
        told(Call([sys.executable, "-c", "print(0.25); raise SystemExit(3)"]))


def test_each_begins_every_other_pair_after_both_were_called_once() -> None:
    called: list[str] = []

    def ours() -> int:
        called.append("ours")
        return len(called)

    def other() -> int:
        called.append("other")
        return len(called)

    assert taken_in_turn(ours, other, 3) == [(3, 4), (6, 5), (7, 8)]
    assert called == ["ours", "other"] * 2 + ["other", "ours"] + ["ours", "other"]


def test_the_page_has_a_place_for_the_table() -> None:
    page = (ROOT / "docs/performance.md").read_text(encoding="utf-8")
    once = put_into(page, "the table\n")
    assert put_into(once, "another\n") == put_into(page, "another\n")
    assert f"{BEGIN}\nanother\n{END}" in put_into(once, "another\n")


def test_every_benchmark_gives_rows() -> None:
    for name in NAMES:
        assert callable(importlib.import_module(f"benchmarks.{name}").rows)


def test_every_peer_in_node_is_pinned_and_named_below_the_table() -> None:
    described = json.loads((ROOT / "benchmarks/package.json").read_text(encoding="utf-8"))
    locked = json.loads((ROOT / "benchmarks/package-lock.json").read_text(encoding="utf-8"))
    assert described["dependencies"].keys() == set(NODE_PACKAGES)
    for name, version in described["dependencies"].items():
        assert locked["packages"][f"node_modules/{name}"]["version"] == version


def test_the_time_of_commands_is_read_from_their_report() -> None:
    def command(at: str, seconds: float) -> dict[str, Any]:
        attempt = {"at": f"2026-01-01T00:00:0{at}Z", "duration_s": seconds}
        return {"outcome": "succeeded", "attempts": [attempt]}

    # Of those under way at a time the last to begin need not be the last to end.
    report = {"commands": [command("1.000", 0.1), command("1.250", 2.0), command("1.500", 0.5)]}
    found = wire.figures(9.0, report)
    assert (found.whole, found.sending, found.each) == (9.0, 2.25, 0.25)
    report["commands"][1]["outcome"] = "failed"
    with pytest.raises(AssertionError):
        wire.figures(9.0, report)


def test_newman_sends_what_the_others_send() -> None:
    items = json.loads(newman_collection(9, 2))["item"]
    assert [it["request"]["url"] for it in items] == [
        f"http://127.0.0.1:9/acme/campaign/workflow/execution/WKF{n}/commands" for n in range(2)
    ]
    assert items[0]["request"]["body"] == {"mode": "raw", "raw": '{"method": "stop"}'}
    assert {it["key"]: it["value"] for it in items[0]["request"]["header"]} == {
        "Content-Type": "application/json",
        "Authorization": "Bearer benchmark-access-token",
        "Cache-Control": "no-cache",
        "X-Api-Key": "benchmark-api-key",
    }


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            "nginx", marks=pytest.mark.skipif(servers.NGINX is None, reason="needs nginx")
        ),
        "our own server",
    ],
)
def test_the_row_can_say_which_server_answered(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name != "nginx":
        monkeypatch.setattr(servers, "NGINX", None)
    with servers.answering_at_once(tmp_path) as server:
        assert server.name == name
        raw(server.port, 3)
        over_requests(server.port, 3)


@pytest.mark.skipif(not Path(OURS).exists(), reason="needs the program, not only its package")
def test_a_run_is_measured_with_several_commands_at_a_time(tmp_path: Path) -> None:
    with servers.answering_after(0.0) as server:
        found = wire.sent(server, tmp_path, 5, 2)
    assert found.whole > found.sending >= 4 * found.each >= 0
    assert (tmp_path / "state").is_dir()
