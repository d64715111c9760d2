"""The guardrails that hold, in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.guardrails.listing import listed
from runner.plural import counted
from runner.render.markdown import Rows, code, place

if TYPE_CHECKING:
    from runner.ci.places import Places
    from runner.guardrails.demands import DemandsByOrganization
    from runner.guardrails.listing import Demand

NO_ORGANIZATION = "no organization"


def guardrail_parts(demands: DemandsByOrganization, places: Places) -> list[str | Rows]:
    """Give the guardrails that hold, to be folded out."""
    if not demands:
        return []
    held = [(name, demand) for name, of_it in demands.items() for demand in listed(of_it)]
    if not held:
        return ["No guardrail is set.\n\n"]
    rows = (f"- {_organization(name)}: {_demand_text(it, places)}\n" for name, it in held)
    before = f"<details><summary>{counted(len(held), 'guardrail')} in force</summary>\n\n"
    return [Rows(rows, len(held), _more, before, "\n</details>\n\n")]


def _demand_text(demand: Demand, places: Places) -> str:
    return f"{code(demand.guardrail)} {code(demand.text)} ({_spot(demand, places)})"


def _spot(demand: Demand, places: Places) -> str:
    return place(demand.spot.file, demand.spot.line, places)


def _organization(name: str | None) -> str:
    return NO_ORGANIZATION if name is None else code(name)


def _more(number: int) -> str:
    return f"- ... and {number:,} more\n"
