"""`examples/airflow` and `examples/prefect`: their tasks run here, where neither is installed.

Stand-ins give the few names that the examples take. `make orchestrator-test` runs the same tests
with the real packages, as the requirements beside the examples pin them.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from runner import InvalidConfigError, RunFailedError, __version__
from tests.support.campaign import ONE, SECRETS, sent_to
from tests.support.program import write

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.sandbox import Sandbox

EXAMPLES = Path(__file__).parents[2] / "examples"
REAL = bool(os.environ.get("ORCHESTRATORS"))
STOP = ONE.replace("start", "stop") + "environments: {prod: {}}\n"


def example(path: str) -> ModuleType:
    """Import an example from its file."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, EXAMPLES / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def urls(sandbox: Sandbox) -> dict[str, Any]:
    return {"base_url": sandbox.base_url, "token_url": sandbox.token_url}


@pytest.fixture
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def decorator(change: Callable[[Any], Any]) -> Callable[..., Any]:
    """Give what can stand over a function with and without arguments."""

    def decorate(function: Any = None, **_options: Any) -> Any:
        return change if function is None else change(function)

    return decorate


class TestAirflow:
    @pytest.fixture
    def module(self, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
        if not REAL:
            self.tasks: list[str] = []

            def of_graph(function: Any) -> Callable[..., str]:
                def call(*given: str) -> str:
                    self.tasks.append(f"{function.__name__}({', '.join(given)})")
                    return str(function.__name__)

                return call

            sdk = ModuleType("airflow.sdk")
            sdk.__dict__.update(dag=decorator(lambda it: it), task=decorator(of_graph))
            monkeypatch.setitem(sys.modules, "airflow", ModuleType("airflow"))
            monkeypatch.setitem(sys.modules, "airflow.sdk", sdk)
        return example("airflow/campaigns_dag.py")

    def test_the_dag_plans_and_then_sends(self, module: ModuleType) -> None:
        if REAL:
            made = module.campaigns()
            assert {it.task_id: it.upstream_task_ids for it in made.tasks} == {
                "review": set(),
                "send": {"review"},
            }
        else:
            assert self.tasks == ["review()", "send(review)"]

    @pytest.mark.usefixtures("_secrets")
    def test_what_was_planned_is_sent(
        self, module: ModuleType, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
    ) -> None:
        write("c/a.yaml", STOP)
        with caplog.at_level(logging.INFO, "airflow.task"):
            digest = module.plan_campaigns("c", "prod")
            totals = module.run_campaigns("c", "prod", digest, **urls(sandbox))
        assert totals["succeeded"] == 1
        assert sent_to(sandbox) == [("stop", "WKF1")]
        assert "c/a.yaml#1.1 stop WKF1" in caplog.text
        write("c/a.yaml", STOP.replace("WKF1", "WKF2"))
        with pytest.raises(RunFailedError, match="refused"):
            module.run_campaigns("c", "prod", digest, **urls(sandbox))
        assert len(sent_to(sandbox)) == 1


class TestPrefect:
    @pytest.fixture
    def module(self, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
        if not REAL:
            prefect, logs = ModuleType("prefect"), ModuleType("prefect.logging")
            same = decorator(lambda it: it)
            prefect.__dict__.update(flow=same, task=same)
            logs.__dict__["get_run_logger"] = lambda: logging.getLogger("prefect.task_runs")
            monkeypatch.setitem(sys.modules, "prefect", prefect)
            monkeypatch.setitem(sys.modules, "prefect.logging", logs)
        return example("prefect/campaigns_flow.py")

    @pytest.mark.usefixtures("_secrets")
    def test_the_flow_plans_and_then_sends_once(self, module: ModuleType, sandbox: Sandbox) -> None:
        write("c/a.yaml", STOP)
        once = {"once": True, "state_dir": "s", **urls(sandbox)}
        totals = module.campaigns("c", "prod", {**once, "init_state": True})
        assert totals["succeeded"] == 1
        assert sent_to(sandbox) == [("stop", "WKF1")]
        assert module.campaigns("c", "prod", once)["skipped"] == 1
        assert len(sent_to(sandbox)) == 1

    def test_files_with_mistakes_fail_before_anything_is_sent(self, module: ModuleType) -> None:
        write("c/a.yaml", STOP.replace("stop", "stpo"))
        with pytest.raises(InvalidConfigError):
            module.campaigns("c", "prod")


@pytest.mark.parametrize("folder", ["airflow", "prefect"])
def test_the_requirements_are_pinned_and_have_this_version(folder: str) -> None:
    lines = (EXAMPLES / folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert lines[0] == f"campaign-runner=={__version__}"
    assert all(line.count("==") == 1 for line in lines)
