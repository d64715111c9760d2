"""Builds sdist and wheel, and uses the installed wheel far away from the repository.

Needs `build`. Everything happens in a temporary folder; the repository stays as it is.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = ("config", "faults", "journal", "plan", "policy", "report")
NOT_SOURCE = shutil.ignore_patterns(
    ".*", "__pycache__", "build", "dist", "node_modules", "*.egg-info", "report.json"
)
# The fast way to `--help` and `--version`: none of these is imported.
SLOW = ("jsonschema", "jsonschema_rs", "requests", "rich", "werkzeug", "yaml")
# Example files begin with the commands that use them: their path, and perhaps an environment.
EXAMPLE_COMMAND = re.compile(
    r"^#\s+campaign-runner (?:validate|plan|run) (?P<path>examples\S*)(?:.* --env (?P<env>\S+))?",
    re.MULTILINE,
)


class CheckError(Exception):
    """The wheel is not as it should be."""


def main() -> int:
    """Run every check and give the exit code."""
    with tempfile.TemporaryDirectory(prefix="campaign-runner-wheel-") as name:
        folder = Path(name)
        try:
            wheel = build(folder)
            check_contents(wheel)
            installed = Installed(folder, wheel)
            installed.check_version()
            installed.check_schemas()
            installed.check_examples()
            installed.check_imports("--version")
            installed.check_imports("--help")
        except CheckError as error:
            print(f"wheel check: {error}", file=sys.stderr)
            return 1
    print(f"{wheel.name}: all checks passed")
    return 0


def build(folder: Path) -> Path:
    """Build the sdist, a wheel from it and a wheel from the tree, which must be alike."""
    tree = folder / "tree"
    shutil.copytree(ROOT, tree, ignore=NOT_SOURCE)
    call(sys.executable, "-m", "build", "--outdir", folder / "dist", tree, cwd=folder)
    call(sys.executable, "-m", "build", "--wheel", "--outdir", folder / "direct", tree, cwd=folder)
    (wheel,) = (folder / "dist").glob("*.whl")
    (sdist,) = (folder / "dist").glob("*.tar.gz")
    print(f"built {sdist.name} and {wheel.name}")
    from_sdist = contents(wheel)
    from_tree = contents(folder / "direct" / wheel.name)
    differing = sorted(
        file
        for file in from_sdist.keys() | from_tree.keys()
        if not file.endswith("/RECORD") and from_sdist.get(file) != from_tree.get(file)
    )
    require(not differing, f"the wheels from the sdist and from the tree differ in {differing}")
    return wheel


def contents(wheel: Path) -> dict[str, bytes]:
    """Read every file of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def check_contents(wheel: Path) -> None:
    """Compare the wheel's files with the repository's."""
    name, version = wheel.name.split("-")[:2]
    dist_info = f"{name}-{version}.dist-info/"
    held = contents(wheel)
    expected = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in (ROOT / "runner").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    expected |= {
        f"runner/schema/{path.name}": path.read_bytes()
        for path in (ROOT / "schema").iterdir()
        if path.suffix in {".json", ".py"}
    }
    require("runner/py.typed" in expected, "runner/py.typed is missing")
    for schema in SCHEMAS:
        file = f"runner/schema/{schema}.schema.json"
        require(file in expected, f"{file} is missing")
    expected[f"{dist_info}licenses/LICENSE"] = (ROOT / "LICENSE").read_bytes()
    missing = sorted(expected.keys() - held.keys())
    require(not missing, f"the wheel lacks {missing}")
    changed = sorted(file for file, data in expected.items() if held[file] != data)
    require(not changed, f"the wheel's files differ from the repository's: {changed}")
    more = sorted(file for file in held.keys() - expected.keys() if not file.startswith(dist_info))
    require(not more, f"the wheel holds more than the package: {more}")
    print(f"the wheel holds the package's {len(expected)} files and nothing else")


class Installed:
    """The wheel in an environment of its own, used from an empty folder."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self._version = wheel.name.split("-")[1]
        environment = folder / "environment"
        venv.create(environment, with_pip=True)
        self._python = environment / "bin" / "python"
        self._program = environment / "bin" / "campaign-runner"
        self._elsewhere = folder / "elsewhere"
        self._elsewhere.mkdir()
        call(self._python, "-m", "pip", "install", "-qq", wheel, cwd=self._elsewhere)
        shutil.copytree(ROOT / "examples", self._elsewhere / "examples")

    def check_version(self) -> None:
        """Compare `--version` with the wheel's name."""
        said = self._run("--version").decode().strip()
        require(said == f"campaign-runner {self._version}", f"--version says {said!r}")

    def check_schemas(self) -> None:
        """Compare what `schema` prints with the repository's files, byte by byte."""
        for name in SCHEMAS:
            printed = self._run("schema", name)
            file = ROOT / "schema" / f"{name}.schema.json"
            require(printed == file.read_bytes(), f"`schema {name}` does not print {file.name}")
        print(f"printed the schemas {', '.join(SCHEMAS)}: the same as in the repository")

    def check_examples(self) -> None:
        """Validate, plan and dry-run every example; run the quickstart in the sandbox."""
        calls = example_arguments(self._elsewhere)
        for arguments in calls:
            self._run("validate", "--strict", *arguments)
            self._run("plan", *arguments)
            self._run("run", *arguments, "--dry-run")
        print(f"validated, planned and dry-ran {len(calls)} examples")
        self._run("run", "examples/quickstart", "--sandbox", "--report", "sandbox.json")
        require((self._elsewhere / "sandbox.json").is_file(), "the run wrote no report")
        print("ran examples/quickstart in the sandbox")

    def check_imports(self, option: str) -> None:
        """See that an option is answered without the slow imports."""
        ended = call(
            *(self._python, "-X", "importtime", "-m", "runner", option), cwd=self._elsewhere
        )
        lines = ended.stderr.decode().splitlines()
        imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}
        found = sorted(imported.intersection(SLOW))
        require(not found, f"{option} imports {', '.join(found)}")
        print(f"{option} imports none of {', '.join(SLOW)}")

    def _run(self, *arguments: str) -> bytes:
        return call(self._program, *arguments, cwd=self._elsewhere).stdout


def example_arguments(folder: Path) -> list[list[str]]:
    """Find what to call the program with, so that every example is used.

    An example file's comments show its commands; a file without them stands alone. Pipelines of CI
    systems are no examples of these.
    """
    found: list[list[str]] = []
    examples = folder / "examples"
    files = set(examples.rglob("*.y*ml")) - set((examples / "ci").rglob("*"))
    for file in sorted(files):
        shown = EXAMPLE_COMMAND.finditer(file.read_text(encoding="utf-8"))
        commands = [[m["path"], *(["--env", m["env"]] if m["env"] else [])] for m in shown]
        commands = commands or [[file.relative_to(folder).as_posix()]]
        found += [arguments for arguments in commands if arguments not in found]
    require(bool(found), "there are no examples")
    return found


def call(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """Run a command, which must succeed, without the settings of this program."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CAMPAIGN_", "PYTHON"))
    }
    ended = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=kept,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if ended.returncode != 0:
        words = " ".join(str(word) for word in command)
        said = (ended.stdout + ended.stderr).decode(errors="replace")
        raise CheckError(f"{words} ended with {ended.returncode}\n{said}")
    return ended


def require(holds: bool, otherwise: str) -> None:
    """Fail the check unless something holds."""
    if not holds:
        raise CheckError(otherwise)


if __name__ == "__main__":
    sys.exit(main())
