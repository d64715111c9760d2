"""Turns the guardrails of a valid document into frozen values that know where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from runner.validate.guardrails import (
    WEEKDAYS,
    AllowList,
    Guardrails,
    Limit,
    Protection,
    Spot,
    Window,
    Windows,
)
from runner.validate.rules.guardrails import END_OF_DAY, MIDNIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.load.document import Document, PathPart


class _Layer(NamedTuple):
    """Guardrails as one part of a document writes them, and where that is."""

    document: Document
    path: list[PathPart]
    value: Mapping[str, Any]

    def spot(self, *below: PathPart) -> Spot:
        return Spot(self.document.file, *self.document.place([*self.path, *below]))


def build_guardrails(document: Document, environment: str | None = None) -> Guardrails:
    """Give the guardrails of a document, with an environment over them (rule R2).

    Each is taken from where it stands, and not from what `overlay` gives, so that it keeps its
    place: `protect` is added to, all else is replaced.
    """
    value: Any = document.value
    layers = [_Layer(document, ["guardrails"], value.get("guardrails", {}))]
    if environment is not None:
        path: list[PathPart] = ["environments", environment, "guardrails"]
        over = value["environments"][environment].get("guardrails", {})
        layers.append(_Layer(document, path, over))
    return Guardrails(
        protect=tuple(it for layer in layers for it in _protections(layer)),
        max_commands=_limit(layers, "max_commands"),
        max_stops=_limit(layers, "max_stops"),
        max_active=_limit(layers, "max_active"),
        allow=_allow(layers),
        windows=_windows(layers),
    )


def _last(layers: Sequence[_Layer], key: str) -> _Layer | None:
    """Give the layer whose `key` counts."""
    return next((layer for layer in reversed(layers) if key in layer.value), None)


def _protections(layer: _Layer) -> list[Protection]:
    found = []
    for n, item in enumerate(layer.value.get("protect", [])):
        spot = layer.spot("protect", n)
        if isinstance(item, str):
            found.append(Protection(item, (), spot))
        else:
            found.append(Protection(item["workflow"], tuple(item["refuse"]), spot))
    return found


def _limit(layers: Sequence[_Layer], key: str) -> Limit | None:
    layer = _last(layers, key)
    return None if layer is None else Limit(int(layer.value[key]), layer.spot(key))


def _allow(layers: Sequence[_Layer]) -> AllowList | None:
    layer = _last(layers, "allow")
    return None if layer is None else AllowList(tuple(layer.value["allow"]), layer.spot("allow"))


def _windows(layers: Sequence[_Layer]) -> Windows | None:
    layer = _last(layers, "windows")
    if layer is None:
        return None
    return Windows(tuple(map(_window, layer.value["windows"])), layer.spot("windows"))


def _window(window: Mapping[str, Any]) -> Window:
    days = sorted(WEEKDAYS.index(day) for day in window.get("days", WEEKDAYS))
    return Window(
        tuple(days),
        _minutes(window.get("from", MIDNIGHT)),
        _minutes(window.get("to", END_OF_DAY)),
        window["timezone"],
    )


def _minutes(time: str) -> int:
    hours, _, minutes = time.partition(":")
    return int(hours) * 60 + int(minutes)
