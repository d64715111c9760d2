"""Every rule that a problem can name, with its meaning and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.catalogue.configuration import CONFIGURATION
from runner.catalogue.execution import EXECUTION
from runner.catalogue.reading import READING
from runner.catalogue.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

RULES: Mapping[str, Rule] = {it.id: it for it in (*READING, *CONFIGURATION, *EXECUTION)}

__all__ = ["RULES", "Rule"]
