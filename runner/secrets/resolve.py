"""Reads the variables and files that references name, all before anything is sent."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from runner.errors import CredentialsError
from runner.printable import printable
from runner.secrets.scrub import SHORTEST
from runner.secrets.secret import Secret
from runner.validate.references import is_inside
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runner.secrets.scrub import Scrubber
    from runner.validate.config import Auth
    from runner.validate.references import Allowed, Reference

_MAX_BYTES = 65_536
_VISIBLE = re.compile(r"[\x21-\x7e]+")  # what an HTTP header may carry (RFC 9110, section 5.5)


class OAuthCredential(Value, frozen=True):
    """What the token endpoint wants; `scopes` are joined by commas, as it wants them."""

    client_id: Secret
    client_secret: Secret
    scopes: str


class Credentials(Value, frozen=True):
    """The resolved secrets of one `auth`; exactly one of the last two is set."""

    api_key: Secret
    access_token: Secret | None
    oauth: OAuthCredential | None


class Finding(Value, frozen=True):
    """One reference, and why it cannot be used; the fault is empty where it can."""

    reference: Reference
    fault: str


class Inspection(Value, frozen=True):
    """What came of looking for secrets.

    Attributes:
        credentials: of every `auth` whose secrets are all there.
        findings: each reference once, in order of appearance.
    """

    credentials: dict[Auth, Credentials]
    findings: tuple[Finding, ...]


def resolve(
    auths: Iterable[Auth], *, environ: Mapping[str, str], allowed: Allowed, scrubber: Scrubber
) -> dict[Auth, Credentials]:
    """Give the secrets of every `auth`.

    Args:
        auths: from the configuration; equal ones are resolved once.
        environ: the environment variables.
        allowed: where secret files may lie.
        scrubber: is told each secret before anybody can show it.

    Raises:
        CredentialsError: naming everything that is missing or unusable, all at once.
    """
    found = inspect(auths, environ=environ, allowed=allowed, scrubber=scrubber)
    faults = [
        f"  {printable(str(it.reference), 200)}: {it.fault}" for it in found.findings if it.fault
    ]
    if faults:
        listed = "\n".join(faults)
        raise CredentialsError(f"credentials are missing or unusable; nothing was sent:\n{listed}")
    return found.credentials


def inspect(
    auths: Iterable[Auth], *, environ: Mapping[str, str], allowed: Allowed, scrubber: Scrubber
) -> Inspection:
    """Give what can be said of every secret, for which `resolve` would raise; same arguments."""
    reader = _Reader(environ, allowed, scrubber)
    credentials = {}
    for auth in dict.fromkeys(auths):
        found = reader.credentials(auth)
        if found is not None:
            credentials[auth] = found
    findings = (Finding(reference, fault) for reference, fault in reader.findings.items())
    return Inspection(credentials, tuple(findings))


class _Reader:
    """Reads secrets one by one and takes down what is wrong with each; "" where nothing is."""

    def __init__(self, environ: Mapping[str, str], allowed: Allowed, scrubber: Scrubber) -> None:
        self.findings: dict[Reference, str] = {}
        self._environ = environ
        self._allowed = allowed
        self._scrubber = scrubber

    def credentials(self, auth: Auth) -> Credentials | None:
        oauth = None
        references = [auth.api_key]
        if auth.oauth is not None:
            references += [auth.oauth.client_id, auth.oauth.client_secret]
            client_id = self._secret(auth.oauth.client_id)
            scopes = auth.oauth.scopes
            if not isinstance(scopes, tuple):
                references.append(scopes)
            oauth = OAuthCredential(
                client_id, self._secret(auth.oauth.client_secret), self._scopes(scopes)
            )
        token = None
        if auth.access_token is not None:
            references.append(auth.access_token)
            token = self._secret(auth.access_token)
        credentials = Credentials(self._secret(auth.api_key), token, oauth)
        return None if any(self.findings[it] for it in references) else credentials

    def _scopes(self, scopes: Reference | tuple[str, ...]) -> str:
        if isinstance(scopes, tuple):
            return ",".join(scopes)
        text = self._text(scopes) or ""
        if len(text) >= SHORTEST:  # a file may have named anything as its scopes
            self._scrubber.add(Secret(text))
        return text

    def _secret(self, reference: Reference) -> Secret:
        text = self._text(reference)
        if text is None:
            return Secret("")
        fault = _fault(text)
        if fault is not None:
            self.findings[reference] = fault
            return Secret("")
        secret = Secret(text)
        self._scrubber.add(secret)
        return secret

    def _text(self, reference: Reference) -> str | None:
        text, fault = self._read(reference)
        if fault is not None or reference not in self.findings:
            self.findings[reference] = fault or ""
        return None if text is None else text.strip(" \t\r\n")

    def _read(self, reference: Reference) -> tuple[str | None, str | None]:
        if reference.kind == "file":
            return self._read_file(reference)
        text = self._environ.get(reference.target)
        if not text:
            state = "not set" if text is None else "empty"
            return None, f"the environment variable {reference.target} is {state}"
        return text, None

    def _read_file(self, reference: Reference) -> tuple[str | None, str | None]:
        folders = tuple(os.path.realpath(folder) for folder in self._allowed.folders)
        try:
            path = Path(reference.target).resolve(strict=True)
            if not is_inside(
                path.as_posix(), tuple(folder.replace(os.sep, "/") for folder in folders)
            ):
                return None, "this file leads out of the allowed folders"
            data = _read_regular(path)
        except ValueError:  # a zero byte, or a surrogate
            return None, "the path is not one that a file can have"
        except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, before 3.13
            reason = getattr(error, "strerror", None) or "the links lead round in a circle"
            return None, f"the file cannot be read: {reason.lower()}"
        if data is None:
            return None, "this is not a regular file"
        if len(data) > _MAX_BYTES:
            return None, f"the file is larger than {_MAX_BYTES:,} bytes"
        return data.decode("utf-8", "replace"), None


def _read_regular(path: Path) -> bytes | None:
    """Read as much of a file as is looked at, or give None where it is none.

    Not blocking, since a pipe may have no writer; and no link, for the path was resolved, and one
    that stands there now has been put there since.
    """
    if not path.is_file():  # Windows cannot even open a folder
        return None
    flags = (getattr(os, it, 0) for it in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
    descriptor = os.open(path, os.O_RDONLY | sum(flags))
    with os.fdopen(descriptor, "rb") as file:
        return file.read(_MAX_BYTES + 1) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None


def _fault(text: str) -> str | None:
    """Say why a secret cannot be used, without showing any of it."""
    if not text:
        return "it is empty"
    if text.lower().startswith("bearer "):
        return "begins with `Bearer`, which is added by itself; leave it out"
    if len(text) < SHORTEST:
        return f"shorter than {SHORTEST} characters, so it could not be kept out of logs"
    if _VISIBLE.fullmatch(text) is None:
        return "holds characters that an HTTP header may not carry (blanks, line ends, accents)"
    return None
