"""What `import runner` gives, in whatever order things are imported, and what it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import runner
from runner.api import calls

NAMES = ("load", "plan", "run", "describe")


def python(text: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, encoding="utf-8", check=False
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.parametrize("name", NAMES)
def test_each_name_is_the_function(name: str) -> None:
    assert getattr(runner, name) is getattr(calls, name)
    assert name in runner.__all__


@pytest.mark.parametrize(
    "before",
    [
        "",
        "import runner.load.document, runner.plan.plan",
        "from runner.load import load; from runner.plan.build import build_plan",
        "import runner.cli.app",
        "import runner; runner.load; runner.plan",
    ],
)
def test_rooms_of_the_same_name_never_hide_a_function(before: str) -> None:
    assert (
        python(f"{before}\nfrom runner import load, plan, run\nprint(load, plan, run)").count(
            "<function"
        )
        == 3
    )


def test_rooms_of_the_same_name_can_be_imported_as_ever() -> None:
    text = "from runner import load, plan\nfrom runner.load import Loaded\nimport runner.plan.plan"
    assert python(f"{text}\nprint(Loaded)").startswith("<class")


def test_the_import_alone_does_nothing() -> None:
    text = "import runner, sys\nprint([it for it in sys.modules if it.startswith('runner.')])"
    assert python(text) == "[]\n"
    assert python("import sys; import runner; print('typing' in sys.modules)") == "False\n"


def test_every_name_is_there_and_no_other() -> None:
    for name in runner.__all__:
        assert getattr(runner, name)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = runner.nothing  # type: ignore[attr-defined]
