"""The names of time zones, the same on every machine."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from runner.validate.timezones import known_timezones, near_timezone


def test_every_known_time_zone_can_be_loaded_r32() -> None:
    assert len(known_timezones()) > 400
    for name in known_timezones():
        assert ZoneInfo(name).key == name


def test_what_only_this_machine_has_is_not_known_r32() -> None:
    assert not {"localtime", "posixrules", "europe/berlin", "Europe"} & known_timezones()


@pytest.mark.parametrize(
    ("name", "near"),
    [("Europe/Berln", "Europe/Berlin"), ("Berlin", "Europe/Berlin"), ("xyz", None), ("", None)],
)
def test_the_closest_is_found(name: str, near: str | None) -> None:
    assert near_timezone(name) == near


def test_without_the_package_the_system_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(package: str) -> object:
        raise ModuleNotFoundError(package)

    monkeypatch.setattr("importlib.resources.files", missing)
    known_timezones.cache_clear()
    try:
        assert "Europe/Berlin" in known_timezones()
    finally:
        known_timezones.cache_clear()
