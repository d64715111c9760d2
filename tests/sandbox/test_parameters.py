from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.sandbox.parameters import PARAMETER_TYPES, mistyped, undeclared

FITTING: dict[str, list[object]] = {
    "string": ["", "x", "2030-01-01"],
    "number": [0, -1, 1.5, 10**30],
    "boolean": [True, False],
    "date-time": [
        "2030-01-01T06:00:00Z",
        "2030-01-01T06:00:00",
        "2030-01-01T06:00:00.5+05:30",
        "2019-04-03 08:17:19.100Z",
        "2032-02-29T23:59:59-01:00",
    ],
}
NO_DATE_TIMES = [
    "",
    "2030-01-01",
    "06:00:00",
    "2030-02-29T00:00:00Z",
    "2030-01-01T24:00:01Z",
    "2030-01-01T06:00Z",
    "2030-01-01T06:00:00ZZ",
    "2030-01-01T06:00:00.Z",
    "2030-01-01T06:00:00+99:00",
    "2030-01-01T06:00:00Z\n",
    "\u0662030-01-01T06:00:00Z",
    1893477600,
]
STRANGE: list[object] = [None, [], {}, ["x"]]


def fits(kind: str, value: object) -> bool:
    return mistyped({"it": kind}, {"it": value}) is None


def test_each_type_is_tested() -> None:
    assert set(FITTING) == set(PARAMETER_TYPES)


@pytest.mark.parametrize(
    ("kind", "value"), [(kind, value) for kind, values in FITTING.items() for value in values]
)
def test_a_value_fits_its_own_type_and_no_type_but_text_beside_it(kind: str, value: object) -> None:
    assert fits(kind, value)
    others = {other for other in PARAMETER_TYPES if other != kind and fits(other, value)}
    assert others <= {"string"}


@pytest.mark.parametrize("kind", PARAMETER_TYPES)
@pytest.mark.parametrize("value", STRANGE, ids=repr)
def test_no_type_has_null_lists_or_objects(kind: str, value: object) -> None:
    assert not fits(kind, value)


@pytest.mark.parametrize("value", NO_DATE_TIMES, ids=repr)
def test_what_is_no_point_in_time_is_no_date_time(value: object) -> None:
    assert not fits("date-time", value)


HOURS = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))


@given(when=st.datetimes(timezones=st.none() | HOURS), blank=st.booleans())
def test_every_time_that_python_writes_is_one(when: datetime, *, blank: bool) -> None:
    assert fits("date-time", when.isoformat(" " if blank else "T"))


def test_the_first_that_is_wrong_is_named() -> None:
    declared = {"a": "string", "b": "number"}
    assert undeclared(declared, {"a": "x", "y": 1, "z": 2}) == "y"
    assert undeclared(declared, {"b": "not looked at"}) is None
    assert mistyped(declared, {"b": "1", "a": 1}) == "b"
    assert mistyped(declared, {"a": "x", "b": 1}) is None
    assert undeclared(declared, {}) is mistyped(declared, {}) is None
