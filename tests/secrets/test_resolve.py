"""Secrets come from variables and files, all before anything is sent, and are never shown."""

from __future__ import annotations

import errno
import os
import sys
import tracemalloc
from pathlib import Path

import pytest

from runner.errors import CredentialsError, ExitCode
from runner.printable import printable
from runner.secrets.resolve import Credentials, inspect, resolve
from runner.secrets.scrub import Scrubber
from runner.validate.config import Auth, OAuth
from runner.validate.references import Allowed, Reference

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX files")

KEY = Reference("env", "CAMPAIGN_KEY")
TOKEN = Reference("env", "CAMPAIGN_TOKEN")
VALUES = {"CAMPAIGN_KEY": "the-api-key", "CAMPAIGN_TOKEN": "the-token-value"}


def from_file(path: str) -> Reference:
    return Reference("file", (Path.cwd() / path).as_posix())


def resolve_one(
    token: Reference,
    environ: dict[str, str] | None = None,
    *,
    scrubber: Scrubber | None = None,
    folder: str = "secrets",
) -> Credentials:
    auth = Auth(KEY, token, None)
    allowed = Allowed(files=((Path.cwd() / folder).as_posix(),))
    found = resolve(
        [auth],
        environ={**VALUES, **(environ or {})},
        allowed=allowed,
        scrubber=scrubber or Scrubber(),
    )
    return found[auth]


def value(token: Reference, environ: dict[str, str] | None = None) -> str:
    secret = resolve_one(token, environ).access_token
    assert secret is not None
    return secret.reveal()


def fault(token: Reference, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(CredentialsError) as caught:
        resolve_one(token, environ)
    assert caught.value.exit_code is ExitCode.CREDENTIALS
    first, *rest = str(caught.value).splitlines()
    assert first == "credentials are missing or unusable; nothing was sent:"
    (line,) = rest
    prefix = f"  {token}: "
    assert line.startswith(prefix)
    return line.removeprefix(prefix)


@pytest.fixture
def folder() -> Path:
    path = Path("secrets")
    path.mkdir()
    return path


class TestVariables:
    @pytest.mark.parametrize("text", ["the-value", "the-value\n", " \tthe-value\r\n"])
    def test_blanks_around_a_value_are_not_part_of_it(self, text: str) -> None:
        assert value(TOKEN, {"CAMPAIGN_TOKEN": text}) == "the-value"

    def test_every_visible_character_is_kept_as_it_is(self) -> None:
        every = "".join(map(chr, range(0x21, 0x7F)))
        assert value(TOKEN, {"CAMPAIGN_TOKEN": every}) == every
        assert value(TOKEN, {"CAMPAIGN_TOKEN": "00012345"}) == "00012345"

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "the environment variable CAMPAIGN_TOKEN is empty"),
            (" \n", "it is empty"),
            ("seven77", "shorter than 8 characters, so it could not be kept out of logs"),
            ("inner blank", "holds characters that an HTTP header may not carry"),
            ("inner\nline-end", "holds characters that an HTTP header may not carry"),
            ("inner\r\nX-Evil: 1", "holds characters that an HTTP header may not carry"),
            ("inner\ttab-stop", "holds characters that an HTTP header may not carry"),
            ("äccents-in-it", "holds characters that an HTTP header may not carry"),
            ("zero\x00byte-in-it", "holds characters that an HTTP header may not carry"),
            ("no-break\u00a0space", "holds characters that an HTTP header may not carry"),
        ],
    )
    def test_what_cannot_be_used_is_refused_without_showing_it_r19(
        self, text: str, reason: str
    ) -> None:
        said = fault(TOKEN, {"CAMPAIGN_TOKEN": text})
        assert said.startswith(reason)
        assert not text.strip() or text.strip() not in said

    @pytest.mark.parametrize("prefix", ["Bearer ", "bearer ", "BEARER "])
    def test_a_token_with_the_word_that_is_added_is_refused(self, prefix: str) -> None:
        said = fault(TOKEN, {"CAMPAIGN_TOKEN": f"{prefix}the-token-value"})
        assert said == "begins with `Bearer`, which is added by itself; leave it out"

    @pytest.mark.parametrize("blank", ["\u00a0", "\x0b", "\x0c", "\x1c", "\u2003"])
    def test_blanks_that_are_no_mere_line_end_are_not_taken_away_unsaid(self, blank: str) -> None:
        for text in (f"{blank}the-value", f"the-value{blank}"):
            said = fault(TOKEN, {"CAMPAIGN_TOKEN": text})
            assert said.startswith("holds characters that an HTTP header may not carry")

    def test_letters_at_either_end_are_part_of_it(self) -> None:
        assert value(TOKEN, {"CAMPAIGN_TOKEN": "XX-the-value-XX\n"}) == "XX-the-value-XX"

    def test_one_that_is_not_set_is_named(self) -> None:
        missing = Reference("env", "CAMPAIGN_OTHER")
        assert fault(missing) == "the environment variable CAMPAIGN_OTHER is not set"


class TestFiles:
    @pytest.mark.parametrize(
        "text", ["the-value", "the-value\n", "the-value\r\n", "\nthe-value \n"]
    )
    def test_line_ends_around_a_value_are_not_part_of_it(self, folder: Path, text: str) -> None:
        (folder / "token").write_bytes(text.encode())
        assert value(from_file("secrets/token")) == "the-value"

    def test_a_file_may_be_allowed_by_its_own_path(self) -> None:
        Path("token").write_text("the-value")
        credentials = resolve_one(from_file("token"), folder="token")
        assert credentials.access_token is not None

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "it is empty"),
            (b"\n", "it is empty"),
            (b"seven77\n", "shorter than 8 characters"),
            (b"two\nlines-of-it", "holds characters that an HTTP header may not carry"),
            (b"latin-1-\xe4\xf6", "holds characters that an HTTP header may not carry"),
            (b"\xef\xbb\xbfafter-a-mark", "holds characters that an HTTP header may not carry"),
            (b"\xff\xfet\0o\0k\0e\0n\0", "holds characters that an HTTP header may not carry"),
            (b"x" * 65_537, "the file is larger than 65,536 bytes"),
        ],
    )
    def test_what_cannot_be_used_is_refused(self, folder: Path, data: bytes, reason: str) -> None:
        (folder / "token").write_bytes(data)
        assert fault(from_file("secrets/token")).startswith(reason)

    def test_the_largest_file_is_read(self, folder: Path) -> None:
        (folder / "token").write_bytes(b"x" * 65_536)
        assert len(value(from_file("secrets/token"))) == 65_536

    def test_of_a_far_larger_one_no_more_is_read_than_is_looked_at(self, folder: Path) -> None:
        with (folder / "token").open("wb") as file:
            file.truncate(64 * 2**20)
        tracemalloc.start()
        try:
            said = fault(from_file("secrets/token"))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert said == "the file is larger than 65,536 bytes"
        assert peak < 8 * 2**20

    @pytest.mark.usefixtures("folder")
    def test_one_that_is_missing_is_named(self) -> None:
        said = fault(from_file("secrets/token"))
        assert said == "the file cannot be read: no such file or directory"

    def test_one_below_a_file_is_named(self, folder: Path) -> None:
        (folder / "token").write_text("the-value")
        assert fault(from_file("secrets/token/x")).startswith("the file cannot be read: ")

    def test_one_that_may_not_be_read_is_named(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def forbid(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        (folder / "token").write_text("the-value")
        monkeypatch.setattr(os, "open", forbid)
        assert fault(from_file("secrets/token")) == "the file cannot be read: permission denied"

    @pytest.mark.usefixtures("folder")
    def test_a_folder_is_no_secret(self) -> None:
        assert fault(from_file("secrets")) == "this is not a regular file"

    @posix
    def test_a_fifo_is_no_secret_and_nobody_waits_for_it(self, folder: Path) -> None:
        os.mkfifo(folder / "token")
        assert fault(from_file("secrets/token")) == "this is not a regular file"

    @posix
    @pytest.mark.parametrize("change", ["link", "pipe", "folder"])
    def test_one_that_is_changed_under_our_hands_is_not_read(
        self, folder: Path, change: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = folder / "token"
        token.write_text("the-value")
        Path("outside").write_text("the-outer-value")
        look = Path.is_file

        def look_and_lose(path: Path) -> bool:
            """Answer, and put something else there before anybody opens it."""
            found = look(path)
            token.unlink()
            if change == "link":
                token.symlink_to("../outside")
            elif change == "pipe":
                os.mkfifo(token)
            else:
                token.mkdir()
            return found

        monkeypatch.setattr(Path, "is_file", look_and_lose)
        said = fault(from_file("secrets/token"))
        assert said == "this is not a regular file" or said.startswith("the file cannot be read: ")

    @posix
    def test_a_link_inside_is_followed_r5(self, folder: Path) -> None:
        (folder / "..data").mkdir()
        (folder / "..data" / "token").write_text("the-value")
        (folder / "token").symlink_to("..data/token")
        assert value(from_file("secrets/token")) == "the-value"

    @posix
    def test_the_allowed_folder_may_be_a_link_itself(self) -> None:
        Path("real").mkdir()
        Path("real/token").write_text("the-value")
        Path("secrets").symlink_to("real")
        assert value(from_file("secrets/token")) == "the-value"

    @posix
    @pytest.mark.parametrize("target", ["../outside", "/etc/passwd", "../secrets-too/token"])
    def test_a_link_that_leads_out_is_refused_r5(self, folder: Path, target: str) -> None:
        Path("outside").write_text("the-outer-value")
        Path("secrets-too").mkdir()
        Path("secrets-too/token").write_text("the-outer-value")
        (folder / "token").symlink_to(target)
        assert fault(from_file("secrets/token")) == "this file leads out of the allowed folders"

    @posix
    def test_a_folder_on_the_way_that_leads_out_is_refused_r5(self, folder: Path) -> None:
        Path("outside").mkdir()
        Path("outside/token").write_text("the-outer-value")
        (folder / "way").symlink_to("../outside")
        said = fault(from_file("secrets/way/token"))
        assert said == "this file leads out of the allowed folders"

    @posix
    def test_links_in_a_circle_are_named(self, folder: Path) -> None:
        (folder / "token").symlink_to("token")
        reasons = ("the links lead round in a circle", os.strerror(errno.ELOOP).lower())
        said = fault(from_file("secrets/token"))
        assert said in {f"the file cannot be read: {it}" for it in reasons}

    @pytest.mark.usefixtures("folder")
    @pytest.mark.parametrize(
        "name", ["zero\x00byte", "lone-\ud800-surrogate"], ids=["zero", "surrogate"]
    )
    def test_a_path_that_no_file_has_is_no_crash(self, name: str) -> None:
        with pytest.raises(CredentialsError) as caught:
            resolve_one(from_file(f"secrets/{name}"))
        line = str(caught.value).splitlines()[1]
        assert line.isprintable()
        assert line.endswith(": the path is not one that a file can have")

    @pytest.mark.usefixtures("folder")
    def test_a_long_path_is_cut_at_two_hundred_characters(self) -> None:
        reference = from_file(f"secrets/{'long/' * 60}")
        with pytest.raises(CredentialsError) as caught:
            resolve_one(reference)
        (line,) = str(caught.value).splitlines()[1:]
        shown = printable(str(reference), 200)
        assert len(shown) < len(str(reference))
        assert line == f"  {shown}: the file cannot be read: no such file or directory"


class TestAll:
    def test_everything_that_is_missing_is_named_at_once(self) -> None:
        oauth = OAuth(Reference("env", "CAMPAIGN_ID"), Reference("env", "CAMPAIGN_SECRET"), KEY)
        auths = [
            Auth(Reference("env", "CAMPAIGN_A"), Reference("env", "CAMPAIGN_B"), None),
            Auth(Reference("env", "CAMPAIGN_A"), None, oauth),
        ]
        with pytest.raises(CredentialsError) as caught:
            resolve(auths, environ={}, allowed=Allowed(), scrubber=Scrubber())
        lines = str(caught.value).splitlines()[1:]
        named = [line.partition(":")[2].partition("}")[0] for line in lines]
        assert sorted(named) == [
            "CAMPAIGN_A",
            "CAMPAIGN_B",
            "CAMPAIGN_ID",
            "CAMPAIGN_KEY",
            "CAMPAIGN_SECRET",
        ]

    def test_each_stands_in_a_line_of_its_own(self) -> None:
        missing = [Reference("env", f"CAMPAIGN_{it}") for it in "AB"]
        auth = Auth(missing[0], missing[1], None)
        with pytest.raises(CredentialsError) as caught:
            resolve([auth], environ={}, allowed=Allowed(), scrubber=Scrubber())
        first, *rest = str(caught.value).split("\n")
        assert first == "credentials are missing or unusable; nothing was sent:"
        assert sorted(rest) == [
            f"  {it}: the environment variable {it.target} is not set" for it in missing
        ]

    def test_equal_ones_are_resolved_once(self) -> None:
        auth = Auth(KEY, TOKEN, None)
        same = Auth(KEY, TOKEN, None)
        found = resolve([auth, same], environ=VALUES, allowed=Allowed(), scrubber=Scrubber())
        assert list(found) == [auth]
        assert found[auth].oauth is None

    @pytest.mark.parametrize(
        ("scopes", "joined"),
        [(("openid", "AdobeID"), "openid,AdobeID"), (Reference("env", "CAMPAIGN_S"), "a,b")],
    )
    def test_oauth_has_its_three(self, scopes: Reference | tuple[str, ...], joined: str) -> None:
        auth = Auth(KEY, None, OAuth(KEY, TOKEN, scopes))
        environ = {**VALUES, "CAMPAIGN_S": "a,b\n"}
        found = resolve([auth], environ=environ, allowed=Allowed(), scrubber=Scrubber())[auth]
        assert found.access_token is None
        assert found.oauth is not None
        assert found.oauth.client_id.reveal() == VALUES["CAMPAIGN_KEY"]
        assert found.oauth.client_secret.reveal() == VALUES["CAMPAIGN_TOKEN"]
        assert found.oauth.scopes == joined

    @pytest.mark.parametrize(
        ("scopes", "shown"), [("openid", "openid"), ("open_id", "open_id"), ("open,ids", "***")]
    )
    def test_scopes_of_a_reference_are_hidden_where_they_are_long_enough_r19(
        self, scopes: str, shown: str
    ) -> None:
        """The reference may have named anything, a secret too."""
        scrubber = Scrubber()
        auth = Auth(KEY, None, OAuth(KEY, TOKEN, Reference("env", "CAMPAIGN_S")))
        environ = {**VALUES, "CAMPAIGN_S": scopes}
        found = resolve([auth], environ=environ, allowed=Allowed(), scrubber=scrubber)[auth]
        assert found.oauth is not None
        assert found.oauth.scopes == scopes
        assert scrubber.scrub(scopes) == shown

    def test_the_scrubber_is_told_even_where_another_is_missing(self) -> None:
        scrubber = Scrubber()
        with pytest.raises(CredentialsError):
            resolve_one(Reference("env", "CAMPAIGN_OTHER"), scrubber=scrubber)
        assert scrubber.scrub(VALUES["CAMPAIGN_KEY"]) == "***"

    def test_a_hostile_name_is_one_harmless_line(self) -> None:
        hostile = Reference("file", "/run/secrets/a\u2028::error::b\x1b[31m\u202e")
        with pytest.raises(CredentialsError) as caught:
            resolve_one(hostile)
        assert all(line.isprintable() for line in str(caught.value).split("\n"))


class TestInspect:
    """What `doctor` asks: the same as `resolve`, but without an end at the first fault."""

    def look(self, *auths: Auth, **environ: str) -> tuple[list[Auth], dict[str, str]]:
        """Give whose credentials are whole, and what was found of each reference."""
        nothing = Allowed()
        found = inspect(auths, environ=environ, allowed=nothing, scrubber=Scrubber())
        return list(found.credentials), {it.reference.target: it.fault for it in found.findings}

    def test_what_is_whole_is_given_though_another_is_not(self) -> None:
        whole = Auth(KEY, TOKEN, None)
        broken = Auth(KEY, Reference("env", "CAMPAIGN_MISSING"), None)
        credentials, findings = self.look(broken, whole, **VALUES)
        assert credentials == [whole]
        assert findings == {
            "CAMPAIGN_MISSING": "the environment variable CAMPAIGN_MISSING is not set",
            "CAMPAIGN_KEY": "",
            "CAMPAIGN_TOKEN": "",
        }

    @pytest.mark.parametrize("missing", ["KEY", "ID", "SECRET", "SCOPES"])
    def test_oauth_is_whole_only_with_all_that_it_names(self, missing: str) -> None:
        names = ["ID", "SECRET", "SCOPES"]
        identity, secret, scopes = (Reference("env", f"CAMPAIGN_{it}") for it in names)
        auth = Auth(KEY, None, OAuth(identity, secret, scopes))
        environ = {f"CAMPAIGN_{it}": f"the-value-of-{it}" for it in ["KEY", *names]}
        assert self.look(auth, **environ)[0] == [auth]
        del environ[f"CAMPAIGN_{missing}"]
        credentials, findings = self.look(auth, **environ)
        assert credentials == []
        assert [it for it, fault in findings.items() if fault] == [f"CAMPAIGN_{missing}"]

    def test_a_fault_as_a_secret_stays_one_where_the_same_is_named_as_scopes(self) -> None:
        short = Reference("env", "CAMPAIGN_SHORT")
        auth = Auth(KEY, None, OAuth(short, TOKEN, short))
        credentials, findings = self.look(auth, **VALUES, CAMPAIGN_SHORT="seven77")
        assert credentials == []
        assert findings["CAMPAIGN_SHORT"].startswith("shorter than 8 characters")

    def test_each_reference_is_told_once(self) -> None:
        oauth = Auth(KEY, None, OAuth(KEY, TOKEN, ("openid",)))
        _, findings = self.look(oauth, Auth(KEY, TOKEN, None), **VALUES)
        assert list(findings) == ["CAMPAIGN_KEY", "CAMPAIGN_TOKEN"]

    @pytest.mark.parametrize("bad", ["", "short", "Bearer of-a-token", "with a blank"])
    def test_one_that_cannot_be_used_says_why_and_nothing_of_it(self, bad: str) -> None:
        credentials, findings = self.look(
            Auth(KEY, TOKEN, None), CAMPAIGN_KEY="k" * 8, CAMPAIGN_TOKEN=bad
        )
        assert credentials == []
        assert findings["CAMPAIGN_TOKEN"]
        assert findings["CAMPAIGN_KEY"] == ""
        if bad not in ("", "short"):
            assert bad not in findings["CAMPAIGN_TOKEN"]

    def test_what_was_found_is_hidden_from_then_on(self) -> None:
        scrubber = Scrubber()
        broken = Auth(KEY, Reference("env", "CAMPAIGN_MISSING"), None)
        inspect([broken], environ=VALUES, allowed=Allowed(), scrubber=scrubber)
        assert scrubber.scrub("the-api-key") == "***"
