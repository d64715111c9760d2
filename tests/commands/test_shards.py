"""`--shard` and `report --merge`: many organizations in several jobs, and one report of them."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from runner.schemas import schema
from tests.support.campaign import SECRETS, pointing_at
from tests.support.journals import cut_after, journals, lines_of
from tests.support.organizations import (
    NUMBERS,
    comparable,
    organization,
    sandbox_of_all,
    write_all,
)
from tests.support.program import report, write
from tests.support.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.sandbox import Sandbox
    from tests.support.program import Ended, Program

PLAN = Draft202012Validator(schema("plan"))
SHARDS = ("1/3", "2/3", "3/3")


class Stage:
    """Plans and runs `a.yaml` and `b.yaml` against a sandbox of all organizations."""

    def __init__(self, program: Program, sandbox: Sandbox) -> None:
        self.program = program
        self.sandbox = sandbox
        self.env = pointing_at(sandbox)

    def run(self, *arguments: str, paths: tuple[str, ...] = ("a.yaml", "b.yaml")) -> Ended:
        return self.program("run", *paths, *arguments, env=self.env)

    def plan(self, *arguments: str) -> Any:
        ended = self.program("plan", ".", "--format", "json", *arguments, env=self.env)
        assert ended.exit_code == 0, ended.output
        value = ended.json()
        PLAN.validate(value)
        return value

    def merge(self, *names: str) -> Any:
        ended = self.program("report", "--merge", *names, "--format", "json", "--out", "m.json")
        assert ended.exit_code == 0, ended.output
        return report("m.json")

    @property
    def sent(self) -> list[tuple[str, str]]:
        return [(it.organization, it.workflow) for it in self.sandbox.commands()]


@pytest.fixture
def stage(program: Program) -> Iterator[Stage]:
    write_all()
    with sandbox_of_all() as sandbox:
        yield Stage(program, sandbox)


class TestTheWhole:
    def test_the_shards_merged_are_the_plain_run(self, program: Program, stage: Stage) -> None:
        for n, shard in enumerate(SHARDS):
            ended = stage.run("--shard", shard, "--report", f"r{n}.json")
            assert ended.exit_code == 0, ended.output
        with sandbox_of_all() as other:
            assert Stage(program, other).run().exit_code == 0
            plain = comparable(report(), other)
            assert set(plain["commands"][0]["attempts"][0]) == {"status", "error", "request_id"}
        for names in permutations(("r0.json", "r1.json", "r2.json")):
            merged = stage.merge(*names)
            assert [it["number"] for it in merged["shards"]] == [1, 2, 3]
            assert comparable(merged, stage.sandbox) == plain
        assert len(plain["commands"]) == 11

    def test_each_shard_sends_to_its_own_organizations_only(self, stage: Stage) -> None:
        sent = 0
        for shard in SHARDS:
            assert stage.run("--shard", shard).exit_code == 0
            now = stage.sent[sent:]
            sent += len(now)
            assert {NUMBERS[organization] for organization, _ in now} == {int(shard[0])}

    def test_what_fails_in_one_shard_leaves_the_others_and_shows_in_the_whole(
        self, stage: Stage
    ) -> None:
        text = Path("b.yaml").read_text(encoding="utf-8").replace("[WKF1, WKF2]", "[GONE, WKF2]")
        write("b.yaml", text)
        codes = [
            stage.run("--shard", it, "--report", f"r{n}.json").exit_code
            for n, it in enumerate(SHARDS)
        ]
        assert codes == [0, 1, 0]
        merged = stage.merge("r0.json", "r1.json", "r2.json")
        assert (merged["result"], merged["exit_code"]) == ("failed", 1)
        assert merged["totals"]["failed"] == 1
        assert merged["totals"]["not_sent"] == 2  # of shard 2 only
        shown = stage.program("report", "m.json").stdout
        journal = report("r1.json")["journal"]
        assert f"Shard 2/3: failed (exit code 1), run {report('r1.json')['run_id']}" in shown
        assert "Shard 2/3: To send again what failed, and go on:" in shown
        assert f"campaign-runner run --resume {journal} --retry-failed" in shown

    def test_files_that_are_wrong_are_wrong_for_every_shard(self, stage: Stage) -> None:
        write("b.yaml", organization("globex", "actions: [{strat: WKF1}]"))
        for n, shard in enumerate(SHARDS):
            assert stage.run("--shard", shard, "--report", f"r{n}.json").exit_code == 3
        merged = stage.merge("r0.json", "r1.json", "r2.json")
        assert (merged["result"], merged["exit_code"]) == ("refused", 3)
        assert len(merged["problems"]) == len(report("r0.json")["problems"])
        assert stage.sent == []


class TestPlan:
    def test_ids_are_those_of_the_whole_and_the_digest_is_its_own(self, stage: Stage) -> None:
        whole = stage.plan()
        parts = [stage.plan("--shard", it) for it in SHARDS]
        ids = [it["id"] for part in parts for it in part["commands"]]
        assert sorted(ids) == sorted(it["id"] for it in whole["commands"])
        assert len({whole["digest"], *(it["digest"] for it in parts)}) == 4
        assert "shard" not in whole
        assert [it["shard"] for it in parts] == [
            {"number": n, "total": 3, "whole_digest": whole["digest"]} for n in (1, 2, 3)
        ]

    @pytest.mark.parametrize("form", ["text", "markdown", "html"])
    def test_every_form_says_which_shard_it_is(self, stage: Stage, form: str) -> None:
        digest = stage.plan()["digest"]
        shown = stage.program("plan", ".", "--shard", "2/3", "--format", form).stdout
        assert "hard 2/3" in shown
        assert digest in shown

    def test_a_selection_is_one_of_the_whole_plan(self, stage: Stage) -> None:
        first = stage.plan("--shard", "2/3", "--from", "b.yaml/2#1.1")
        assert [it["id"] for it in first["commands"]] == ["b.yaml/5#1.1"]
        none = stage.plan("--shard", "1/3", "--only", "b.yaml/5#1.1")
        assert none["commands"] == []

    def test_an_organization_of_the_variable_counts_like_any_other(self, stage: Stage) -> None:
        write("b.yaml", organization("x").replace("organization: x\n", ""))
        stage.env["CAMPAIGN_STANDARD_TENANT_ID"] = "hooli"
        assert {it["organization"] for it in stage.plan("--shard", "2/3")["commands"]} == {"hooli"}
        del stage.env["CAMPAIGN_STANDARD_TENANT_ID"]
        ended = stage.program("plan", ".", "--shard", "2/3")
        assert ended.exit_code == 3
        assert "no organization is named" in ended.output

    @pytest.mark.parametrize("command", ["plan", "run"])
    @pytest.mark.parametrize("text", ["0/3", "4/3", "3", "a/b"])
    def test_what_is_no_shard_is_wrong_usage(self, stage: Stage, command: str, text: str) -> None:
        ended = stage.program(command, "a.yaml", "--shard", text)
        assert ended.exit_code == 64
        assert "write K/N, the K-th of N parts" in ended.stderr
        assert not Path("report.json").exists()

    def test_of_what_is_new_only_the_shards_part_is_planned(
        self, stage: Stage, tmp_path: Path
    ) -> None:
        Repository(tmp_path).commit()
        write("c.yaml", organization("hooli"))
        value = stage.plan("--shard", "2/3", "--changed-since", "HEAD")
        assert {it["source"]["file"] for it in value["commands"]} == {"c.yaml"}
        assert stage.plan("--shard", "1/3", "--changed-since", "HEAD")["totals"]["commands"] == 1


class TestNothing:
    def test_a_shard_without_a_command_ends_well_with_a_warning(self, stage: Stage) -> None:
        ended = stage.run("--shard", "1/3", paths=("a.yaml",))
        assert ended.exit_code == 0
        assert "warning: no command falls to shard 1/3; nothing is to be done" in ended.stderr
        value = report()
        assert (value["result"], value["commands"]) == ("succeeded", [])
        assert value["shard"]["number"] == 1
        assert journals() == []
        ended = stage.program("plan", "a.yaml", "--shard", "1/3", "--detailed-exitcode")
        assert ended.exit_code == 0
        assert "no command falls to shard 1/3" in ended.stderr

    def test_its_secrets_are_not_asked_for(self, stage: Stage) -> None:
        auth = "auth: {api_key: '${env:CAMPAIGN_A}', access_token: '${env:CAMPAIGN_B}'}"
        write("b.yaml", organization("globex", auth, "actions: [{start: WKF1}]"))
        assert stage.run("--shard", "3/3").exit_code == 0
        assert stage.run("--shard", "2/3").exit_code == 4


class TestGuardrails:
    def test_limits_of_an_organization_are_held_against_what_the_shard_sends(
        self, stage: Stage
    ) -> None:
        limit = "guardrails: {max_commands: 1}"
        write("c.yaml", organization("globex", "actions: [{start: WKF3}]", limit))
        paths = ("a.yaml", "b.yaml", "c.yaml")
        for n, shard in enumerate(SHARDS):
            ended = stage.run("--shard", shard, "--report", f"r{n}.json", paths=paths)
            assert ended.exit_code == (5 if shard == "2/3" else 0), ended.output
        assert {it for it, _ in stage.sent} == {"acme", "initech", "umbrella"}
        merged = stage.merge("r0.json", "r1.json", "r2.json")
        assert (merged["result"], merged["exit_code"]) == ("failed", 1)
        assert merged["message"].startswith("shard 2/3: 1 guardrail refuses this plan")
        assert [it["rule"] for it in merged["problems"]] == ["max_commands"]


class TestReviewed:
    def test_the_plan_of_a_shard_runs_as_that_shard(self, stage: Stage) -> None:
        stage.plan("--shard", "2/3", "--out", "p.json")
        ended = stage.run("--plan", "p.json", paths=())
        assert ended.exit_code == 0, ended.output
        assert {it for it, _ in stage.sent} == {"globex", "hooli"}
        assert report()["shard"]["number"] == 2

    def test_a_live_plan_of_a_shard_reads_only_its_states(self, stage: Stage) -> None:
        value = stage.plan("--shard", "1/3", "--live", "--out", "p.json")
        assert {it["organization"] for it in value["live"]["states"]} == {"umbrella"}
        assert stage.run("--plan", "p.json", paths=()).exit_code == 0
        assert {it for it, _ in stage.sent} == {"umbrella"}

    @pytest.mark.parametrize("change", [{"number": 1}, {"total": 4}, {"whole_digest": "0" * 64}])
    def test_a_plan_that_was_made_another_shard_is_refused_r10(
        self, stage: Stage, change: dict[str, Any]
    ) -> None:
        value = stage.plan("--shard", "2/3", "--out", "p.json")
        value["shard"].update(change)
        write("p.json", json.dumps(value))
        assert stage.run("--plan", "p.json", paths=()).exit_code == 3
        assert stage.sent == []

    def test_another_shard_than_that_of_the_plan_is_wrong_usage(self, stage: Stage) -> None:
        stage.plan("--shard", "2/3", "--out", "p.json")
        ended = stage.run("--plan", "p.json", "--shard", "2/3", paths=())
        assert ended.exit_code == 64
        assert "leave out --shard" in ended.stderr

    def test_the_digest_of_the_whole_plan_lets_every_shard_run(self, stage: Stage) -> None:
        digest = stage.plan()["digest"]
        for shard in SHARDS:
            assert stage.run("--shard", shard, "--plan-digest", digest).exit_code == 0
        write("a.yaml", organization("acme"))
        before = stage.sent
        for shard in SHARDS:
            assert stage.run("--shard", shard, "--plan-digest", digest).exit_code == 3
        assert stage.sent == before

    def test_the_digest_of_a_shard_lets_only_that_one_run(self, stage: Stage) -> None:
        digest = stage.plan("--shard", "2/3")["digest"]
        assert stage.run("--shard", "2/3", "--plan-digest", digest).exit_code == 0
        assert stage.run("--shard", "3/3", "--plan-digest", digest).exit_code == 3


class TestResume:
    def test_the_journal_knows_the_shard(self, stage: Stage) -> None:
        write("b.yaml", organization("globex"))
        assert stage.run("--shard", "2/3").exit_code == 0
        (journal,) = journals()
        header = lines_of(journal)[0]["plan"]
        assert (header["shard"]["number"], header["shard"]["total"]) == (2, 3)
        cut_after(journal, "result 1")
        sent = stage.sent
        ended = stage.run("--resume", str(journal), paths=())
        assert ended.exit_code == 0, ended.output
        assert stage.sent == [*sent, sent[1]]
        assert report()["shard"]["number"] == 2
        assert report()["totals"]["commands"] == 2

    def test_a_shard_cannot_be_given_with_it(self, stage: Stage) -> None:
        assert stage.run("--shard", "2/3").exit_code == 0
        ended = stage.run("--resume", str(journals()[0]), "--shard", "2/3", paths=())
        assert ended.exit_code == 64
        assert "leave out --shard" in ended.stderr


class TestOnce:
    def test_of_one_file_each_shard_does_its_organizations_once(self, stage: Stage) -> None:
        once = ("--once", "--state-dir", "s")
        assert stage.run("--shard", "2/3", *once, "--init-state").exit_code == 0
        sent = len(stage.sent)
        assert stage.run("--shard", "3/3", *once).exit_code == 0
        assert len(stage.sent) > sent
        now = stage.sent
        for shard in ("2/3", "3/3"):
            assert stage.run("--shard", shard, *once).exit_code == 0
        assert stage.sent == now

    def test_another_number_of_shards_does_nothing_twice(self, stage: Stage) -> None:
        once = ("--once", "--state-dir", "s")
        for shard in SHARDS:
            assert stage.run("--shard", shard, *once, "--init-state").exit_code == 0
        sent = stage.sent
        for shard in ("1/2", "2/2", "1/1"):
            assert stage.run("--shard", shard, *once).exit_code == 0
        assert stage.run(*once).exit_code == 0
        assert stage.sent == sent


class TestMerge:
    @pytest.fixture
    def parts(self, stage: Stage) -> Stage:
        for n, shard in enumerate(SHARDS):
            ended = stage.run("--shard", shard, "--dry-run", "--report", f"r{n}.json")
            assert ended.exit_code == 0
        return stage

    def test_a_missing_shard_is_named(self, parts: Stage) -> None:
        ended = parts.program("report", "--merge", "r0.json", "r2.json", "--format", "json")
        assert ended.exit_code == 0
        assert "r0.json:1:1: warning: not all shards are there: 2/3" in ended.stderr
        assert [it["rule"] for it in ended.json()["warnings"]] == ["merge"]

    @pytest.mark.parametrize("form", ["text", "markdown", "junit", "html"])
    def test_every_form_can_be_had_at_once(self, parts: Stage, form: str) -> None:
        names = ("r0.json", "r1.json", "r2.json")
        ended = parts.program("report", *names, "--merge", "--format", form)
        assert (ended.exit_code, ended.stderr) == (0, "")
        parts.merge(*names)
        assert parts.program("report", "m.json", "--format", form).stdout == ended.stdout

    def test_what_does_not_belong_together_is_refused_and_nothing_written(
        self, parts: Stage
    ) -> None:
        write("a.yaml", organization("acme"))
        assert parts.run("--shard", "2/3", "--dry-run", "--report", "r1.json").exit_code == 0
        ended = parts.program("report", "--merge", "r0.json", "r1.json", "--out", "m.txt")
        assert (ended.exit_code, ended.stdout) == (3, "")
        assert "r1.json:1:1: error: the list of files with their SHA-256 is not" in ended.stderr
        assert "merge the reports of one run over all shards" in ended.stderr
        assert not Path("m.txt").exists()

    def test_several_reports_without_merge_are_wrong_usage(self, parts: Stage) -> None:
        ended = parts.program("report", "r0.json", "r1.json")
        assert ended.exit_code == 64
        assert "add --merge" in ended.stderr

    def test_standard_input_is_one_of_them(self, parts: Stage) -> None:
        text = Path("r1.json").read_text(encoding="utf-8")
        arguments = ("report", "--merge", "r0.json", "-", "r2.json", "--format", "json")
        ended = parts.program(*arguments, stdin=text)
        assert ended.exit_code == 0
        assert len(ended.json()["shards"]) == 3
        assert parts.program("report", "--merge", "-", "-", stdin=text).exit_code == 64

    def test_no_report_that_is_read_is_overwritten(self, parts: Stage) -> None:
        ended = parts.program("report", "--merge", "r0.json", "r1.json", "--out", "r1.json")
        assert ended.exit_code == 64
        assert "is read by this command" in ended.stderr


def test_no_secret_is_in_a_merged_report(stage: Stage) -> None:
    for n, shard in enumerate(SHARDS):
        stage.run("--shard", shard, "--report", f"r{n}.json")
    text = json.dumps(stage.merge("r0.json", "r1.json", "r2.json"))
    assert not any(secret in text for secret in SECRETS.values())
