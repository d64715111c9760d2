"""The pipelines that `init` writes: safe shell lines, an approved plan, a record of every run."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from runner.scaffold.repository import TARGET
from tests.scaffold.written import BASH, PIPELINES, TEXTS, Block, needs_bash, shell_blocks

BLOCKS = {
    ci: [block for path in sorted(paths) for block in shell_blocks(path, TEXTS[ci][path])]
    for ci, paths in PIPELINES.items()
}
# How many shells there are in each, by the words that begin one.
BEGINS = {
    "github": r"^ +run: ",
    "gitlab": r"^ +(?:before_|after_)?script:$",
    "azure": r"^ +- bash: \|$",
    "jenkins": r"\bsh\b '",
}
ALL = [block for blocks in BLOCKS.values() for block in blocks]
every_system = pytest.mark.parametrize("ci", PIPELINES)
every_block = pytest.mark.parametrize("block", ALL, ids=str)
AZURE_MACRO = re.compile(r"\$\([A-Za-z_]+(?:\.[A-Za-z_]+)*\)")
JENKINSFILE = TEXTS["jenkins"]["Jenkinsfile"]
APPROVED = (("merge", "run"), ("resume", "resume"))  # workflows of GitHub, and their jobs


def pipeline(ci: str) -> Any:
    (path,) = PIPELINES[ci]
    return yaml.safe_load(TEXTS[ci][path])


def workflow(name: str) -> Any:
    return yaml.safe_load(TEXTS["github"][f".github/workflows/campaign-{name}.yml"])


def job_of_gitlab(name: str) -> dict[str, Any]:
    value = pipeline("gitlab")
    return {**value[value[name]["extends"]], **value[name]}


def jobs_of_azure() -> list[dict[str, Any]]:
    return [job for stage in pipeline("azure")["stages"] for job in stage["jobs"]]


def stages_of_jenkins() -> dict[str, str]:
    pattern = r"    stage\('(\w+)'\) \{\n(.*?)^    \}\n"
    return dict(re.findall(pattern, JENKINSFILE, re.DOTALL | re.MULTILINE))


class TestShellLines:
    @every_system
    def test_all_of_them_are_looked_at(self, ci: str) -> None:
        text = "".join(TEXTS[ci][path] for path in PIPELINES[ci])
        defaults = text.count("  run:\n    shell: bash")
        assert len(BLOCKS[ci]) == len(re.findall(BEGINS[ci], text, re.MULTILINE)) > 5
        assert defaults == (3 if ci == "github" else 0)

    @needs_bash
    @every_block
    def test_bash_reads_them(self, block: Block) -> None:
        ended = subprocess.run(
            [BASH, "-n", "-c", block.text], capture_output=True, encoding="utf-8", check=False
        )
        assert (ended.returncode, ended.stderr) == (0, "")

    @pytest.mark.skipif(shutil.which("shellcheck") is None, reason="needs shellcheck")
    def test_shellcheck_finds_nothing(self) -> None:
        for block in ALL:
            ended = subprocess.run(
                ["shellcheck", "--shell=bash", "-"],
                input=f"set -e\n{block.text}",  # as GitHub and GitLab call it
                capture_output=True,
                encoding="utf-8",
                check=False,
            )
            assert (ended.returncode, ended.stdout) == (0, ""), block

    @every_block
    def test_no_expression_of_a_ci_system_comes_into_them(self, block: Block) -> None:
        assert "${{" not in block.text
        assert not AZURE_MACRO.search(block.text)

    @pytest.mark.parametrize("block", [*BLOCKS["azure"], *BLOCKS["jenkins"]], ids=str)
    def test_where_the_system_does_not_see_to_it_the_first_error_ends_them(
        self, block: Block
    ) -> None:
        lines = [it for it in block.text.splitlines() if not it.startswith("#!") and it.strip()]
        assert lines[0].strip() in {"set -euo pipefail", "set -uo pipefail"} or len(lines) == 1

    @pytest.mark.parametrize("block", BLOCKS["jenkins"], ids=str)
    def test_groovy_leaves_them_as_they_are(self, block: Block) -> None:
        assert "\\" not in block.text
        assert block.text.startswith("#!/usr/bin/env bash\n")


class TestKept:
    """Report and journal are kept whatever became of the run."""

    @pytest.mark.parametrize(("name", "job"), APPROVED)
    def test_on_github(self, name: str, job: str) -> None:
        steps = workflow(name)["jobs"][job]["steps"]
        (keep,) = (it for it in steps if it["name"] == "Keep the journals")
        (upload,) = (it for it in steps if "upload-artifact@" in it.get("uses", ""))
        for step in (keep, upload):
            assert step["if"] == "always() && steps.state.outcome == 'success'"
        assert "report.json\n" in upload["with"]["path"]
        assert "steps.run.outputs.journal" in upload["with"]["path"]
        assert upload["with"]["include-hidden-files"] is True

    @pytest.mark.parametrize("name", ["run", "resume"])
    def test_on_gitlab(self, name: str) -> None:
        job = job_of_gitlab(name)
        assert job["artifacts"]["when"] == "always"
        assert {"report.json", ".campaign-runner/"} <= set(job["artifacts"]["paths"])
        (cache,) = job["cache"]
        assert (cache["when"], cache["policy"]) == ("always", "pull-push")
        assert cache["paths"] == [".campaign-runner/"]

    def test_on_gitlab_a_script_ends_before_its_job_which_would_be_cut_off(self) -> None:
        job = job_of_gitlab("run")
        ends = (
            job["variables"]["CAMPAIGN_RUNNER_DEADLINE"],
            job["variables"]["RUNNER_SCRIPT_TIMEOUT"],
        )
        minutes = [int(it.removesuffix("m")) for it in (*ends, job["timeout"])]
        assert minutes == sorted(set(minutes))

    @pytest.mark.parametrize("name", ["run", "resume"])
    def test_on_azure(self, name: str) -> None:
        (job,) = (it for it in jobs_of_azure() if it.get("deployment") == name)
        steps = job["strategy"]["runOnce"]["deploy"]["steps"]
        names = [it.get("name") for it in steps]
        keep, page, publish, _ = after = steps[names.index("run") + 1 :]
        assert {it["condition"] for it in after} == {"always()"}
        assert 'git push --quiet origin "HEAD:refs/heads/$STATE_BRANCH"' in keep["bash"]
        assert 'for file in report.json "$STATE"/*.jsonl' in page["bash"].partition("html")[0]
        assert publish["task"] == "PublishPipelineArtifact@1"

    @pytest.mark.parametrize("name", ["Run", "Resume"])
    def test_on_jenkins(self, name: str) -> None:
        after = stages_of_jenkins()[name].partition("      post {\n        always {")[2]
        making, _, archiving = after.partition("'''\n          }\n")
        assert "catchError(" in making
        assert "*.jsonl" in making
        assert re.match(r" +archiveArtifacts artifacts: 'report.json, .*/\*\.jsonl'", archiving)


class TestApproved:
    """What runs was planned again, approved, and is the plan that was shown."""

    @every_system
    def test_the_run_is_held_to_the_digest_of_a_plan_of_its_own(self, ci: str) -> None:
        lines = "".join(it.text for it in BLOCKS[ci])
        assert lines.count('run "${arguments[@]}" --dry-run --report plan.json') == 1
        assert lines.count('run "${arguments[@]}" --plan-digest "$DIGEST"') == 1
        assert lines.count("--once --state-dir") == 2
        assert len(re.findall(r"campaign-runner run ", lines)) == 3  # the third one resumes

    @pytest.mark.parametrize(("name", "approved"), APPROVED)
    def test_on_github_by_the_environment_which_has_the_secrets(
        self, name: str, approved: str
    ) -> None:
        jobs = workflow(name)["jobs"]
        assert [it for it, job in jobs.items() if "secrets." in str(job)] == [approved]
        assert [it for it, job in jobs.items() if job.get("environment") == TARGET] == [approved]
        assert "download-artifact" not in str(jobs)

    @pytest.mark.parametrize("name", ["run", "resume"])
    def test_on_gitlab_by_a_person_who_may_deploy(self, name: str) -> None:
        job = job_of_gitlab(name)
        assert job["environment"] == TARGET
        assert [it["when"] for it in job["rules"]] == ["manual"]

    def test_on_azure_by_the_environment(self) -> None:
        marks = ("CAMPAIGN_CLIENT_SECRET", "campaigns-prod")
        secret = [it for it in jobs_of_azure() if any(mark in str(it) for mark in marks)]
        assert [it["environment"] for it in secret] == [TARGET, TARGET]

    def test_on_jenkins_by_a_person_before_an_agent_is_taken_and_the_time_runs(self) -> None:
        stages = stages_of_jenkins()
        assert list(stages) == ["Review", "Plan", "Run", "Resume"]
        for name, stage in stages.items():
            is_approved = name in ("Run", "Resume")
            assert ("submitter 'campaign-approvers'" in stage) == is_approved
            assert ("withCredentials([" in stage) == is_approved
            assert f"{'beforeInput' if is_approved else 'beforeAgent'} true" in stage
            assert "options {" not in stage
            assert stage.index("agent {") < stage.index("timeout(time: ")

    @every_system
    def test_a_first_run_is_asked_for(self, ci: str) -> None:
        """Also where a build has no variable of it yet, as the first one of a branch on Jenkins."""
        lines = "".join(it.text for it in BLOCKS[ci])
        assert lines.count("if [[ ${INIT_STATE:-} == [Tt]rue ]]; then") == 2
        assert lines.count("--init-state") == 2 + lines.count("without --init-state")
