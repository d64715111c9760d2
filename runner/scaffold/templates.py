"""Fills the templates: values in `@@name@@`, and other templates where a line says `@@include`.

Neither means anything in YAML, in a shell, or in the expressions of a CI system.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_VALUE = re.compile(r"@@([a-z-]+)@@")
_INCLUDE = re.compile(r"^( *)@@include ([\w./-]+)@@$\n", re.MULTILINE)
_FOLDER = "templates"


def filled(name: str, values: Mapping[str, str]) -> str:
    """Give the text of a template.

    Args:
        name: its path below the folder of templates.
        values: what its placeholders stand for.

    Raises:
        KeyError: if it names a value that is not there, which is a mistake in the template.
    """
    text = files("runner.scaffold").joinpath(_FOLDER, *name.split("/")).read_text(encoding="utf-8")
    text = _VALUE.sub(lambda it: values[it[1]], text)

    def included(it: re.Match[str]) -> str:
        lines = filled(f"parts/{it[2]}", values).splitlines()
        return "".join(f"{it[1]}{line}\n" if line else "\n" for line in lines)

    return _INCLUDE.sub(included, text)
