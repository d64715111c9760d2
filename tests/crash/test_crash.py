"""A run that is killed at any moment and then resumed: nothing twice, nothing lost, in order.

The run is killed with SIGKILL between any two of these: a line is written to its journal, its lines
are brought to disk, a request is sent. What no state can settle is settled by the truth, which the
sandbox knows.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.crash.scenarios import FIFTY, MANY, SLOW, Scenario
from tests.secrecy.canaries import files_left, leaks
from tests.support.campaign import pointing_at
from tests.support.program import checked_report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from runner.sandbox import Sandbox

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forks")

SLOW_SHARES = 8
PARALLEL = 16
REPEATABLE = ("stop", "pause", "resume")
SHARES = 24  # tests among which the kill points are shared out, for as many workers
# `CRASH_POINTS=all` (make crash-test) kills at every point; else at some of each kind.
SOME_SHARES = range(SHARES) if os.environ.get("CRASH_POINTS") == "all" else (7,)
NOT_COMPARED = frozenset({"attempts", "waited_s", "settled"})
KILLED = -9
HOST = "127.0.0.1:80"


class Forker:
    """Gives orders to the process that forks."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.forker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            cwd=Path(__file__).parents[2],
        )

    def run(self, *arguments: str, env: dict[str, str], kill_at: int = 0) -> int:
        """Run the program in the working folder; gives its exit code, or -9."""
        order = {"arguments": arguments, "env": env, "kill_at": kill_at, "cwd": str(Path.cwd())}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def forker() -> Iterator[Forker]:
    forker = Forker()
    yield forker
    forker.close()


class Attempt:
    """One run against a sandbox of its own, killed and then resumed until it is done.

    Attributes:
        kill_at: the point at which the run is killed, from 1; 0 for none.
        again_at: the point at which the first resume is killed, likewise.
        in_flight: the commands that were in flight at a kill.
        was_killed: whether it came to that.
    """

    def __init__(self, scenario: Scenario, forker: Forker, kill_at: int, again_at: int = 0) -> None:
        self.scenario = scenario
        self.kill_at = kill_at
        self.again_at = again_at
        self.in_flight: set[str] = set()
        self.was_killed = False
        self._forker = forker
        for old in (*Path(".campaign-runner").glob("*.jsonl"), Path("report.json")):
            old.unlink(missing_ok=True)
        Path("a.yaml").write_text(scenario.text, encoding="utf-8")

    def carry_out(self) -> dict[str, Any] | None:
        """Give the final report; None where it was killed before anything was written down."""
        with self.scenario.sandbox() as sandbox:
            self._env = pointing_at(sandbox)
            code = self._run("run", "a.yaml", kill_at=self.kill_at)
            if self.kill_at == 0:
                assert code == 0, self._told()
                return self._report()
            if code == 0:  # a wait that needed one look less, so that the point was never passed
                return self._report()
            assert code == KILLED
            self.was_killed = True
            journal = self._journal()
            if journal is None:
                assert sandbox.commands() == ()
                return None
            answered = self._look_at(journal)
            sent_before = len(sandbox.commands())
            if self.again_at:
                code = self._run("run", "--resume", journal, kill_at=self.again_at)
                assert code in (KILLED, 0, 6), self._told()
                self._look_at(journal)
            self._resume(journal, sandbox)
            again = [self._identity(it) for it in sandbox.commands()[sent_before:]]
            assert answered.isdisjoint(again), "what was answered was sent again"
            self._check_effects(sandbox)
            assert not leaks("".join(files_left().values()))
            return self._report()

    def _resume(self, journal: str, sandbox: Sandbox) -> None:
        """Resume until the end; a person settles what nothing else can."""
        words: list[str] = []
        code = 6
        for _ in range(4):
            code = self._run("run", "--resume", journal, *words)
            if code == 0:
                break
            assert code == 6, self._told()
            unknown = [it for it in self._report()["commands"] if it["outcome"] == "unknown"]
            assert len(unknown) <= self.scenario.parallel
            # What may be sent again goes on by itself once nothing beside it stops the run.
            unknown = [it for it in unknown if it["action"] not in REPEATABLE]
            assert unknown
            words = [word for it in unknown for word in ("--settle", self._word(it, sandbox))]
        assert code == 0, self._told()

    def _word(self, unknown: dict[str, Any], sandbox: Sandbox) -> str:
        """Give what a person who knows the truth says of a command."""
        assert unknown["id"] in self.in_flight
        assert unknown["action"] in ("start", "signal")
        assert f"--settle '{unknown['id']}=sent'" in unknown["message"]
        arrived = self._pair(unknown) in [self._identity(it) for it in sandbox.commands()]
        return f"{unknown['id']}={'sent' if arrived else 'not-sent'}"

    def _check_effects(self, sandbox: Sandbox) -> None:
        """Hold what the sandbox took against the plan: all of it, in order, hardly any twice."""
        got = [self._identity(it) for it in sandbox.commands()]
        commands = [it for it in self._report()["commands"] if it["request"]]
        planned = [self._pair(it) for it in commands]
        once = list(dict.fromkeys(got))
        if self.scenario.parallel > 1:  # those of one action in any order
            steps = {self._pair(it): _step(it) for it in commands}
            assert [steps[it] for it in once] == [steps[it] for it in planned]
            once, planned = sorted(once), sorted(planned)
        assert once == planned
        twice = {it for it in got if got.count(it) > 1}
        assert len(got) - len(set(got)) <= len(self.in_flight)
        assert all(action in REPEATABLE for action, _ in twice)

    def _look_at(self, journal: str) -> set[tuple[str, str]]:
        """Find the commands in flight, and give those that were answered."""
        answered: set[tuple[str, str]] = set()
        last: set[str] = set()
        parts = 1
        header, *lines = Path(journal).read_text(encoding="utf-8").splitlines()
        commands = json.loads(header)["plan"]["commands"]
        for line in map(json.loads, lines):
            if line["type"] == "sending":
                last.add(line["id"])
            elif line["type"] == "answer":
                last.discard(line["id"])
                answered.add(self._pair(commands[line["n"] - 1]))
            elif line["type"] == "result":
                last.discard(line["id"])
            elif line["type"] == "resumed":
                # What was settled by what was seen has no answer, and no result before its wait.
                parts += 1
        assert len(last) <= self.scenario.parallel * parts
        self.in_flight |= last
        return answered

    @staticmethod
    def _identity(record: Any) -> tuple[str, str]:
        return record.action, record.workflow

    @staticmethod
    def _pair(command: dict[str, Any]) -> tuple[str, str]:
        return command["action"], command["workflow"]

    @staticmethod
    def _journal() -> str | None:
        found = [str(it) for it in Path(".campaign-runner").glob("*.jsonl")]
        assert len(found) <= 1
        return found[0] if found else None

    def _run(self, *arguments: str, kill_at: int = 0) -> int:
        return self._forker.run(*arguments, env=self._env, kill_at=kill_at)

    @staticmethod
    def _report() -> dict[str, Any]:
        text = Path("report.json").read_text(encoding="utf-8")
        # Each sandbox listens on a port of its own.
        value: dict[str, Any] = checked_report(re.sub(r"127\.0\.0\.1:[0-9]+", HOST, text))
        return value

    @staticmethod
    def _told() -> str:
        return Path("told.txt").read_text(encoding="utf-8")


def _step(command: dict[str, Any]) -> str:
    """Give what the commands of one action, or of one round of desired states, have in common."""
    action, _, rest = command["id"].partition("#")[2].partition(".")
    return f"{action}:{rest.partition('.')[2] or 1}" if action == "desired" else action


def points_of(scenario: Scenario, forker: Forker) -> tuple[dict[str, Any], int]:
    """Give the report of the undisturbed run, and how many points it passes."""
    undisturbed = Attempt(scenario, forker, 0).carry_out()
    assert undisturbed is not None
    return undisturbed, int(Path("points.txt").read_text(encoding="ascii"))


def compared(report: dict[str, Any], but: set[str]) -> dict[str, Any]:
    """Give what of a report has to be the same, `but` for what is told of some commands' cause."""
    commands = [
        {
            key: value
            for key, value in command.items()
            if key not in NOT_COMPARED
            and (command["id"] not in but or key not in ("message", "state_before", "state_after"))
        }
        for command in report["commands"]
    ]
    times = ("run_id", "started_at", "finished_at", "duration_s", "journal", "resumed", "target")
    rest = {key: value for key, value in report.items() if key not in (*times, "commands")}
    return {**rest, "commands": commands}


def check(
    scenario: Scenario, forker: Forker, kills: Callable[[int], Iterable[tuple[int, int]]]
) -> None:
    """Kill runs; `kills` gives at which points, by how many there are."""
    undisturbed, points = points_of(scenario, forker)
    assert points >= scenario.least_points
    spared = 0
    for kill_at, again_at in kills(points):
        attempt = Attempt(scenario, forker, kill_at, again_at)
        report = attempt.carry_out()
        spared += not attempt.was_killed
        if report is not None:
            but = attempt.in_flight
            got, meant = compared(report, but), compared(undisturbed, but)
            for one, other in zip(got["commands"], meant["commands"], strict=True):
                assert one == other, f"killed at point {kill_at} and {again_at}"
            assert got == meant, f"killed at point {kill_at} and {again_at}"
    assert spared <= 1


def share(number: int, shares: int) -> Callable[[int], Iterable[tuple[int, int]]]:
    """Give every `shares`-th point."""
    return lambda points: ((kill_at, 0) for kill_at in range(1 + number, points + 1, shares))


@pytest.mark.parametrize("number", SOME_SHARES)
def test_killed_at_any_point_of_fifty_commands(forker: Forker, number: int) -> None:
    check(FIFTY, forker, share(number, SHARES))


@pytest.mark.parametrize("number", [it for it in SOME_SHARES if it < SLOW_SHARES])
def test_killed_at_any_point_where_effects_take_their_time(forker: Forker, number: int) -> None:
    check(SLOW, forker, share(number, SLOW_SHARES))


@pytest.mark.parametrize("number", SOME_SHARES)
def test_killed_once_more_while_it_is_resumed(forker: Forker, number: int) -> None:
    chance = random.Random(number)
    check(
        FIFTY,
        forker,
        lambda points: ((chance.randint(1, points), chance.randint(1, points)) for _ in range(4)),
    )


@pytest.mark.parametrize("scenario", [FIFTY, MANY], ids=["fifty", "many"])
@pytest.mark.parametrize("number", SOME_SHARES)
def test_killed_at_any_point_with_sixteen_under_way_at_a_time(
    forker: Forker, number: int, scenario: Scenario
) -> None:
    check(scenario.abreast(PARALLEL), forker, share(number, SHARES))


@pytest.mark.parametrize("number", [it for it in SOME_SHARES if it < SLOW_SHARES])
def test_killed_with_sixteen_under_way_where_effects_take_their_time(
    forker: Forker, number: int
) -> None:
    check(SLOW.abreast(PARALLEL), forker, share(number, SLOW_SHARES))


@pytest.mark.parametrize("number", SOME_SHARES)
def test_killed_once_more_with_sixteen_under_way_at_a_time(forker: Forker, number: int) -> None:
    chance = random.Random(number)
    check(
        MANY.abreast(PARALLEL),
        forker,
        lambda points: ((chance.randint(1, points), chance.randint(1, points)) for _ in range(4)),
    )
