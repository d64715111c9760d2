"""What came of a run, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.errors import ExitCode, RunFailedError
from runner.plural import counted
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping


class Run(Value, frozen=True):
    """What came of a run.

    Attributes:
        result: `planned`, `succeeded`, `failed`, `unknown`, `interrupted` or `refused`.
        exit_code: that of the command `run`; 0 where all is done.
        report: as `schema/report.schema.json` describes it, without any secret; in it, `journal` is
            the path with which `campaign-runner run --resume` goes on.
    """

    result: str
    exit_code: ExitCode
    report: Mapping[str, Any]

    def check(self) -> Run:
        """Give the run itself where all is done, so that a task fails where a run did.

        Raises:
            RunFailedError: if it ended with another exit code than 0.
        """
        if self.exit_code is ExitCode.DONE:
            return self
        raise RunFailedError(self._why(), self.exit_code, self.report)

    def _why(self) -> str:
        totals = dict(self.report["totals"])
        commands = counted(totals.pop("commands"), "command")
        counts = ", ".join(f"{number:,} {name}" for name, number in totals.items() if number)
        told = [f"the run ended as {self.result} (exit code {int(self.exit_code)})"]
        told += [self.report["message"]] if self.report["message"] else []
        told += [f"{commands}: {counts}"] if counts else []
        if self.report["journal"]:
            told.append(f"journal {self.report['journal']}")
        return "; ".join(told)
