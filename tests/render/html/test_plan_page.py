"""The page of a plan: its order as a picture, its commands, and what guardrails say of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from runner.plan.changes import Changes, FileChange, GuardrailChange, Kind, Part, Status
from runner.problems import file_problem
from runner.render.html.diagram import diagram
from runner.render.html.plan_page import plan_page
from runner.render.html.plan_rows import plan_rows
from tests.support.pages import NOWHERE, ON_GITHUB
from tests.support.plans import (
    action,
    command,
    desired,
    in_steps,
    live,
    observed,
    offline,
    pausing,
    plan_of,
    waiting,
)

if TYPE_CHECKING:
    from runner.plan.plan import Plan


def text_of(page: str) -> str:
    page = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def ordered() -> Plan:
    return plan_of(
        in_steps(
            [waiting("WKF1"), waiting("WKF2")],
            [pausing(30.0)],
            [command("WKF3", name="Start the new one", rate=2.0, settle=90.0)],
            [command(f"WKF{n}", "resume", organization="acme-uk") for n in range(10, 22)],
        )
    )


class TestPage:
    def test_the_headline_counts_and_the_digest_stands_there(self) -> None:
        told = text_of(plan_page(ordered(), NOWHERE))
        assert "15 commands" in told
        assert "0" * 64 in told

    def test_each_command_has_its_line_its_request_and_its_wait(self) -> None:
        page = plan_page(ordered(), ON_GITHUB)
        assert 'href="https://github.com/acme/campaigns/blob/4f1c2d9a/a.yaml#L1"' in page
        told = text_of(page)
        assert "POST /acme/campaign/workflow/execution/WKF3/commands" in told
        assert "until stopped, at most 10m" in told
        assert "Rate limit 2 per second" in told
        assert "Settle time 1m30s" in told

    def test_a_guardrail_that_refuses_comes_first(self) -> None:
        problem = file_problem("max_stops", "a.yaml", "the plan has 2 stops; `max_stops` is 1")
        told = text_of(plan_page(ordered(), NOWHERE, [problem]))
        assert told.index("Refused") < told.index("max_stops") < told.index("WKF3")

    def test_a_plan_without_commands_says_so(self) -> None:
        page = plan_page(plan_of([]), NOWHERE)
        assert "othing to do" in text_of(page)
        assert "<svg" not in page

    def test_warnings_stand_there(self) -> None:
        warning = file_problem("contradiction", "a.yaml", "start and stop follow each other")
        told = text_of(plan_page(replace(ordered(), warnings=(warning,)), NOWHERE))
        assert "start and stop follow each other" in told

    def test_what_changed_stands_there_with_its_guardrails(self) -> None:
        changes = Changes(
            since="main",
            base="4f1c2d9a" * 5,
            allow_modified=False,
            files=(FileChange("a.yaml", Status.ADDED, None, Part.RUN),),
            guardrails=(
                GuardrailChange(Kind.LOOSENED, "max_stops", None, "a.yaml", 3, 5, "10", "20"),
            ),
        )
        told = text_of(plan_page(replace(ordered(), changes=changes), NOWHERE))
        assert "Compared with main" in told
        assert "added" in told
        assert "max_stops loosened 10 20" in told


class TestLive:
    PLAN = live(
        offline(
            action("stop", "WKF1", "WKF2"),
            action("resume", "WKF3", "WKF8", index=2),
            desired("WKF4", "started", on_failure="continue"),
            desired("WKF5", "paused", 2, on_failure="continue"),
            desired("WKF6", "stopped", 3, on_failure="continue"),
        ),
        observed("WKF8", "unknown", found=None, error="no answer"),
        WKF1="started",
        WKF2="finished",
        WKF3="stopped",
        WKF4="stopped",
        WKF5="stopped",
        WKF6="stopped",
    )

    def test_each_command_says_what_it_would_change(self) -> None:
        looks = {it.subject: it.look.word for it in plan_rows(self.PLAN, NOWHERE, 20)}
        assert looks["WKF2"] == "no change"
        assert looks["WKF3"] == "does not fit"
        assert looks["WKF5 paused"] == "refused"
        assert looks["WKF6 stopped"] == "holds"

    def test_drift_and_the_states_that_were_seen_stand_there(self) -> None:
        told = text_of(plan_page(self.PLAN, NOWHERE))
        assert "WKF4" in told
        assert "Made from the files and the states of 7 workflows" in told
        assert "no answer" in told
        assert "refuses 1 desired state" in told

    def test_a_refused_desired_state_holds_everything_back(self) -> None:
        plan = live(offline(desired("WKF5", "paused")), WKF5="stopped")
        told = text_of(plan_page(plan, NOWHERE))
        assert "Refused: 1 desired state is refused, and nothing is sent" in told

    def test_where_all_holds_there_is_nothing_to_do(self) -> None:
        plan = live(offline(desired("WKF5", "stopped")), WKF5="stopped")
        assert "Nothing to do: a run sends no command" in text_of(plan_page(plan, NOWHERE))

    def test_what_was_not_looked_at_is_looked_at_by_the_run(self) -> None:
        told = text_of(plan_page(offline(desired("WKF5", "stopped")), NOWHERE))
        assert "Plan: a run looks at 1 desired state" in told


class TestRows:
    def test_of_very_many_the_first_are_shown(self) -> None:
        plan = plan_of([command(f"WKF{n}") for n in range(30)])
        assert len(plan_rows(plan, NOWHERE, 10)) == 10


class TestDiagram:
    def test_steps_go_down_and_each_organization_has_a_lane(self) -> None:
        picture = diagram(ordered())
        assert picture is not None
        tops = [stage.y for stage in picture.stages]
        assert tops == sorted(tops)
        assert len(picture.stages) == 4
        assert len(picture.lanes) == 2

    def test_without_commands_there_is_none(self) -> None:
        assert diagram(plan_of([])) is None
