"""Where pipelines install campaign-runner from, held against all that it is written into."""

from __future__ import annotations

import re

from runner.errors import UsageError
from runner.printable import quoted

# None of these means anything inside double quotes of YAML, single quotes of Groovy, or to an
# expression of a CI system; and the first one never makes an option of pip.
_HARMLESS = re.compile(r"[A-Za-z0-9./][A-Za-z0-9 ._/:@+=<>!~,\[\]#&?%-]{0,299}(?<! )")
_WRITE = (
    "write a requirement of pip, such as campaign-runner==1.2.3,"
    " git+https://HOST/OWNER/campaign-runner@TAG or ./vendor/campaign_runner-1.2.3-py3-none-any.whl"
)
# A name before the @ of an address; over SSH that is no secret, but a password behind it is.
_SECRET = re.compile(r"(?<!ssh)://[^/@]*@|://[^/@:]*:[^/@]*@")
_ARCHIVES = (".whl", ".tar.gz", ".zip")


def check_source(source: str) -> str:
    """Give what pip is to install, as it may be written into every pipeline.

    Raises:
        UsageError: if it holds what could mean something there, or a secret.
    """
    shown = f"--runner-source {quoted(source, 100)}"
    if not _HARMLESS.fullmatch(source):
        raise UsageError(f"{shown} cannot be written into a pipeline: {_WRITE}")
    if _SECRET.search(source):
        raise UsageError(
            f"{_SECRET.sub('://...@', shown)} holds a user name or a secret, which would be"
            " committed: leave it out, and let the pipeline give git or pip its credentials"
        )
    return source


def is_path(source: str) -> bool:
    """Whether it is a file or folder, and not a name or an address."""
    if ":" in source:
        return False
    return "/" in source or source.startswith(".") or source.endswith(_ARCHIVES)


def is_moving(source: str) -> bool:
    """Whether it is an address of git without a tag or commit, which changes with the days."""
    _, git, address = source.partition("git+")
    path = address.partition("://")[2].partition("/")[2].partition("#")[0]
    return bool(git) and "@" not in path
