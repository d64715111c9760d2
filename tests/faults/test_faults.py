"""A few runs of the suite that `make fault-test` carries out a hundred of."""

from __future__ import annotations

import time
from collections import Counter
from functools import partial
from threading import Thread, current_thread
from typing import TYPE_CHECKING

import pytest

from runner.execute.abreast import Abreast, Turns
from tests.faults.__main__ import text
from tests.faults.clock import COMMAND, SkippingClock
from tests.faults.faultmix import label
from tests.faults.scenario import scenario
from tests.faults.suite import Tally, run_one

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = 7


@pytest.mark.parametrize("number", range(1, 9))
def test_a_report_says_what_happened(number: int) -> None:
    tally = run_one(SEED, number, commands=40)
    assert tally.wrong == []
    assert tally.commands >= 40


@pytest.mark.parametrize("number", range(1, 5))
def test_a_report_says_what_happened_with_sixteen_under_way_at_a_time(number: int) -> None:
    tally = run_one(SEED, number, commands=80, parallel=16)
    assert tally.wrong == []
    assert tally.commands >= 80


def test_a_run_is_made_again_from_its_seed() -> None:
    (one, faults), (other, same_faults) = (scenario(SEED, 3, 100) for _ in range(2))
    assert (one.text, one.states) == (other.text, other.states)
    assert faults("http://localhost:1/") == same_faults("http://localhost:1/")
    assert scenario(SEED, 4, 100)[0].text != one.text


def test_every_kind_of_fault_is_in_every_run() -> None:
    _, faults = scenario(SEED, 1, 100)
    labels = {
        label(it.fault) for it in faults("http://localhost:1/").rules if it.fault.name != "none"
    }
    assert {
        *("latency", "latency beyond the timeout", "connection refused", "clock skew"),
        *("429 with `Retry-After`", "429 without `Retry-After`", "500", "502", "503", "504"),
        *("reset before the effect", "reset after the effect", "502 after the effect"),
        *("504 after the effect", "half an answer, of the head", "half an answer, of the body"),
        *("answer of 50 MB", "slow drip, of the head", "slow drip, of the body", "invalid JSON"),
        *("wrong content type", "tokens expired", "redirect to another host"),
    } <= labels


def test_429_and_503_come_only_before_the_effect() -> None:
    applied = set()
    for number in range(1, 20):
        rules = scenario(SEED, number, 10)[1]("http://localhost:1/").rules
        applied |= {label(it.fault) for it in rules if getattr(it.fault, "applied", False)}
    assert applied <= {
        *("500 after the effect", "502 after the effect", "504 after the effect"),
        "reset after the effect",
    }


def test_a_pause_passes_on_the_clock_and_hardly_at_all_outside() -> None:
    clock = SkippingClock()
    before = clock()
    assert not clock.pause(3600)
    assert 3600 <= clock() - before < 3610


def test_no_time_is_skipped_while_another_command_is_busy() -> None:
    clock = SkippingClock()
    took: list[float] = []

    def be_busy() -> None:
        began = clock()
        while not clock.pausing:
            time.sleep(0.001)
        time.sleep(0.05)  # in which the other one would have skipped its hour
        took.append(clock() - began)

    began = clock()
    _together(be_busy, partial(clock.pause, 3600))
    assert took[0] < 60
    assert 3600 <= clock() - began < 3660


def test_of_several_that_pause_the_first_goes_on_in_its_own_time() -> None:
    clock = SkippingClock()
    ended: dict[float, float] = {}

    def pause(seconds: float) -> None:
        clock.pause(seconds)
        ended[seconds] = clock() - began

    began = clock()
    _together(partial(pause, 3600), partial(pause, 600), partial(pause, 1200))
    assert list(ended) == [600, 1200, 3600]
    assert all(seconds <= at < seconds + 60 for seconds, at in ended.items())


def test_the_threads_that_send_have_the_name_that_the_clock_goes_by() -> None:
    names: list[str] = []
    jobs = [lambda: names.append(current_thread().name)] * 3
    Abreast(Turns(), iter(jobs)).do_all(2)
    assert len(names) == 3
    assert all(it.startswith(COMMAND) for it in names)


def _together(*jobs: Callable[[], object]) -> None:
    """Do all at once, each on a thread that is named as those which send commands."""
    names = [f"{COMMAND}{number}" for number, _ in enumerate(jobs)]
    threads = [Thread(target=job, name=name) for job, name in zip(jobs, names, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_the_figures_add_up() -> None:
    tally = Tally(1, 3, 9, Counter({("start", "unknown"): 1, ("stop", "succeeded"): 2}))
    assert "| all | 2 | 0 | 1 | 0 | 0 |" in text(tally, 1.0)
