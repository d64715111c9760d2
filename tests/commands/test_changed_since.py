"""`plan` and `run` with `--changed-since`: what is new runs, and nothing else (R33)."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from runner.schemas import schema
from tests.support.campaign import pointing_at, sandbox_of, sent_to
from tests.support.ci import github_in
from tests.support.journals import STARTED, cut_after, lines_of, outcomes, the_journal
from tests.support.markdown import assert_harmless
from tests.support.program import report
from tests.support.repository import SETTINGS, Repository, actions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.sandbox import Sandbox
    from tests.support.program import Ended, Program

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs links and a shell of POSIX")
HEAD = "version: 1\norganization: acme\n"
OLD, NEW = actions("start: WKF1"), actions("stop: WKF2", "stop: WKF3")
QUICK = f"{HEAD}defaults: {{settle: 500ms, wait: {{poll: 100ms, timeout: 20s}}}}\n"
DESIRED = f"{QUICK}desired: {{WKF4: stopped}}\n"


class Stage:
    """A branch that left `main`, where `c/old.yaml` is; and a sandbox to send to."""

    def __init__(self, program: Program, sandbox: Sandbox) -> None:
        self.program = program
        self.sandbox = sandbox
        self.env = {**pointing_at(sandbox), **SETTINGS}
        self.repository = Repository(Path.cwd())
        self.write = self.repository.write
        self.write(".gitignore", ".campaign-runner/\nreport.json\n")
        self.write("c/old.yaml", OLD)
        self.repository.commit()
        self.repository.git("checkout", "-q", "-b", "feature")

    def call(self, command: str, *more: str, paths: tuple[str, ...] = ("c",)) -> Ended:
        return self.program(command, *paths, "--changed-since", "main", *more, env=self.env)

    def plan(self, *more: str, paths: tuple[str, ...] = ("c",)) -> Ended:
        return self.call("plan", *more, paths=paths)

    def run(self, *more: str, paths: tuple[str, ...] = ("c",)) -> Ended:
        return self.call("run", *more, paths=paths)

    def value(self, *more: str) -> Any:
        """Give the plan as JSON, valid by its schema."""
        ended = self.plan("--format", "json", *more)
        assert ended.exit_code == 0, ended.output
        value = ended.json()
        jsonschema_rs.Draft202012Validator(schema("plan")).validate(value)
        return value

    @property
    def sent(self) -> list[tuple[str, str]]:
        return sent_to(self.sandbox)

    def assert_nothing_sent(self) -> None:
        assert not self.sandbox.requests()


@pytest.fixture
def stage(program: Program) -> Iterator[Stage]:
    with sandbox_of(STARTED) as sandbox:
        yield Stage(program, sandbox)


def refused(stage: Stage, *more: str, since: str = "main", paths: tuple[str, ...] = ("c",)) -> str:
    """Make sure that both commands refuse it as wrong usage and do nothing; give what they say."""
    said = set()
    for command in ("plan", "run"):
        ended = stage.program(command, *paths, "--changed-since", since, *more, env=stage.env)
        assert ended.exit_code == 64, ended.output
        assert ended.stdout == ""
        said.add(ended.stderr)
    assert not Path("report.json").exists()
    stage.assert_nothing_sent()
    (message,) = said
    return message


class TestWhatRuns:
    def test_a_file_that_was_added_runs_and_the_others_do_not(self, stage: Stage) -> None:
        stage.write("c/new.yaml", NEW)
        ended = stage.run()
        assert ended.exit_code == 0, ended.output
        assert stage.sent == [("stop", "WKF2"), ("stop", "WKF3")]
        assert [it["id"] for it in report()["commands"]] == ["c/new.yaml#1.1", "c/new.yaml#2.1"]
        assert "  actions run: c/new.yaml (added)\n" in ended.stderr
        assert "  actions left out: 1 unchanged file\n" in ended.stderr
        assert "1 added, 1 unchanged" in ended.stderr

    def test_the_plan_is_the_same(self, stage: Stage) -> None:
        stage.write("c/new.yaml", NEW)
        planned = [it["id"] for it in stage.value()["commands"]]
        stage.run()
        assert [it["id"] for it in report()["commands"]] == planned

    def test_renamed_and_deleted_files_are_told_and_not_run(self, stage: Stage) -> None:
        stage.write("c/gone.yaml", actions("start: WKF5"))
        stage.repository.commit()
        stage.repository.git("branch", "-q", "-f", "main")
        stage.repository.remove("c/gone.yaml")
        stage.repository.move("c/old.yaml", "c/moved.yaml")
        ended = stage.run()
        assert ended.exit_code == 0, ended.output
        stage.assert_nothing_sent()
        assert report()["commands"] == []
        assert "  actions left out: c/moved.yaml (renamed from c/old.yaml)\n" in ended.stderr
        assert "  gone: c/gone.yaml (deleted)\n" in ended.stderr

    def test_where_nothing_is_new_that_is_said_and_is_well(self, stage: Stage) -> None:
        for ended in (stage.plan(), stage.run()):
            assert ended.exit_code == 0
            assert "nothing is to be done" in ended.stderr
        stage.assert_nothing_sent()
        assert report()["result"] == "succeeded"

    def test_nothing_new_needs_no_credentials(self, stage: Stage) -> None:
        stage.env = dict(SETTINGS)
        assert stage.run().exit_code == 0

    @pytest.mark.parametrize("change", ["none", "modified", "added", "renamed"])
    def test_desired_states_always_count(self, stage: Stage, change: str) -> None:
        if change != "added":
            stage.write("c/desired.yaml", DESIRED.replace("WKF4", "WKF5"))
            if change != "modified":
                stage.write("c/desired.yaml", DESIRED)
            stage.repository.commit()
            stage.repository.git("branch", "-q", "-f", "main")
        stage.write("c/desired.yaml", DESIRED)
        if change == "renamed":
            stage.repository.move("c/desired.yaml", "c/other.yaml")
        ended = stage.run()
        assert ended.exit_code == 0, ended.output
        assert stage.sent == [("stop", "WKF4")]

    def test_of_an_unchanged_file_with_both_only_the_desired_states_count(
        self, stage: Stage
    ) -> None:
        stage.write("c/old.yaml", f"{DESIRED}actions: [{{start: WKF1}}]\n")
        stage.repository.commit()
        stage.repository.git("branch", "-q", "-f", "main")
        assert stage.run().exit_code == 0
        assert stage.sent == [("stop", "WKF4")]
        stage.repository.move("c/old.yaml", "c/moved.yaml")
        ended = stage.run()
        assert "(renamed from c/old.yaml; its desired states count)" in ended.stderr
        assert len(stage.sent) == 1  # it is stopped already

    def test_a_dry_run_shows_what_would_run(self, stage: Stage) -> None:
        stage.write("c/new.yaml", NEW)
        assert stage.run("--dry-run").exit_code == 0
        assert outcomes() == ["planned"] * 2
        assert report()["changes"]["since"] == "main"
        stage.assert_nothing_sent()

    def test_one_file_may_be_named_alone(self, stage: Stage) -> None:
        stage.write("c/new.yaml", NEW)
        stage.write("c/other.yaml", actions("start: WKF5"))
        assert stage.run(paths=("c/other.yaml",)).exit_code == 0
        assert stage.sent == [("start", "WKF5")]

    def test_a_command_of_a_new_file_may_be_selected(self, stage: Stage) -> None:
        stage.write("c/new.yaml", NEW)
        assert stage.run("--only", "c/new.yaml#2.1").exit_code == 0
        assert stage.sent == [("stop", "WKF3")]

    @pytest.mark.parametrize(
        "guardrails", ["{max_stops: 1}", "{protect: [WKF3]}", "{allow: [start]}"]
    )
    def test_guardrails_of_a_file_that_is_left_out_hold(
        self, stage: Stage, guardrails: str
    ) -> None:
        stage.write("c/old.yaml", f"{OLD}guardrails: {guardrails}\n")
        stage.repository.commit()
        stage.repository.git("branch", "-q", "-f", "main")
        stage.write("c/new.yaml", NEW)
        for ended in (stage.plan(), stage.run()):
            assert ended.exit_code == 5, ended.output
            assert "c/old.yaml" in ended.stderr
        stage.assert_nothing_sent()

    def test_what_is_left_out_is_not_counted_by_them(self, stage: Stage) -> None:
        stage.write("c/new.yaml", f"{NEW}guardrails: {{max_commands: 2}}\n")
        assert stage.run().exit_code == 0

    def test_a_bad_file_is_refused_though_it_is_left_out(self, stage: Stage) -> None:
        stage.write("c/old.yaml", OLD.replace("start", "strat"))
        stage.repository.commit()
        stage.repository.git("branch", "-q", "-f", "main")
        stage.write("c/new.yaml", NEW)
        for ended in (stage.plan(), stage.run()):
            assert ended.exit_code == 3
            assert "c/old.yaml:4" in ended.stderr


class TestModified:
    """Their actions would run again, so that they are refused without `--allow-modified`."""

    @pytest.fixture
    def modified(self, stage: Stage) -> Stage:
        stage.write("c/old.yaml", OLD + "  - start: WKF2\n")
        return stage

    def test_one_is_refused_with_its_line_and_what_to_write_instead(self, modified: Stage) -> None:
        for ended in (modified.plan(), modified.run()):
            assert ended.exit_code == 3
            assert (
                "c/old.yaml:4:12: error: actions: this file was modified since `main`, and its"
                " actions would run again, all of them ["
            ) in ended.stderr
            assert "put it back, and write what is to be done now into a new file" in ended.stderr
            assert "--allow-modified" in ended.stderr
            assert "1 modified file with actions" in ended.stderr
        modified.assert_nothing_sent()

    def test_the_report_says_so(self, modified: Stage) -> None:
        modified.run()
        value = report()
        assert (value["result"], value["exit_code"], value["commands"]) == ("refused", 3, [])
        (problem,) = value["problems"]
        assert (problem["rule"], problem["file"], problem["line"]) == (
            "changed-since",
            "c/old.yaml",
            4,
        )

    @pytest.mark.parametrize("form", ["markdown", "html"])
    def test_pages_say_so(self, modified: Stage, form: str) -> None:
        ended = modified.plan("--format", form)
        assert ended.exit_code == 3
        assert "No plan" in ended.stdout
        assert "--allow-modified" in ended.stdout

    def test_a_new_file_beside_it_does_not_run_either(self, modified: Stage) -> None:
        modified.write("c/new.yaml", NEW)
        assert modified.run().exit_code == 3
        modified.assert_nothing_sent()

    def test_all_of_them_are_told(self, stage: Stage) -> None:
        stage.write("c/more.yaml", NEW)
        stage.repository.commit()
        stage.repository.git("branch", "-q", "-f", "main")
        for name in ("old", "more"):
            stage.write(f"c/{name}.yaml", actions("start: WKF1", "pause: WKF4"))
        ended = stage.run()
        assert [it["file"] for it in report()["problems"]] == ["c/more.yaml", "c/old.yaml"]
        assert "2 modified files with actions" in ended.stderr

    def test_one_that_was_moved_as_well_says_from_where(self, stage: Stage) -> None:
        many = actions(*(f"start: WKF{n}" for n in range(1, 6)))
        stage.write("c/old.yaml", many)
        stage.repository.commit()
        stage.repository.git("branch", "-q", "-f", "main")
        stage.repository.remove("c/old.yaml")
        stage.write("c/moved.yaml", many + "  - pause: WKF1\n")
        ended = stage.run()
        assert ended.exit_code == 3
        assert "was modified and moved from `c/old.yaml` since `main`" in ended.stderr

    def test_with_leave_all_of_it_runs(self, modified: Stage) -> None:
        ended = modified.run("--allow-modified")
        assert ended.exit_code == 0, ended.output
        assert modified.sent == [("start", "WKF1"), ("start", "WKF2")]
        assert "  actions run: c/old.yaml (modified)\n" in ended.stderr
        assert report()["changes"]["allow_modified"] is True

    def test_desired_states_alone_may_be_modified(self, stage: Stage) -> None:
        stage.write("c/old.yaml", DESIRED)
        stage.repository.commit()
        stage.repository.git("branch", "-q", "-f", "main")
        stage.write("c/old.yaml", DESIRED.replace("WKF4", "WKF5"))
        assert stage.run().exit_code == 0
        assert stage.sent == [("stop", "WKF5")]


class TestRefused:
    """Wrong usage: nothing is compared, nothing sent, and there is no report."""

    @pytest.mark.parametrize(
        ("since", "says"),
        [
            ("gone", "there is no commit `gone` in this repository"),
            ("", "--changed-since is empty; a variable that should hold a commit may be unset"),
            ("0" * 40, "--changed-since is all zeros, which CI systems give for a branch"),
            ("--help", "there is no commit `--help` in this repository"),
            ("HEAD^{tree}", "there is no commit `HEAD^{tree}` in this repository"),
        ],
    )
    def test_what_names_no_commit(self, stage: Stage, since: str, says: str) -> None:
        assert says in refused(stage, since=since)

    def test_a_shallow_clone_that_lacks_the_commit_says_what_to_set(
        self,
        stage: Stage,
        tmp_path_factory: pytest.TempPathFactory,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        before = stage.repository.git("rev-parse", "HEAD")
        stage.write("c/new.yaml", NEW)
        stage.repository.commit()
        folder = tmp_path_factory.mktemp("clone")
        clone = stage.repository.clone(folder, "--depth", "1")
        monkeypatch.chdir(folder)
        message = refused(stage, since=before)
        assert f"this clone is shallow, and lacks the commit `{before}`" in message
        assert "`fetch-depth: 0` for actions/checkout, `GIT_DEPTH: 0` on GitLab" in message
        clone.git("fetch", "-q", "--deepen", "1")
        ended = stage.program("run", "c", "--changed-since", before, env=stage.env)
        assert ended.exit_code == 0, ended.output
        assert len(stage.sent) == 2

    def test_without_a_repository(self, stage: Stage) -> None:
        shutil.rmtree(".git")
        assert "the working folder is not in a git repository with files" in refused(stage)

    def test_standard_input_has_no_history(self, stage: Stage) -> None:
        assert "`-` is standard input" in refused(stage, paths=("c", "-"))

    def test_a_file_of_elsewhere(
        self, stage: Stage, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        other = tmp_path_factory.mktemp("other") / "x.yaml"
        other.write_text(OLD, encoding="utf-8")
        assert "lies outside of it" in refused(stage, paths=("c", str(other)))

    def test_a_command_that_is_left_out_cannot_be_selected(self, stage: Stage) -> None:
        stage.write("c/new.yaml", NEW)
        for option in ("--only", "--from"):
            message = refused(stage, option, "c/old.yaml#1.1")
            assert "--changed-since leaves out `c/old.yaml#1.1`" in message

    def test_leave_to_modify_without_since_when(self, stage: Stage) -> None:
        for command in ("plan", "run"):
            ended = stage.program(command, "c", "--allow-modified", env=stage.env)
            assert ended.exit_code == 64
            assert "--allow-modified belongs to --changed-since REF" in ended.stderr

    def test_without_git_there_is_no_going_on(self, stage: Stage, tmp_path: Path) -> None:
        stage.env["PATH"] = str(tmp_path / "nowhere")
        for ended in (stage.plan(), stage.run()):
            assert ended.exit_code == 7
            assert "there is none on the PATH; install it" in ended.stderr
        stage.assert_nothing_sent()

    def test_a_submodule_is_to_be_run_on_its_own(
        self,
        stage: Stage,
        tmp_path_factory: pytest.TempPathFactory,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        inner = Repository(tmp_path_factory.mktemp("inner"))
        inner.write("old.yaml", OLD)
        inner.commit()
        stage.repository.git("submodule", "--quiet", "add", inner.folder.as_uri(), "c/sub")
        stage.repository.commit()
        assert "`c/sub/old.yaml` belongs to another repository" in refused(stage)
        monkeypatch.chdir("c/sub")
        Path("new.yaml").write_text(NEW, encoding="utf-8")
        assert stage.run(paths=(".",)).exit_code == 0
        assert stage.sent == [("stop", "WKF2"), ("stop", "WKF3")]


@posix
class TestLinks:
    def test_one_that_was_there_runs_nothing_and_a_new_one_does(self, stage: Stage) -> None:
        stage.write("c/data/real", OLD)
        Path("c/link.yaml").symlink_to("data/real")
        stage.repository.commit()
        stage.repository.git("branch", "-q", "-f", "main")
        stage.write("c/data/other", actions("pause: WKF5"))
        Path("c/new.yaml").symlink_to("data/other")
        assert stage.run().exit_code == 0
        assert stage.sent == [("pause", "WKF5")]

    def test_one_that_leads_to_other_actions_now_is_modified(self, stage: Stage) -> None:
        stage.write("c/data/real", OLD)
        stage.write("c/data/other", NEW)
        Path("c/link.yaml").symlink_to("data/real")
        stage.repository.commit()
        stage.repository.git("branch", "-q", "-f", "main")
        Path("c/link.yaml").unlink()
        Path("c/link.yaml").symlink_to("data/other")
        ended = stage.run()
        assert ended.exit_code == 3
        assert "c/link.yaml:4:11: error: actions: this file was modified since" in ended.stderr


LOOSER = "guardrails: {max_stops: 2, protect: [WKF9]}\n"
LOOSE = "guardrails: {max_stops: 20, max_commands: 50, protect: [WKF9]}\n"


class TestShown:
    """Plans in every form show what changed, the guardrails among it (R29)."""

    @pytest.fixture
    def changed(self, stage: Stage) -> Stage:
        stage.write("c/rules.yaml", f"{DESIRED}{LOOSER}")
        stage.write("c/gone.yaml", actions("start: WKF5"))
        stage.repository.commit()
        stage.repository.git("branch", "-q", "-f", "main")
        stage.write("c/rules.yaml", f"{DESIRED}{LOOSE}")
        stage.repository.remove("c/gone.yaml")
        stage.repository.move("c/old.yaml", "c/moved.yaml")
        stage.write("c/new.yaml", NEW)
        return stage

    def test_as_text_with_the_guardrails_that_let_more_pass(self, changed: Stage) -> None:
        ended = changed.plan()
        assert ended.exit_code == 0
        base = changed.repository.git("rev-parse", "main")[:12]
        assert ended.stderr == (
            f"Since `main` ({base}): 1 added, 1 modified, 1 renamed, 1 deleted\n"
            "  actions run: c/new.yaml (added)\n"
            "  actions left out: c/moved.yaml (renamed from c/old.yaml)\n"
            "  gone: c/gone.yaml (deleted)\n"
            "  c/rules.yaml:5: max_stops loosened: 2 -> 20\n"
        )

    def test_as_json(self, changed: Stage) -> None:
        value = changed.value()["changes"]
        assert (value["since"], value["allow_modified"]) == ("main", False)
        assert value["base"] == changed.repository.git("rev-parse", "main")
        assert [tuple(it.values()) for it in value["files"]] == [
            ("c/moved.yaml", "renamed", "c/old.yaml", "left out", False),
            ("c/new.yaml", "added", None, "run", False),
            ("c/rules.yaml", "modified", None, "none", True),
            ("c/gone.yaml", "deleted", None, "none", False),
        ]
        assert [
            (it["change"], it["key"], it["before"], it["after"]) for it in value["guardrails"]
        ] == [
            ("added", "max_commands", None, "50"),
            ("loosened", "max_stops", "2", "20"),
        ]
        assert value["guardrails"][1]["source"] == {"file": "c/rules.yaml", "line": 5, "column": 25}

    def test_a_plan_without_the_option_says_nothing_of_it(self, changed: Stage) -> None:
        ended = changed.program("plan", "c", "--format", "json", env=changed.env)
        assert "changes" not in ended.json()

    def test_as_markdown(self, changed: Stage) -> None:
        text = changed.plan("--format", "markdown").stdout
        assert_harmless(text)
        assert "⚠️ **2 changes to guardrails** since `main`" in text
        looser = "- `c/rules.yaml:5`: `max_stops` **loosened**: `2` → `20`\n"
        assert f"{looser}- `c/rules.yaml:5`: `max_commands` added: `50`\n" in text
        assert text.index(looser) < text.index("| ID |")
        assert "- `c/moved.yaml` (was `c/old.yaml`): renamed, its actions are left out\n" in text
        assert "- `c/gone.yaml`: deleted\n" in text
        assert "<summary>4 changed files, 0 files as before</summary>" in text

    def test_as_html(self, changed: Stage) -> None:
        text = changed.plan("--format", "html").stdout
        for told in ("c/moved.yaml", "c/old.yaml", "c/gone.yaml", "max_stops", "loosened"):
            assert told in text

    def test_in_the_summary_of_a_job(
        self, changed: Stage, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        github = github_in(tmp_path_factory.mktemp("ci") / "step", Path.cwd())
        changed.env |= github.env
        changed.plan()
        assert "`max_stops` **loosened**: `2` → `20`" in github.summary

    def test_a_refused_plan_shows_them_too(self, changed: Stage) -> None:
        """Who loosened a guardrail is of interest above all where another one refuses."""
        changed.write("policy.yaml", "version: 1\nguardrails: {max_stops: 1}\n")
        ended = changed.plan("--format", "markdown", "--policy", "policy.yaml")
        assert ended.exit_code == 5
        assert "**loosened**" in ended.stdout

    def test_the_report_of_the_run_and_its_pages(self, changed: Stage) -> None:
        assert changed.run().exit_code == 0
        assert report()["changes"] == changed.value()["changes"]
        for form, told in (("markdown", "**loosened**"), ("html", "loosened")):
            ended = changed.program("report", "report.json", "--format", form)
            assert told in ended.stdout, form

    def test_guardrails_of_a_file_that_is_gone_are_told(self, stage: Stage) -> None:
        stage.write("c/rules.yaml", f"{DESIRED}{LOOSER}")
        stage.repository.commit()
        stage.repository.git("branch", "-q", "-f", "main")
        stage.repository.remove("c/rules.yaml")
        assert "  c/rules.yaml:1: max_stops removed: 2\n" in stage.plan().stderr

    def test_those_of_a_file_that_was_moved_and_edited_are_compared(self, stage: Stage) -> None:
        many = actions(*(f"start: WKF{n}" for n in range(1, 6)))
        stage.write("c/old.yaml", f"{many}{LOOSER}")
        stage.repository.commit()
        stage.repository.git("branch", "-q", "-f", "main")
        stage.repository.remove("c/old.yaml")
        stage.write("c/moved.yaml", f"{many}{LOOSE}")
        ended = stage.plan("--allow-modified")
        assert "  c/moved.yaml:9: max_stops loosened: 2 -> 20\n" in ended.stderr


class TestDigest:
    """It covers what counts (R9)."""

    def test_what_else_is_merged_meanwhile_makes_no_other(self, stage: Stage) -> None:
        stage.write("c/new.yaml", NEW)
        digest = stage.value()["digest"]
        stage.repository.commit()
        stage.repository.git("checkout", "-q", "main")
        stage.write("c/meanwhile.yaml", actions("start: WKF5"))
        before = stage.repository.commit()
        stage.repository.git("merge", "-q", "--no-ff", "-m", "merge", "feature")
        arguments = ("c", "--changed-since", before)
        ended = stage.program("plan", *arguments, "--format", "json", env=stage.env)
        assert ended.json()["digest"] == digest
        assert [it["path"] for it in ended.json()["config"]["files"]] == [
            "c/meanwhile.yaml",
            "c/new.yaml",
            "c/old.yaml",
        ]
        ended = stage.program("run", *arguments, "--plan-digest", digest, env=stage.env)
        assert ended.exit_code == 0, ended.output
        assert stage.sent == [("stop", "WKF2"), ("stop", "WKF3")]

    def test_a_new_file_and_a_desired_state_make_another(self, stage: Stage) -> None:
        stage.write("c/new.yaml", NEW)
        digests = {stage.value()["digest"]}
        stage.write("c/new.yaml", f"{NEW}# a remark\n")
        digests.add(stage.value()["digest"])
        stage.write("c/desired.yaml", DESIRED)
        digests.add(stage.value()["digest"])
        stage.write("c/desired.yaml", f"{DESIRED}# a remark\n")
        digests.add(stage.value()["digest"])
        assert len(digests) == 4

    def test_it_is_another_than_without_the_option(self, stage: Stage) -> None:
        stage.write("c/new.yaml", NEW)
        ended = stage.program("plan", "c", "--format", "json", env=stage.env)
        assert ended.json()["digest"] != stage.value()["digest"]

    def test_another_one_than_that_pinned_is_refused(self, stage: Stage) -> None:
        stage.write("c/new.yaml", NEW)
        digest = stage.value()["digest"]
        stage.write("c/more.yaml", actions("start: WKF5"))
        ended = stage.run("--plan-digest", digest)
        assert ended.exit_code == 3
        stage.assert_nothing_sent()


class TestReviewedPlan:
    """`plan --changed-since REF --out`, then `run --plan`, which asks git no more."""

    @pytest.fixture
    def planned(self, stage: Stage) -> Stage:
        stage.write("c/new.yaml", NEW)
        assert stage.plan("--out", "plan.json").exit_code == 0
        shutil.rmtree(".git")
        return stage

    def go(self, stage: Stage, *more: str) -> Ended:
        return stage.program("run", "--plan", "plan.json", *more, env=stage.env)

    def tampered(self, stage: Stage, *path: Any, to: object) -> Ended:
        """Run the plan with one thing of its changes turned into another."""
        plan = json.loads(Path("plan.json").read_text(encoding="utf-8"))
        place = plan["changes"]
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = to
        Path("plan.json").write_text(json.dumps(plan), encoding="utf-8")
        return self.go(stage)

    def test_what_was_new_runs(self, planned: Stage) -> None:
        ended = self.go(planned)
        assert ended.exit_code == 0, ended.output
        assert planned.sent == [("stop", "WKF2"), ("stop", "WKF3")]
        assert "  actions run: c/new.yaml (added)\n" in ended.stderr
        plan = json.loads(Path("plan.json").read_text(encoding="utf-8"))
        assert report()["changes"] == plan["changes"]
        assert report()["plan_digest"] == plan["digest"]

    def test_a_file_that_is_left_out_may_not_change_either(self, planned: Stage) -> None:
        planned.write("c/old.yaml", f"{OLD}# a remark\n")
        ended = self.go(planned)
        assert ended.exit_code == 3
        assert "c/old.yaml:1:1: error: this file has changed since the plan" in ended.stderr
        planned.assert_nothing_sent()

    def test_the_option_is_not_given_again(self, planned: Stage) -> None:
        ended = self.go(planned, "--changed-since", "main")
        assert ended.exit_code == 64
        assert "leave out --changed-since" in ended.stderr

    @pytest.mark.parametrize(
        ("place", "word"), [(0, "unchanged"), (1, "added"), (0, "renamed"), (0, "deleted")]
    )
    def test_a_plan_that_says_of_a_file_what_it_was_not_is_refused(
        self, planned: Stage, place: int, word: str
    ) -> None:
        assert self.tampered(planned, "files", place, "change", to=word).exit_code == 3
        planned.assert_nothing_sent()

    def test_so_is_one_in_which_a_file_was_modified(self, planned: Stage) -> None:
        ended = self.tampered(planned, "files", 0, "change", to="modified")
        assert ended.exit_code == 3
        assert "this file was modified since `main`" in ended.stderr
        planned.assert_nothing_sent()

    @pytest.mark.parametrize(
        ("path", "to"),
        [
            (("files", 0, "change"), "new"),
            (("files", 0, "actions"), True),
            (("files",), None),
            (("allow_modified",), "yes"),
            (("since",), None),
        ],
    )
    def test_one_whose_changes_have_another_shape_is_none(
        self, planned: Stage, path: tuple[Any, ...], to: object
    ) -> None:
        ended = self.tampered(planned, *path, to=to)
        assert ended.exit_code == 3
        assert "this is no plan (" in ended.stderr
        planned.assert_nothing_sent()

    def test_leave_to_modify_is_that_of_the_plan(self, stage: Stage) -> None:
        stage.write("c/old.yaml", NEW)
        assert stage.plan("--allow-modified", "--out", "plan.json").exit_code == 0
        ended = self.go(stage)
        assert ended.exit_code == 0, ended.output
        assert stage.sent == [("stop", "WKF2"), ("stop", "WKF3")]

    def test_a_selection_is_kept(self, stage: Stage) -> None:
        stage.write("c/new.yaml", NEW)
        stage.plan("--only", "c/new.yaml#2.1", "--out", "plan.json")
        assert self.go(stage).exit_code == 0
        assert stage.sent == [("stop", "WKF3")]

    def test_a_live_plan_runs_likewise(self, stage: Stage) -> None:
        stage.write("c/desired.yaml", DESIRED)
        stage.repository.commit()
        stage.repository.git("branch", "-q", "-f", "main")
        stage.write("c/new.yaml", NEW)
        assert stage.plan("--live", "--out", "plan.json").exit_code == 0
        ended = self.go(stage)
        assert ended.exit_code == 0, ended.output
        assert stage.sent == [("stop", "WKF4"), ("stop", "WKF2"), ("stop", "WKF3")]


class TestResume:
    """The journal says what was new; git is asked no more (R26)."""

    @pytest.fixture
    def broken_off(self, stage: Stage) -> Stage:
        stage.write("c/new.yaml", NEW)
        assert stage.run().exit_code == 0
        cut_after(the_journal(), "result 1")
        shutil.rmtree(".git")
        return stage

    def go_on(self, stage: Stage, *more: str) -> Ended:
        return stage.program("run", "--resume", str(the_journal()), *more, env=stage.env)

    def test_the_rest_of_what_was_new_runs(self, broken_off: Stage) -> None:
        changes = report()["changes"]
        header = lines_of(the_journal())[0]
        assert header["plan"]["changes"] == changes
        before = len(broken_off.sent)
        ended = self.go_on(broken_off)
        assert ended.exit_code == 0, ended.output
        assert broken_off.sent[before:] == [("stop", "WKF3")]
        assert outcomes() == ["succeeded"] * 2
        assert report()["changes"] == changes

    def test_one_that_was_at_its_end_tells_the_same_again(self, stage: Stage) -> None:
        stage.write("c/new.yaml", NEW)
        stage.run()
        first = report()
        assert self.go_on(stage).exit_code == 0
        assert report()["changes"] == first["changes"]
        assert len(stage.sent) == 2

    def test_the_option_is_not_given_again(self, broken_off: Stage) -> None:
        ended = self.go_on(broken_off, "--changed-since", "main")
        assert ended.exit_code == 64
        assert "leave out --changed-since" in ended.stderr

    def test_modified_files_that_were_allowed_are_so_still(self, stage: Stage) -> None:
        stage.write("c/old.yaml", NEW)
        stage.run("--allow-modified")
        cut_after(the_journal(), "result 1")
        ended = self.go_on(stage)
        assert ended.exit_code == 0, ended.output
        assert stage.sent[2:] == [("stop", "WKF3")]

    def test_a_run_of_a_reviewed_plan_goes_on_likewise(self, stage: Stage) -> None:
        stage.write("c/new.yaml", NEW)
        stage.plan("--out", "plan.json")
        stage.program("run", "--plan", "plan.json", env=stage.env)
        cut_after(the_journal(), "result 1")
        assert self.go_on(stage).exit_code == 0
        assert report()["changes"]["since"] == "main"


class TestOnce:
    """Both options together, as the README recommends for merges (R28)."""

    def once(self, stage: Stage, *more: str, since: str = "main") -> Ended:
        return stage.program("run", "c", "--changed-since", since, "--once", *more, env=stage.env)

    def test_what_is_new_runs_once(self, stage: Stage) -> None:
        stage.write("c/new.yaml", NEW)
        assert self.once(stage, "--init-state").exit_code == 0
        assert self.once(stage).exit_code == 0
        assert outcomes() == ["skipped"] * 2
        assert len(stage.sent) == 2

    def test_the_next_merge_runs_what_it_adds(self, stage: Stage) -> None:
        stage.write("c/new.yaml", NEW)
        self.once(stage, "--init-state")
        before = stage.repository.commit()
        stage.write("c/later.yaml", actions("pause: WKF5"))
        assert self.once(stage, since=before).exit_code == 0
        assert stage.sent[2:] == [("pause", "WKF5")]

    def test_what_was_left_out_was_not_done(self, stage: Stage) -> None:
        stage.write("c/old.yaml", f"{DESIRED}actions: [{{start: WKF1}}]\n")
        stage.repository.commit()
        stage.repository.git("branch", "-q", "-f", "main")
        assert self.once(stage, "--init-state").exit_code == 0
        assert stage.sent == [("stop", "WKF4")]
        assert stage.program("run", "c", "--once", env=stage.env).exit_code == 0
        assert stage.sent[1:] == [("start", "WKF1")]

    def test_a_modified_file_that_was_done_is_refused_by_both(self, stage: Stage) -> None:
        stage.write("c/new.yaml", NEW)
        self.once(stage, "--init-state")
        before = stage.repository.commit()
        stage.write("c/new.yaml", f"{NEW}  - pause: WKF5\n")
        ended = self.once(stage, since=before)
        assert ended.exit_code == 3
        assert "was modified since" in ended.stderr
        ended = self.once(stage, "--allow-modified", since=before)
        assert ended.exit_code == 3
        assert "with another content" in ended.stderr
        ended = self.once(stage, "--allow-modified", "--again", "c/new.yaml", since=before)
        assert ended.exit_code == 0, ended.output
        assert len(stage.sent) == 5

    def test_a_file_that_is_left_out_cannot_be_done_again(self, stage: Stage) -> None:
        ended = self.once(stage, "--init-state", "--again", "c/old.yaml")
        assert ended.exit_code == 64
        assert "--again `c/old.yaml`: write the path as the plan shows it" in ended.stderr
