"""Which part of the organizations a report is about, or of which parts it was put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.plan.shard import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def title(shard: Mapping[str, Any]) -> str:
    """Give the name of a shard, as `--shard` takes it."""
    return f"{shard['number']}/{shard['total']}"


def shard_lines(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give each shard that a report is about as a name and a value, not cleaned of anything."""
    shard = report.get("shard")
    if shard is not None:
        digest = shard["whole_digest"]
        yield f"Shard {title(shard)}", f"of the plan {digest}" if digest else "without a plan"
    for it in report.get("shards") or ():
        journal = f", journal {it['journal']}" if it["journal"] else ""
        told = f"{it['result']} (exit code {it['exit_code']}), run {it['run_id']}{journal}"
        yield f"Shard {title(it)}", told


def parts(report: Mapping[str, Any]) -> Sequence[tuple[str, dict[str, Any]]]:
    """Give each run of a merged report by the name of its shard, as far as a report has it.

    That is its result, its journal and its commands. Any other report has no parts.
    """
    return [
        (
            title(it),
            {
                **report,
                "shards": None,
                "result": it["result"],
                "journal": it["journal"],
                "commands": [
                    command
                    for command in report["commands"]
                    if number_of(command["organization"] or "", it["total"]) == it["number"]
                ],
            },
        )
        for it in report.get("shards") or ()
    ]
