"""Threads beside the main one leave signals to it, and never keep the process from ending."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from runner.campaign.background import start_thread


def test_it_runs_under_its_name_as_a_daemon() -> None:
    seen: list[tuple[str, bool]] = []

    def look() -> None:
        it = threading.current_thread()
        seen.append((it.name, it.daemon))

    start_thread(look, "somebody").join(10)
    assert seen == [("somebody", True)]


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="POSIX")
def test_it_leaves_signals_to_the_main_thread() -> None:
    blocked: set[int] = set()
    start_thread(lambda: blocked.update(signal.pthread_sigmask(signal.SIG_BLOCK, ())), "it").join(
        10
    )
    assert blocked >= {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_the_process_does_not_wait_for_it() -> None:
    code = (
        "import threading\n"
        "from runner.campaign.background import start_thread\n"
        "start_thread(threading.Event().wait, 'stuck')\n"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=30, check=False).returncode == 0
