"""Each bad file up to 5 MB is refused within 5 s of CPU time and 300 MB (R7), by a new process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.program import report, write

resource = pytest.importorskip("resource")

HEAD = "version: 1\norganization: acme\n"
MOST_SECONDS = 5.0
MOST_MEGABYTES = 300

# On Linux the peak is read from /proc: `ru_maxrss` counts what the test's process was before exec.
CHILD = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
from runner.__main__ import main
code = main()
used = resource.getrusage(resource.RUSAGE_SELF)
status = Path("/proc/self/status")
peak = used.ru_maxrss // (2**20 if sys.platform == "darwin" else 1024)
if status.exists():
    peak = next(int(it.split()[1]) for it in status.open() if it.startswith("VmHWM")) // 1024
Path("measured").write_text(f"{used.ru_utime + used.ru_stime} {peak}")
sys.exit(code)
"""


def environments(number: int) -> str:
    items = "".join(f"  e{n}: {{organization: a b}}\n" for n in range(number))
    return f"{HEAD}actions: [{{start: A}}]\nenvironments:\n{items}"


HOSTILE = {
    "tiny-actions": lambda: HEAD + "actions: [" + "{x: 1}," * 74_000 + "]\n",
    "last-item-wrong": lambda: (
        HEAD + "actions: [{start: [" + "W123456789012," * 299_000 + "'a b']}]"
    ),
    "many-environments": lambda: environments(59_000),
    "unknown-keys": lambda: HEAD + "".join(f"organisation{n}: 1\n" for n in range(149_000)),
    "unknown-keys-in-one-action": lambda: (
        (HEAD + "actions:\n- " + "".join(f"strat{n}: 1\n  " for n in range(990)) + "\n")
        + "- {}\n" * 140_000
    ),
    "one-long-text": lambda: HEAD + f"organisation: {'a' * 4_900_000}\n",
    "long-key-around-many-problems": lambda: (
        HEAD
        + f"environments:\n  ? '{'é' * 2_000_000}'\n  : "
        + f"{{{','.join(f'x{n}: 1' for n in range(2000))}}}\n"
    ),
    "long-text-by-alias": lambda: (
        HEAD + f"x: &a '{'é' * 2_000_000}'\nactions:\n" + "- {name: *a, start: A}\n" * 40_000
    ),
    "escapes": lambda: HEAD + "actions: [" + '"\\x41\\x41\\x41",' * 290_000 + "]\n",
    "documents": lambda: ("---\n" + HEAD + "".join(f"strat{n}: 1\n" for n in range(490))) * 300,
    "empty-documents": lambda: "---\n" * 149_900,
    "dates": lambda: HEAD + "actions: [" + "2026-01-01," * 290_000 + "]\n",
    "references": lambda: HEAD + "actions: [{start: [" + "'${env:X}'," * 290_000 + "]}]\n",
    "deep-and-wide": lambda: HEAD + "x: " + "[" * 95 + "a," * 290_000 + "]" * 95 + "\n",
    "contradictions": lambda: (
        HEAD + "actions:\n" + "- {start: W}\n- {stop: W}\n" * 36_000 + "- {}\n"
    ),
    "brackets": lambda: "[" * 4_900_000,
    "unclosed-quote": lambda: HEAD + "x: '" + "a\n\n" * 1_600_000,
    "nothing-but-newlines": lambda: "\n" * 4_900_000,
}


def measure(command: str, *arguments: str) -> tuple[int, float, int]:
    """Give the exit code, the seconds of CPU time and the peak of resident megabytes."""
    ended = subprocess.run(
        [sys.executable, "-c", CHILD, command, "a.yaml", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "COVERAGE_PROCESS_START": ""},
        timeout=60,
        check=False,
    )
    seconds, megabytes = Path("measured").read_text(encoding="utf-8").split()
    return ended.returncode, float(seconds), int(megabytes)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_within_the_limits_r7(name: str) -> None:
    assert write("a.yaml", HOSTILE[name]()).stat().st_size <= 5_000_000
    code, seconds, megabytes = measure("validate")
    assert code == 3
    assert seconds < MOST_SECONDS
    assert megabytes < MOST_MEGABYTES


@pytest.mark.parametrize("name", ["contradictions", "dates", "documents"])
def test_a_run_of_it_keeps_the_limits_and_reports_r7(name: str) -> None:
    write("a.yaml", HOSTILE[name]())
    code, seconds, megabytes = measure("run", "--sandbox")
    assert code == 3
    assert seconds < MOST_SECONDS
    assert megabytes < MOST_MEGABYTES
    assert report()["result"] == "refused"
