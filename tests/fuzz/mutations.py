"""Small random changes to bytes, as a bad editor, a bad merge or a bad network makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Mutation = Callable[[st.DrawFn, bytes], bytes]


def mutate(
    draw: st.DrawFn, data: bytes, mutations: Sequence[Mutation], least: int, most: int
) -> bytes:
    """Give `data` after so many of `mutations`."""
    for _ in range(draw(st.integers(least, most))):
        data = draw(st.sampled_from(mutations))(draw, data)
    return data


def place(draw: st.DrawFn, data: bytes) -> int:
    """Give a place between two bytes."""
    return draw(st.integers(0, len(data)))


def flip(draw: st.DrawFn, data: bytes) -> bytes:
    if not data:
        return data
    at = draw(st.integers(0, len(data) - 1))
    return data[:at] + bytes([data[at] ^ (1 << draw(st.integers(0, 7)))]) + data[at + 1 :]


def replace(draw: st.DrawFn, data: bytes) -> bytes:
    at = place(draw, data)
    return data[:at] + draw(st.binary(min_size=1, max_size=3)) + data[at + 1 :]


def cut(draw: st.DrawFn, data: bytes) -> bytes:
    return data[: place(draw, data)]


def drop(draw: st.DrawFn, data: bytes) -> bytes:
    at = place(draw, data)
    return data[:at] + data[at + draw(st.integers(1, 40)) :]


def double(draw: st.DrawFn, data: bytes) -> bytes:
    at, to = place(draw, data), place(draw, data)
    size = draw(st.integers(1, 60))
    return data[:to] + data[at : at + size] + data[to:]


def inserting(things: Sequence[bytes]) -> Mutation:
    def insert(draw: st.DrawFn, data: bytes) -> bytes:
        at = place(draw, data)
        return data[:at] + draw(st.sampled_from(things)) + data[at:]

    return insert


def splicing(others: Sequence[bytes]) -> Mutation:
    def splice(draw: st.DrawFn, data: bytes) -> bytes:
        other = draw(st.sampled_from(others))
        at, begin = place(draw, data), place(draw, other)
        return data[:at] + other[begin : begin + draw(st.integers(1, 200))] + data[at:]

    return splice


def _line(draw: st.DrawFn, lines: list[bytes]) -> int:
    return draw(st.integers(0, len(lines) - 1))


def drop_line(draw: st.DrawFn, data: bytes) -> bytes:
    lines = data.split(b"\n")
    del lines[_line(draw, lines)]
    return b"\n".join(lines)


def double_line(draw: st.DrawFn, data: bytes) -> bytes:
    lines = data.split(b"\n")
    lines.insert(_line(draw, lines), lines[_line(draw, lines)])
    return b"\n".join(lines)


def indent_line(draw: st.DrawFn, data: bytes) -> bytes:
    lines = data.split(b"\n")
    at = _line(draw, lines)
    lines[at] = draw(st.sampled_from([b" ", b"  ", b"\t", b"- "])) + lines[at]
    return b"\n".join(lines)
