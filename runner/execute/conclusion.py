"""From the outcomes of all commands to the result of the run and its exit code (R21, R22)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.errors import ExitCode
from runner.execute.results import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runner.execute.results import Execution

_WORST_FIRST = ("interrupted", "unknown", "failed")
_WORST_CODE_FIRST = (
    ExitCode.BROKEN,
    ExitCode.UNSETTLED,
    ExitCode.CREDENTIALS,
    ExitCode.FAILED,
)


def conclude(execution: Execution) -> tuple[str, ExitCode]:
    """Give the `result` of a report and the exit code of a run that has sent something."""
    outcomes = {result.outcome for result in execution.results}
    unknown = Outcome.UNKNOWN in outcomes
    failed = (
        Outcome.FAILED in outcomes
        or execution.rejected
        or bool(execution.closed)
        or execution.fault is not None
        or execution.broken is not None
    )
    if execution.interrupted:
        result = "interrupted"
    elif unknown:
        result = "unknown"
    else:
        result = "failed" if failed else "succeeded"
    return result, _exit_code(execution, unsettled=execution.interrupted or unknown, failed=failed)


def together(ends: Iterable[tuple[str, ExitCode]]) -> tuple[str, ExitCode]:
    """Give the result and the exit code of several parts of one run: the worst of each."""
    results, codes = zip(*ends, strict=True)
    result = next((it for it in _WORST_FIRST if it in results), "succeeded")
    return result, next((it for it in _WORST_CODE_FIRST if it in codes), ExitCode.DONE)


def _exit_code(execution: Execution, *, unsettled: bool, failed: bool) -> ExitCode:
    if execution.fault is not None or execution.broken is not None:
        return ExitCode.BROKEN
    if unsettled:
        return ExitCode.UNSETTLED
    if execution.rejected:
        return ExitCode.CREDENTIALS
    return ExitCode.FAILED if failed else ExitCode.DONE
