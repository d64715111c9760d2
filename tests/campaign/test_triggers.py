"""Promise 4: a signal goes to the API itself, and below the organization's workflows only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from runner.campaign.client import CampaignClient
from runner.campaign.hosts import check_target
from runner.campaign.tokens import GivenToken
from runner.campaign.triggers import LONGEST_HREF, UntrustedHrefError, check_href
from runner.secrets.secret import Secret
from tests.support.scripted import answer_all, http

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.campaign.transport import Transport
    from tests.support.scripted import ScriptedServer

    Serve = Callable[..., ScriptedServer]

BASE = "https://mc.adobe.io"
PREFIX = "/acme/campaign/workflow/execution/"
REST = "@aB-c_9/activities/activity/%40dEf/trigger/"
GOOD = BASE + PREFIX + REST


def refusal(href: str, base_url: str = BASE, organization: str = "acme") -> str:
    with pytest.raises(UntrustedHrefError) as caught:
        check_href(href, base_url, organization)
    return str(caught.value)


def prepared(url: str) -> str:
    """Give what goes onto the wire after requests and urllib3 have had their way with a URL."""
    request = requests.PreparedRequest()
    request.prepare("POST", url)
    assert request.url is not None
    return request.url


@pytest.mark.parametrize(
    "rest",
    [
        REST,
        REST.removesuffix("/"),
        "%40aB/activities/activity/@dEf/trigger/",
        "WKF1/activities/activity/signal1/trigger/",
        "WKF1/activities/activity/signal.1~2!$&'()*+,=:/trigger/",
        "%21%24%26%27%28%29%2A%2B%2C%3D%3A/trigger",
        "a...b/..c/d../trigger/",
        "x",
    ],
)
def test_what_is_below_the_organizations_workflows_is_sent_as_it_is(rest: str) -> None:
    href = BASE + PREFIX + rest
    assert check_href(href, BASE, "acme") == href == prepared(href)


@pytest.mark.parametrize(
    ("base_url", "href", "sent"),
    [
        (BASE, f"https://mc.adobe.io:443{PREFIX}x/", f"{BASE}{PREFIX}x/"),
        (f"{BASE}:443", f"{BASE}{PREFIX}x/", f"{BASE}{PREFIX}x/"),
        (f"{BASE}:443", f"{BASE}:443{PREFIX}x/", f"{BASE}{PREFIX}x/"),
        (f"{BASE}:", f"{BASE}{PREFIX}x/", f"{BASE}{PREFIX}x/"),
        (BASE, f"HTTPS://MC.Adobe.IO{PREFIX}x/", f"{BASE}{PREFIX}x/"),
        ("HTTPS://MC.ADOBE.IO", f"{BASE}{PREFIX}x/", f"{BASE}{PREFIX}x/"),
        (f"{BASE}:8443", f"{BASE}:8443{PREFIX}x", f"{BASE}:8443{PREFIX}x"),
        ("http://127.0.0.1", f"http://127.0.0.1:80{PREFIX}x", f"http://127.0.0.1{PREFIX}x"),
        ("http://[::1]:81", f"http://[::1]:81{PREFIX}x", f"http://[::1]:81{PREFIX}x"),
        ("http://[::1]", f"http://[::1]{PREFIX}x", f"http://[::1]{PREFIX}x"),
        ("http://[::A]", f"http://[::a]:80{PREFIX}x", f"http://[::a]{PREFIX}x"),
        (f"{BASE}/gate/way", f"{BASE}/gate/way{PREFIX}x", f"{BASE}/gate/way{PREFIX}x"),
        (BASE, f"{BASE}{PREFIX}%3d%2b/x", f"{BASE}{PREFIX}%3D%2B/x"),
    ],
)
def test_what_means_the_same_is_written_as_everybody_writes_it(
    base_url: str, href: str, sent: str
) -> None:
    assert check_href(href, base_url, "acme") == sent == prepared(sent)


@pytest.mark.parametrize(
    ("href", "words"),
    [
        (f"https://evil.test{PREFIX}x", "its host is `evil.test`, and the base URL's is"),
        (f"https://mc.adobe.io.evil.test{PREFIX}x", "its host is"),
        (f"https://evil.test/mc.adobe.io{PREFIX}x", "its host is"),
        (f"https://mc-adobe.io{PREFIX}x", "its host is"),
        (f"https://mc.adobe.io.{PREFIX}x", "its host is `mc.adobe.io.`"),
        (f"https://mc.adobe.io:444{PREFIX}x", "its host is `mc.adobe.io:444`"),
        (f"https://mc.adobe.io:80{PREFIX}x", "its host is"),
        (f"https://mc.adobe.io:99999{PREFIX}x", "its host is"),
        (f"https://[::ffff:127.0.0.1]{PREFIX}x", "its host is"),
        (f"https://2130706433{PREFIX}x", "its host is"),
        (f"http://mc.adobe.io{PREFIX}x", "it begins with http://"),
        (f"http://mc.adobe.io:443{PREFIX}x", "it begins with http://"),
        (f"https://mc.adobe.io:{PREFIX}x", "it is no whole address"),
        (f"https://mc.adobe.io:0443{PREFIX}x", "it is no whole address"),
        (f"https://mc.adobe.io:443x{PREFIX}x", "it is no whole address"),
        (f"https://mc.adobe.io:4434434{PREFIX}x", "it is no whole address"),
        (f"https://mc%2eadobe.io{PREFIX}x", "it is no whole address"),
        (f"https://[::1{PREFIX}x", "it is no whole address"),
        (f"https://[::1%25eth0]{PREFIX}x", "it is no whole address"),
        (f"https://[mc.adobe.io]{PREFIX}x", "it is no whole address"),
        (f"https://mc.adobe.io[::1]{PREFIX}x", "it is no whole address"),
        ("", "it is no whole address"),
        ("https://mc.adobe.io", "it is no whole address"),
        ("https://", "it is no whole address"),
        (f"https://{PREFIX}x", "it is no whole address"),
        (f"https:{PREFIX}x", "it is no whole address"),
        (f"https:/mc.adobe.io{PREFIX}x", "it is no whole address"),
        (f"https:mc.adobe.io{PREFIX}x", "it is no whole address"),
        (f"//mc.adobe.io{PREFIX}x", "it is no whole address"),
        (f"///mc.adobe.io{PREFIX}x", "it is no whole address"),
        (f"mc.adobe.io{PREFIX}x", "it is no whole address"),
        (f"{PREFIX}x", "it is no whole address"),
        (PREFIX[1:] + "x", "it is no whole address"),
        (f"ftp://mc.adobe.io{PREFIX}x", "it is no whole address"),
        (f"file://{PREFIX}x", "it is no whole address"),
        (f"javascript://mc.adobe.io{PREFIX}x", "it is no whole address"),
        (f"httpss://mc.adobe.io{PREFIX}x", "it is no whole address"),
        (f"https://mc.adobe.io@evil.test{PREFIX}x", "it holds a user name"),
        (f"https://evil.test@mc.adobe.io{PREFIX}x", "it holds a user name"),
        (f"https://user:pass-word@mc.adobe.io{PREFIX}x", "it holds a user name"),
        (f"https://@mc.adobe.io{PREFIX}x", "it holds a user name"),
        (f"https://a@b@mc.adobe.io{PREFIX}x", "it is no whole address"),
        (f"https://mc.adobe.io:443@evil.test{PREFIX}x", "it holds a user name"),
        (f"https://mc.adobe.io#@evil.test{PREFIX}x", "it is no whole address"),
        (f"https://mc.adobe.io?@evil.test{PREFIX}x", "it is no whole address"),
        (f"https://evil.test\\@mc.adobe.io{PREFIX}x", "characters that no address holds"),
        (f"https://mc.adobe.io\\.evil.test{PREFIX}x", "characters that no address holds"),
        (f"https:\\\\mc.adobe.io{PREFIX}x", "characters that no address holds"),
        (f" {GOOD}", "characters that no address holds"),
        (f"{GOOD} ", "characters that no address holds"),
        (f"\t{GOOD}", "characters that no address holds"),
        (f"{GOOD}\n", "characters that no address holds"),
        (f"{GOOD}\r\nX-Evil: 1", "characters that no address holds"),
        (f"https://mc.adobe.io\t{PREFIX}x", "characters that no address holds"),
        (f"https://mc.adobe.io\n.evil.test{PREFIX}x", "characters that no address holds"),
        (f"{GOOD}\x00", "characters that no address holds"),
        (f"{GOOD}\x7f", "characters that no address holds"),
        (f"{GOOD}\ud800", "characters that no address holds"),
        (f"{GOOD}\u200b", "characters that no address holds"),
        (f"https://mc\u3002adobe.io{PREFIX}x", "characters that no address holds"),
        (f"https://\uff4dc.adobe.io{PREFIX}x", "characters that no address holds"),
        (f"https://mc.adobe.\u0131o{PREFIX}x", "characters that no address holds"),
        (f"{BASE}{PREFIX}gr\u00fcn", "characters that no address holds"),
        (f"{BASE}{PREFIX}a\uff0f..\uff0fb", "characters that no address holds"),
        (f"{BASE}{PREFIX}a b", "characters that no address holds"),
        (f"{BASE}{PREFIX}a\\..\\b", "characters that no address holds"),
        (f"{BASE}{PREFIX}<script>", "characters that no address holds"),
        (f"{GOOD}?method=stop", "it holds a query or a fragment"),
        (f"{GOOD}#x", "it holds a query or a fragment"),
        (f"{GOOD}?", "it holds a query or a fragment"),
        (f"{BASE}/other/campaign/workflow/execution/x", "is not below `/acme/campaign/"),
        (f"{BASE}/acme2/campaign/workflow/execution/x", "is not below"),
        (f"{BASE}/acme-mkt-stage/campaign/workflow/execution/x", "is not below"),
        (f"{BASE}/ACME/campaign/workflow/execution/x", "is not below"),
        (f"{BASE}/acme/campaign/workflow/executions/x", "is not below"),
        (f"{BASE}/acme/campaign/profileAndServices/profile", "is not below"),
        (f"{BASE}{PREFIX.removesuffix('/')}", "is not below"),
        (f"{BASE}{PREFIX}", "is not below"),
        (f"{BASE}/", "is not below"),
        (f"{BASE}/{PREFIX}x", "is not below"),
        (f"{BASE}/x{PREFIX}x", "is not below"),
        (f"{BASE}/./acme/campaign/workflow/execution/x", "is not below"),
        (f"{BASE}/other/..{PREFIX}x", "is not below"),
        (f"{BASE}/%61cme/campaign/workflow/execution/x", "is not below"),
        (f"{BASE}/acme%2Fcampaign/workflow/execution/x", "is not below"),
        (f"{BASE}{PREFIX}../../../../other/x", "more than one way"),
        (f"{BASE}{PREFIX}..", "more than one way"),
        (f"{BASE}{PREFIX}../", "more than one way"),
        (f"{BASE}{PREFIX}./x", "more than one way"),
        (f"{BASE}{PREFIX}x/..", "more than one way"),
        (f"{BASE}{PREFIX}x/.../y", "more than one way"),
        (f"{BASE}{PREFIX}/", "more than one way"),
        (f"{BASE}{PREFIX}/x", "more than one way"),
        (f"{BASE}{PREFIX}x//", "more than one way"),
        (f"{BASE}{PREFIX}%2e%2e/x", "more than one way"),
        (f"{BASE}{PREFIX}.%2E/x", "more than one way"),
        (f"{BASE}{PREFIX}%252e%252e/x", "more than one way"),
        (f"{BASE}{PREFIX}%25252e", "more than one way"),
        (f"{BASE}{PREFIX}x%2f..%2fy", "more than one way"),
        (f"{BASE}{PREFIX}x%5c..%5cy", "more than one way"),
        (f"{BASE}{PREFIX}..;/x", "more than one way"),
        (f"{BASE}{PREFIX}x;a=b/y", "more than one way"),
        (f"{BASE}{PREFIX}..%3b/x", "more than one way"),
        (f"{BASE}{PREFIX}x%3Fy", "more than one way"),
        (f"{BASE}{PREFIX}x%23y", "more than one way"),
        (f"{BASE}{PREFIX}x%00", "more than one way"),
        (f"{BASE}{PREFIX}x%0d%0aX-Evil:1", "more than one way"),
        (f"{BASE}{PREFIX}%c0%ae%c0%ae/x", "more than one way"),
        (f"{BASE}{PREFIX}%ef%bc%8e", "more than one way"),
        (f"{BASE}{PREFIX}%u002e", "more than one way"),
        (f"{BASE}{PREFIX}%41bc", "more than one way"),
        (f"{BASE}{PREFIX}%", "more than one way"),
        (f"{BASE}{PREFIX}%4", "more than one way"),
        (f"{BASE}{PREFIX}%zz", "more than one way"),
        (f"{BASE}{PREFIX}a[b]", "more than one way"),
        (f"{BASE}{PREFIX}{'x' * LONGEST_HREF}", "it is longer than 2,048 characters"),
        ("x" * 4_000_000, "it is longer than 2,048 characters"),
    ],
)
def test_what_leads_elsewhere_or_may_is_refused(href: str, words: str) -> None:
    said = refusal(href)
    assert words in said
    assert "pass-word" not in said
    assert said.isprintable()


@pytest.mark.parametrize(
    ("base_url", "href"),
    [
        (f"{BASE}/gate/way", GOOD),
        (f"{BASE}/gate/way", f"{BASE}/gate/way2{PREFIX}x"),
        (f"{BASE}/gate/way", f"{BASE}/gate{PREFIX}x"),
        (f"{BASE}/gate/../way", f"{BASE}/gate/../way{PREFIX}x"),
        (f"{BASE}/%7euser", f"{BASE}/%7euser{PREFIX}x"),
        ("http://localhost:8080", f"http://127.0.0.1:8080{PREFIX}x"),
        ("http://[::1]:8080", f"http://[0:0:0:0:0:0:0:1]:8080{PREFIX}x"),
        (f"{BASE}:8443", f"{BASE}{PREFIX}x"),
        ("http://127.0.0.1", f"https://127.0.0.1{PREFIX}x"),
    ],
)
def test_the_base_url_itself_counts_with_port_and_path(base_url: str, href: str) -> None:
    assert refusal(href, base_url)


def test_a_long_path_is_quoted_whole_so_that_a_secret_in_it_is_not_cut_in_two() -> None:
    path = "/elsewhere/" + "x" * 1000
    assert f"`{path}`" in refusal(BASE + path)


_HOSTS = st.sampled_from(
    [
        "mc.adobe.io",
        "MC.adobe.io",
        "mc.adobe.io:443",
        "mc.adobe.io:80",
        "mc.adobe.io.",
        "evil.test",
        "a@mc.adobe.io",
        "mc.adobe.io@evil.test",
        "[::1]",
        "mc.adobe.io\\",
        "",
    ]
)
_PIECES = st.lists(
    st.sampled_from(
        [
            *"/.;@%?#\\ \t:aZ0-_~",
            "..",
            "%2e",
            "%2f",
            "%40",
            "%25",
            "%5c",
            "%3b",
            "x/",
            "acme/",
            PREFIX,
        ]
    ),
    max_size=12,
).map("".join)
_BEGINNINGS = st.builds(
    "{}://{}{}".format,
    st.sampled_from(["https", "https", "http", "HTTPS"]),
    st.one_of(st.just("mc.adobe.io"), _HOSTS),
    st.one_of(st.just(PREFIX), st.sampled_from(["", "/", "/acme", "//"])),
)
_KEYS = st.text("@aB9-_.%4", min_size=1, max_size=4)
_HREFS = st.one_of(
    st.text(max_size=60),
    st.builds("{}{}".format, _BEGINNINGS, st.one_of(_KEYS, _PIECES, st.text(max_size=20))),
)


@given(_HREFS)
def test_whatever_passes_goes_to_the_right_host_port_and_path(href: str) -> None:
    try:
        url = check_href(href, BASE, "acme")
    except UntrustedHrefError:
        return
    assert prepared(url) == url
    parts = urlsplit(url)
    assert (parts.scheme, parts.hostname, parts.port) == ("https", "mc.adobe.io", None)
    assert parts.username is parts.password is None
    assert (parts.query, parts.fragment) == ("", "")
    assert url == f"{BASE}{parts.path}"
    path = parts.path
    for _ in range(3):  # however often somebody on the way decodes it
        assert path.startswith(PREFIX)
        assert len(path) > len(PREFIX)
        assert not re.search(r"//|/\.+(/|\Z)|[;\\?#\x00-\x20]", path)
        path = unquote(path)


@given(st.lists(st.from_regex(r"[A-Za-z0-9_-]{1,9}|(@|%40)[A-Za-z0-9_-]{8}", fullmatch=True)))
def test_whatever_is_made_of_names_and_keys_passes(segments: list[str]) -> None:
    href = "/".join([f"{BASE}{PREFIX}WKF1", *segments, "trigger", ""])
    assert check_href(href, BASE, "acme") == href


def test_what_was_checked_is_what_a_server_gets(transport: Transport, serve: Serve) -> None:
    server = serve([answer_all(http(204))])
    client = CampaignClient(
        check_target(server.url, server.url),
        transport=transport,
        api_key=Secret("the-api-key"),
        tokens=GivenToken(Secret("the-token")),
    )
    rests = [REST, REST.removesuffix("/"), "%3d/a...b/~!$&'()*+,=:/trigger/"]
    for rest in rests:
        client.post_signal(check_href(server.url + PREFIX + rest, server.url, "acme"), b"{}", 10)
    got = [request.split(b" ")[1].decode() for request in server.requests]
    assert got == [PREFIX + rests[0], PREFIX + rests[1], PREFIX + rests[2].replace("%3d", "%3D")]
