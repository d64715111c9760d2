"""The guardrails that hold, in Markdown."""

from __future__ import annotations

from runner.guardrails.demands import Demands
from runner.render.guardrails_markdown import guardrail_parts
from runner.render.markdown import LEAST_LIMIT, page
from runner.validate.guardrails import AllowList, Limit, Protection, Spot, Window, Windows
from tests.support.markdown import HOSTILE, assert_harmless
from tests.support.pages import NOWHERE, ON_GITHUB

SPOT = Spot("a.yaml", 3, 1)
ALL = Demands(
    protect=(Protection("PROD*", (), SPOT), Protection("WKF9", ("stop", "pause"), SPOT)),
    max_commands=Limit(1_000, SPOT),
    max_stops=Limit(0, SPOT),
    max_active=Limit(20, SPOT),
    allow=(AllowList(("start", "stop"), SPOT),),
    windows=(Windows((Window((0, 4), 360, 1080, "UTC"),), SPOT),),
    organizations=AllowList(("acme", "acme-*"), SPOT),
)


def shown(demands: dict[str | None, Demands], limit: int = 60_000) -> str:
    text = page(guardrail_parts(demands, NOWHERE), limit)
    assert_harmless(text)
    return text


def test_without_an_organization_there_is_nothing_to_say() -> None:
    assert guardrail_parts({}, NOWHERE) == []


def test_where_none_is_set_that_is_said() -> None:
    assert shown({"acme": Demands(), "other": Demands()}) == "No guardrail is set.\n\n"


def test_each_is_told_with_its_place() -> None:
    text = shown({"acme": ALL})
    assert text.startswith("<details><summary>8 guardrails in force</summary>\n\n")
    assert text.endswith("\n</details>\n\n")
    rows = [it for it in text.splitlines() if it.startswith("- ")]
    assert all(it.startswith("- `acme`: `") for it in rows)
    assert all(it.endswith(" (`a.yaml:3`)") for it in rows)
    told = [it.removeprefix("- `acme`: ").removesuffix(" (`a.yaml:3`)") for it in rows]
    assert sorted(told) == [
        "`allow` `start, stop`",
        "`max_active` `20`",
        "`max_commands` `1000`",
        "`max_stops` `0`",
        "`organizations` `acme, acme-*`",
        "`protect` `PROD*`",
        "`protect` `WKF9 from stop, pause`",
        "`windows` `mon, fri 06:00 to 18:00 UTC`",
    ]


def test_one_is_told_as_one() -> None:
    text = shown({"acme": Demands(max_stops=Limit(1, SPOT))})
    assert "<summary>1 guardrail in force</summary>" in text


def test_each_organization_has_its_own_and_one_may_have_no_name() -> None:
    text = shown(
        {"acme": Demands(max_stops=Limit(1, SPOT)), None: Demands(max_stops=Limit(2, SPOT))}
    )
    assert "- `acme`: `max_stops` `1` (`a.yaml:3`)\n" in text
    assert "- no organization: `max_stops` `2` (`a.yaml:3`)\n" in text


def test_its_line_is_linked_where_there_is_an_address() -> None:
    demands: dict[str | None, Demands] = {"acme": Demands(max_stops=Limit(1, SPOT))}
    linked = assert_harmless(page(guardrail_parts(demands, ON_GITHUB), 60_000))
    assert linked.links == ["https://github.com/acme/campaigns/blob/4f1c2d9a/a.yaml#L3"]


def test_many_are_cut_and_counted() -> None:
    many = tuple(Protection(f"{'X' * 200}{n}", (), SPOT) for n in range(300))
    text = shown({"acme": Demands(protect=many)}, limit=LEAST_LIMIT)
    left = 300 - text.count("\n- `acme`")
    assert 0 < left < 300
    assert f"\n- ... and {left} more\n" in text
    assert len(text.encode()) <= LEAST_LIMIT


def test_hostile_names_stay_text() -> None:
    spot = Spot(HOSTILE, 1, 1)
    demands = Demands(
        protect=(Protection(HOSTILE, (HOSTILE,), spot),), allow=(AllowList((HOSTILE,), spot),)
    )
    for places in (NOWHERE, ON_GITHUB):
        assert_harmless(page(guardrail_parts({HOSTILE: demands}, places), 60_000))
