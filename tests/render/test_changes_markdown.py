"""What has changed since a commit, in Markdown (R29, R33)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.render.changes_markdown import file_change_parts, guardrail_change_parts
from runner.render.markdown import LEAST_LIMIT, page
from tests.support.markdown import HOSTILE, assert_harmless
from tests.support.pages import NOWHERE, ON_GITHUB

if TYPE_CHECKING:
    from runner.ci.places import Places

SINCE = "since `origin/main` (`ffffffffffff`)"


def guardrail(change: str = "loosened", **more: Any) -> dict[str, Any]:
    return {
        "change": change,
        "key": "max_stops",
        "environment": None,
        "source": {"file": "a.yaml", "line": 7, "column": 2},
        "before": "2",
        "after": "5",
        **more,
    }


def file(change: str = "added", **more: Any) -> dict[str, Any]:
    value = {"path": "a.yaml", "change": change, "was": None, "actions": "none", "desired": False}
    return {**value, **more}


def changes(
    *files: dict[str, Any], guardrails: tuple[dict[str, Any], ...] = (), since: str = "origin/main"
) -> dict[str, Any]:
    return {
        "since": since,
        "base": "f" * 40,
        "allow_modified": False,
        "files": list(files),
        "guardrails": list(guardrails),
    }


def guardrails_shown(*made: dict[str, Any], places: Places = NOWHERE, limit: int = 60_000) -> str:
    text = page(guardrail_change_parts(changes(guardrails=made), places), limit)
    assert_harmless(text)
    return text


def files_shown(*files: dict[str, Any], places: Places = NOWHERE, limit: int = 60_000) -> str:
    text = page(file_change_parts(changes(*files), places), limit)
    assert_harmless(text)
    return text


class TestGuardrails:
    def test_where_nobody_compared_nothing_is_said(self) -> None:
        assert guardrail_change_parts(None, NOWHERE) == []

    def test_where_none_changed_that_is_said(self) -> None:
        assert guardrails_shown() == f"No guardrail changed {SINCE}.\n\n"

    def test_one_is_told_with_its_place_and_values(self) -> None:
        assert guardrails_shown(guardrail()) == (
            f"⚠️ **1 change to guardrails** {SINCE}, 1 of which may let more pass\n\n"
            "- `a.yaml:7`: `max_stops` **loosened**: `2` → `5`\n\n"
        )

    def test_stricter_ones_alone_are_no_warning(self) -> None:
        made = [guardrail("added", before=None), guardrail("tightened", before="5", after="2")]
        assert guardrails_shown(*made) == (
            f"**2 changes to guardrails** {SINCE}\n\n"
            "- `a.yaml:7`: `max_stops` added: `5`\n"
            "- `a.yaml:7`: `max_stops` tightened: `5` → `2`\n\n"
        )

    @pytest.mark.parametrize("change", ["removed", "loosened", "changed", "unread", "of a later"])
    def test_each_that_may_let_more_pass_comes_before_the_stricter_ones(self, change: str) -> None:
        """What a later version calls by another name is taken for one of these, too."""
        text = guardrails_shown(guardrail("added"), guardrail("tightened"), guardrail(change))
        rows = [it for it in text.splitlines() if it.startswith("- ")]
        assert "**" in rows[0]
        assert ["**" in it for it in rows] == [True, False, False]
        assert "3 changes to guardrails" in text
        assert ", 1 of which may let more pass" in text

    def test_those_of_one_kind_keep_their_order(self) -> None:
        text = guardrails_shown(guardrail(before="1"), guardrail("removed"), guardrail(before="3"))
        assert text.index("`1` →") < text.index("**removed**") < text.index("`3` →")

    def test_whose_it_is_where_it_is_not_that_of_the_base(self) -> None:
        text = guardrails_shown(guardrail("removed", environment="prod", after=None))
        assert "- `a.yaml:7`: `max_stops` of `prod` **removed**: `2`\n" in text

    @pytest.mark.parametrize(
        ("why", "end"), [("it was: odd", ": it was: odd"), ("", ""), (None, "")]
    )
    def test_what_cannot_be_compared_says_why(self, why: str | None, end: str) -> None:
        text = guardrails_shown(guardrail("unread", key="", before=why, after=None))
        assert f"- `a.yaml:7`: guardrails **cannot be compared**{end}\n" in text

    def test_without_values_there_is_no_colon(self) -> None:
        text = guardrails_shown(guardrail("changed", before=None, after=None))
        assert "- `a.yaml:7`: `max_stops` **changed**\n" in text

    def test_its_line_is_linked_where_there_is_an_address(self) -> None:
        text = guardrails_shown(guardrail(), places=ON_GITHUB)
        (link,) = assert_harmless(text).links
        assert link == "https://github.com/acme/campaigns/blob/4f1c2d9a/a.yaml#L7"

    def test_of_many_the_weaker_ones_are_the_last_to_be_cut(self) -> None:
        made = [*[guardrail("added", after="x" * 200)] * 200, *[guardrail(after="y")] * 3]
        text = guardrails_shown(*made, limit=LEAST_LIMIT)
        assert text.count("**loosened**: `2` → `y`") == 3
        assert "⚠️ **203 changes to guardrails**" in text
        left = 203 - text.count("\n- `a.yaml")
        assert f"\n- ... and {left} more\n" in text
        assert left > 0


class TestFiles:
    def test_where_nobody_compared_nothing_is_said(self) -> None:
        assert file_change_parts(None, NOWHERE) == []

    def test_each_that_changed_with_what_becomes_of_it(self) -> None:
        text = files_shown(
            file(actions="run"),
            file("modified", path="b.yaml", actions="run", desired=True),
            file("renamed", path="c.yaml", was="old/c.yaml", actions="left out"),
            file("renamed", path="d.yaml", was="e.yaml", actions="left out", desired=True),
            file("deleted", path="f.yaml"),
            file("unchanged", path="g.yaml", actions="left out"),
            file("unchanged", path="h.yaml", desired=True),
        )
        assert text == (
            "<details><summary>5 changed files, 2 files as before</summary>\n\n"
            "- `a.yaml`: added, its actions run\n"
            "- `b.yaml`: modified, its actions run, its desired states count\n"
            "- `c.yaml` (was `old/c.yaml`): renamed, its actions are left out\n"
            "- `d.yaml` (was `e.yaml`): renamed, its actions are left out, its desired states"
            " count\n"
            "- `f.yaml`: deleted\n"
            "\n</details>\n\n"
        )

    def test_one_and_none_are_counted_in_words(self) -> None:
        assert "<summary>1 changed file, 1 file as before<" in files_shown(
            file(), file("unchanged")
        )
        assert "<summary>0 changed files, 0 files as before<" in files_shown()

    def test_paths_begin_at_the_root_of_the_repository(self) -> None:
        moved = file("renamed", path="../repository/x/a.yaml", was="../repository/b.yaml")
        assert "- `x/a.yaml` (was `b.yaml`): renamed\n" in files_shown(moved, places=ON_GITHUB)

    def test_many_are_cut_and_counted(self) -> None:
        text = files_shown(*[file(path="x" * 200)] * 500, limit=LEAST_LIMIT)
        left = 500 - text.count("\n- `x")
        assert f"\n- ... and {left} more\n" in text
        assert text.endswith("\n</details>\n\n")
        assert "500 changed files" in text


NAME = st.text(max_size=80) | st.just(HOSTILE)


@settings(max_examples=60)
@given(NAME, st.sampled_from([NOWHERE, ON_GITHUB]))
def test_whatever_is_in_it_stays_text(name: str, places: Places) -> None:
    """A plan is read back from a file for this, which may hold anything."""
    spot = {"file": name, "line": 1, "column": 1}
    guardrails = tuple(
        guardrail(change, key=name, environment=name, before=name, after=name, source=spot)
        for change in ("added", "loosened", "unread", name)
    )
    files = [file(it, path=name, was=name, actions=name) for it in ("renamed", name)]
    made = changes(*files, guardrails=guardrails, since=name)
    made["base"] = name
    parts = [*guardrail_change_parts(made, places), *file_change_parts(made, places)]
    assert_harmless(page(parts, LEAST_LIMIT))
