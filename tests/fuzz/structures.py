"""Configurations made of the schema's own properties, valid but for what is spoilt on purpose."""

from __future__ import annotations

import json
from datetime import date, datetime, timezone
from typing import Any

import yaml
from hypothesis import strategies as st

from runner.schemas import schema

_SCHEMA = schema("config")
_COMMANDS = ("start", "stop", "pause", "resume", "signal", "wait")
_IDS = ("WKF1", "WKF2", "WKF3", "wkf1", "@lock", "A")
# Where the examples of the schema alone would be too few, or too much alike.
_VALUES: dict[str, tuple[Any, ...]] = {
    "workflowId": _IDS,
    "workflows": (*_IDS, ["WKF1", "WKF2"], ["A", "A"]),
    "duration": ("30s", "1ms", "1h30m", "10m", "5s"),
    "organization": ("acme", "acme-mkt-stage"),
    "environmentName": ("prod", "stage"),
}
# Written down as they are once everything else is: what YAML reads as something else than text.
_UNQUOTED = (
    *("9" * 5_000, "-0", "0x1F", "0b1", "017", "1_000", "190:20:30", ".inf", "-.inf", ".nan"),
    *("1e999", "1.7e+308", "2026-08-01", "2001-12-14t21:59:43.10-05:00", "2026-99-99", "~", "on"),
    *("No", "NULL", "<<", "=", "!!binary x", "!!python/name:os.system x", "!!int x", "*none", "&n"),
    *(
        "!!float 1",
        "!!null x",
        "!!bool maybe",
        "!!timestamp x",
        "!!str 1",
        "! 1",
        "[*n]",
        "${env:A}",
    ),
)
_TEXTS = (
    *(
        "",
        " ",
        "\x00",
        "\x1b]0;x\x07",
        "a\nb",
        "\r\n",
        "\t",
        "\u2028",
        "\u202e",
        "\ufeff",
        "é" * 300,
    ),
    *("::error file=a::x", " ::stop-commands::x", "##[error]x", "##vso[task.setvariable]x", "%0A"),
    *("\ud800", "\udc80x", "\U0001f600", "\U000e0041", "\x7f", "\x85", "\ufffe", "a" * 70_000),
    *("${env:CAMPAIGN_X}", "${env:HOME}", "${file:/etc/passwd}", "${file:/run/secrets/../x}", "${"),
    *(
        "${env:a b}",
        "${{ secrets.X }}",
        "${env:CAMPAIGN_X}${env:CAMPAIGN_X}",
        "../../x",
        "a/b",
        "*",
    ),
    *("[a-", "[!]", "**", "WKF[0-9]*", "1", "no", "2026-08-01", "~", "null", "%s", "{0}", "$(x)"),
    *("\\", "'", '"', "`", "- x", ": ", "# x", "999999h", "1h1h", "0s", "24:00", "25:61", "08:00"),
    *("Europe/Berlin", "../UTC", "Etc/../UTC", "europe/berlin", "mon", "started", "a.b.c", "."),
)
_OTHERS: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 1.0, -0.0, 1.5, 1e308, float("inf"), float("nan")),
    *(10**17, 2**63, -(2**63), 2**64, 10**400, date(2026, 8, 1)),
    *(datetime(2026, 8, 1, tzinfo=timezone.utc), [], {}, [[]], [None], {"": None}, [[[[]]]]),
)
_HOSTILE = (
    st.sampled_from(_TEXTS)
    | st.sampled_from(_OTHERS)
    | st.sampled_from(range(len(_UNQUOTED))).map("UNQUOTED{}UNQUOTED".format)
    | st.text(max_size=8)
)
_NAMES = sorted({name for part in _SCHEMA["$defs"].values() for name in part.get("properties", ())})
_KEYS = st.sampled_from([*_NAMES, *_TEXTS[:12], "Start", "strat", "<<", "x"])
_ODD_KEYS = st.sampled_from([1, True, None, 1.5, *range(2)]) | _KEYS


class _Maker:
    """Makes values by the schema; one in `rarity` is something else."""

    def __init__(self, draw: st.DrawFn, rarity: int) -> None:
        self._draw = draw
        self._rarity = rarity

    def value(self, node: dict[str, Any]) -> Any:
        if self._rarity and self._one_in(self._rarity):
            return self._draw(_HOSTILE)
        name = node.get("$ref", "").rpartition("/")[2]
        if name:
            node = {**_SCHEMA["$defs"][name], **{k: it for k, it in node.items() if k != "$ref"}}
        if name in _VALUES:
            return self._draw(st.sampled_from(_VALUES[name]))
        if "properties" in node or isinstance(node.get("additionalProperties"), dict):
            if node.get("type") == "object" or self._one_in(2):
                return self._mapping(name, node)
        elif node.get("type") == "array":
            count = self._draw(st.integers(node.get("minItems", 0), 4))
            return [self.value(node["items"]) for _ in range(count)]
        choices = [node["const"]] if "const" in node else node.get("enum") or node.get("examples")
        return self._draw(st.sampled_from(choices)) if choices else self._any_of(node)

    def _any_of(self, node: dict[str, Any]) -> Any:
        for word in ("oneOf", "anyOf"):
            if word in node:
                return self.value(self._draw(st.sampled_from(node[word])))
        return self._draw(_HOSTILE)

    def _mapping(self, name: str, node: dict[str, Any]) -> Any:
        made: dict[Any, Any] = {}
        properties = node.get("properties", {})
        for key in self._chosen(name, node, list(properties)):
            made[key] = self.value(properties[key])
        if isinstance(node.get("additionalProperties"), dict):
            for _ in range(self._draw(st.integers(1, 3))):
                key = self.value(node.get("propertyNames", {"examples": ["a", "b"]}))
                if isinstance(key, (str, int, float, bool)) or key is None:
                    made[key] = self.value(node["additionalProperties"])
        if self._rarity and self._one_in(self._rarity):
            made[self._draw(_ODD_KEYS)] = self._draw(_HOSTILE)
        return made

    def _chosen(self, name: str, node: dict[str, Any], keys: list[str]) -> list[str]:
        required = node.get("required", [])
        chosen = [key for key in keys if key in required or self._one_in(3)]
        if name == "action":
            command = self._draw(st.sampled_from(_COMMANDS))
            chosen = [key for key in chosen if key not in _COMMANDS or key == command]
            chosen += [] if command in chosen else [command]
        elif name == "auth" and {"access_token", "oauth"} <= {*chosen}:
            chosen.remove("oauth")
        elif node is _SCHEMA and not {"actions", "desired"} & {*chosen}:
            chosen.append("actions")
        return chosen

    def _one_in(self, number: int) -> bool:
        return self._draw(st.integers(1, number)) == number


@st.composite
def configurations(draw: st.DrawFn) -> bytes:
    """Give one to three documents as YAML in a random style."""
    maker = _Maker(draw, draw(st.sampled_from([0, 60, 25, 8])))
    documents = [maker.value(_SCHEMA) for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3])))]
    text = _written(draw, documents)
    for number, raw in enumerate(_UNQUOTED):
        text = text.replace(f"UNQUOTED{number}UNQUOTED", raw)
    return text.encode("utf-8", "surrogatepass")


def _written(draw: st.DrawFn, documents: list[Any]) -> str:
    how = draw(st.integers(0, 9))
    if how:
        style: dict[str, Any] = {
            "default_flow_style": draw(st.sampled_from([False, True, None])),
            "default_style": draw(st.sampled_from([None, None, None, '"', "'", "|", ">"])),
            "allow_unicode": draw(st.booleans()),
            "width": draw(st.sampled_from([20, 80, 10_000])),
            "indent": draw(st.integers(2, 9)),
            "line_break": draw(st.sampled_from(["\n", "\r\n", "\r"])),
            "explicit_end": draw(st.booleans()),
            "sort_keys": False,
        }
        try:
            text: str = yaml.dump_all(documents, Dumper=yaml.CSafeDumper, **style)
        except (yaml.YAMLError, ValueError):  # surrogates, for one; JSON takes everything
            pass
        else:
            return text
    ascii_only = draw(st.booleans())
    return "\n---\n".join(json.dumps(it, ensure_ascii=ascii_only, default=str) for it in documents)
