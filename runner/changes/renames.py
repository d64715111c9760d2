"""Tells files that were moved from new ones."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from runner.changes.git import OPTION
from runner.changes.worktree import plain
from runner.errors import BrokenError
from runner.validate.config import COMMANDS, SIGNAL
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from runner.changes.worktree import WorkFile

# As git has it, so that a review shows the same files as moved.
_ALIKE = 0.5
_MOST_PAIRS = 200_000


class Gone(Value, frozen=True):
    """A file that does not stand any more where it stood."""

    path: str
    identity: str


def pure_renames(files: Sequence[WorkFile], gone: Sequence[Gone], length: int) -> dict[str, str]:
    """Give where each file stood whose content has only moved; each of those is taken once.

    Of several with the same content, those that keep their name go first.

    Args:
        files: that stand where nothing stood.
        gone: where nothing stands any more.
        length: of the IDs.
    """
    left: dict[str, list[str]] = {}
    for it in sorted(gone, key=lambda it: it.path):
        left.setdefault(it.identity, []).append(it.path)
    moved: dict[str, str] = {}
    for keeps_its_name in (True, False):
        for file in files:
            if file.path in moved:
                continue
            sources = [it for key in sorted(file.identities(length)) for it in left.get(key, ())]
            fitting = (it for it in sources if not keeps_its_name or _name(it) == _name(file.path))
            source = next(fitting, None)
            if source is not None:
                moved[file.path] = source
                for paths in left.values():
                    if source in paths:
                        paths.remove(source)
    return moved


def similar(
    files: Sequence[WorkFile], gone: Mapping[str, bytes], repeats: Callable[[WorkFile, str], bool]
) -> Iterator[tuple[str, str, bool]]:
    """Give each file that was moved and edited: where it stands, where it stood, whether all alike.

    Args:
        files: that stand where nothing stood, and were not moved as they are.
        gone: the content of what does not stand any more, by path.
        repeats: whether a file sends again what the one at that path did. One that repeats nothing
            is new, however much of its frame is the same.

    Raises:
        BrokenError: if there are too many to compare each with each.
    """
    if len(files) * len(gone) > _MOST_PAIRS:
        raise BrokenError(
            f"{OPTION}: so many files came and went that it cannot be told which were moved; name"
            " fewer files, or a later commit"
        )
    lines = {path: _lines(plain(data)) for path, data in gone.items()}
    pairs = []
    for file in files:
        own = _lines(file.plain)
        for source, others in lines.items():
            likeness = _likeness(own, others)
            if likeness == 1.0 or (likeness >= _ALIKE and repeats(file, source)):
                pairs.append((-likeness, _name(source) != _name(file.path), source, file.path))
    taken: set[str] = set()
    for likeness, _, source, path in sorted(pairs):
        if taken.isdisjoint((f"<{source}", f">{path}")):
            taken |= {f"<{source}", f">{path}"}
            yield path, source, likeness == -1.0


def sends(documents: Sequence[Any]) -> frozenset[tuple[str, str]]:
    """Give what the values of documents send: each command or signal, and for which workflow.

    They need not be valid; what is none of ours is passed over.
    """
    return frozenset(
        (verb, str(workflow))
        for document in documents
        for action in _items(document, "actions")
        if isinstance(action, dict)
        for verb in (*COMMANDS, SIGNAL)
        if verb in action
        for workflow in _workflows(action[verb])
    )


def _items(document: Any, key: str) -> list[Any]:
    value = document.get(key) if isinstance(document, dict) else None
    return value if isinstance(value, list) else []


def _workflows(named: Any) -> list[Any]:
    if isinstance(named, dict):
        return [named.get("workflow")]
    return named if isinstance(named, list) else [named]


def _lines(data: bytes) -> Counter[bytes]:
    return Counter(data.splitlines(keepends=True))


def _likeness(one: Counter[bytes], other: Counter[bytes]) -> float:
    sizes = [sum(len(line) * n for line, n in it.items()) for it in (one, other)]
    if not min(sizes) or min(sizes) < _ALIKE * max(sizes):
        return 0.0
    shared = sum(len(line) * n for line, n in (one & other).items())
    return shared / max(sizes)


def _name(path: str) -> str:
    return path.rpartition("/")[2]
