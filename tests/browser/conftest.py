"""A real Chromium, and what it says of a page."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# It is to stay where it is put: no look-ups and no updates of its own.
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"


@dataclass
class Seen:
    """A page that is open, and what the browser said of it."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def violations(self) -> list[str]:
        """Give what axe-core finds wrong."""
        # Evaluated by the debugger, which the page's policy does not bind.
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: dict[str, Any] = self.page.evaluate("axe.run()")
        return [
            f"{it['id']}: {it['help']}: {it['nodes'][0]['html'][:200]}"
            for it in found["violations"]
        ]


class Viewer:
    """Opens pages as different readers have them."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser = browser
        self._folder = folder

    @contextmanager
    def look(
        self, text: str, *, width: int = 1100, fragment: str = "", **more: Any
    ) -> Iterator[Seen]:
        """Open a page from a file, and make sure afterwards that it asked for nothing else."""
        file = self._folder / "page.html"
        file.write_text(text, encoding="utf-8")
        address = file.as_uri()
        context = self._browser.new_context(viewport={"width": width, "height": 900}, **more)
        try:
            seen = Seen(context.new_page())
            seen.page.on("console", lambda it: seen.said.append(it.text))
            seen.page.on("pageerror", lambda it: seen.said.append(str(it)))
            seen.page.on("dialog", lambda it: seen.said.append(f"dialog: {it.message}"))
            seen.page.on("request", lambda it: seen.asked.append(it.url))
            seen.page.goto(address + fragment)
            yield seen
            assert seen.said == []
            assert [it for it in seen.asked if not it.startswith("data:")] == [address]
        finally:
            context.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def viewer(browser: Browser, tmp_path: Path) -> Viewer:
    return Viewer(browser, tmp_path)
