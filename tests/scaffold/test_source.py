"""Pipelines install a requirement of pip, and nothing that means more to any of them."""

from __future__ import annotations

import pytest

from runner.errors import ExitCode, UsageError
from runner.scaffold.source import check_source, is_moving, is_path

GOOD = (
    "campaign-runner==1.2.3",
    "campaign-runner>=1.2,<2",
    "campaign-runner[extra]~=1.2",
    "campaign-runner @ git+https://git.example.com/acme/campaign-runner@v1.2.3",
    "git+https://github.com/OWNER/campaign-runner@4f1c2d9a",
    "git+https://github.com/OWNER/campaign-runner@feature/x#subdirectory=a&egg=b",
    "git+ssh://git@git.example.com/acme/campaign-runner@v1.2.3",
    "https://files.example.com/campaign_runner-1.2.3-py3-none-any.whl?x=%20#sha256=00",
    "./vendor/campaign_runner-1.2.3-py3-none-any.whl",
    "/opt/campaign-runner",
    "../campaign-runner",
    "3to2",
    "a" * 300,
)
HOSTILE = (
    "",
    " ",
    "-r evil.txt",
    "--index-url=https://evil.example",
    " campaign-runner",
    "campaign-runner ",
    "a\nb",
    "a\n",
    "a\rb",
    "a\tb",
    "a\0b",
    "a'b",
    'a"b',
    "a\\b",
    "a`id`",
    "a$HOME",
    "a$(id)",
    "a${{ secrets.X }}",
    "a{b}",
    "a;id",
    "a|id",
    "a*b",
    "~/a",
    "#a",
    "@a",
    "!a",
    "&a",
    "[a]",
    "ä",
    "a\u202eb",
    "a\u2028b",
    "a" * 301,
)


@pytest.mark.parametrize("source", GOOD)
def test_a_requirement_of_pip_is_given_as_it_is(source: str) -> None:
    assert check_source(source) == source


@pytest.mark.parametrize("source", HOSTILE, ids=ascii)
def test_what_could_mean_more_is_refused_with_what_to_write(source: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_source(source)
    told = str(caught.value)
    assert caught.value.exit_code is ExitCode.USAGE
    assert "cannot be written into a pipeline: write a requirement of pip, such as" in told
    assert "git+https://HOST/OWNER/campaign-runner@TAG" in told
    assert told.isprintable()
    assert len(told) < 500


@pytest.mark.parametrize(
    "source",
    [
        "git+https://hunter2@git.example.com/acme/campaign-runner@v1",
        "git+https://me:hunter2@git.example.com/acme/campaign-runner@v1",
        "campaign-runner @ https://me:hunter2@files.example.com/a.whl",
        "git+ssh://git:hunter2@git.example.com/acme/campaign-runner@v1",
    ],
)
def test_a_secret_is_refused_and_not_repeated(source: str) -> None:
    with pytest.raises(UsageError, match="let the pipeline give git or pip its credentials") as it:
        check_source(source)
    assert "hunter2" not in str(it.value)
    assert "://...@" in str(it.value)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("campaign-runner==1.2.3", False),
        ("campaign-runner @ git+https://git.example.com/a/b@v1", False),
        ("git+https://git.example.com/a/b", False),
        ("https://files.example.com/a.whl", False),
        ("./campaign-runner", True),
        (".", True),
        ("vendor/campaign-runner", True),
        ("/opt/campaign-runner", True),
        ("campaign_runner-1.2.3-py3-none-any.whl", True),
        ("campaign_runner-1.2.3.tar.gz", True),
        ("campaign_runner-1.2.3.zip", True),
    ],
)
def test_a_path_is_told_from_a_name_and_an_address(source: str, expected: bool) -> None:
    assert is_path(source) is expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("git+https://git.example.com/a/b", True),
        ("git+https://git.example.com/a/b#egg=c@d", True),
        ("git+ssh://git@git.example.com/a/b", True),
        ("campaign-runner @ git+https://git.example.com/a/b", True),
        ("git+https://git.example.com/a/b@v1", False),
        ("git+https://git.example.com/a/b@feature/x", False),
        ("git+ssh://git@git.example.com/a/b@v1", False),
        ("campaign-runner @ git+https://git.example.com/a/b@v1", False),
        ("campaign-runner==1.2.3", False),
        ("https://files.example.com/a.whl", False),
        ("./campaign-runner", False),
    ],
)
def test_an_address_of_git_without_a_tag_moves(source: str, expected: bool) -> None:
    assert is_moving(source) is expected
