"""Texts that are, once were, or nearly are YAML."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import strategies as st

from tests.fuzz import mutations as mut

_ROOT = Path(__file__).parents[2]
SEEDS = tuple(
    path.read_bytes()
    for folder in (_ROOT / "examples", _ROOT / "tests" / "invalid")
    for path in sorted(folder.rglob("*.yaml"))
    if path.stat().st_size < 20_000
)
_WORDS = b"""version 1 organization acme actions start stop pause resume signal wait WKF1 @lock
desired started environments prod guardrails protect windows auth oauth ${env:CAMPAIGN_X} 30s
${file:/run/secrets/x} ~ null true no 0x1F 0o17 190:20:30 1_000 .inf .nan 2026-08-01
2026-08-01T00:00:00Z 1e999 = <<
::error::x ##[error] \xc3\xa9 \xe2\x80\xa8 \xc2\x85 \xef\xbb\xbf \xed\xa0\x80 \xff \x00 \x1b[31m"""
_MARKS = (
    *(b": ", b":", b"- ", b"? ", b", ", b"{", b"}", b"[", b"]", b"\n", b"\n  ", b"\n    ", b"\n\n"),
    *(b"\r\n", b"\r", b"\t", b" ", b"#", b" # x\n", b"'", b'"', b"''", b"|\n", b">-\n", b"|2+\n"),
    *(b"&a ", b"*a", b"&a &b ", b"<<: *a", b"<<: [*a, *a]", b"<<: {}", b"!!binary ", b"!x ", b"! "),
    *(b"!!python/object:os.x ", b"!!str ", b"!!int ", b"!!set ", b"!!omap ", b"!!timestamp "),
    *(
        b"\n---\n",
        b"\n...\n",
        b"%YAML 1.2\n---\n",
        b"%TAG ! tag:x,2000:\n---\n",
        b"\\",
        b'"\\ud800"',
    ),
    *(b"<<<<<<< HEAD\n", b"=======\n", b'"\\x00"', b"@", b"`", b"%"),
)
PIECES = (*_WORDS.split(), *_MARKS)
_VALUE = re.compile(rb": +(?=[^\s#])")


def _encoded(draw: st.DrawFn, data: bytes) -> bytes:
    """Give the text as an editor saves it that was set to another encoding."""
    text = data.decode("utf-8", "replace")
    how = draw(st.sampled_from(["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "utf-7"]))
    return text.encode(how, "replace")


def _line_ends(draw: st.DrawFn, data: bytes) -> bytes:
    return data.replace(b"\n", draw(st.sampled_from([b"\r\n", b"\r", b"\xc2\x85", b"\n\n"])))


def _anchored(draw: st.DrawFn, data: bytes) -> bytes:
    """Name a value, and use the name elsewhere, as a value or merged in."""
    places = [found.end() for found in _VALUE.finditer(data)]
    if not places:
        return data
    at = draw(st.sampled_from(places))
    use = draw(st.sampled_from([b"*n", b"<<: *n\n", b"<<: [*n, *n]\n", b"- *n\n", b"x: *n\n"]))
    marked = data[:at] + b"&n " + data[at:]
    to = mut.place(draw, marked) if draw(st.booleans()) else len(marked)
    return marked[:to] + use + marked[to:]


def _deep(draw: st.DrawFn, data: bytes) -> bytes:
    depth = draw(st.sampled_from([3, 50, 98, 99, 100, 101, 500, 5_000, 50_000]))
    begin, end = draw(
        st.sampled_from(
            [
                (b"[", b"]"),
                (b"{a: ", b"}"),
                (b"[", b""),
                (b"- ", b""),
                (b"? ", b""),
                (b"&a [", b"]"),
            ]
        )
    )
    places = [found.end() for found in _VALUE.finditer(data)] or [0]
    at = draw(st.sampled_from(places))
    return data[:at] + begin * depth + b"x" + end * depth + data[at:]


def _long(draw: st.DrawFn, data: bytes) -> bytes:
    size = draw(st.sampled_from([256, 1_000, 5_000, 66_000, 300_000]))
    piece = draw(
        st.sampled_from(
            [b"a", b"9", b" ", b"\n", b"\xc3\xa9", b"x ", b"'", b"::", b"- a\n", b"a,", b"#", b"1_"]
        )
    )
    at = mut.place(draw, data)
    return data[:at] + piece * (size // len(piece)) + data[at:]


def _bomb(draw: st.DrawFn, data: bytes) -> bytes:
    """Let aliases multiply: within the limits, or far beyond."""
    levels, width = draw(st.integers(1, 9)), draw(st.integers(1, 12))
    lines = [b"b0: &b0 [x, y]"]
    lines += [
        b"b%d: &b%d [%s]" % (n, n, b", ".join([b"*b%d" % (n - 1)] * width))
        for n in range(1, levels + 1)
    ]
    return b"\n".join(lines) + b"\n" + data


MUTATIONS = (
    *(mut.flip, mut.replace, mut.cut, mut.drop, mut.double),
    *(mut.drop_line, mut.double_line, mut.indent_line),
    *(mut.inserting(PIECES), mut.splicing(SEEDS)),
    *(_anchored, _anchored, _encoded, _line_ends, _deep, _long, _bomb),
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Give a file of `examples/` or `tests/invalid/` with a few things changed."""
    return mut.mutate(draw, draw(st.sampled_from(SEEDS)), MUTATIONS, 1, 5)


RAW = st.binary(max_size=200) | st.text(max_size=100).map(
    lambda text: text.encode("utf-8", "surrogatepass")
)
PIECEMEAL = st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)
