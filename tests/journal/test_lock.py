"""One run at a time for each organization, and no lock that outlives its process."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from runner.errors import BrokenError
from runner.journal.lock import holding

if TYPE_CHECKING:
    from collections.abc import Iterator

STATE = Path("state")
HOLD = (
    "import sys; from pathlib import Path; from runner.journal.lock import holding\n"
    "with holding(Path('state'), sys.argv[1:], 'first-run', 0):\n"
    "    print('held', flush=True); sys.stdin.read()\n"
)


@pytest.fixture
def holder() -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock of `acme` until it is told, or killed."""
    with held_by_another("acme") as started:
        yield started
        started.kill()


def held_by_another(*organizations: str) -> subprocess.Popen[str]:
    started = subprocess.Popen(
        [sys.executable, "-c", HOLD, *organizations],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "held\n"
    return started


def take(*organizations: str, timeout: float = 0.0) -> None:
    with holding(STATE, organizations, "second-run", timeout):
        pass


def test_the_second_is_refused_and_told_who_the_first_is(
    holder: subprocess.Popen[str],
) -> None:
    with pytest.raises(BrokenError) as caught:
        take("acme")
    told = str(caught.value)
    assert "another run for acme is going on: run first-run, process " in told
    assert f"process {holder.pid} on " in told
    assert "--lock-timeout" in told
    assert caught.value.exit_code == 7


def test_one_that_waits_gets_its_turn(holder: subprocess.Popen[str]) -> None:
    assert holder.stdin is not None
    timer = threading.Timer(0.2, holder.stdin.close)
    timer.start()
    take("acme", timeout=20)
    timer.join()


def test_one_that_waits_too_long_says_how_long(holder: subprocess.Popen[str]) -> None:
    assert holder.poll() is None
    with pytest.raises(BrokenError, match=r"going on after waiting for 0\.1 s: run first-run"):
        take("acme", timeout=0.1)


@pytest.mark.skipif(os.name == "nt", reason="POSIX")
def test_the_lock_of_a_killed_process_is_free_at_once(holder: subprocess.Popen[str]) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait(timeout=20)
    assert Path("state/acme.holder.json").exists()
    with holding(STATE, ["acme"], "second-run", 0):
        value = json.loads(Path("state/acme.holder.json").read_text(encoding="utf-8"))
        assert (value["run_id"], value["pid"]) == ("second-run", os.getpid())
    assert not Path("state/acme.holder.json").exists()


def test_other_organizations_and_state_directories_do_not_hinder(
    holder: subprocess.Popen[str],
) -> None:
    assert holder.poll() is None
    take("other")
    with holding(Path("elsewhere"), ["acme"], "second-run", 0):
        pass


def test_where_one_of_several_is_held_none_is_kept(holder: subprocess.Popen[str]) -> None:
    assert holder.poll() is None
    with pytest.raises(BrokenError, match="another run for acme"):
        take("zeta", "acme", "beta")
    take("beta", "zeta")
    with pytest.raises(BrokenError), holding(STATE, ["aaa", "acme"], "second-run", 0):
        pass
    take("aaa")


def test_all_are_waited_for_together_no_longer_than_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The time was over while the first was waited for, so that the second is not at all."""
    with held_by_another("b") as started:
        moments = iter([0.0, 100.0])
        began = time.monotonic()
        with monkeypatch.context() as patch:
            patch.setattr("runner.journal.lock.time", SimpleNamespace(monotonic=moments.__next__))
            with pytest.raises(BrokenError, match="another run for b "):
                take("b", "a", timeout=30)
        assert time.monotonic() - began < 20
        assert next(moments, None) is None
        started.kill()


def test_the_same_organization_twice_is_one_lock() -> None:
    take("acme", "acme")


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"run_id": "x"}', "\udcff"])
def test_a_holder_that_has_not_said_its_name_is_a_holder(
    holder: subprocess.Popen[str], content: str
) -> None:
    assert holder.poll() is None
    data = content.encode("utf-8", "surrogateescape")
    Path("state/acme.holder.json").write_bytes(data)
    with pytest.raises(BrokenError, match="it has not said its name"):
        take("acme")


def test_what_stands_in_its_place_is_shown_as_harmless_text(
    holder: subprocess.Popen[str],
) -> None:
    assert holder.poll() is None
    odd = {"run_id": "a\n::error::b", "pid": "\x1b[31m", "host": "h"}
    Path("state/acme.holder.json").write_text(json.dumps(odd), encoding="utf-8")
    with pytest.raises(BrokenError) as caught:
        take("acme")
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


@pytest.mark.skipif(os.name == "nt", reason="POSIX")
class TestFiles:
    def test_they_are_for_their_owner_alone(self) -> None:
        with holding(STATE, ["acme"], "run", 0):
            modes = {it.name: stat.S_IMODE(it.stat().st_mode) for it in STATE.iterdir()}
        assert modes == {"acme.lock": 0o600, "acme.holder.json": 0o600}
        assert stat.S_IMODE(STATE.stat().st_mode) == 0o700

    def test_none_of_them_looks_like_a_journal_r26(self) -> None:
        with holding(STATE, ["acme"], "run", 0):
            assert list(STATE.glob("*.jsonl")) == []

    def test_a_link_in_place_of_the_lock_is_refused_and_its_target_untouched(self) -> None:
        Path("other").write_text("precious", encoding="utf-8")
        STATE.mkdir()
        Path("state/acme.lock").symlink_to(Path("other").resolve())
        with pytest.raises(BrokenError):
            take("acme")
        assert Path("other").read_text(encoding="utf-8") == "precious"

    def test_a_link_in_place_of_the_folder_is_refused(self) -> None:
        Path("other").mkdir()
        STATE.symlink_to("other")
        with pytest.raises(BrokenError, match="it is a link"):
            take("acme")

    def test_a_folder_that_cannot_be_made_is_refused(self) -> None:
        Path("file").write_text("x", encoding="utf-8")
        with (
            pytest.raises(BrokenError, match="cannot be made: not a directory"),
            holding(Path("file/a/b"), ["acme"], "run", 0),
        ):
            pass
