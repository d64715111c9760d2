"""Paths and links as the repository's pages name them."""

from __future__ import annotations

from pathlib import Path

from runner.ci.places import find_places
from runner.ci.systems import AZURE, GITHUB, GITLAB, NONE

ON_GITHUB = {
    "GITHUB_WORKSPACE": "/builds/repo",
    "GITHUB_SERVER_URL": "https://github.test",
    "GITHUB_REPOSITORY": "acme/ops",
    "GITHUB_SHA": "abc",
}


def test_paths_begin_at_the_root_that_the_system_names() -> None:
    places = find_places(Path("/builds/repo/teams/mail"), GITHUB, ON_GITHUB)
    assert places.path("campaigns/june.yaml") == "teams/mail/campaigns/june.yaml"
    assert places.path("../shared.yaml") == "teams/shared.yaml"
    assert places.path("/builds/repo/a.yaml") == "a.yaml"


def test_what_lies_outside_keeps_its_path_and_has_no_link() -> None:
    places = find_places(Path("/builds/repo"), GITHUB, ON_GITHUB)
    assert places.path("../other/a.yaml") == "../other/a.yaml"
    assert places.link("../other/a.yaml", 3) is None
    assert places.path("/builds/repository/a.yaml") == "/builds/repository/a.yaml"


def test_a_link_leads_to_the_line_at_the_commit() -> None:
    places = find_places(Path("/builds/repo/teams"), GITHUB, ON_GITHUB)
    assert places.link("a b#?.yaml", 7) == (
        "https://github.test/acme/ops/blob/abc/teams/a%20b%23%3F.yaml#L7"
    )
    gitlab = {
        "CI_PROJECT_DIR": "/builds/repo",
        "CI_PROJECT_URL": "https://gitlab.test/acme/ops",
        "CI_COMMIT_SHA": "abc",
    }
    places = find_places(Path("/builds/repo"), GITLAB, gitlab)
    assert places.link("a.yaml", 7) == "https://gitlab.test/acme/ops/-/blob/abc/a.yaml#L7"


def test_a_name_that_is_no_utf8_and_one_with_braces_have_links_too() -> None:
    places = find_places(Path("/builds/repo"), GITHUB, ON_GITHUB)
    assert str(places.link("\udcff{x}.yaml", 1)).endswith("/abc/%FF%7Bx%7D.yaml#L1")


def test_without_the_variables_there_is_no_link() -> None:
    unset = {"GITHUB_WORKSPACE": "/builds/repo"}
    assert find_places(Path("/builds/repo"), GITHUB, unset).link("a.yaml", 1) is None
    named = {"BUILD_SOURCESDIRECTORY": "/builds/repo"}
    assert find_places(Path("/builds/repo"), AZURE, named).link("a.yaml", 1) is None


def test_elsewhere_the_root_is_where_git_is() -> None:
    Path("repo/.git").mkdir(parents=True)
    Path("repo/teams").mkdir()
    places = find_places(Path("repo/teams").absolute(), NONE, {})
    assert places.path("a.yaml") == "teams/a.yaml"
    assert places.link("a.yaml", 1) is None
    named_elsewhere = {**ON_GITHUB, "GITHUB_WORKSPACE": "/elsewhere"}
    places = find_places(Path("repo/teams").absolute(), GITHUB, named_elsewhere)
    assert places.path("a.yaml") == "teams/a.yaml"


def test_without_a_repository_paths_are_as_given() -> None:
    places = find_places(Path("/nowhere/at/all"), NONE, {})
    assert places.path("a.yaml") == "a.yaml"
    assert places.link("a.yaml", 1) is None
