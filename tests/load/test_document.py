"""Where values and keys stand."""

from __future__ import annotations

import pytest

from runner.load.document import PathPart, pack, pointer, unpack
from tests.support.problems import document

TEXT = "a: 1\nb:\n  - x\n  - {c: no}\n"


@pytest.mark.parametrize(
    ("path", "place", "key"),
    [
        ([], (1, 1), None),
        (["a"], (1, 4), (1, 1)),
        (["b"], (3, 3), (2, 1)),
        (["b", 0], (3, 5), (3, 5)),
        (["b", 1], (4, 5), (4, 5)),
        (["b", 1, "c"], (4, 9), (4, 6)),
        (["b", 7, "c"], (3, 3), (3, 3)),
        (["a", "none"], (1, 4), (1, 4)),
        (["none"], (1, 1), (1, 1)),
    ],
)
def test_a_path_leads_to_the_place_or_to_what_is_around_it(
    path: list[PathPart], place: tuple[int, int], key: tuple[int, int] | None
) -> None:
    it = document(TEXT)
    assert it.place(path) == place
    if key is not None:
        assert it.key_place(path) == key


def test_the_text_of_what_is_no_text_is_kept() -> None:
    it = document(TEXT)
    assert it.raw(["b", 1, "c"]) == "no"
    assert it.raw(["a"]) == "1"
    assert it.raw(["b", 0]) is None
    assert it.raw(["b"]) is None


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ([], ""),
        (["actions", 0, "start", 2], "actions[0].start[2]"),
        ([1, "a"], "[1].a"),
        (["k" * 101, "a"], "k" * 100 + "....a"),
    ],
)
def test_a_pointer_reads_as_people_write_it(path: list[PathPart], text: str) -> None:
    assert pointer(path) == text


@pytest.mark.parametrize("place", [(0, 0), (4_999_999, 0), (0, 4_999_999)])
def test_a_place_survives_packing(place: tuple[int, int]) -> None:
    assert unpack(pack(*place)) == (place[0] + 1, place[1] + 1)
