"""load: text to values that remember file, line and column."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from runner.load.parser import parse_documents
from runner.load.sources import find_sources, read_source
from runner.load.text import decode_text
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import BinaryIO

    from runner.load.document import Document
    from runner.load.sources import Source
    from runner.problems import Problem


class SourceFile(Value, frozen=True):
    """One file that was read.

    Attributes:
        path: as commands show it, relative to the working folder where that exists.
        sha256: of its bytes as they stand on disk, in hexadecimal.
    """

    path: str
    sha256: str


class Loaded(Value, frozen=True):
    """All files of one command: the documents that could be read and every problem found so far."""

    files: tuple[SourceFile, ...]
    documents: tuple[Document, ...]
    problems: tuple[Problem, ...]


def load(paths: Sequence[str], *, cwd: Path, stdin: BinaryIO) -> Loaded:
    """Read every file that `paths` name.

    A file that cannot be read or is no YAML becomes a problem; the others are read all the same.

    Args:
        paths: files, folders (searched for `*.yaml` and `*.yml`), or `-` for standard input.
        cwd: the folder that relative paths start from.
        stdin: read only where `-` is named.
    """
    sources, problems = find_sources(paths, cwd)
    files: list[SourceFile] = []
    documents: list[Document] = []
    for source in sources:
        data, unreadable = read_source(source, stdin)
        problems.extend(unreadable)
        if data is not None:
            files.append(SourceFile(source.path, hashlib.sha256(data).hexdigest()))
            found, wrong = _parse(source, data)
            documents.extend(found)
            problems.extend(wrong)
    return Loaded(tuple(files), tuple(documents), tuple(problems))


def _parse(source: Source, data: bytes) -> tuple[list[Document], list[Problem]]:
    text, undecodable = decode_text(source.path, data)
    if text is None:
        return [], undecodable
    return parse_documents(source.path, text)
