"""Reports made by hand, as the values that pages are made of, and places to link to."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from runner.ci.places import Places
from runner.ci.systems import GITHUB

START = datetime(2026, 3, 2, 6, 0, tzinfo=timezone.utc)
NOWHERE = Places(Path("/nowhere"))
ON_GITHUB = Places(
    Path("/repository"),
    Path("/repository"),
    GITHUB,
    {
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "acme/campaigns",
        "GITHUB_SHA": "4f1c2d9a",
    },
)
RUN_URL = "https://github.com/acme/campaigns/actions/runs/4711"
HOSTILE = (
    "</script><script>document.title='owned'</script></style><img src=x onerror=alert(1)>"
    "\"'`]]>--><!-- ${7*7} {{7*7}} \u202egnp.exe\u202c \x00\x1b[31m \ud800 ::error::x ##[group]"
)


def at(seconds: float) -> str:
    """Give a moment of the run as reports write it."""
    moment = START + timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def attempt(
    second: float, status: int | None = 204, error: str | None = None, took: float = 0.2
) -> dict[str, Any]:
    request_id = None if status is None else f"req-{second:g}"
    return {
        "at": at(second),
        "duration_s": took,
        "status": status,
        "error": error,
        "request_id": request_id,
    }


def entry(number: int, action: str = "start", outcome: str = "succeeded", **more: Any) -> Any:
    """Give one command of a report; a sent one has one attempt, a second after the one before."""
    file, line = more.pop("file", "campaigns/june.yaml"), 10 + number
    organization, workflow = more.pop("organization", "acme"), more.pop("workflow", f"WKF{number}")
    sent = outcome in ("succeeded", "failed", "unknown")
    path = f"/{organization}/campaign/workflow/execution/{workflow}/commands"
    error = None if outcome == "succeeded" else "the server said no"
    return {
        "id": f"{file}#{number}.1",
        "name": None,
        "action": action,
        "organization": organization,
        "workflow": workflow,
        "source": {"file": file, "line": line, "column": 5},
        "request": {
            "method": "POST",
            "url": f"https://mc.adobe.io{path}",
            "body": {"method": action},
        },
        "outcome": outcome,
        "attempts": [attempt(float(number), 204 if error is None else 400, error)] if sent else [],
        "message": error if sent else None,
        **more,
    }


def report_of(*commands: Any, result: str = "", **more: Any) -> dict[str, Any]:
    """Give a report of these commands; its result and exit code follow from them."""
    outcomes = [it["outcome"] for it in commands if it["action"] != "wait"]
    words = ("planned", "succeeded", "skipped", "failed", "unknown", "not_sent")
    totals = {"commands": len(outcomes), **{word: outcomes.count(word) for word in words}}
    result = result or next(
        (it for it in ("unknown", "failed", "planned") if totals[it]), "succeeded"
    )
    codes = {"failed": 1, "refused": 3, "unknown": 6, "interrupted": 6}
    ends = [it["attempts"][-1]["at"] for it in commands if it["attempts"]]
    return {
        "schema_version": 1,
        "tool": {"name": "campaign-runner", "version": "0.1.0"},
        "run_id": "20260302T060000Z-0a1b2c3d",
        "mode": "dry-run" if result == "planned" else "run",
        "result": result,
        "exit_code": codes.get(result, 0),
        "message": None,
        "environment": "prod",
        "organization": "acme",
        "target": {"base_url": "https://mc.adobe.io", "sandbox": False},
        "plan_digest": "5c" * 32,
        "config": {"files": [{"path": "campaigns/june.yaml", "sha256": "0f" * 32}]},
        "source_control": {"commit": "4f1c2d9a" * 5, "ref": "main", "run_url": RUN_URL},
        "started_at": at(0),
        "finished_at": max(ends, default=at(0.1)),
        "duration_s": 12.5,
        "totals": totals,
        "journal": ".campaign-runner/20260302T060000Z-0a1b2c3d.jsonl",
        "resumed": [],
        "overrides": [],
        "warnings": [],
        "problems": [],
        "commands": list(commands),
        **more,
    }


def problem(
    message: str = "`stat` is not known", severity: str = "error", **more: Any
) -> dict[str, Any]:
    return {
        "severity": severity,
        "rule": "unknown-key",
        "file": "campaigns/june.yaml",
        "line": 12,
        "column": 5,
        "pointer": "actions[2].stat",
        "message": message,
        "hint": "Write `start`.",
        **more,
    }


def thirty() -> dict[str, Any]:
    """Give a report with all that can be in one: every outcome, waits, retries, a resumed part."""
    wait = {"until": "stopped", "timeout_s": 600.0, "poll_s": 5.0}
    commands = [
        entry(1, "stop", name="Drain the old journey", wait=wait, waited_s=9.0),
        entry(2, "stop", name="Drain the old journey", state_before="started"),
        entry(
            3,
            name="Start the new journey",
            attempts=[
                attempt(12, 503, "503: the service is busy", 0.4),
                attempt(15, 429, "429: too many requests", 0.1),
                attempt(20, 204, None, 0.3),
            ],
            state_before="stopped",
            state_after="started",
            message="sent again after 503 and 429",
        ),
        entry(4, "wait", workflow=None, request=None, attempts=[], pause_s=8.0, waited_s=8.0),
        *(entry(number, "start", attempts=[attempt(25 + number)]) for number in range(5, 20)),
        entry(20, "signal", activity="signal1", attempts=[attempt(50)]),
        entry(21, "ensure", "skipped", desired={"state": "started"}, request=None, attempts=[]),
        entry(22, "resume", organization="acme-uk", attempts=[attempt(4000)]),
        entry(23, "pause", "failed", attempts=[attempt(4003, 400, "400: not in this state")]),
        entry(24, "start", "unknown", attempts=[attempt(4005, None, "timed out", 30.0)]),
        *(entry(number, "start", "not_sent") for number in range(25, 31)),
    ]
    seam = {
        "at": at(3999),
        "next": "campaigns/june.yaml#22.1",
        "settled": [{"id": "campaigns/june.yaml#20.1", "word": "sent"}],
        "retry_failed": True,
        "source_control": {"commit": "4f1c2d9a" * 5, "ref": "main", "run_url": RUN_URL},
    }
    warning = problem("start and resume of WKF7 follow each other", "warning", hint=None)
    return report_of(
        *commands,
        message="WKF24 may or may not have been started: settle it with --settle",
        organization=None,
        duration_s=4036.0,
        finished_at=at(4036),
        resumed=[seam],
        warnings=[warning],
        overrides=[{"name": "max_stops", "reason": "the sale is over", "lifted": [problem()]}],
    )


def many(number: int) -> dict[str, Any]:
    """Give a report of many commands, one of a hundred of which failed."""
    failing = {it for it in range(1, number + 1) if it % 100 == 50}
    return report_of(
        *(
            entry(
                it,
                ("stop", "start", "pause", "resume")[it % 4],
                "failed" if it in failing else "succeeded",
                on_failure="continue",
                name=f"Action {it} of the big move",
                attempts=[attempt(it * 0.25, 400 if it in failing else 204)],
            )
            for it in range(1, number + 1)
        ),
        duration_s=number * 0.25,
    )


def hostile() -> dict[str, Any]:
    """Give a report in which every text that somebody else may have written is an attack."""
    text = HOSTILE
    command = entry(
        1,
        outcome="failed",
        file=text,
        workflow=text,
        organization=text,
        name=text + "long name " * 1000,
        message=text,
        activity=text,
        reason=text,
        decided=text,
        follows=text,
        state_before=text,
    )
    command["attempts"] = [attempt(1, 500, text)]
    command["attempts"][0]["request_id"] = text
    command["request"]["body"] = {text: text}
    found = problem(text, hint=text, file=text, pointer=text, rule=text)
    source = {"commit": text, "ref": text, "run_url": "javascript:alert(1)"}
    return report_of(
        command,
        message=text,
        environment=text,
        organization=text,
        target={"base_url": text, "sandbox": False},
        config={"files": [{"path": text, "sha256": text}]},
        source_control=source,
        journal=text,
        run_id=text,
        tool={"name": text, "version": text},
        warnings=[{**found, "severity": "warning"}],
        problems=[found],
        overrides=[{"name": text, "reason": text, "lifted": [found]}],
        resumed=[
            {
                "at": text,
                "next": text,
                "settled": [{"id": text, "word": text}],
                "retry_failed": False,
                "source_control": source,
            }
        ],
    )
