"""`init`: a repository to start from."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from runner import __version__
from runner.errors import ExitCode
from runner.printable import printable
from runner.scaffold.repository import repository
from runner.scaffold.source import check_source, is_moving
from runner.scaffold.writing import write_new
from runner.value import Value

if TYPE_CHECKING:
    from runner.commands.surroundings import Surroundings

_NAMES = {
    "github": "GitHub",
    "gitlab": "GitLab",
    "azure": "Azure Pipelines",
    "jenkins": "Jenkins",
}


class InitOptions(Value, frozen=True):
    """The options of `init`.

    Attributes:
        folder: where the files go.
        ci: the CI system whose pipelines are written.
        source: what pip installs there; None for this very version.
    """

    folder: str = "."
    ci: str = "github"
    source: str | None = None


def init_command(options: InitOptions, around: Surroundings) -> ExitCode:
    """Write the files, and name each on stdout.

    Raises:
        UsageError: if anything stands in the way, or the source cannot be written into a pipeline.
        BrokenError: if a file cannot be written.
    """
    own = f"campaign-runner=={__version__}"
    source = check_source(own if options.source is None else options.source)
    texts = repository(options.ci, source)
    write_new(Path(around.cwd, options.folder), texts)
    output = around.output
    if is_moving(source):
        output.warning(
            f"{printable(source)} is what stands there on the day of each run: end it in @TAG or"
            " @COMMIT"
        )
    names = [Path(options.folder, path).as_posix() for path in sorted(texts)]
    output.product("".join(f"{printable(name)}\n" for name in names))
    example = shlex.quote(Path(options.folder, "campaigns").as_posix())
    output.info(
        f"A repository for {_NAMES[options.ci]}. To look at it, without any account:\n"
        f"  campaign-runner plan {printable(example)} --env prod\n"
        f"  campaign-runner run {printable(example)} --env prod --sandbox\n"
        "Its README.md says what is left to set up."
    )
    return ExitCode.DONE
