"""Makes the pictures of the README: python -m tests.browser.pictures."""

from __future__ import annotations

import tempfile
from pathlib import Path

from markdown_it import MarkdownIt
from playwright.sync_api import sync_playwright

from runner.render.html.plan_page import plan_page
from runner.render.html.report_page import report_page
from runner.render.plan_markdown import plan_markdown
from tests.browser.conftest import ARGUMENTS, CHROMIUM, ROOT
from tests.browser.shown import a_plan
from tests.support.pages import ON_GITHUB, thirty

FOLDER = ROOT / "docs" / "pictures"
WIDTH = 900
_COMMENT = """<!doctype html><meta charset="utf-8"><title>A comment</title><style>
body { margin: 24px; font: 14px/1.5 "DejaVu Sans", sans-serif; color: #1f2328; background: #fff; }
main { border: 1px solid #d1d9e0; border-radius: 6px; padding: 4px 16px 12px; }
table { border-collapse: collapse; }
th, td { border: 1px solid #d1d9e0; padding: 5px 10px; text-align: left; }
code { font: 12px "DejaVu Sans Mono", monospace; background: #f0f2f4; padding: 2px 4px; }
a { color: #0969da; }
</style><main>"""


def main() -> None:
    """Make them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
    report = report_page(thirty(), ON_GITHUB)
    plan = a_plan()
    pictures = (
        ("report-light.png", report, "light", 1250),
        ("report-dark.png", report, "dark", 1250),
        ("plan-page.png", plan_page(plan, ON_GITHUB), "light", 1250),
        ("comment.png", _COMMENT + markdown.render(plan_markdown(plan, ON_GITHUB)), "light", 620),
    )
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        for name, text, scheme, height in pictures:
            file = Path(folder, "page.html")
            file.write_text(text, encoding="utf-8")
            dark = scheme == "dark"
            page = browser.new_page(
                viewport={"width": WIDTH, "height": height},
                color_scheme="dark" if dark else "light",
            )
            page.goto(file.as_uri())
            page.screenshot(path=FOLDER / name)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
