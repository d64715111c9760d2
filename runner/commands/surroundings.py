"""What a command gets from outside, and what several commands do with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runner.ci.places import Places, find_places
from runner.ci.systems import NONE
from runner.errors import UsageError
from runner.load import load
from runner.validate import validate
from runner.validate.references import NOTHING_MORE, Allowed
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from runner.ci.systems import System
    from runner.load import Loaded
    from runner.render.output import Output
    from runner.secrets.scrub import Scrubber
    from runner.validate.config import Config
    from runner.world import World

TENANT_VARIABLE = "CAMPAIGN_STANDARD_TENANT_ID"
_ORGANIZATION = re.compile(r"[A-Za-z0-9_-]{1,100}")


class Surroundings(Value, frozen=True):
    """The process around a command.

    Attributes:
        ask: puts a question to a person; None where there is no terminal.
        ci: the CI system that is spoken to, as far as it has ways of its own.
        on_wish: tells people that a run ends after the command under way; safe in a handler.
    """

    cwd: Path
    environ: Mapping[str, str]
    stdin: BinaryIO
    output: Output
    scrubber: Scrubber
    world: World
    ask: Callable[[str], bool] | None = None
    on_wish: Callable[[], None] | None = None
    ci: System = NONE

    @property
    def places(self) -> Places:
        """Where the files are, seen from the root of the repository."""
        return find_places(self.cwd, self.ci, self.environ)


class Inputs(Value, frozen=True):
    """Which files a command reads, and how.

    Attributes:
        paths: files, folders or `-`.
        environment: the name given with `--env`, or None.
        allowed: which secrets the files may name.
    """

    paths: tuple[str, ...]
    environment: str | None = None
    allowed: Allowed = NOTHING_MORE


def load_inputs(inputs: Inputs, around: Surroundings) -> Loaded:
    """Read the files of a command."""
    return load(inputs.paths, cwd=around.cwd, stdin=around.stdin)


def configure(
    loaded: Loaded, inputs: Inputs, around: Surroundings, organization: str | None = None
) -> Config:
    """Validate the files of a command.

    `organization` is what counts where neither a file nor the environment names one.

    Raises:
        InvalidConfigError: with every problem of every file.
        UsageError: if the environment names what is no organization, and a file needs it.
    """
    tenant = around.environ.get(TENANT_VARIABLE) or None
    usable = tenant is None or _ORGANIZATION.fullmatch(tenant) is not None
    config = validate(
        loaded,
        environment=inputs.environment,
        allowed=inputs.allowed,
        organization=(tenant if usable else None) or organization,
    )
    if not usable and any(document.organization is None for document in config.documents):
        raise UsageError(f"{TENANT_VARIABLE} is no organization: letters, digits, `_` and `-`")
    return config
