"""Commit, ref and run URL of the CI systems that are known."""

from __future__ import annotations

import pytest

from runner.ci.source_control import SourceControl, source_control

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SHA": "abc",
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_SERVER_URL": "https://github.test",
    "GITHUB_REPOSITORY": "acme/campaigns",
    "GITHUB_RUN_ID": "7",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_COMMIT_SHA": "abc",
    "CI_COMMIT_REF_NAME": "main",
    "CI_JOB_URL": "https://gitlab.test/-/jobs/7",
}
AZURE = {
    "TF_BUILD": "True",
    "BUILD_SOURCEVERSION": "abc",
    "BUILD_SOURCEBRANCH": "refs/heads/main",
    "SYSTEM_COLLECTIONURI": "https://azure.test/acme/",
    "SYSTEM_TEAMPROJECT": "campaigns",
    "BUILD_BUILDID": "7",
}
JENKINS = {
    "JENKINS_URL": "https://jenkins.test/",
    "GIT_COMMIT": "abc",
    "GIT_BRANCH": "origin/main",
    "BUILD_URL": "https://jenkins.test/job/campaigns/7/",
}


@pytest.mark.parametrize(
    ("environ", "ref", "url"),
    [
        (GITHUB, "refs/heads/main", "https://github.test/acme/campaigns/actions/runs/7"),
        (GITLAB, "main", "https://gitlab.test/-/jobs/7"),
        (AZURE, "refs/heads/main", "https://azure.test/acme/campaigns/_build/results?buildId=7"),
        (JENKINS, "origin/main", "https://jenkins.test/job/campaigns/7/"),
    ],
    ids=["github", "gitlab", "azure", "jenkins"],
)
def test_each_system_says_where_the_files_come_from(
    environ: dict[str, str], ref: str, url: str
) -> None:
    assert source_control(environ) == SourceControl("abc", ref, url)


def test_on_a_persons_machine_nothing_says() -> None:
    assert source_control({}) == SourceControl(None, None, None)
    assert source_control({"GITHUB_SHA": "abc"}) == SourceControl()
    assert source_control({**GITHUB, "GITHUB_ACTIONS": ""}) == SourceControl()


@pytest.mark.parametrize("mark", ["GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "JENKINS_URL"])
def test_what_a_system_leaves_out_is_none(mark: str) -> None:
    assert source_control({mark: "true"}) == SourceControl()


def test_braces_in_a_variable_are_only_text() -> None:
    strange = {**GITLAB, "CI_JOB_URL": "https://gitlab.test/{CI_COMMIT_SHA}"}
    assert source_control(strange).run_url == "https://gitlab.test/{CI_COMMIT_SHA}"
