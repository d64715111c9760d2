"""How a person goes on after a run that did not come to its end, as far as its report tells."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from runner.render.report.shards import parts

if TYPE_CHECKING:
    from collections.abc import Mapping

_STDIN = "-"


def going_on(report: Mapping[str, Any]) -> tuple[str, str]:
    """Give what to do, in one sentence, and the command for it; both empty where nothing is to do.

    The options for hosts, secrets and policy are not in a report; who goes on adds them again.
    Of a report of several parts it is the first one with something to do.
    """
    left = [(name, *found) for name, it in parts(report) if (found := _of_run(it))[0]]
    if not left:
        return _of_run(report)
    name, text, command = left[0]
    more = f" ({len(left) - 1:,} more after it)" if left[1:] else ""
    return f"{name}{more}: {text}", command


def _of_run(report: Mapping[str, Any]) -> tuple[str, str]:
    journal = report.get("journal")
    if journal is None or report["result"] in ("succeeded", "planned"):
        return "", ""
    if any(it["path"] == _STDIN for it in report["config"]["files"]):
        return "A run from standard input cannot be gone on with; begin a new one.", ""
    commands = report["commands"]
    unknown = [it for it in commands if it["outcome"] == "unknown"]
    how = shlex.join(["campaign-runner", "run", "--resume", journal])
    if unknown:
        more = f" ({len(unknown) - 1:,} more after it)" if unknown[1:] else ""
        text = (
            f"Nobody knows whether {unknown[0]['id']} took effect{more}. Look at the workflow in"
            " Campaign, and say what you found (sent, or not-sent)."
        )
        return text, f"{how} --settle {shlex.quote(unknown[0]['id'] + '=sent')}"
    if any(it.get("decided") == "refused" for it in commands):
        return "See to the desired state that is refused, and then begin a new run.", ""
    if report["result"] == "failed" and any(it["outcome"] == "failed" for it in commands):
        return "To send again what failed, and go on:", f"{how} --retry-failed"
    return "To go on:", how
