"""The names of time zones, the same on every machine."""

from __future__ import annotations

from functools import cache

from runner.validate.suggest import closest


@cache
def known_timezones() -> frozenset[str]:
    """Give every name of the IANA database, as the package `tzdata` has them.

    The system's own folder would not do: where letter case does not count in file names, it
    would take `europe/berlin`, which the next machine does not know.
    """
    from importlib.resources import files  # for those few files that name a time zone

    try:
        names = files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    except ModuleNotFoundError:  # left out by who packs for a system that has its own
        from zoneinfo import available_timezones

        return frozenset(available_timezones())
    return frozenset(names)


def near_timezone(name: str) -> str | None:
    """Give the known name that `name` looks like, or None.

    Only those whose last part begins alike are compared: a hostile file asks a thousand times.
    """
    return closest(
        name, [known for known in known_timezones() if _initial(known) == _initial(name)]
    )


def _initial(name: str) -> str:
    return name.rpartition("/")[2][:1].lower()
