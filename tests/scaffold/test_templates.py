"""Templates are filled whole, indented where they are included, and read nothing out of a value."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runner.scaffold.repository import repository
from runner.scaffold.templates import filled

FOLDER = Path(__file__).parents[2] / "runner/scaffold/templates"
NAMES = sorted(it.relative_to(FOLDER).as_posix() for it in FOLDER.rglob("*") if it.is_file())
SYSTEMS = ("github", "gitlab", "azure", "jenkins")


def named() -> set[str]:
    """Give every name that a template wants a value for."""
    texts = [(FOLDER / name).read_text(encoding="utf-8") for name in NAMES]
    return set(re.findall(r"@@([a-z-]+)@@", "".join(texts)))


VALUES = {**dict.fromkeys(named(), "x"), "ci": "github"}


def test_a_value_stands_for_its_placeholder_wherever_that_is() -> None:
    text = filled("common/README.md", VALUES)
    assert "pip install x\n" in text
    assert "2. Settings, Environments" in text  # of readme-github.md, which a value has named


def test_what_is_included_is_indented_as_its_line_and_empty_lines_stay_empty() -> None:
    merge = filled("github/merge.yml", VALUES)
    part = (FOLDER / "parts/once.sh").read_text(encoding="utf-8")
    indented = "".join(f"          {line}\n" for line in part.splitlines())
    assert merge.count(indented) == 2
    assert not re.search(r"[ \t]+$", merge, re.MULTILINE)
    assert "@@" not in merge


def test_an_include_in_an_included_part_is_followed() -> None:
    part = filled("parts/azure-afterwards.yml", {})
    assert "    campaign-runner report report.json --format html --out report.html\n" in part
    assert "\n    GIT_CONFIG_COUNT: " in part


@pytest.mark.parametrize("value", ["@@base@@", "@@include once.sh@@", "\\1", "\\g<1>"])
def test_a_value_is_never_read_as_a_template(value: str) -> None:
    text = filled("common/README.md", {**VALUES, "shell-runner": value})
    assert f"pip install {value}\n" in text


def test_a_value_that_is_not_there_is_a_mistake_in_the_template() -> None:
    with pytest.raises(KeyError, match="ci"):
        filled("common/README.md", {})


@pytest.mark.parametrize("name", NAMES)
def test_a_template_ends_its_lines_alike_and_indents_with_blanks(name: str) -> None:
    text = (FOLDER / name).read_bytes().decode("utf-8")
    assert "\r" not in text
    assert "\t" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not re.search(r" +$", text, re.MULTILINE)


def test_every_template_is_of_use() -> None:
    """Each line without a placeholder stands in something that is written."""
    texts = [text for ci in SYSTEMS for text in repository(ci, "x").values()]
    written = {line.strip() for text in texts for line in text.splitlines()}
    for name in NAMES:
        lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
        plain = [it.strip() for it in lines if it.strip() and "@@" not in it]
        assert set(plain) <= written, name
