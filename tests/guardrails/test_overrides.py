"""Overrides: what they lift, and that nothing else does."""

from __future__ import annotations

import pytest

from runner.errors import UsageError
from runner.guardrails.demands import NAMES
from runner.guardrails.overrides import Applied, Lifting, Override, lift, read_overrides
from runner.problems import Severity, file_problem, file_warning

PROTECT = file_problem("protect", "a.yaml", "protected")
AGAIN = file_problem("protect", "b.yaml", "protected")
STOPS = file_problem("max_stops", "a.yaml", "too many")
ADVICE = file_warning("max_active", "a.yaml", "more than advised")


def test_an_override_lifts_its_guardrail_and_no_other() -> None:
    override = Override("protect", "incident 42")
    assert lift([PROTECT, STOPS, AGAIN, ADVICE], [override]) == Lifting(
        left=(STOPS, ADVICE), applied=(Applied(override, (PROTECT, AGAIN)),)
    )


def test_without_overrides_everything_is_left() -> None:
    assert lift([PROTECT, ADVICE], []) == Lifting((PROTECT, ADVICE), ())


def test_an_override_that_lifts_nothing_says_so() -> None:
    protect, active = Override("protect", "x"), Override("max_active", "x")
    lifting = lift([PROTECT, ADVICE], [protect, active])
    assert lifting.left == (ADVICE,)
    assert [it.warning for it in lifting.applied] == [
        "",
        "--override max_active lifts nothing: the guardrail refuses nothing here",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_guardrail_can_be_overridden(name: str) -> None:
    (override,) = read_overrides([name], "because")
    problem = file_problem(name, "a.yaml", "x")
    assert problem.severity is Severity.ERROR
    assert lift([problem], [override]).left == ()


def test_several_names_share_a_reason_and_count_once() -> None:
    assert read_overrides(["protect", "windows", "protect"], "so") == (
        Override("protect", "so"),
        Override("windows", "so"),
    )
    assert read_overrides([], None) == ()


@pytest.mark.parametrize(
    ("names", "reason", "message"),
    [
        (["protcet"], "x", "there is no guardrail `protcet`; did you mean `protect`?"),
        (["MAX_STOPS"], "x", "there is no guardrail `MAX_STOPS`; did you mean `max_stops`?"),
        (["zzz"], "x", "there is no guardrail `zzz`; write one of: protect, max_commands, "),
        (["all"], "x", "there is no guardrail `all`; did you mean `allow`?"),
        ([""], "x", "there is no guardrail ``; write one of: "),
        (["protect"], None, "--override protect: say why with --reason TEXT"),
        (["protect"], " \t", "--override protect: say why with --reason TEXT"),
        ([], "x", "--reason says why a guardrail is overridden; add --override NAME"),
    ],
)
def test_a_wrong_override_is_wrong_usage(
    names: list[str], reason: str | None, message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        read_overrides(names, reason)
    assert message in str(caught.value)
