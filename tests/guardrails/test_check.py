"""A whole plan against all guardrails at once."""

from __future__ import annotations

import time

import pytest

from runner.errors import ExitCode, GuardrailError
from runner.guardrails.check import check, check_organizations
from runner.guardrails.demands import Demands
from runner.guardrails.violations import MOST, MOST_EACH
from runner.plan.command import Decided
from runner.validate.guardrails import Protection, Spot
from tests.guardrails.values import GUARD, allow, ensure, limit, of_acme, protect, rules
from tests.support.plans import command, plan_of

PAUSE = command(action="wait", workflow=None, pause=60.0)
ONLY_ACME = allow("acme", "acme-*", spot=Spot("policy.yaml", 2, 1))


def test_every_violation_is_told_at_once() -> None:
    demands = of_acme(
        protect=(protect("WKF1"),),
        allow=(allow("start"),),
        max_commands=limit(1),
        max_stops=limit(0),
        max_active=limit(0),
        organizations=allow("beta"),
    )
    found = check(plan_of([command("WKF1"), command("WKF2", "stop")]), demands)
    assert [it.rule for it in found] == [
        "organizations",
        "protect",
        "allow",
        "max_commands",
        "max_stops",
        "max_active",
    ]
    error = GuardrailError(found)
    assert str(error) == "6 guardrails refuse this plan"
    assert error.problems == found
    assert error.exit_code is ExitCode.GUARDRAIL


def test_one_guardrail_with_many_violations_is_one_and_a_warning_none() -> None:
    made = [command(f"WKF{n}") for n in range(30)]
    found = check(plan_of(made), of_acme(protect=(protect("WKF*"),)))
    assert [it.rule for it in found if not it.is_error] == ["max_active"]
    assert str(GuardrailError(found)) == "1 guardrail refuses this plan"


def test_a_plan_that_breaks_nothing_has_no_problem() -> None:
    made = [command(), PAUSE, command("WKF2", "signal")]
    demands = of_acme(
        protect=(protect("WKF9*"),),
        allow=(allow("start", "signal"),),
        max_commands=limit(2),
        max_stops=limit(0),
        max_active=limit(1),
        organizations=ONLY_ACME,
    )
    assert check(plan_of(made), demands) == ()
    assert check(plan_of([]), {}) == ()


def test_the_same_command_again_and_again_is_told_a_few_times_and_counted() -> None:
    made = [command("WKF1", "stop", line=n) for n in range(1, 11)]
    found = check(plan_of([*made, command("WKF2", "stop")]), of_acme(protect=(protect("WKF*"),)))
    assert [it.line for it in found] == [1, 2, 3, 1, MOST_EACH + 1]
    assert found[-1].rule == "protect"
    assert found[-1].message == "7 more commands are refused by `protect`, from here on"


def test_of_very_many_violations_the_first_are_told_and_all_counted() -> None:
    made = [command(f"WKF{n}", "stop") for n in range(MOST + 1)]
    found = check(plan_of(made), of_acme(protect=(protect("WKF*"),)))
    assert len(found) == MOST + 1
    assert found[-1].message == "1 more command is refused by `protect`, from here on"


@pytest.mark.parametrize(
    ("organization", "is_allowed"),
    [("acme", True), ("acme-prod", True), ("ACME", False), ("acmex", False), (None, True)],
)
def test_only_the_organizations_of_the_policy_r29(
    organization: str | None, is_allowed: bool
) -> None:
    made = [
        command("A", organization=organization, line=n, file="x.yaml", column=7) for n in (4, 5)
    ]
    plan = plan_of(made)
    demands = {organization: Demands(organizations=ONLY_ACME)}
    found = check(plan, demands)
    assert found == check_organizations(plan, demands)
    if is_allowed:
        assert found == ()
        return
    (problem,) = found
    assert (problem.rule, problem.file, problem.line, problem.column) == (
        "organizations",
        "x.yaml",
        4,
        7,
    )
    assert problem.message == f"the organization `{organization}` is not one of those allowed"
    assert "change `organizations` at policy.yaml:2 in a reviewed change" in problem.hint


def test_an_organization_is_named_also_by_what_needs_nothing_but_not_by_a_pause_r29() -> None:
    held = ensure("WKF1", "stopped", decided=Decided(False, "so"), organization="other")
    demands: dict[str | None, Demands] = {"other": Demands(organizations=ONLY_ACME)}
    assert [it.rule for it in check(plan_of([held]), demands)] == ["organizations"]
    pause = command(action="wait", workflow=None, organization="other")
    assert check(plan_of([pause]), demands) == ()


def test_an_organization_of_which_nothing_is_known_is_a_bug_and_not_a_way_around() -> None:
    with pytest.raises(KeyError):
        check(plan_of([command(organization="other")]), of_acme())


def test_each_organization_has_its_own_demands_r29() -> None:
    made = [command("WKF1", organization=it) for it in ("acme", "other", None)]
    demands = {"acme": Demands(), "other": Demands(protect=(protect("*"),)), None: Demands()}
    assert rules(check(plan_of(made), demands)) == [
        ("protect", "`start` of `WKF1` is refused: it is protected by `*`")
    ]


def test_text_of_files_cannot_forge_a_line() -> None:
    spot = Spot("a\n::error::x.yaml", 1, 1)
    (found,) = check(plan_of([command()]), of_acme(max_commands=limit(0, spot)))
    assert "\n" not in found.hint


def test_very_many_commands_are_judged_in_no_time() -> None:
    made = [command(f"WKF{n}", "stop", line=n) for n in range(10_000)]
    made += [ensure(f"X{n}", "started", "restart_failed", line=n) for n in range(10_000)]
    ids = tuple(Protection(f"Y{n}", (), GUARD) for n in range(10_000))
    globs = tuple(Protection(f"*Z{n}*", ("stop",), GUARD) for n in range(10))
    demands = of_acme(
        protect=(*ids, *globs),
        allow=(allow("start", "resume"),),
        max_commands=limit(1),
        max_stops=limit(1),
        max_active=limit(1),
    )
    start = time.process_time()
    found = check(plan_of(made), demands)
    assert time.process_time() - start < 15
    assert {it.rule for it in found} == {"allow", "max_commands", "max_stops", "max_active"}
