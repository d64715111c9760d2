"""Which part of the organizations a report is about, or which parts it was put together of."""

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
    part = report.get("part")
    if part is not None:
        digest = part["whole_digest"]
        name = f"Organization {part['organization']}"
        yield name, f"of the plan {digest}" if digest else "without a plan"
    for it in report.get("shards") or ():
        yield f"Shard {title(it)}", _told(it)
    for it in report.get("organizations") or ():
        yield f"Organization {it['organization']}", _told(it)


def _told(part: Mapping[str, Any]) -> str:
    journal = f", journal {part['journal']}" if part["journal"] else ""
    return f"{part['result']} (exit code {part['exit_code']}), run {part['run_id']}{journal}"


def parts(report: Mapping[str, Any]) -> Sequence[tuple[str, dict[str, Any]]]:
    """Give each run that a report was put together of, by its name, as far as a report has it.

    That is its result, its journal and its commands. A report of one run has no parts.
    """
    organizations = report.get("organizations")
    if organizations:
        return [_of_organization(report, it) for it in organizations]
    return [
        (
            f"Shard {title(it)}",
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


def _of_organization(
    report: Mapping[str, Any], part: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    name = part["organization"]
    own = {
        **report,
        "organizations": None,
        "shards": None,
        "result": part["result"],
        "journal": part["journal"],
        "commands": [it for it in report["commands"] if it["organization"] == name],
    }
    return f"Organization {name}", own
