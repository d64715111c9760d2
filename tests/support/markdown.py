"""Markdown as a page shows it: which tags come out, and which text a page would still act on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from markdown_it import MarkdownIt

# What GitHub and GitLab make of rendered text that is neither code nor a link.
ACTING = re.compile(
    r"[@#!$%&~]\w|\bGH-\d|https?:|ftp:|mailto:|xmpp:|www\.|:[\w+-]+:|\b[0-9a-f]{7,40}\b|<!--|CVE-|\$",
    re.IGNORECASE,
)
OURS = {"h3", "p", "br", "strong", "em", "code", "a", "ul", "li", "details", "summary"}
OURS |= {"table", "thead", "tbody", "tr", "th", "td"}
HOSTILE = (
    "</details><script>x</script><img src=x onerror=y> ![i](http://evil.example/x.png)"
    " [l](javascript:x) <http://evil.example> www.evil.example @acme/team #1 GH-1 acme/x#2 | a"
    " \\| b ``` ~~~ `` ` **b** __c__ ~~d~~ <!-- campaign-runner plan --> :tada: $x$ &copy; [^1]"
    " \\ deadbeef1 a@evil.example ::error::x ##[group]"
)
_RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@dataclass
class Page(HTMLParser):
    """What came out.

    Attributes:
        tags: every tag, in order.
        links: where links lead.
        texts: what stands outside of code and links.
        codes: what stands in code, one for each.
        rows: the cells of each row of all tables.
        attributes: all but those of links.
        comments: what is hidden.
    """

    tags: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    attributes: list[tuple[str, str | None]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if (tag, name) == ("a", "href"):
                self.links.append(value or "")
            else:
                self.attributes.append((name, value))
        if tag == "code":
            self.codes.append("")
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        if tag == "br":
            self.texts.append("\n")
        else:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "code" in self._open:
            self.codes[-1] += data
        elif "a" not in self._open:
            self.texts.append(data)
        if "td" in self._open or "th" in self._open:
            self.rows[-1][-1] += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def rendered(markdown: str) -> Page:
    """Render Markdown with what GitHub adds: tables, struck text and raw HTML."""
    page = Page()
    page.feed(_RENDERER.render(markdown))
    page.close()
    assert not page._open
    return page


def assert_harmless(markdown: str, *, links: str = "https://github.com/") -> Page:
    """Make sure that nothing comes out but what we write ourselves; give what does."""
    page = rendered(markdown)
    assert set(page.tags) <= OURS
    assert page.attributes == []
    assert all(it.startswith(links) for it in page.links), page.links
    assert ACTING.findall(page.text) == []
    assert page.comments in ([], [" campaign-runner plan "])
    assert markdown.count("<!--") == len(page.comments)
    widths = {len(row) for row in page.rows}
    assert len(widths) <= 1, widths
    return page
