"""How long a browser takes to open the page of a run of 10,000 commands: make bench-page.

The floor is a bare page with a table of as many rows and cells. Both are opened in turn, and the
median of the ratios of the pairs counts.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from runner.render.html.report_page import report_page
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.support.pages import NOWHERE, many

COMMANDS = 10_000
PAIRS = 9
# Milliseconds from the beginning of the navigation until the first frame after the load.
LOADED = """() => new Promise(done => requestAnimationFrame(() => setTimeout(
    () => done(performance.now()), 0)))"""


def main() -> None:
    """Print the figures."""
    page = report_page(many(COMMANDS), NOWHERE)
    rows = page.count("<tbody id=")
    row = "<tr>" + "<td>start WKF1" * 8
    floor = f"<!doctype html><title>floor</title><table>{row * rows}</table>"
    ours: list[float] = []
    bare: list[float] = []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        for _ in range(PAIRS):
            for text, times in ((page, ours), (floor, bare)):
                file = Path(folder, "page.html")
                file.write_text(text, encoding="utf-8")
                opened = browser.new_page()
                opened.goto(file.as_uri())
                times.append(opened.evaluate(LOADED))
                opened.close()
        version = browser.version
        browser.close()
    ratios = sorted(one / other for one, other in zip(ours, bare, strict=True))
    print(f"Chromium {version}; {COMMANDS:,} commands, {rows:,} rows, {len(page):,} characters")
    print(f"page {median(ours):.0f} ms, bare table {median(bare):.0f} ms, {PAIRS} pairs")
    print(f"ratio {median(ratios):.2f} (from {ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    main()
