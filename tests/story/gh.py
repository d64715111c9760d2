"""What stands in for GitHub's `gh` in a job: comments of pull requests, in a file.

It knows the calls that the workflows make, and refuses all others.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any, NoReturn

BOT = "github-actions[bot]"
_PAGE = 30  # as many comments as GitHub gives at once
_LONGEST = 65_536  # characters of a comment
_COMMENTS = re.compile(r"repos/acme/campaigns/issues/(\d+)/comments")
_COMMENT = re.compile(r"repos/acme/campaigns/issues/comments/(\d+)")
_SELECTION = re.compile(
    r'\.\[\] \| select\(\.user\.login == "([^"]*)"'
    r' and \(\.body \| startswith\("([^"]*)"\)\)\) \| \.id'
)


def main() -> None:
    file, *arguments = sys.argv[1:]
    token = os.environ.get("GH_TOKEN")
    if not token:
        _fail("To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN variable", 4)
    if arguments[:2] == ["auth", "git-credential"]:
        _give_credentials(arguments[2], token)
    elif arguments[:1] == ["api"]:
        _Call(Path(file), arguments[1:], token).answer()
    else:
        _fail(f"no such call is known: {arguments}")


def _give_credentials(wish: str, token: str) -> None:
    """Answer git, which also tells what it wants to be kept or forgotten."""
    if wish == "get":
        _say(f"{sys.stdin.read().strip()}\nusername=x-access-token\npassword={token}")


class _Call:
    """One call of `gh api`."""

    def __init__(self, file: Path, arguments: list[str], token: str) -> None:
        self._file = file
        self._token = token
        self._comments: dict[str, list[dict[str, Any]]] = json.loads(file.read_text("utf-8"))
        self._path = ""
        self._flags: set[str] = set()
        self._options: dict[str, str] = {}
        words = iter(arguments)
        for word in words:
            if word in ("--paginate", "--silent"):
                self._flags.add(word)
            elif word in ("--jq", "--method", "--field"):
                self._options[word] = next(words)
            elif not word.startswith("-") and not self._path:
                self._path = word
            else:
                _fail(f"no such option is known: {word}")

    def answer(self) -> None:
        method = self._options.get("--method") or ("POST" if "--field" in self._options else "GET")
        comments, comment = _COMMENTS.fullmatch(self._path), _COMMENT.fullmatch(self._path)
        if method == "GET" and comments:
            self._list(comments[1])
        elif method == "POST" and comments:
            self._post(comments[1])
        elif method == "PATCH" and comment:
            self._patch(int(comment[1]))
        else:
            _fail("Not Found (HTTP 404)")

    def _list(self, number: str) -> None:
        selection = _SELECTION.fullmatch(self._options["--jq"])
        if selection is None:
            _fail(f"no such selection is known: {self._options['--jq']}")
        there = self._comments.get(number, [])
        for it in there if "--paginate" in self._flags else there[:_PAGE]:
            if it["user"]["login"] == selection[1] and it["body"].startswith(selection[2]):
                _say(it["id"])

    def _post(self, number: str) -> None:
        identity = 1 + max((it["id"] for them in self._comments.values() for it in them), default=0)
        made = {"id": identity, "user": {"login": BOT}, "body": self._body()}
        self._comments.setdefault(number, []).append(made)
        self._keep(made)

    def _patch(self, identity: int) -> None:
        for it in (it for them in self._comments.values() for it in them if it["id"] == identity):
            it["body"] = self._body()
            self._keep(it)

    def _body(self) -> str:
        name, _, value = self._options["--field"].partition("=@")
        if "pull-requests=write" not in self._token:
            _fail("Resource not accessible by integration (HTTP 403)")
        body = Path(value).read_text(encoding="utf-8")
        if name != "body" or not 0 < len(body) <= _LONGEST:
            _fail("Validation Failed (HTTP 422)")
        return body

    def _keep(self, comment: dict[str, Any]) -> None:
        self._file.write_text(json.dumps(self._comments), encoding="utf-8")
        if "--silent" not in self._flags:
            _say(json.dumps(comment))


def _say(line: object) -> None:
    sys.stdout.write(f"{line}\n")


def _fail(message: str, code: int = 1) -> NoReturn:
    sys.stderr.write(f"gh: {message}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
