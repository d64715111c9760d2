"""R19: no form of a secret survives in text of the remote side."""

from __future__ import annotations

import base64
import html
import json
import math
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runner.printable import printable
from runner.secrets.scrub import Scrubber
from runner.secrets.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

VISIBLE = [chr(code) for code in range(0x21, 0x7F)]
# Without asterisks: a secret of asterisks cannot be told from what hides it.
SECRETS = st.text([char for char in VISIBLE if char != "*"], min_size=8, max_size=40)
SURROUNDINGS = st.text(max_size=60)
NASTY = "a/b+c=d&e<f>\"g'h\\i%j:k~l.m-n_o"


def lower_percents(text: str) -> str:
    return "".join(
        part if not number else "%" + part[:2].lower() + part[2:]
        for number, part in enumerate(text.split("%"))
    )


def json_text(value: str) -> str:
    return json.dumps(value)[1:-1]


def unicode_escapes(value: str) -> str:
    return "".join(char if char.isalnum() else f"\\u{ord(char):04x}" for char in value)


def capital_escapes(text: str) -> str:
    return re.sub("u00..", lambda escape: "u" + escape[0][1:].upper(), text)


FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "url": lambda it: quote(it, safe=""),
    "url with slashes": quote,
    "url of a form": quote_plus,
    "url in lower case": lambda it: lower_percents(quote(it, safe="")),
    "url twice": lambda it: quote(quote(it, safe=""), safe=""),
    "url of all": lambda it: "".join(c if c.isalnum() else f"%{ord(c):02X}" for c in it),
    "json": json_text,
    "json with slashes": lambda it: json_text(it).replace("/", "\\/"),
    "json in json": lambda it: json_text(json_text(it)),
    "json as of old": unicode_escapes,
    "json in capitals": lambda it: re.sub(
        "u00..", lambda m: "u" + m[0][1:].upper(), unicode_escapes(it)
    ),
    "html": html.escape,
    "html without quotes": lambda it: html.escape(it, quote=False),
    "html in numbers": lambda it: "".join(c if c.isalnum() else f"&#{ord(c)};" for c in it),
    "html in hex": lambda it: "".join(c if c.isalnum() else f"&#x{ord(c):02X};" for c in it),
    "hex": lambda it: it.encode().hex(),
    "hex in capitals": lambda it: it.encode().hex().upper(),
    "hex in pairs": lambda it: it.encode().hex(" "),
    "repr": lambda it: repr(it)[1:-1],
    "repr of bytes": lambda it: repr(it.encode())[2:-1],
}


def scrubber_of(*values: str) -> Scrubber:
    scrubber = Scrubber()
    for value in values:
        scrubber.add(Secret(value))
    return scrubber


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("value", ["plain-value-7f3a", NASTY, "12345678", "::##[abc]::"])
def test_each_form_is_hidden(name: str, value: str) -> None:
    form = FORMS[name](value)
    shown = scrubber_of(value).remote_text(f"before {form} after")
    assert shown == "before *** after"


@pytest.mark.parametrize("name", [it for it in FORMS if it != "hex in pairs"])
def test_each_form_is_hidden_in_our_own_output_too(name: str) -> None:
    form = FORMS[name](NASTY)
    assert scrubber_of(NASTY).scrub(f"before\n{form}\nafter") == "before\n***\nafter"


@pytest.mark.parametrize("value", ["abc::def##[ghi]", "::abcdefgh", "a::b::c::d"])
def test_one_that_was_made_harmless_before_is_hidden(value: str) -> None:
    assert scrubber_of(value).scrub(printable(f"it is {value}")) == "it is ***"


@pytest.mark.parametrize("lead", ["", "a", "Bearer "])
def test_base64_of_a_form_of_http_is_hidden(lead: str) -> None:
    value = "+/" * 10
    encoded = base64.b64encode(f"{lead}{quote_plus(value)}".encode()).decode()
    shown = scrubber_of(value).remote_text(encoded)
    assert "***" in shown
    assert len(shown.replace("***", "")) < 20


@pytest.mark.parametrize("lead", ["", "a", "ab", "abc", "Bearer ", "client-id:"])
@pytest.mark.parametrize("tail", ["", "a", "ab", ":rest"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_base64_is_hidden_wherever_the_secret_stands_in_it(
    lead: str, tail: str, encode: Callable[[bytes], bytes]
) -> None:
    encoded = encode(f"{lead}{NASTY}{tail}".encode()).decode()
    spellings = (encoded.rstrip("="), quote(encoded, safe=""), encoded.replace("/", "\\/"))
    for text in (encoded, *spellings):
        shown = scrubber_of(NASTY).remote_text(f"<{text}>")
        assert "***" in shown
        left = shown.replace("***", "")
        # What is left encodes what stood around it, and at most three characters on each side.
        assert len(left) <= len(encode(lead.encode())) + len(encode(tail.encode())) + 2 + 9


@pytest.mark.parametrize(
    ("char", "name"), [("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot"), ("'", "apos")]
)
def test_names_of_xml_are_hidden(char: str, name: str) -> None:
    assert scrubber_of(f"{char}abcdefg").scrub(f"[&{name};abcdefg]") == "[***]"


@pytest.mark.parametrize("secret", ["secret-W", "secret-WW", "secret-WWW"])
@pytest.mark.parametrize("lead", [0, 1, 2])
def test_every_character_of_base64_that_is_the_secrets_alone_is_hidden(
    secret: str, lead: int
) -> None:
    """A character stands for six bits; one that a neighbour has a part in could be any."""
    encoded = base64.b64encode(b"\0" * lead + secret.encode()).decode().rstrip("=")
    first, last = math.ceil(8 * lead / 6), 8 * (lead + len(secret)) // 6
    shown = scrubber_of(secret).scrub(encoded)
    assert shown == f"{encoded[:first]}***{encoded[last:]}"


def test_base64_in_lines_is_hidden() -> None:
    value = "a-token-that-is-long-" * 9
    for end in (b"\n", b"\r\n"):
        lines = base64.encodebytes(b"Bearer " + value.encode()).replace(b"\n", end)
        shown = scrubber_of(value).remote_text(lines.decode())
        assert shown.startswith("QmVhcmVyI")
        assert len(shown) < 20


@given(secret=SECRETS, before=SURROUNDINGS, after=SURROUNDINGS, limit=st.integers(1, 400))
@example(secret="##abcdef[", before="::", after="[", limit=300)
@example(secret="::abcdefg", before="", after="", limit=300)
def test_no_form_survives_in_any_surroundings_at_any_limit(
    secret: str, before: str, after: str, limit: int
) -> None:
    scrubber = scrubber_of(secret)
    for make in FORMS.values():
        form = make(secret)
        shown = scrubber.remote_text(before + form + after, limit=limit)
        assert form not in shown
        assert secret not in shown
        assert len(shown) <= limit + 3


@given(
    secret=SECRETS,
    before=SURROUNDINGS,
    name=st.sampled_from(sorted(FORMS)),
    data=st.data(),
)
def test_no_part_of_a_form_survives_at_any_cut(
    secret: str, before: str, name: str, data: st.DataObject
) -> None:
    form = FORMS[name](secret)
    kept = data.draw(st.integers(1, len(form)))
    alone = scrubber_of(secret).remote_text(before, cut=True)
    shown = scrubber_of(secret).remote_text(before + form[:kept], cut=True)
    # What is shown of a torn text comes from before the secret.
    assert shown.replace("***", "") in scrubber_of(secret).remote_text(before).replace("***", "")
    assert len(alone) <= max(len(before) + 3, 3)


HIDDEN = list("\0\x07\x1b\x7f\x9f\u200b\u202e\u2066\ufeff\U000e0041")
BLANKS = ["\n", "\r\n", "\t", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", " ", "\u3000"]


@pytest.mark.parametrize("between", [*HIDDEN, *BLANKS, "\x00\n\u200b"])
@pytest.mark.parametrize("cut", [True, False])
@pytest.mark.parametrize("value", ["plain-value-7f3a", "##abcdef[", "::abcdef"])
def test_a_secret_parted_by_what_does_not_show_is_hidden(
    between: str, cut: bool, value: str
) -> None:
    text = "before " + between.join(value) + " after" + "." * 500 * cut
    shown = scrubber_of(value).remote_text(text, cut=cut)
    assert shown.startswith("before *** after")
    assert shown.isprintable()


class TestTornEnds:
    def test_a_whole_secret_before_the_end_is_hidden_and_the_text_stays(self) -> None:
        text = "the-secret-value is no good, " + "." * 400
        assert scrubber_of("the-secret-value").remote_text(text, cut=True).startswith("*** is no ")

    def test_a_secret_that_lies_across_the_last_safe_place_is_hidden(self) -> None:
        scrubber = scrubber_of("the-secret-value")
        for filler in range(400):
            shown = scrubber.remote_text("." * filler + "the-secret-value" + "." * 150, cut=True)
            assert "secret" not in shown

    def test_the_beginning_of_a_longer_secret_is_no_shorter_one(self) -> None:
        scrubber = scrubber_of("abcdefgh", "xyz-abcdefgh-and-more-of-it")
        shown = scrubber.remote_text("." * 400 + "xyz-abcdefgh-and-mo", cut=True, limit=1000)
        assert set(shown) == {"."}

    def test_no_more_goes_than_could_be_the_beginning_of_a_secret(self) -> None:
        """Each `#` takes twelve characters where JSON stands in JSON in JSON."""
        longest = ("\\" * 7 + "u0023") * 8
        scrubber = scrubber_of("#" * 8)
        assert scrubber.scrub(longest) == "***"
        assert scrubber.remote_text(longest[:-1], cut=True) == ""
        assert scrubber.remote_text("abcd" + "." * len(longest), cut=True) == "abcd"

    def test_one_that_begins_where_another_could_be_torn_is_left_out_with_it(self) -> None:
        scrubber = scrubber_of("the-secret-value")
        longest = 16 + 2 * 11
        text = "before" + "the-secret-value".ljust(longest, ".")
        assert scrubber.remote_text(text, cut=True) == "before"
        assert scrubber.remote_text(f"{text}.", cut=True) == "before***"

    def test_without_secrets_nothing_is_torn(self) -> None:
        assert Scrubber().remote_text("a text", cut=True) == "a text"

    def test_a_short_torn_text_may_be_nothing_at_all(self) -> None:
        assert scrubber_of("the-secret-value").remote_text("the-sec", cut=True) == ""


class TestScrubber:
    def test_without_secrets_text_is_only_made_harmless(self) -> None:
        assert Scrubber().scrub("a\nb") == "a\nb"
        assert Scrubber().remote_text("::error::a\n##[b]") == ": :error: :a # #[b]"

    def test_text_of_the_remote_side_is_cut_at_three_hundred_characters(self) -> None:
        scrubber = scrubber_of("the-secret-value")
        assert scrubber.remote_text("a" * 300) == "a" * 300
        assert scrubber.remote_text("a" * 301) == scrubber.remote_text("a" * 301, limit=300)
        assert len(scrubber.remote_text("a" * 301)) < 301 + 3

    def test_ordinary_text_stays_as_it_is(self) -> None:
        text = "404 Campaign knows no workflow `WKF1`: look at https://x.test/?a=b&c=%2F"
        assert scrubber_of("the-secret-value", NASTY).remote_text(text) == text

    def test_the_longest_of_several_is_hidden_whole(self) -> None:
        for values in (("abcdefgh", "abcdefgh-ijkl"), ("abcdefgh-ijkl", "abcdefgh")):
            assert scrubber_of(*values).scrub("x abcdefgh-ijkl y") == "x *** y"

    def test_one_that_holds_a_spelling_of_another_is_hidden_whole(self) -> None:
        for values in (("a&bcdefg", "a&amp;bcdefgh"), ("a&amp;bcdefgh", "a&bcdefg")):
            assert scrubber_of(*values).scrub("a&amp;bcdefgh") == "***"

    def test_the_text_between_secrets_stays(self) -> None:
        text = "a the-secret b the-secret c"
        assert scrubber_of("the-secret").remote_text(text) == "a *** b *** c"

    def test_every_occurrence_is_hidden(self) -> None:
        assert scrubber_of("the-secret").scrub("the-secret the-secret") == "*** ***"

    def test_a_long_text_of_traps_takes_no_time(self) -> None:
        scrubber = scrubber_of("=" * 30 + NASTY, "/" + "\\" * 30, "&" * 40, "%" * 40)
        for trap in ("\\", "%25", "&#x0000", "&#0", "=\\", "\\u00", "&amp;", "%"):
            assert scrubber.remote_text(trap * (65_536 // len(trap)), cut=True) is not None
