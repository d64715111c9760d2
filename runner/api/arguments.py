"""Arguments of the functions, made into what the commands take."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from runner.commands.changing import Since
from runner.commands.house_rules import HouseRules
from runner.commands.surroundings import Inputs
from runner.errors import UsageError
from runner.guardrails.overrides import read_overrides
from runner.validate.config import Config
from runner.validate.references import Allowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

AnyPath: TypeAlias = "str | os.PathLike[str]"
Paths: TypeAlias = "AnyPath | Iterable[AnyPath]"
_STDIN = "-"


def file_of(path: AnyPath) -> str:
    """Give the path of a file.

    Raises:
        UsageError: if it is that of a stream, of which a program has no use.
    """
    text = os.fspath(path)
    if text == _STDIN:
        raise UsageError("`-` is for the command line; name a file")
    return text


def inputs_of(
    source: Paths | Config,
    env: str | None,
    allow_env: Sequence[str],
    allow_secret_files: Sequence[AnyPath],
) -> Inputs:
    """Give what is read: files, or those of a configuration that was read before.

    Raises:
        UsageError: if there is none, or the environment is not the one it was read with.
    """
    files = tuple(Path(os.path.abspath(it)).as_posix() for it in allow_secret_files)  # noqa: PTH100 - links count later
    allowed = Allowed(frozenset(allow_env), files)
    if isinstance(source, Config):
        if env not in (None, source.environment):
            raise UsageError("the files were loaded with another environment; leave out `env`")
        return Inputs(tuple(it.path for it in source.files), source.environment, allowed)
    paths = [source] if isinstance(source, (str, os.PathLike)) else list(source)
    if not paths:
        raise UsageError("name the files or folders to read")
    return Inputs(tuple(file_of(it) for it in paths), env, allowed)


def since_of(commit: str | None, source: object, *, allow_modified: bool) -> Since | None:
    """Give which files have to be new.

    Raises:
        UsageError: if nothing says since when, or the files are not to be read.
    """
    if commit is None:
        if allow_modified:
            raise UsageError("`allow_modified` belongs to `changed_since`")
        return None
    if isinstance(source, Config):
        raise UsageError("`changed_since` asks git about files: give their paths")
    return Since(commit, allow_modified)


def rules_of(policy: AnyPath | None, override: Sequence[str], reason: str | None) -> HouseRules:
    """Give what whoever calls demands, and lifts.

    Raises:
        UsageError: if a name is wrong, or guardrails are lifted without a reason.
    """
    return HouseRules(
        None if policy is None else file_of(policy), read_overrides(list(override), reason)
    )
