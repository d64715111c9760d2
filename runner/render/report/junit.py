"""A report as JUnit XML, for the test pages of CI systems.

One test case for each command and one suite for each file. A case passes where what the file asks
for is so: the command succeeded, a desired state held already, or `--once` had it done. It fails
where the command failed, is an error where its outcome is unknown, and is skipped where nothing was
sent: after an earlier failure, in a dry run, or where a desired state is left alone on purpose.
Pauses are no cases (rule R8).

Why a run was refused or broken off is a case of its own, in a suite before the others, so that no
run with an exit code other than 0 looks green. There is also one where there is no command at all,
since a file without any case counts as broken in some CI systems.

The XML is valid by Jenkins' schema (tests/render/report/junit-10.xsd), which knows a file of a
suite, but no file or line of a case; where a command stands is told in the case's text. It is in
ASCII, so that no encoding of a terminal or a pipe can spoil it, and the same for the same report.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from junitparser import Error, Failure, JUnitXml, Skipped, SystemOut
from junitparser import TestCase as Case
from junitparser import TestSuite as Suite

from runner.plural import counted
from runner.printable import printable
from runner.render.problems import problem_lines, problem_of
from runner.render.report.values import attempt_line, is_pause, seconds, title

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from junitparser.junitparser import FinalResult

    from runner.render.report.values import Value

RUN_SUITE = "campaign-runner"
_FAILED_RESULTS = ("failed", "refused")
# What `printable` leaves and XML 1.0 has no way to write.
_NO_XML = re.compile("[\ufffe\uffff]")
_LONGEST = 1e9  # seconds; a larger number would be written with an exponent
_HEADING = '<?xml version="1.0" encoding="UTF-8"?>\n'


def report_junit(report: Value) -> str:
    """Give a report as JUnit XML.

    Args:
        report: valid by `schema/report.schema.json`.
    """
    commands = [it for it in report["commands"] if not is_pause(it)]
    by_file: dict[str, list[Case]] = {}
    for command in commands:
        by_file.setdefault(command["source"]["file"], []).append(_case(command))
    suites = [_suite(report, file, cases) for file, cases in by_file.items()]
    is_red = any(it["outcome"] in ("failed", "unknown") for it in commands)
    if _needs_case(report, is_red=is_red) or not commands:
        suites.insert(0, _suite(report, None, [_run_case(report)]))
    return _text(_whole(suites))


def _needs_case(report: Value, *, is_red: bool) -> bool:
    told = report["message"] or report["problems"]
    return bool(report["exit_code"] and (told or not is_red))


def _case(command: Value) -> Case:
    where = command["source"]
    name = f"{title(command)} ({printable(command['id'])})"
    case = Case(_xml(name), _class_name(where["file"]), _seconds(seconds(command) or 0.0))
    result = _result(command)
    details = _details(command)
    if result is None or isinstance(result, Skipped):
        case.append(SystemOut(details))
    else:
        result.text = details
    if result is not None:
        case.result = [result]
    return case


def _result(command: Value) -> FinalResult | None:
    """Give what became of a command; None where all is as the file asks."""
    outcome = command["outcome"]
    message = _xml(command["message"] or command.get("reason") or outcome)
    if outcome == "failed":
        return Failure(message, outcome)
    if outcome == "unknown":
        return Error(message, outcome)
    if outcome == "planned":
        return Skipped("dry run: nothing was sent", outcome)
    left_alone = outcome == "skipped" and command.get("decided") == "left alone"
    return Skipped(message, outcome) if outcome == "not_sent" or left_alone else None


def _details(command: Value) -> str:
    return "\n".join(map(_xml, _detail_lines(command)))


def _detail_lines(command: Value) -> Iterator[str]:
    where = command["source"]
    yield f"{where['file']}:{where['line']}:{where['column']}: {command['name'] or ''}".rstrip(": ")
    yield f"{title(command)}: {command['outcome']}"
    if command["message"]:
        yield command["message"]
    if command["organization"] is not None:
        yield f"organization: {command['organization']}"
    request = command["request"]
    if request is not None and request["url"] is not None:
        yield f"request: {request['method']} {request['url']}"
    for number, attempt in enumerate(command["attempts"], 1):
        yield f"attempt {number}: {attempt_line(attempt)}"
    for name in ("state_before", "state_after"):
        if command.get(name) is not None:
            yield f"{name.replace('_', ' ')}: {command[name]}"
    if command.get("waited_s") is not None:
        yield f"waited: {command['waited_s']:.3f} s"


def _run_case(report: Value) -> Case:
    """Give a case for the run as a whole: why it was refused or broken off, or that all is well."""
    case = Case("run", RUN_SUITE, 0.0)
    if not report["exit_code"]:
        return case
    result = report["result"]
    known = [problem_of(it) for it in report["problems"]]
    why = report["message"] or f"result: {result} (exit code {report['exit_code']})"
    if not report["message"] and known:
        why = f"{why}, {counted(len(known), 'problem')}"
    kind = Failure if result in _FAILED_RESULTS else Error
    outcome = kind(_xml(why), result)
    outcome.text = "\n".join(map(_xml, [*why.split("\n"), *problem_lines(known)]))
    case.result = [outcome]
    return case


def _suite(report: Value, file: str | None, cases: Sequence[Case]) -> Suite:
    """Give the suite of a file; of None, that of the run as a whole."""
    suite = Suite(RUN_SUITE if file is None else _xml(file))
    for name, value in _properties(report):
        suite.add_property(name, _xml(value))
    suite.extend(cases)
    suite.update_statistics()
    suite.time = min(float(suite.time or 0.0), _LONGEST)
    begun = datetime.fromisoformat(report["started_at"].replace("Z", "+00:00"))
    suite.timestamp = f"{begun:%Y-%m-%dT%H:%M:%S}"
    if file is not None:
        suite._elem.set("file", _xml(file))  # noqa: SLF001 - the only way to what it has no name for
    return suite


def _properties(report: Value) -> Iterator[tuple[str, str]]:
    target, source = report["target"], report["source_control"]
    found = {
        "run_id": report["run_id"],
        "result": report["result"],
        "environment": report["environment"],
        "organization": report["organization"],
        "base_url": target["base_url"],
        "plan_digest": report["plan_digest"],
        "commit": source["commit"],
        "run_url": source["run_url"],
    }
    return ((name, value) for name, value in found.items() if value is not None)


def _whole(suites: Sequence[Suite]) -> JUnitXml:
    # Counted here: the library would also write `skipped`, which the schema does not know there.
    whole = JUnitXml(RUN_SUITE)
    whole.extend(suites)
    for name in ("tests", "failures", "errors"):
        setattr(whole, name, sum(int(getattr(suite, name)) for suite in suites))
    whole.time = _seconds(sum(float(suite.time or 0.0) for suite in suites))
    return whole


def _text(whole: JUnitXml) -> str:
    # Read again by the standard library, since the other one writes in two ways of its own.
    root = ET.fromstring(whole.tostring())  # noqa: S314 - it was made here
    ET.indent(root)
    return f"{_HEADING}{ET.tostring(root, encoding='us-ascii').decode('ascii')}\n"


def _class_name(file: str) -> str:
    """Give a file as `campaigns.june`; Jenkins takes what is before the last dot for a folder."""
    parts = (it.strip(".") for it in re.split(r"[/\\]", re.sub(r"\.ya?ml\Z", "", file)))
    return _xml(".".join(filter(None, parts)) or file)


def _seconds(number: float) -> float:
    return round(min(number, _LONGEST), 3)


def _xml(text: str) -> str:
    """Give foreign text as one harmless line that XML can hold."""
    return _NO_XML.sub(lambda found: f"\\u{ord(found[0]):x}", printable(text))
