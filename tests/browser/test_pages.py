"""The pages of reports and plans in a real browser, as different readers see them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from runner.problems import file_problem
from runner.render.html.plan_page import plan_page
from runner.render.html.refusal_page import refusal_page
from runner.render.html.report_page import report_page
from tests.browser.conftest import SCREENSHOTS
from tests.browser.shown import a_plan
from tests.support.pages import HOSTILE, NOWHERE, ON_GITHUB, hostile, many, thirty

if TYPE_CHECKING:
    from tests.browser.conftest import Viewer

pytestmark = pytest.mark.browser

PAGES = {
    "report": report_page(thirty(), ON_GITHUB),
    "plan": plan_page(a_plan(), ON_GITHUB),
    "refused-plan": plan_page(
        a_plan(), ON_GITHUB, [file_problem("max_stops", "a.yaml", "too many stops", "plan fewer")]
    ),
    "no-plan": refusal_page(
        [file_problem("unknown-key", "a.yaml", "the key is not known")], "1 problem", ON_GITHUB
    ),
    "hostile": report_page(hostile(), ON_GITHUB),
}
READERS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"color_scheme": "light", "width": 390, "is_mobile": True, "has_touch": True},
    "phone-dark": {"color_scheme": "dark", "width": 390, "is_mobile": True, "has_touch": True},
    "no-script": {"color_scheme": "light", "java_script_enabled": False},
}
LEFT = "tbody[data-k]:not([hidden])"
every_page = pytest.mark.parametrize("name", PAGES)


@every_page
@pytest.mark.parametrize("reader", READERS)
def test_it_is_whole_for_every_reader(viewer: Viewer, name: str, reader: str) -> None:
    """Nothing is said by the browser, and no text lies outside of a narrow screen."""
    with viewer.look(PAGES[name], **READERS[reader]) as seen:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        seen.page.screenshot(path=SCREENSHOTS / f"{name}-{reader}.png", full_page=True)
        heading = seen.page.locator("h1")
        assert heading.is_visible()
        if reader != "no-script":
            wide = seen.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= seen.page.evaluate("window.innerWidth")


@every_page
@pytest.mark.parametrize("reader", ["light", "dark", "phone"])
def test_axe_finds_no_violation(viewer: Viewer, name: str, reader: str) -> None:
    with viewer.look(PAGES[name], **READERS[reader]) as seen:
        assert seen.violations() == []


def test_without_scripts_every_command_can_be_read(viewer: Viewer) -> None:
    with viewer.look(PAGES["report"], java_script_enabled=False) as seen:
        rows = seen.page.locator("tbody[data-k]")
        assert rows.count() == 30
        assert all(rows.nth(n).is_visible() for n in range(30))
        assert not seen.page.locator("#filter").is_visible()
        seen.page.locator("#c3 summary").click()
        assert seen.page.locator("#c3 details").get_by_text("503: the service is busy").is_visible()


def test_the_filter_shows_what_contains_a_text_and_has_an_outcome(viewer: Viewer) -> None:
    with viewer.look(PAGES["report"]) as seen:
        page = seen.page
        page.fill("#text", "drain the old")
        expect(page.locator(LEFT)).to_have_count(2)
        expect(page.locator("#shown")).to_have_text("2 of 30 shown")
        page.press("#text", "Escape")
        page.select_option("#kind", "failed")
        expect(page.locator(LEFT)).to_have_count(1)
        assert page.locator("tbody[data-k]:visible").get_attribute("id") == "c23"


def test_the_keyboard_reaches_the_content_the_filter_and_the_details(viewer: Viewer) -> None:
    with viewer.look(PAGES["report"]) as seen:
        page = seen.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "jump"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        reached = set()
        for _ in range(200):
            page.keyboard.press("Tab")
            reached.add(
                page.evaluate("document.activeElement.id || document.activeElement.tagName")
            )
            if page.evaluate("document.activeElement.tagName") == "SUMMARY":
                break
        assert {"text", "kind", "SUMMARY"} <= reached
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.keyboard.press("Enter")
        assert page.locator("details[open]").count() == 1


def test_the_address_of_a_command_opens_its_details(viewer: Viewer) -> None:
    with viewer.look(PAGES["report"], fragment="#c24") as seen:
        assert seen.page.locator("#c24 details").get_attribute("open") is not None


def test_in_print_the_details_are_there_and_the_filter_is_not(viewer: Viewer) -> None:
    with viewer.look(PAGES["report"]) as seen:
        seen.page.emulate_media(media="print")
        seen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert not seen.page.locator("#filter").is_visible()
        assert seen.page.locator("#c3 details").get_by_text("503: the service is busy").is_visible()
        assert seen.page.locator("h1").is_visible()


def test_ten_thousand_commands_are_shown_and_sifted(viewer: Viewer) -> None:
    """Each table is laid out when it comes into view, so that the page answers meanwhile."""
    with viewer.look(report_page(many(10_000), NOWHERE)) as seen:
        page = seen.page
        total = page.evaluate("document.querySelectorAll('tbody[data-k]').length")
        assert total == int(page.get_attribute("#shown", "data-total") or 0) > 1000
        layout = page.evaluate(
            "getComputedStyle(document.querySelector('.block.full')).contentVisibility"
        )
        assert layout == "auto"
        page.select_option("#kind", "failed")
        expect(page.locator(LEFT)).to_have_count(100)
        page.fill("#text", "Action 9950 ")
        expect(page.locator(LEFT)).to_have_count(1)


def test_hostile_texts_are_texts(viewer: Viewer) -> None:
    with viewer.look(PAGES["hostile"]) as seen:
        page = seen.page
        assert page.title() != "owned"
        assert page.locator("img, iframe, object").count() == 0
        assert page.locator("script").count() == 1
        start = re.escape(HOSTILE[:40])
        assert re.search(start, page.locator("main").text_content() or "")
        links = page.eval_on_selector_all("a", "all => all.map(it => it.protocol)")
        assert set(links) <= {"file:", "https:"}
