"""Which CI system it is."""

from __future__ import annotations

import pytest

from runner.ci.systems import AZURE, GITHUB, GITLAB, JENKINS, NONE, SYSTEMS, detect
from runner.cli.options import CiSystem


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda it: str(it.name))
def test_each_is_known_by_its_mark(system: object) -> None:
    found = next(it for it in SYSTEMS if it == system)
    assert detect({found.mark: "true"}) is found
    assert detect({found.mark: ""}) is NONE


def test_without_a_mark_there_is_none() -> None:
    assert detect({"CI": "true"}) is NONE


def test_whoever_runs_it_has_the_last_word() -> None:
    on_github = {"GITHUB_ACTIONS": "true"}
    assert detect(on_github, "none") is NONE
    assert detect(on_github, "gitlab") is GITLAB
    assert detect({}, "jenkins") is JENKINS


def test_one_inside_another_is_the_first_of_the_table() -> None:
    assert detect({"JENKINS_URL": "https://x.test", "GITHUB_ACTIONS": "true"}) is GITHUB


def test_the_option_takes_every_name_of_the_table() -> None:
    names = [it.value for it in CiSystem]
    assert names == ["auto", "none", *(it.name for it in SYSTEMS)]
    assert detect({}, "azure") is AZURE
