"""A machine of GitHub that runs the shell lines of the composite action."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tests.scaffold.written import BASH
from tests.support.ci import github_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.ci import GitHub

FILE = Path(__file__).parents[2] / ".github/actions/campaign-runner/action.yml"
ACTION: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
INSTALL, CALL = ACTION["runs"]["steps"]
SHELL = (BASH, "--noprofile", "--norc", "-e", "-o", "pipefail")  # of GitHub, for `shell: bash`
PIP = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
OWN = f"{FILE.parent}/../../.."
# What stands for python3: it makes an environment whose python is the same, and notes its words.
PYTHON = """\
#!/bin/sh
printf '%s\\0' "$@" '' >> {log}
test "$1 $2 $3" = '-m venv --clear' || exit {code}
rm -rf "$4"
mkdir -p "$4/bin"
cp "$0" "$4/bin/python"
"""
# What stands for the program: it notes its words, and says which process it is.
PROGRAM = """\
#!/bin/sh
printf '%s\\0' "$@" > {log}
echo "process $$"
exit {code}
"""
REAL = '#!/bin/sh\nexec {python} -m runner "$@"\n'


def variables(step: Mapping[str, Any], inputs: Mapping[str, str]) -> dict[str, str]:
    """Give the variables of a step, with the inputs and what stands for those left out."""
    assert set(inputs) <= set(ACTION["inputs"])
    values = {name: it.get("default", "") for name, it in ACTION["inputs"].items()} | dict(inputs)

    def filled(text: str) -> str:
        text = text.replace("${{ github.action_path }}", str(FILE.parent))
        return re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda it: values[it[1]], text)

    return {name: filled(it) for name, it in step["env"].items()}


class Machine:
    """A machine of GitHub with stand-ins for python3 and for the program.

    Attributes:
        step: the files of the step that was the last.
    """

    step: GitHub

    def __init__(self, folder: Path, workspace: Path) -> None:
        self._folder = folder
        self._workspace = workspace
        self._temp = folder / "a temp"
        self._called = self._temp / "campaign-runner/bin/campaign-runner"
        self._log = folder / "log"
        self._steps = 0
        self.python()

    def python(self, code: int = 0) -> None:
        """Have pip end with a code from now on."""
        self._program(self._folder / "bin/python3", PYTHON, log=self._log, code=code)

    def install(self, **inputs: str) -> subprocess.CompletedProcess[str]:
        return self._run(INSTALL, inputs)

    def call(
        self, inputs: Mapping[str, str], job: Mapping[str, str] | None = None, code: int = 0
    ) -> subprocess.CompletedProcess[str]:
        """Call what stands for the program, in a job with some variables."""
        self._program(self._called, PROGRAM, log=self._log, code=code)
        return self._run(CALL, inputs, job)

    def really_call(self, **inputs: str) -> subprocess.CompletedProcess[str]:
        self._program(self._called, REAL, python=sys.executable)
        return self._run(CALL, inputs)

    @property
    def words(self) -> list[str]:
        """What the program was given."""
        return self._log.read_text(encoding="utf-8").split("\0")[:-1]

    @property
    def installed(self) -> list[str]:
        """What pip was given each time."""
        calls = self._log.read_text(encoding="utf-8") if self._log.exists() else ""
        words = [it.split("\0") for it in calls.split("\0\0")]
        return [it[-1] for it in words if it[:-1] == PIP]

    def _program(self, file: Path, text: str, **values: object) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        quoted = {name: shlex.quote(str(it)) for name, it in values.items()}
        file.write_text(text.format_map(quoted), encoding="utf-8")
        file.chmod(0o755)

    def _run(
        self,
        step: Mapping[str, Any],
        inputs: Mapping[str, str],
        job: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        self._steps += 1
        files = self.step = github_in(self._folder / str(self._steps), self._workspace)
        script = self._folder / "script.sh"
        script.write_text(step["run"], encoding="utf-8")
        assert step["shell"] == "bash"
        machine = {
            "PATH": os.pathsep.join([str(self._folder / "bin"), os.environ["PATH"]]),
            "HOME": str(self._folder),
            "LANG": "C.UTF-8",
            "RUNNER_TEMP": str(self._temp),
        }
        return subprocess.run(
            [*SHELL, str(script)],
            env={**machine, **files.env, **(job or {}), **variables(step, inputs)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
