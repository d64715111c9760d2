"""Guardrails in words."""

from __future__ import annotations

from runner.guardrails.demands import Demands
from runner.guardrails.listing import listed
from runner.validate.guardrails import AllowList, Limit, Protection, Spot, Window, Windows

SPOT = Spot("a.yaml", 7, 3)


def test_every_guardrail_is_listed_with_its_place() -> None:
    demands = Demands(
        protect=(Protection("PROD*", (), SPOT), Protection("WKF9", ("stop", "pause"), SPOT)),
        max_commands=Limit(50, SPOT),
        max_stops=Limit(5, SPOT),
        max_active=Limit(20, SPOT),
        allow=(AllowList(("start", "stop"), SPOT),),
        windows=(
            Windows((Window((0, 4), 8 * 60, 17 * 60 + 30, "Europe/Paris"),), SPOT),
            Windows((Window((5,), 0, 24 * 60, "UTC"), Window((6,), 0, 0, "UTC")), SPOT),
            Windows((), SPOT),
        ),
        organizations=AllowList(("acme-*",), SPOT),
    )
    assert [(it.guardrail, it.text) for it in listed(demands)] == [
        ("protect", "PROD*"),
        ("protect", "WKF9 from stop, pause"),
        ("max_commands", "50"),
        ("max_stops", "5"),
        ("max_active", "20"),
        ("allow", "start, stop"),
        ("windows", "mon, fri 08:00 to 17:30 Europe/Paris"),
        ("windows", "sat UTC; sun UTC"),
        ("windows", "never"),
        ("organizations", "acme-*"),
    ]
    assert {it.spot for it in listed(demands)} == {SPOT}


def test_without_any_there_is_nothing_to_list() -> None:
    assert listed(Demands()) == ()
