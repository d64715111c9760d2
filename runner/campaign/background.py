"""Threads beside the main one: they end with the process, and take no signal from it."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP


def start_thread(target: Callable[[], None], name: str) -> threading.Thread:
    """Start a thread that never keeps the process from ending.

    Args:
        target: what it does; it must not raise.
        name: for whoever looks at the process.
    """

    def run() -> None:
        leave_signals_to_the_main_thread()
        target()

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread


def leave_signals_to_the_main_thread() -> None:
    """A signal that reached this thread would not wake the main one out of its waiting."""
    if hasattr(signal, "pthread_sigmask"):  # not on Windows
        numbers = {getattr(signal, name) for name in _NAMES if hasattr(signal, name)}
        signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
