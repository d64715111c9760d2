"""Which field looks like the state, and YAML that means the same to every reader."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from runner.diagnosis.statefield import (
    TO_FILL_IN,
    Candidate,
    Likeness,
    candidates,
    fields_yaml,
    meaning_of,
    values_yaml,
)
from runner.states import State, StateMapping

NAMES = ("editing", "started", "paused", "stopped", "finished", "failed")
LINE = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=40)


def likeliest(*answers: dict[str, str]) -> str | None:
    found = candidates([list(answer.items()) for answer in answers])
    return found[0].field if found else None


def read(lines: Any) -> Any:
    return yaml.safe_load("\n".join(lines))["defaults"]["state"]


class TestCandidates:
    @pytest.mark.parametrize("name", NAMES)
    def test_a_field_with_the_name_of_a_state_is_the_likeliest(self, name: str) -> None:
        assert likeliest({"statusCode": "7", "x": name.upper(), "lastStatus": "ok"}) == "x"

    def test_one_that_always_has_such_a_name_goes_before_one_that_sometimes_has(self) -> None:
        answers = [
            {"label": "Started", "phase": "started"},
            {"label": "Newsletter", "phase": "paused"},
        ]
        assert likeliest(*answers) == "phase"

    def test_words_of_campaigns_pages_go_before_a_mere_name(self) -> None:
        assert likeliest({"stateVersion": "3", "a": "In progress"}) == "a"

    def test_a_mere_name_goes_before_what_is_sometimes_a_state(self) -> None:
        answers = [{"label": "Started", "stateId": "11"}, {"label": "Newsletter", "stateId": "12"}]
        assert likeliest(*answers) == "stateId"

    def test_of_equals_the_one_that_more_answers_have(self) -> None:
        assert likeliest({"a": "started"}, {"a": "paused", "bb": "paused"}) == "a"

    def test_what_is_too_long_to_be_written_or_to_be_a_state_is_none(self) -> None:
        assert likeliest({"s" * 201: "started", "status": "x" * 61}) is None

    def test_what_is_empty_is_none(self) -> None:
        assert likeliest({"status": "", "state": "  "}) is None

    def test_nothing_is_found_in_nothing(self) -> None:
        assert candidates([]) == []
        assert candidates([[], []]) == []
        assert likeliest({"label": "Newsletter", "PKey": "@x"}) is None

    def test_each_value_is_told_once(self) -> None:
        answers = [[("x", "started")], [("x", "paused")], [("x", "started")]]
        assert candidates(answers) == [Candidate("x", ("started", "paused"), Likeness.NAMES)]


class TestMeanings:
    @pytest.mark.parametrize("name", NAMES)
    def test_the_names_of_states_mean_themselves(self, name: str) -> None:
        assert meaning_of(f" {name.title()} ") is State(name)

    @pytest.mark.parametrize(
        ("raw", "state"),
        [("In progress", "started"), ("ERRONEOUS", "failed"), ("In edition", "editing")],
    )
    def test_words_of_campaigns_pages_are_known(self, raw: str, state: str) -> None:
        assert meaning_of(raw) is State(state)

    @pytest.mark.parametrize("raw", ["11", "", "unknown", "ok", "true"])
    def test_all_else_nobody_can_say(self, raw: str) -> None:
        assert meaning_of(raw) is None


class TestYaml:
    def test_names_of_states_need_no_values(self) -> None:
        candidate = Candidate("a.b", ("started", "Paused"), Likeness.NAMES)
        assert list(fields_yaml(candidate)) == ["defaults:", "  state:", '    fields: ["a.b"]']

    def test_what_nobody_knows_has_to_be_filled_in_and_is_refused_as_it_is(self) -> None:
        lines = list(values_yaml(["11", "In progress"]))
        assert lines[2:] == [
            "    values:",
            (
                f'      "11": {TO_FILL_IN}  # write one of: editing, started, paused, stopped,'
                " finished, failed"
            ),
            '      "In progress": started  # check that it means this',
        ]
        assert TO_FILL_IN not in NAMES

    def test_values_that_differ_in_letter_case_only_stand_there_once(self) -> None:
        assert read(values_yaml(["Busy", "BUSY", " busy "]))["values"] == {"busy": TO_FILL_IN}

    @pytest.mark.parametrize("text", ["on", "null", "1e3", "2026-03-01", "a: b", "#", "x,y]", "'"])
    def test_what_yaml_would_read_as_something_else_is_in_quotes(self, text: str) -> None:
        assert read(fields_yaml(Candidate(text, (text,), Likeness.CALLED_SO))) == {
            "fields": [text],
            "values": {text: TO_FILL_IN},
        }

    @given(field=LINE, values=st.lists(LINE, max_size=4))
    def test_it_means_what_it_is_about_whatever_that_is(
        self, field: str, values: list[str]
    ) -> None:
        laid = read(fields_yaml(Candidate(field, tuple(values), Likeness.CALLED_SO)))
        assert laid["fields"] == [field]
        mapping = StateMapping(
            (field,), tuple((raw, State.PAUSED) for raw in laid.get("values", {}))
        )
        for raw in values:
            if raw.strip():
                assert mapping.read({field: raw}).state is not State.UNKNOWN
