"""A plan as a reviewer reads it: in a minute, and whatever it holds."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from runner import __version__
from runner.guardrails.demands import Demands
from runner.plan.changes import Changes, FileChange, GuardrailChange, Kind, Part, Status
from runner.plan.plan import Plan, Selection
from runner.problems import file_problem, file_warning
from runner.render.markdown import LEAST_LIMIT
from runner.render.plan_markdown import plan_markdown
from runner.render.problems_markdown import COMMENT_LIMIT, MARKER
from runner.states import Observation, ReadState, State
from runner.validate.config import Signal
from runner.validate.guardrails import Limit, Protection, Spot
from tests.support.markdown import HOSTILE, assert_harmless
from tests.support.pages import NOWHERE, ON_GITHUB
from tests.support.plans import (
    action,
    command,
    desired,
    document,
    live,
    offline,
    pausing,
    plan_of,
    waiting,
)


def shown(plan: Plan, **others: Any) -> str:
    text = plan_markdown(plan, NOWHERE, **others)
    assert_harmless(text)
    return text


class TestWhatAReviewerReads:
    def test_the_whole_of_a_small_plan(self) -> None:
        plan = offline(action("stop", "A", "B", name="Drain it"), action("start", "C", index=2))
        assert plan_markdown(plan, NOWHERE) == (
            "<!-- campaign-runner plan -->\n"
            "### Plan: 3 commands for `acme`\n\n"
            "Environment: base (no `--env`) · **2 stop, 1 start**\n\n"
            "| ID | action | workflow | where | notes |\n"
            "| --- | --- | --- | --- | --- |\n"
            "| `#1.1` | stop | `A` | `a.yaml:10` | Drain it |\n"
            "| `#1.2` | stop | `B` | `a.yaml:11` | Drain it |\n"
            "| `#2.1` | start | `C` | `a.yaml:10` |  |\n\n"
            f"Digest: `{plan.digest}` · 1 file · campaign-runner {__version__}\n"
        )

    def test_the_line_of_each_command_is_linked_where_there_is_an_address(self) -> None:
        page = assert_harmless(plan_markdown(offline(action("start", "A", "B")), ON_GITHUB))
        base = "https://github.com/acme/campaigns/blob/4f1c2d9a/"
        assert page.links == [f"{base}a.yaml#L10", f"{base}a.yaml#L11"]

    def test_notes_say_what_is_waited_for_and_what_a_signal_holds(self) -> None:
        signal = Signal("signal1", "CI", (("audience", "v|p"), ("n", 3)))
        text = shown(
            plan_of(
                [
                    waiting("A", "stop", timeout=600, name="First"),
                    command("B", "signal", signal=signal),
                    pausing(90),
                ]
            )
        )
        assert "| stop | `A` | `a.yaml:1` | First; waits until stopped, at most 10m |" in text
        text_of_two = shown(offline(action("stop", "A", parallel=4)))
        assert "| stop | `A` | `a.yaml:10` | 4 at a time |" in text_of_two
        assert r'| signal | `B` `signal1` | `a.yaml:1` | `audience="v\|p", n=3` |' in text
        assert "| wait | 1m30s | `a.yaml:1` |  |" in text
        assert "### Plan: 2 commands for" in text

    def test_states_that_were_read_show_what_would_change(self) -> None:
        text = shown(live(offline(action("start", "A"), action("stop", "B", index=2)), A="stopped"))
        assert "| ID | action | workflow | state | where | notes |" in text
        assert "| `#1.1` | start | `A` | stopped → started |" in text
        assert "| `#2.1` | stop | `B` |  |" in text
        assert "states of 1 workflow read" in text

    def test_a_desired_state_that_nobody_looked_at_says_so(self) -> None:
        text = shown(offline(desired("A", "paused")))
        assert "| ensure | `A` paused |" in text
        assert "what `ensure` sends depends on the states, which were not read" in text

    def test_drift_is_told_before_the_table(self) -> None:
        text = shown(
            live(
                offline(desired("A", "started"), desired("B", "paused", 2)), A="paused", B="paused"
            )
        )
        assert text.index("**1 of 2 desired states does not hold**") < text.index("| ID |")
        assert "- `A` is paused, desired started\n" in text
        assert "No drift" in shown(live(offline(desired("A", "started")), A="started"))

    def test_nothing_to_do_is_the_headline(self) -> None:
        plan = live(offline(desired("A", "started")), A="started")
        assert "### Plan: nothing to do for `acme`" in shown(plan)

    def test_a_plan_of_no_command_is_for_the_organizations_of_the_files(self) -> None:
        empty = plan_of([])
        assert "### Plan: nothing to do\n" in shown(empty)
        text = shown(empty, guardrails={"acme": Demands()})
        assert "### Plan: nothing to do for `acme`\n" in text
        assert "| ID |" not in text

    def test_a_refused_desired_state_stands_at_the_top(self) -> None:
        text = shown(live(offline(desired("A", "paused")), A="editing"))
        blocked = "⛔ **`A` is refused; a run would send nothing at all (`on_failure: stop`).**"
        assert text.index("### Plan") < text.index(blocked) < text.index("Environment")
        assert "**refused**: it is editing" in text

    def test_why_a_state_is_unknown_is_told(self) -> None:
        seen = Observation("acme", "A", True, ReadState(State.UNKNOWN, "11", "state"))
        text = shown(live(offline(action("stop", "A")), seen))
        assert "**1 state unknown**\n\n- `A`: its field" in text

    def test_several_organizations_have_a_column(self) -> None:
        one, other = (
            document(action("start", "A")),
            document(action("start", "A"), name="b.yaml", organization=None),
        )
        text = shown(offline(one, other))
        assert "### Plan: 2 commands for 2 organizations" in text
        assert "| start | `A` | `acme` | `a.yaml:10` |" in text
        assert "| start | `A` | no organization | `b.yaml:10` |" in text

    def test_an_organization_that_is_not_set_says_where_it_comes_from(self) -> None:
        text = shown(offline(document(action("start", "A"), organization=None)))
        assert "not set (`CAMPAIGN_STANDARD_TENANT_ID` will be used)" in text

    def test_what_is_selected_is_said(self) -> None:
        plan = offline(action("start", "A"), only=["a.yaml#1.1"])
        assert "Only `a.yaml#1.1` (`--only`)." in shown(plan)
        many = replace(plan, selection=Selection(tuple(f"x#{n}" for n in range(12)), "y#1.1"))
        assert "`x#9` and 2 more (`--only`)" in shown(many)
        assert "Only from `y#1.1` on (`--from`)." in shown(many)


class TestGuardrails:
    PROBLEM = file_problem("max_stops", "a.yaml", "this is the 6th stop", "change `max_stops`")

    def test_a_refusal_comes_first_with_what_to_do(self) -> None:
        text = shown(offline(action("start", "A")), problems=[self.PROBLEM])
        assert "### Plan refused: 1 command for `acme`" in text
        first, rest = text.index("⛔ **1 guardrail refuses this plan"), text.index("Environment")
        assert first < text.index("- `a.yaml:1`: **error**: this is the `6th` stop") < rest
        assert "(`max_stops`)<br>change `max_stops`" in text

    def test_warnings_come_before_the_table_and_no_more_than_twenty(self) -> None:
        plan = replace(
            offline(action("start", "A")),
            warnings=tuple(file_warning("w", "a.yaml", f"thing {n}") for n in range(25)),
        )
        text = shown(plan)
        assert text.index("**25 warnings**") < text.index("| ID |")
        assert text.count(": warning: ") == 20
        assert "- ... and 5 more\n" in text

    def test_those_in_force_are_listed_with_their_places(self) -> None:
        demands = Demands(
            protect=(Protection("PROD*", (), Spot("a.yaml", 3, 1)),),
            max_stops=Limit(5, Spot("policy.yaml", 2, 1)),
        )
        text = shown(offline(action("start", "A")), guardrails={"acme": demands})
        assert "<summary>2 guardrails in force</summary>" in text
        assert "- `acme`: `protect` `PROD*` (`a.yaml:3`)\n" in text
        assert "- `acme`: `max_stops` `5` (`policy.yaml:2`)\n" in text
        none = shown(offline(action("start", "A")), guardrails={"acme": Demands()})
        assert "No guardrail is set." in none

    def test_changes_stand_before_the_table_and_the_weaker_ones_first_r29(self) -> None:
        made = (
            GuardrailChange(Kind.ADDED, "protect", None, "a.yaml", 4, 1, None, "WKF1"),
            GuardrailChange(Kind.LOOSENED, "max_stops", "prod", "a.yaml", 9, 1, "5", "50"),
            GuardrailChange(Kind.UNREAD, "", None, "b.yaml", 1, 1, "a key stands twice"),
        )
        files = (
            FileChange("a.yaml", Status.ADDED, None, Part.RUN),
            FileChange("old.yaml", Status.MODIFIED, "older.yaml", Part.LEFT_OUT),
            FileChange("same.yaml", Status.UNCHANGED, None, Part.LEFT_OUT),
        )
        changes = Changes("origin/main", "f" * 40, False, files, made)
        text = shown(replace(offline(action("start", "A")), changes=changes))
        loose = "- `a.yaml:9`: `max_stops` of `prod` **loosened**: `5` → `50`\n"
        unread = "- `b.yaml:1`: guardrails **cannot be compared**: a key stands twice\n"
        tight = "- `a.yaml:4`: `protect` added: `WKF1`\n"
        assert f"{loose}{unread}{tight}" in text
        assert "⚠️ **3 changes to guardrails** since `origin/main` (`ffffffffffff`), 2 of" in text
        assert text.index(loose) < text.index("| ID |")
        assert "<summary>2 changed files, 1 file as before</summary>" in text
        assert "- `a.yaml`: added, its actions run\n" in text
        assert "- `old.yaml` (was `older.yaml`): modified, its actions are left out\n" in text

    def test_that_none_changed_is_said_where_somebody_compared(self) -> None:
        changes = Changes("main", "f" * 40, False, ())
        plan = offline(action("start", "A"))
        assert "No guardrail changed since `main`" in shown(replace(plan, changes=changes))
        assert "guardrail" not in shown(plan)


class TestLimit:
    def test_a_long_plan_is_cut_between_rows_and_says_how_much(self) -> None:
        plan = offline(action("start", *(f"WKF{n}" for n in range(20_000)), name="Näme ✓"))
        text = plan_markdown(plan, ON_GITHUB, [file_problem("protect", "a.yaml", "refused")])
        assert COMMENT_LIMIT - 500 < len(text.encode()) <= COMMENT_LIMIT
        page = assert_harmless(text)
        rows = page.rows[1:]
        assert [row[2] for row in rows] == [f"WKF{n}" for n in range(len(rows))]
        cut = re.search(r"\*\.\.\. and ([\d,]+) more rows, cut to fit", text)
        assert cut is not None
        assert int(cut[1].replace(",", "")) + len(rows) == 20_000
        assert "20,000 commands" in page.text
        assert "20,000 start" in page.text
        assert ": **error**: refused" in text
        assert plan.digest in page.codes

    def test_many_refusals_leave_room_for_the_table(self) -> None:
        problems = [file_problem("protect", "a.yaml", "x" * 500, "y" * 500)] * 350
        text = plan_markdown(offline(action("start", *"ABC")), NOWHERE, problems)
        page = assert_harmless(text)
        assert len(text.encode()) <= COMMENT_LIMIT
        assert len(page.rows) == 4
        assert text.count("**error**") > 25
        assert re.search(r"- \.\.\. and \d+ more\n", text)

    @settings(max_examples=30)
    @given(st.integers(LEAST_LIMIT, 40_000), st.integers(0, 500))
    def test_no_limit_is_exceeded_whatever_names_there_are(self, limit: int, number: int) -> None:
        text = plan_markdown(hostile_plan(number), ON_GITHUB, (), limit)
        assert len(text.encode()) <= limit
        assert_harmless(text)


def hostile_plan(number: int = 3) -> Plan:
    """Give a plan in which all that can be foreign is."""
    signal = Signal(HOSTILE, HOSTILE, ((HOSTILE, HOSTILE),))
    hostile = command(
        HOSTILE,
        "signal",
        id=f"{HOSTILE}#{HOSTILE}",
        organization=HOSTILE,
        name=HOSTILE,
        file=HOSTILE,
        signal=signal,
    )
    spoilt = file_warning(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    change = GuardrailChange(Kind.CHANGED, HOSTILE, HOSTILE, HOSTILE, 1, 1, HOSTILE, HOSTILE)
    file = FileChange(HOSTILE, Status.RENAMED, HOSTILE)
    return replace(
        plan_of([hostile] * number),
        environment=HOSTILE,
        warnings=(replace(spoilt, pointer=HOSTILE),) * 3,
        selection=Selection((HOSTILE,), HOSTILE),
        changes=Changes(HOSTILE, HOSTILE, False, (file,), (change,)),
    )


@pytest.mark.parametrize("places", [NOWHERE, ON_GITHUB], ids=["nowhere", "github"])
def test_hostile_names_stay_text(places: Any) -> None:
    problem = replace(file_problem(HOSTILE, HOSTILE, HOSTILE, HOSTILE), pointer=HOSTILE)
    demands = Demands(protect=(Protection(HOSTILE, (HOSTILE,), Spot(HOSTILE, 1, 1)),))
    text = plan_markdown(hostile_plan(), places, [problem], guardrails={HOSTILE: demands})
    page = assert_harmless(text)
    assert len(page.rows) == 4
    assert text.startswith(MARKER)


@settings(max_examples=50)
@given(st.text(max_size=80))
def test_any_name_stays_text(name: str) -> None:
    plan = plan_of([command(name or "A", id=f"{name}#1.1", file=name, name=name)])
    assert len(assert_harmless(plan_markdown(plan, ON_GITHUB)).rows) == 2
