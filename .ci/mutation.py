"""Changes the code in small ways, one at a time, and counts the changes that no test notices.

Each part of the code is tried with the tests that belong to it, in a copy of the repository, so
that nothing here is changed. `python .ci/mutation.py plan secrets` tries only those parts.
"""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("docs", "examples", "runner", "schema", "tests")
# Of a process that tried one change: pytest's own codes, and what mutmut makes of a time limit.
NOTICED = (1, 3)
TIMED_OUT = (-24, 24, 152)
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"  # begins the lines of mutmut's progress


class Part(NamedTuple):
    """Some modules, and the tests that have to notice whatever changes in them."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


PARTS = {
    "settling": Part(
        ("runner/execute/verdicts.py", "runner/execute/settling.py"), ("tests/execute",)
    ),
    "execute": Part(
        (
            "runner/execute/waits.py",
            "runner/execute/conclusion.py",
            "runner/execute/past.py",
            "runner/execute/budget.py",
            "runner/campaign/retry.py",
        ),
        ("tests/execute", "tests/campaign/test_retry.py"),
    ),
    "history": Part(
        ("runner/journal/history.py",), ("tests/journal", "tests/journal/test_lines_to_pasts.py")
    ),
    "plan": Part(("runner/plan/*",), ("tests/plan",)),
    "secrets": Part(("runner/secrets/*",), ("tests/secrets",)),
}


def main(names: list[str]) -> None:
    """Try the parts that are named, or all, and print the score of each module."""
    begun = time.monotonic()
    totals: dict[str, Counter[str]] = {}
    unnoticed: list[str] = []
    for name in names or list(PARTS):
        with tempfile.TemporaryDirectory() as folder:
            print(f"Trying {name}", flush=True)
            prepare(name, Path(folder))
            _try_all(Path(folder))
            for path in sorted(Path(folder).glob("mutants/runner/**/*.py.meta")):
                module = path.relative_to(Path(folder, "mutants")).as_posix()[: -len(".meta")]
                codes: dict[str, int | None] = json.loads(path.read_text())["exit_code_by_key"]
                counted = totals.setdefault(module, Counter())
                for mutant, code in codes.items():
                    outcome = _outcome(code)
                    counted[outcome] += 1
                    if outcome not in {"noticed", "timed out"}:
                        unnoticed.append(f"{mutant}: {outcome}\n{_shown(mutant, folder)}")
    print("\n\n".join(unnoticed), end="\n\n")
    _print_table(totals)
    print(f"\n{(time.monotonic() - begun) / 60:.0f} minutes")


def prepare(name: str, folder: Path) -> None:
    """Make a copy of the repository in which mutmut changes one part."""
    part = PARTS[name]
    for it in COPIED:
        shutil.copytree(ROOT / it, folder / it, ignore=shutil.ignore_patterns("__pycache__"))
    pages = [it.name for it in ROOT.glob("*.md")]
    for file in ("pyproject.toml", "Makefile", *pages):
        shutil.copy(ROOT / file, folder)
    for pattern in part.modules:
        for module in folder.glob(pattern):
            module.write_text(_with_plain_properties(module.read_text("utf-8")), "utf-8")
    lists = {
        "source_paths": ["runner"],
        "only_mutate": part.modules,
        "also_copy": ["docs", "examples", "schema", "Makefile", *pages],
        # pytest warns of modules that each process has from the one it was forked from.
        "pytest_add_cli_args": [
            "-pno:cacheprovider",
            "-Wignore::pytest.PytestAssertRewriteWarning",
        ],
        "pytest_add_cli_args_test_selection": part.tests,
    }
    lines = [f"{key} =\n  " + "\n  ".join(values) for key, values in lists.items()]
    # No process that tries a change may have run a test before.
    lines += ["process_isolation = forkserver", "use_git_change_detection = false"]
    (folder / "setup.cfg").write_text("\n".join(["[mutmut]", *lines, ""]))


def _with_plain_properties(text: str) -> str:
    """Give a module in which `x = property(x)` stands for `@property`, which mutmut passes over."""
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and len(node.decorator_list) == 1:
            (decorator,) = node.decorator_list
            if isinstance(decorator, ast.Name) and decorator.id == "property":
                lines[decorator.lineno - 1] = ""
                lines[(node.end_lineno or 0) - 1] += f"\n    {node.name} = property({node.name})"
    return "\n".join([*lines, ""])


def _try_all(folder: Path) -> None:
    """Let mutmut try every change."""
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1"]
    ran = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    if ran.returncode != 0 or "mutations/second" not in ran.stdout:
        told = [line for line in ran.stdout.splitlines() if line and line[0] not in SPINNER]
        sys.exit("\n".join([*told, ran.stderr]))


def _outcome(code: int | None) -> str:
    if code in NOTICED:
        return "noticed"
    if code in TIMED_OUT:
        return "timed out"
    return {0: "survived", 33: "no test"}.get(-1 if code is None else code, f"fault {code}")


def _shown(mutant: str, folder: str) -> str:
    """Give the difference that a change makes."""
    command = [sys.executable, "-m", "mutmut", "show", mutant]
    return subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


def _print_table(totals: dict[str, Counter[str]]) -> None:
    everything: Counter[str] = Counter()
    print("| module | changes | noticed | of these by the time limit | unnoticed | score |")
    print("| --- | --- | --- | --- | --- | --- |")
    for counted in totals.values():
        everything.update(counted)
    for module, counted in [*totals.items(), ("all", everything)]:
        if counted:
            late = counted["timed out"]
            noticed = counted["noticed"] + late
            score = f"{100 * noticed / counted.total():.1f} %"
            left = counted.total() - noticed
            print(f"| `{module}` | {counted.total()} | {noticed} | {late} | {left} | {score} |")


if __name__ == "__main__":
    main(sys.argv[1:])
