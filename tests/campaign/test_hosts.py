"""Promise 4: which addresses may be talked to."""

from __future__ import annotations

import pytest

from runner.campaign.addresses import DEFAULT_BASE_URL, DEFAULT_TOKEN_URL
from runner.campaign.hosts import Target, check_target, is_loopback
from runner.errors import ExitCode, UsageError

EVIL = "evil.test"


def check(url: str, *allowed: str) -> Target:
    return check_target(url, DEFAULT_TOKEN_URL, allowed_hosts=allowed)


@pytest.mark.parametrize(
    ("url", "host", "loopback"),
    [
        (DEFAULT_BASE_URL, "mc.adobe.io", False),
        ("https://mc.adobe.io/", "mc.adobe.io", False),
        ("https://mc.adobe.io:443/path", "mc.adobe.io:443", False),
        ("HTTPS://MC.ADOBE.IO", "MC.ADOBE.IO", False),
        ("https://ims-na1.adobelogin.com", "ims-na1.adobelogin.com", False),
        ("http://127.0.0.1:8080", "127.0.0.1:8080", True),
        ("http://127.9.9.9", "127.9.9.9", True),
        ("http://localhost:1", "localhost:1", True),
        ("http://LOCALHOST:1", "LOCALHOST:1", True),
        ("https://localhost", "localhost", True),
        ("http://[::1]:1/", "[::1]:1", True),
    ],
)
def test_what_is_accepted(url: str, host: str, loopback: bool) -> None:
    target = check(url)
    assert (target.host, target.is_loopback) == (host, loopback)
    assert target.base_url == url.rstrip("/")
    assert not target.sandbox


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mc.adobe.io",
        "//mc.adobe.io",
        "https:mc.adobe.io",
        "https:/mc.adobe.io",
        "https:///mc.adobe.io",
        "https://",
        "https://:443",
        "ftp://mc.adobe.io",
        "file:///etc/passwd",
        "javascript://mc.adobe.io",
        "https://mc.adobe.io?x=1",
        "https://mc.adobe.io/#x",
        "https://user@mc.adobe.io",
        "https://mc.adobe.io@evil.test",
        "https://mc.adobe.io:443@evil.test",
        "https://evil.test\\@mc.adobe.io",
        "https://mc.adobe.io\\.evil.test",
        "https://mc.adobe.io\t.evil.test",
        "https://mc.adobe.io\n.evil.test",
        "https://mc.adobe.io\r\n",
        "https://mc.adobe.io ",
        " https://mc.adobe.io",
        "https://mc.adobe.io\x00",
        "https://mc.adobe.io\x7f",
        "https://mc.adobe.io:port",
        "https://mc.adobe.io:99999",
        "https://mc.adobe.io:-1",
        "https://mc.adobe.\u0131o",
        "https://mc\u3002adobe.io",
        "https://\uff4dc.adobe.io",
        "https://mc.adobe.io/a@b",
        "https://mc.adobe.io/a\\b",
        "https://mc.adobe.io/\u00e4",
        "https://[mc.adobe.io]",
        "http://[::1].evil.test",
        "http://evil.test[::1]",
        "http://[::1%25eth0]",
        "http://[::1",
        "https://mc.adobe.io%2eevil.test",
        "https://mc.adobe.io<script>",
        'https://mc.adobe.io"',
    ],
)
def test_what_is_no_plain_address(url: str) -> None:
    with pytest.raises(UsageError, match="write a URL such as") as caught:
        check(url, EVIL)
    assert caught.value.exit_code is ExitCode.USAGE
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.test",
        "http://localhost.evil.test",
        "http://127.0.0.1.evil.test",
        "https://mc.adobe.io.evil.test",
        "https://evil.test/mc.adobe.io",
        "https://mc-adobe.io",
        "https://xmc.adobe.io",
        "https://adobe.io",
        "https://mc.adobe.io.",
        "https://mc.adobe.io..",
        "http://localhost.",
        "http://127.0.0.1.",
        "http://127.1",
        "http://2130706433",
        "http://0x7f000001",
        "http://0177.0.0.1",
        "http://0.0.0.0",
        "http://[::]",
        "http://[::ffff:10.0.0.1]",
        "http://10.0.0.1",
        "http://128.0.0.1",
        "http://localhosts",
    ],
)
def test_what_is_another_host(url: str) -> None:
    with pytest.raises(UsageError, match="is not allowed; whoever runs this can add --allow-host"):
        check(url)


@pytest.mark.parametrize("url", ["http://mc.adobe.io", "HTTP://mc.adobe.io", "http://evil.test:1"])
def test_plain_http_is_for_loopback_only(url: str) -> None:
    with pytest.raises(UsageError, match="secrets do not travel in plain text; write https://"):
        check(url, EVIL)


def test_the_token_endpoint_is_checked_too() -> None:
    with pytest.raises(UsageError, match=r"--token-url `https://evil.test/token`: the host"):
        check_target(DEFAULT_BASE_URL, "https://evil.test/token")


@pytest.mark.parametrize("allowed", ["evil.test", "EVIL.Test"])
def test_whoever_runs_it_may_allow_more(allowed: str) -> None:
    assert check("https://evil.test", allowed).host == "evil.test"
    with pytest.raises(UsageError):
        check("https://more.evil.test", allowed)


@pytest.mark.parametrize(
    "url",
    [
        "https://user:pass-word@evil.test",
        "https://user:pass@word-pass-word@evil.test",
        "https://user:/pass-word@evil.test",
        "https://user:?pass-word@evil.test",
        "user:pass-word@evil.test",
        "user:pass-word//x@evil.test",
        "https:user:pass-word@evil.test",
        "ftp://user:pass-word@evil.test",
        "https://evil.test/?token=pass-word",
        "https://evil.test/#pass-word",
    ],
)
def test_no_password_is_ever_shown(url: str) -> None:
    with pytest.raises(UsageError, match=r"evil\.test") as caught:
        check(url)
    assert "pass-word" not in str(caught.value)


def test_a_long_address_is_cut() -> None:
    with pytest.raises(UsageError) as caught:
        check("https://" + "a" * 5000)
    assert len(str(caught.value)) < 5500
    assert "`https://" + "a" * 192 + "...`" in str(caught.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.255.255.254", "::1"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::", "10.0.0.1", "localhost.", "LOCAL", "1"])
def test_not_loopback(host: str) -> None:
    assert not is_loopback(host)
