"""What holds of every page: it loads nothing, runs nothing but its own script, and links safely."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from runner.render.html.page import as_json, cut, safe_link, source_link
from runner.render.html.plan_page import plan_page
from runner.render.html.refusal_page import refusal_page
from runner.render.html.report_page import report_page
from tests.support.pages import HOSTILE, NOWHERE, ON_GITHUB, hostile, thirty
from tests.support.plans import command, plan_of

PAGES = {
    "report": report_page(thirty(), ON_GITHUB),
    "hostile report": report_page(hostile(), ON_GITHUB),
    "plan": plan_page(plan_of([command(), command(None, "wait", pause=30.0)]), ON_GITHUB),
    "hostile plan": plan_page(plan_of([command(name=HOSTILE, file=HOSTILE)]), NOWHERE),
    "refusal": refusal_page([], "the credentials are missing", NOWHERE),
}
every_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the text of its style and script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._inside = tag if tag in ("style", "script") else ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[self._inside] = self.texts.get(self._inside, "") + data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@every_page
def test_nothing_is_loaded_from_anywhere(page: str) -> None:
    for tag, attributes in Elements(page).found:
        assert tag not in ("img", "iframe", "object", "embed", "form", "base")
        for name in ("src", "srcset", "action", "data", "style", "xlink:href"):
            assert name not in attributes, (tag, name)
        assert not [name for name in attributes if name.startswith("on")]
        address = attributes.get("href") or ""
        if tag == "link":
            assert address.startswith("data:image/svg+xml,")
        elif tag == "a":
            assert address.startswith(("#", "https://github.com/"))
    assert "@import" not in page
    assert not re.search(r"url\((?![\"']?(?:#|data:))", Elements(page).texts["style"])


@every_page
def test_the_policy_allows_this_style_and_this_script_and_nothing_else(page: str) -> None:
    elements = Elements(page)
    (policy,) = (
        it["content"]
        for it in elements.of("meta")
        if it.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.strip().split(" ", 1) for rule in (policy or "").split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["base-uri"] == rules["form-action"] == "'none'"
    for name in ("style", "script"):
        digest = hashlib.sha256(elements.texts[name].encode()).digest()
        assert rules[f"{name}-src"] == f"'sha256-{base64.b64encode(digest).decode()}'"
        assert len(elements.of(name)) == 1


@every_page
def test_it_has_a_language_a_title_landmarks_and_headings(page: str) -> None:
    elements = Elements(page)
    assert elements.of("html")[0]["lang"] == "en"
    for landmark in ("header", "nav", "main", "footer", "h1"):
        assert len(elements.of(landmark)) == 1, landmark
    assert page.count("<title>") >= 1
    ids = [attributes["id"] for _, attributes in elements.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = [it.get("aria-labelledby") for it in elements.of("section")]
    assert set(named) <= set(ids)
    links = [(it["href"] or "")[1:] for it in elements.of("a") if (it["href"] or "")[0] == "#"]
    assert set(links) <= set(ids)


@every_page
def test_no_character_that_hides_or_reorders_text_is_left(page: str) -> None:
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", page
    )
    page.encode("utf-8")


def test_hostile_texts_are_shown_as_they_are() -> None:
    page = PAGES["hostile report"]
    assert "document.title=&#39;owned&#39;" in page
    assert "{{7*7}}" in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "javascript:" not in re.sub(r">[^<]*<", "><", page)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//host/x",
        "https://",
        "https://a/\u202ex",
        "https://a/ b",
        'https://a/"onclick="x',
        "https://[::1",
        None,
        7,
    ],
)
def test_no_link_leads_to_what_is_no_page(address: object) -> None:
    assert safe_link(address) is None


def test_links_to_pages_are_kept() -> None:
    assert safe_link("https://ci.example/run/7?x=1#y") == "https://ci.example/run/7?x=1#y"
    link = source_link(ON_GITHUB, "campaigns/june.yaml", 12)
    assert link == "https://github.com/acme/campaigns/blob/4f1c2d9a/campaigns/june.yaml#L12"
    assert source_link(NOWHERE, "a.yaml", 1) is None
    assert source_link(ON_GITHUB, "a.yaml", "12") is None


def test_long_texts_are_cut_and_values_are_shown_as_json() -> None:
    assert cut("abcdef", 3) == "abc..."
    assert cut("abc", 3) == "abc"
    assert as_json({"method": "stop"}) == '{"method": "stop"}'
    assert "\x1b" not in as_json({"a": "\x1b[31m"})
