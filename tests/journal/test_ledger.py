"""What was done before, by the journals of a state directory (rule R28)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from runner.errors import JournalError
from runner.execute.results import Outcome
from runner.journal.ledger import Ledger, pass_over, read_ledger
from runner.load import SourceFile
from tests.support.journals import answer, finished, header, keep, result, resumed, sending
from tests.support.plans import command, desired, in_steps, live, offline, plan_of

if TYPE_CHECKING:
    from runner.plan.plan import Plan

BASE = "http://127.0.0.1:9"
FIRST, SECOND = "a.yaml#1.1", "a.yaml#2.1"
BOTH = (
    sending(),
    answer(),
    result(),
    sending(2, SECOND),
    answer(n=2, identity=SECOND),
    result(n=2, identity=SECOND),
)


def done(run_id: str = "run-1", *lines: dict[str, Any], **others: Any) -> None:
    """Leave the journal of a run that has done both commands of `a.yaml`, or of these lines."""
    folder = Path("state")
    folder.mkdir(exist_ok=True)
    head = header(FIRST, SECOND, run_id=run_id, **others)
    keep(folder / f"{run_id}.jsonl", head, *(lines or BOTH))


def ledger(base_url: str = BASE, environment: str | None = None) -> Ledger:
    return read_ledger(Path("state"), "state", base_url, environment)


def plan(sha256: str = "1" * 64, *, organization: str = "acme") -> Plan:
    steps = [[command(it, organization=organization)] for it in ("WKF1", "WKF2")]
    return replace(plan_of(in_steps(*steps)), files=(SourceFile("a.yaml", sha256),))


def refusal(given: Plan) -> tuple[str, str]:
    with pytest.raises(JournalError) as caught:
        pass_over(ledger(), given)
    (problem,) = caught.value.problems
    assert (problem.file, problem.rule, caught.value.exit_code) == ("a.yaml", "once", 3)
    return problem.message, problem.hint


class TestReading:
    def test_a_folder_that_is_missing_or_empty_holds_nothing(self) -> None:
        assert ledger().is_empty
        Path("state").mkdir()
        assert ledger().is_empty

    @pytest.mark.parametrize(
        "others",
        [
            {"environment": "prod"},
            {"target": {"base_url": "http://127.0.0.1:8", "token_url": "", "sandbox": False}},
            {"target": {"base_url": BASE, "token_url": "", "sandbox": True}},
        ],
        ids=["environment", "base URL", "sandbox"],
    )
    def test_other_places_do_not_count_though_the_folder_is_not_empty(self, others: Any) -> None:
        done(**others)
        assert ledger() == Ledger((), is_empty=False)
        assert pass_over(ledger(), plan()) == {}

    def test_a_journal_that_cannot_be_read_is_refused(self) -> None:
        """What it says is not known, so that anything might be done twice."""
        done()
        Path("state/other.jsonl").write_text("garbage\n", encoding="utf-8")
        with pytest.raises(JournalError) as caught:
            ledger()
        assert caught.value.problems[0].file == "state/other.jsonl"

    def test_other_files_do_not_matter(self) -> None:
        done()
        Path("state/acme.lock").write_text("garbage", encoding="utf-8")
        assert len(ledger().entries) == 1


class TestPassingOver:
    def test_what_is_done_is_skipped_and_says_by_which_run(self) -> None:
        done()
        passed = pass_over(ledger(), plan())
        assert sorted(passed) == [0, 1]
        for past in passed.values():
            assert past.result is not None
            assert past.result.outcome is Outcome.SKIPPED
            assert past.result.message == "done already by run run-1 (--once)"

    def test_another_organization_has_not_done_it(self) -> None:
        done()
        assert pass_over(ledger(), plan(organization="other")) == {}

    def test_a_run_that_began_nothing_counts_for_nothing(self) -> None:
        done("run-1", finished("stopped"))
        assert pass_over(ledger(), plan()) == {}

    def test_a_path_of_again_is_run_whatever_was_done(self) -> None:
        done("run-1", sending())
        assert pass_over(ledger(), plan(), again=["a.yaml"]) == {}

    def test_what_several_runs_did_together_is_done(self) -> None:
        done("run-1", *BOTH[:3])
        done("run-2", *BOTH[3:], started_at="2026-03-02T12:00:00.000000Z")
        assert sorted(pass_over(ledger(), plan())) == [0, 1]

    def test_a_success_counts_though_its_result_was_not_written_down(self) -> None:
        done("run-1", *BOTH[:5])
        assert sorted(pass_over(ledger(), plan())) == [0, 1]

    def test_a_persons_word_counts(self) -> None:
        unknown = (*BOTH[:4], result("unknown", 2, SECOND))
        done("run-1", *unknown, resumed((SECOND, "sent")))
        assert sorted(pass_over(ledger(), plan())) == [0, 1]

    def test_desired_states_never_are_passed_over(self) -> None:
        done()
        wanted = live(offline(desired("WKF1")), WKF1="stopped")
        assert pass_over(ledger(), wanted) == {}


class TestRefusing:
    def test_another_content(self) -> None:
        done()
        message, hint = refusal(plan("2" * 64))
        assert message == "run run-1 has done this file with another content"
        assert hint.endswith("run it again as it is with --again a.yaml")

    def test_the_latest_content_counts(self) -> None:
        done("run-1")
        files = [{"path": "a.yaml", "sha256": "2" * 64}]
        later = header(FIRST, SECOND)["plan"] | {"config": {"files": files}}
        done("run-0", started_at="2026-03-02T12:00:00.000000Z", plan=later)
        assert "run-0" in refusal(plan())[0]
        assert sorted(pass_over(ledger(), plan("2" * 64))) == [0, 1]

    @pytest.mark.parametrize(
        "lines",
        [
            BOTH[:1],
            BOTH[:3],
            BOTH[:4],
            (*BOTH[:4], result("unknown", 2, SECOND)),
            (*BOTH[:3], sending(2, SECOND), answer("failed", 2, SECOND, error="x")),
        ],
    )
    def test_what_is_done_in_part_points_to_the_run_to_go_on_with(
        self, lines: tuple[dict[str, Any], ...]
    ) -> None:
        done("run-1", *lines)
        message, hint = refusal(plan())
        assert message == "run run-1 has done only a part of this file"
        assert hint == "go on with it: campaign-runner run --resume state/run-1.jsonl"

    @pytest.mark.parametrize(
        "lines",
        [
            (sending(), answer("not_applied"), result("failed", open=True)),
            (sending(), answer("failed", error="404"), result("failed")),
            (sending(), answer("rejected")),
        ],
    )
    def test_what_had_no_effect_at_all_may_be_mended_and_run(
        self, lines: tuple[dict[str, Any], ...]
    ) -> None:
        done("run-1", *lines)
        assert pass_over(ledger(), plan()) == {}
        assert pass_over(ledger(), plan("2" * 64)) == {}

    @pytest.mark.parametrize(
        ("outcome", "how"),
        [
            ("failed", " --retry-failed"),
            ("unknown", " --settle COMMAND=sent (or =not-sent; its report names the command)"),
        ],
    )
    def test_of_a_run_that_is_over_the_hint_says_what_goes_on_with_it(
        self, outcome: str, how: str
    ) -> None:
        verdict = "failed" if outcome == "failed" else "lost"
        lines = (*BOTH[:3], sending(2, SECOND), answer(verdict, 2, SECOND, error="x"))
        done("run-1", *lines, result(outcome, 2, SECOND), finished())
        assert refusal(plan())[1].endswith(f"--resume state/run-1.jsonl{how}")

    def test_of_a_file_of_which_a_selection_was_run_the_rest_is_still_to_be_done(self) -> None:
        done("run-1", *BOTH[:3], finished())
        assert sorted(pass_over(ledger(), plan())) == [0]

    def test_both_hints_can_be_pasted_whatever_the_names(self) -> None:
        done("run-1", *BOTH[:1])
        found = read_ledger(Path("state"), "a state", BASE, None)
        with pytest.raises(JournalError) as caught:
            pass_over(found, plan())
        assert caught.value.problems[0].hint.endswith("--resume 'a state/run-1.jsonl'")

    def test_a_command_that_was_accepted_and_is_to_be_waited_for_is_not_done(self) -> None:
        done("run-1", *BOTH[:5])
        path = Path("state/run-1.jsonl")
        text = path.read_text(encoding="utf-8").replace(
            '"id":"a.yaml#2.1","action"', '"wait":{},"id":"a.yaml#2.1","action"'
        )
        path.write_text(text, encoding="utf-8")
        assert "only a part" in refusal(plan())[0]
