"""Narrows a configuration to what is new since a commit, and tells people what that is (R33)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from runner.errors import ModifiedFilesError, UsageError
from runner.printable import quoted
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.commands.surroundings import Surroundings
    from runner.load import Loaded
    from runner.load.document import Document
    from runner.plan.changes import Changes
    from runner.plan.plan import Selection
    from runner.validate.config import Config


class Since(Value, frozen=True):
    """What `--changed-since` asks for.

    Attributes:
        commit: its name, as people wrote it.
        allow_modified: whether actions of modified files run, too.
    """

    commit: str
    allow_modified: bool = False


class Changing:
    """What has changed, as far as it is asked for or written down."""

    def __init__(self, since: Since | None, known: Changes | None) -> None:
        """Begin.

        Args:
            since: what is asked for.
            known: what a reviewed plan or a journal says; then git is not asked.
        """
        self._since = since
        self._changes = known
        self._before: Mapping[str, bytes] = {}
        self._documents: Sequence[Document] = ()

    def look(self, loaded: Loaded, paths: Sequence[str], around: Surroundings) -> None:
        """Ask git, where that is asked for.

        Raises:
            UsageError: if there is no such commit or repository, or a file is not in it.
            BrokenError: if git cannot be asked.
        """
        if self._since is None:
            return
        from runner.changes.compare import compare  # most runs need none of it

        found = compare(
            self._since.commit,
            loaded,
            paths,
            cwd=around.cwd,
            environ=around.environ,
            allow_modified=self._since.allow_modified,
        )
        self._changes, self._before = found.changes, found.before
        self._documents = loaded.documents

    def narrow(
        self, config: Config, selection: Selection, around: Surroundings
    ) -> tuple[Config, Changes | None]:
        """Leave out what is not new, and tell people.

        Raises:
            ModifiedFilesError: if actions of modified files would run, and may not.
            UsageError: if a command is selected that is left out.
        """
        if self._changes is None:
            return config, None
        from runner.plan.changes import narrow, refused
        from runner.render.changes import change_lines, guardrail_text

        narrowed, changes = narrow(config, self._changes)
        if self._since is not None:
            from runner.changes.guardrails import guardrail_changes

            guardrails = guardrail_changes(changes.files, self._before, self._documents)
            changes = replace(changes, guardrails=guardrails)
        problems = refused(config, changes)
        if problems:
            raise ModifiedFilesError(problems)
        _check_selection(config, changes, selection)
        for line in change_lines(changes):
            around.output.info(line)
        for it in changes.guardrails:
            if it.weakens:
                around.output.info(f"  {it.file}:{it.line}: {guardrail_text(it)}")
        return narrowed, changes


def _check_selection(config: Config, changes: Changes, selection: Selection) -> None:
    left_out = {it.path for it in changes.left_out}
    commands = {
        f"{document.name}#{action.index}": document.file
        for document in config.documents
        if document.file in left_out
        for action in document.actions
    }
    for identity in (*selection.only, *([selection.start] if selection.start else [])):
        file = commands.get(identity.rpartition(".")[0])
        if file is not None:
            raise UsageError(
                f"--changed-since leaves out {quoted(identity, 200)}, since its file is not new;"
                " leave out --only and --from, or --changed-since"
            )
