"""Tells the CI system what came of a command, each in its own way; elsewhere does nothing.

Whatever goes wrong here is a warning: the command's work, report and exit code stay what they are.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import field

from runner.ci.systems import GITHUB, GITLAB
from runner.errors import BrokenError
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from runner.commands.surroundings import Surroundings
    from runner.errors import ExitCode
    from runner.problems import Problem

MOST_SUMMARY = 1_048_576  # bytes of the summary of one step on GitHub
CODE_QUALITY = "gl-code-quality-report.json"
JUNIT = "campaign-runner-junit.xml"
_PLAIN = re.compile(r"[A-Za-z0-9./_-]*")


class News(Value, frozen=True):
    """What a CI system is told.

    Attributes:
        values: the outputs of the step.
        summary: gives a page of at most so many bytes.
        problems: why it failed or was refused, each at a line of a file.
        warnings: likewise, where nothing failed for it.
        message: why nothing came of it, where no problem says so.
        junit: gives the tests that CI systems show, where there are any.
        taken: the paths of files that the command itself has written.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    summary: Callable[[int], str] | None = None
    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()
    message: str = ""
    junit: Callable[[], str] | None = None
    taken: Sequence[str] = ()


def is_published(around: Surroundings) -> bool:
    """Whether the CI system is one that is told anything."""
    return around.ci in (GITHUB, GITLAB)


def publish(news: News, around: Surroundings) -> None:
    """Tell the CI system that the command runs on."""
    if around.ci == GITHUB:
        _on_github(news, around)
    elif around.ci == GITLAB:
        _on_gitlab(news, around)


def publish_problems(problems: Sequence[Problem], around: Surroundings) -> None:
    """Tell what is wrong in files that were merely looked at, where that takes a file.

    Annotations of GitHub are a format that is asked for.
    """
    if around.ci == GITLAB:
        _on_gitlab(News(problems=problems), around)


def log_group(around: Surroundings, title: str) -> AbstractContextManager[None]:
    """Fold what the log says in the block, where the CI system folds logs.

    The group ends with the block, however that ends; without a line in it there is no group.
    """
    if around.ci == GITHUB:
        from runner.render.workflow_commands import ENDGROUP, group

        return around.output.grouped(group(title), ENDGROUP)
    return nullcontext()


def news_of_run(report: Mapping[str, Any], path: str | None, around: Surroundings) -> News:
    """Give what is told of a run.

    Args:
        report: its value, without any secret.
        path: where the report is; None where it is in no file.
        around: the process around.
    """
    from runner.render.problems import problem_of
    from runner.render.report.failures import failures

    def summary(limit: int) -> str:
        from runner.render.report.markdown import report_markdown

        return report_markdown(report, around.places, limit)

    def junit() -> str:
        from runner.render.report.junit import report_junit

        return report_junit(report)

    problems = failures(report)
    totals = {name.replace("_", "-"): str(number) for name, number in report["totals"].items()}
    has_failed = report["exit_code"] != 0
    parts = report.get("organizations") or ()
    journals = [it for it in (report["journal"], *(it["journal"] for it in parts)) if it]
    return News(
        values={
            **outcome(report["result"], report["exit_code"], report["plan_digest"] or ""),
            **totals,
            "report": _absolute(path, around),
            # A line each, as what keeps artifacts takes them.
            "journal": "\n".join(_absolute(it, around) for it in journals),
        },
        summary=summary,
        problems=problems,
        warnings=tuple(map(problem_of, report["warnings"])),
        message=report["message"] or "" if has_failed and not problems else "",
        junit=junit,
        taken=[*([path] if path else ()), *journals],
    )


def outcome(result: str, exit_code: ExitCode | int, digest: str) -> dict[str, str]:
    """Give the outputs that plans and runs share."""
    return {"result": result, "exit-code": str(int(exit_code)), "digest": digest}


def _absolute(path: str | None, around: Surroundings) -> str:
    """Give a path that means the same to every step, whatever folder it works in."""
    if path is None:
        return ""
    return around.scrubber.scrub(os.path.abspath(around.cwd / path))  # noqa: PTH100 - links stay


def _on_github(news: News, around: Surroundings) -> None:
    from runner.files import append_text
    from runner.render.workflow_commands import annotation, problem_annotations

    with _warning(around, "annotations"):
        around.output.commands(problem_annotations(news.problems, around.places))
        if news.message:
            around.output.commands([annotation("error", news.message)])
    outputs, summary = (
        around.environ.get(name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")
    )
    if outputs and news.values:
        with _warning(around, "the outputs of this step"):
            text = "".join(_output(*it) for it in news.values.items())
            append_text(Path(outputs), text)
    if summary and news.summary is not None:
        with _warning(around, "the summary of this step"):
            _add_to_summary(Path(summary), news.summary, around)


def _output(name: str, value: str) -> str:
    """Give one output; what may hold anything, in the form whose end nobody can guess.

    See "Setting an output parameter" and "Multiline strings" in GitHub's page on workflow commands.
    """
    if _PLAIN.fullmatch(value):
        return f"{name}={value}\n"
    import secrets

    end = f"end-{secrets.token_hex(16)}"
    return f"{name}<<{end}\n{value}\n{end}\n"


def _add_to_summary(path: Path, summary: Callable[[int], str], around: Surroundings) -> None:
    from runner.files import append_text
    from runner.render.markdown import LEAST_LIMIT

    try:
        there = path.stat().st_size
    except OSError:  # what is wrong is told where it is written
        there = 0
    gap = "\n" if there else ""
    left = MOST_SUMMARY - there - len(gap)
    if left < LEAST_LIMIT:
        raise BrokenError("earlier commands have left too little room in it")
    append_text(path, gap + around.scrubber.scrub(summary(left)), MOST_SUMMARY)


def _on_gitlab(news: News, around: Surroundings) -> None:
    from runner.render.code_quality import code_quality

    with _warning(around, CODE_QUALITY):
        problems = (*news.problems, *news.warnings)
        _write(CODE_QUALITY, code_quality(problems, around.places), news, around)
    if news.junit is not None:
        with _warning(around, JUNIT):
            _write(JUNIT, news.junit(), news, around)


def _write(name: str, text: str, news: News, around: Surroundings) -> None:
    from runner.files import write_atomically

    path = around.cwd / name
    if any(os.path.realpath(around.cwd / it) == os.path.realpath(path) for it in news.taken):
        raise BrokenError("this command has written another file of that name")
    write_atomically(path, around.scrubber.scrub(text))


@contextmanager
def _warning(around: Surroundings, what: str) -> Iterator[None]:
    """Turn whatever goes wrong in the block into a warning."""
    try:
        yield
    except BrokenError as error:
        around.output.warning(f"{what}: not written: {error}")
    except Exception as error:  # noqa: BLE001 - a bug here must not take a run's report along
        around.output.warning(f"{what}: not written, for a fault in campaign-runner itself")
        around.output.fault(error)
