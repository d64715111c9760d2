"""What a repository begins with, for every CI system: whole files, a schema, a version."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from runner.scaffold.repository import SCHEMA, repository
from runner.schemas import schema_text
from tests.scaffold.written import COMMON, PIPELINES, SOURCE, TEXTS

FILES = [(ci, path) for ci, texts in TEXTS.items() for path in texts]
every_system = pytest.mark.parametrize("ci", PIPELINES)
every_file = pytest.mark.parametrize(("ci", "path"), FILES)


def installed(texts: dict[str, str], path: str) -> Any:
    """Give what a pipeline says that pip is to install."""
    value = yaml.safe_load(texts[path])
    variables = value.get("env") or value["variables"]
    if isinstance(variables, list):  # as Azure has them
        variables = {it["name"]: it["value"] for it in variables}
    return variables["RUNNER"]


def hook_of(texts: dict[str, str]) -> dict[str, Any]:
    (repo,) = yaml.safe_load(texts[".pre-commit-config.yaml"])["repos"]
    (hook,) = repo["hooks"]
    assert isinstance(hook, dict)
    return hook


class TestFiles:
    @every_system
    def test_each_system_has_its_own_pipelines_and_what_all_have(self, ci: str) -> None:
        assert set(TEXTS[ci]) == COMMON | PIPELINES[ci]

    @every_file
    def test_it_is_whole(self, ci: str, path: str) -> None:
        text = TEXTS[ci][path]
        assert "@@" not in text
        assert "\r" not in text
        assert "\t" not in text
        assert text.endswith("\n")
        assert not re.search(r" +$", text, re.MULTILINE)

    @every_file
    def test_it_can_be_read_as_what_it_is(self, ci: str, path: str) -> None:
        if path.endswith(".json"):
            assert json.loads(TEXTS[ci][path])
        if path.endswith((".yaml", ".yml")):
            assert yaml.safe_load(TEXTS[ci][path])

    @every_system
    def test_what_commands_write_is_ignored_by_git(self, ci: str) -> None:
        ignored = TEXTS[ci][".gitignore"].splitlines()
        for name in (".campaign-runner/", ".state/", "report.json", "plan.json", "plan.md"):
            assert name in ignored

    @every_system
    def test_the_readme_tells_of_this_system_and_its_two_secrets(self, ci: str) -> None:
        text = TEXTS[ci]["README.md"]
        names = {
            "github": "Actions",
            "gitlab": "CI/CD",
            "azure": "Library",
            "jenkins": "Jenkinsfile",
        }
        assert [it for it, word in names.items() if word in text] == [ci]
        for secret in ("id", "secret"):
            assert re.search(f"campaign.client.{secret}`", text, re.IGNORECASE)
        steps = re.findall(r"^(\d)\. ", text.partition("## To propose")[0], re.MULTILINE)
        assert steps == [str(n + 1) for n in range(len(steps))]
        assert len(steps) > 3


class TestSchema:
    def test_it_is_the_published_one(self) -> None:
        assert {texts[SCHEMA] for texts in TEXTS.values()} == {schema_text("config")}

    def test_the_settings_bind_it_to_every_file_of_the_folder(self) -> None:
        settings = json.loads(TEXTS["github"][".vscode/settings.json"])
        assert settings["yaml.schemas"] == {
            f"./{SCHEMA}": ["campaigns/**/*.yaml", "campaigns/**/*.yml"]
        }
        extensions = json.loads(TEXTS["github"][".vscode/extensions.json"])
        assert extensions["recommendations"] == ["redhat.vscode-yaml"]

    @pytest.mark.parametrize("path", sorted(it for it in COMMON if it.startswith("campaigns/")))
    def test_each_file_binds_it_for_other_editors(self, path: str) -> None:
        first = TEXTS["github"][path].splitlines()[0]
        assert first == f"# yaml-language-server: $schema=../{SCHEMA}"


class TestSource:
    @every_system
    def test_it_is_what_every_pipeline_installs_and_nothing_else(self, ci: str) -> None:
        installing = [it for it in PIPELINES[ci] if "pip install" in TEXTS[ci][it]]
        assert len(installing) == (3 if ci == "github" else 1)
        for path in installing:
            text = TEXTS[ci][path]
            assert text.count(SOURCE) == 1
            words = re.findall(r"pip install (.*)", text)
            assert set(words) == {'--quiet --disable-pip-version-check "$RUNNER"'}
            if ci != "jenkins":
                assert installed(TEXTS[ci], path) == SOURCE

    @pytest.mark.parametrize(
        "source",
        [
            "git+https://github.com/OWNER/campaign-runner@v1",
            "campaign-runner @ git+https://git.example.com/a/b@v1#egg=c&d",
            "a [b] # c: !d, <e> %f ~g",
        ],
    )
    @every_system
    def test_whatever_it_holds_it_stays_one_value(self, ci: str, source: str) -> None:
        texts = repository(ci, source)
        if ci == "jenkins":
            assert f"    RUNNER = '{source}'\n" in texts["Jenkinsfile"]
        for path in PIPELINES[ci] - {"Jenkinsfile", ".github/dependabot.yml"}:
            assert installed(texts, path) == source
        shown = source if " " not in source else f"'{source}'"
        assert f"\npip install {shown}\n" in texts["README.md"]
        assert hook_of(texts)["additional_dependencies"] == [source]

    def test_pre_commit_installs_it_and_checks_the_whole_folder(self) -> None:
        hook = hook_of(TEXTS["github"])
        assert (hook["language"], hook["additional_dependencies"]) == ("python", [SOURCE])
        assert hook["entry"] == "campaign-runner validate campaigns --strict"
        assert hook["pass_filenames"] is False
        assert re.match(hook["files"], "campaigns/a/b.yml")
        assert not re.match(hook["files"], "other/campaigns/b.yml")

    def test_a_path_means_nothing_to_pre_commit_which_takes_what_is_installed(self) -> None:
        hook = hook_of(repository("github", "./vendor/campaign_runner-1.2.3-py3-none-any.whl"))
        assert hook["language"] == "system"
        assert "additional_dependencies" not in hook
