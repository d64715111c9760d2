"""Rows as a table for people and as a value for programs."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from dataclasses import asdict
from importlib import metadata
from typing import TYPE_CHECKING, Any

from benchmarks.frame import MODULES
from benchmarks.servers import NGINX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.frame import Row, Spread

BEGIN, END = "<!-- table: make bench -->", "<!-- end of the table -->"
_PACKAGES = ("campaign-runner", "typer", "PyYAML", "jsonschema-rs", "requests", "check-jsonschema")
NODE_PACKAGES = ("ajv-cli", "@adobe/aio-lib-campaign-standard", "newman")


def table(found: Mapping[str, Sequence[Row]], surroundings: Mapping[str, Any]) -> str:
    """Give all rows as one table of Markdown, with the versions below it."""
    lines = ["| measured | against | ours | other | ratio | limit |", "| --- | --- " * 3 + "|"]
    for rows in found.values():
        for it in rows:
            ours, other = _figure(it.ours, it.unit), _figure(it.other, it.unit)
            ratio = f"**{it.ratio.median:.2f}** ({it.ratio.least:.2f} to {it.ratio.most:.2f})"
            limit = _limit(it)
            lines.append(f"| {it.name} | {it.against} | {ours} | {other} | {ratio} | {limit} |")
    versions = ", ".join(f"{name} {version}" for name, version in surroundings["versions"].items())
    about = f"{surroundings['cores']} cores, {surroundings['system']}; {versions}."
    return "\n".join([*lines, "", about]) + "\n"


def json_text(found: Mapping[str, Sequence[Row]], surroundings: Mapping[str, Any]) -> str:
    """Give all rows as JSON."""
    rows = [
        {"benchmark": name, **asdict(it), "met": it.is_met}
        for name, listed in found.items()
        for it in listed
    ]
    return json.dumps({**surroundings, "rows": rows}, indent=2) + "\n"


def surroundings() -> dict[str, Any]:
    """Give where it is measured, and with which versions."""
    versions = {"Python": platform.python_version()}
    for name in _PACKAGES:
        versions[name] = metadata.version(name)
    if MODULES.is_dir():
        asked = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)  # noqa: S607 - the user's own
        versions["Node"] = asked.stdout.strip().removeprefix("v")
        for name in NODE_PACKAGES:
            described = json.loads((MODULES / name / "package.json").read_text(encoding="utf-8"))
            versions[name] = described["version"]
    if NGINX is not None:
        asked = subprocess.run([NGINX, "-v"], capture_output=True, text=True, check=True)
        versions["nginx"] = asked.stderr.strip().rpartition("/")[2]
    system = f"{platform.system()} {platform.machine()}"
    return {"cores": os.cpu_count(), "system": system, "versions": versions}


def put_into(page: str, text: str) -> str:
    """Give `page` with the table between its two marks replaced.

    Raises:
        ValueError: if the marks are not there.
    """
    before, begun, rest = page.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not begun or not ended:
        raise ValueError(f"the page has no place for the table: {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{text}{END}{after}"


def _limit(of: Row) -> str:
    if of.limit is None:
        return ""
    aim = "" if of.aim is None else f" (aim {of.aim:g})"
    return f"{of.limit:g}{'' if of.is_met else ', missed'}{aim}"


def _figure(of: Spread, unit: str) -> str:
    if unit == "s":
        return f"{of.median:.3f} s ({of.least:.3f} to {of.most:.3f})"
    return f"{of.median:.1f} {unit}"
