"""Which hosts may see session headers."""

import logging

import httpx2
import pytest

from helicone_otel.client.hosts import AllowList, allow_list


def allows(allowed: AllowList, url: str) -> bool:
    parsed = httpx2.URL(url)
    return allowed.allows(parsed.scheme, parsed.raw_host, parsed.port)


@pytest.mark.parametrize(
    "url",
    [
        "https://helicone.ai/v1",
        "https://ai-gateway.helicone.ai/v1",
        "https://OAI.Helicone.AI",
        "https://oai.hconeai.com:443",
        "http://oai.hconeai.com",
        "https://a.b.helicone.ai",
    ],
)
def test_helicones_hosts_are_listed(url: str) -> None:
    assert allows(allow_list(), url)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil-helicone.ai",
        "https://helicone.ai.evil.com",
        "https://api.helicone.ai/v1/session/query",
        "https://eu.api.helicone.ai",
        "https://api.openai.com",
        "https://helicone.ai@evil.com",
        "https://evil.com/helicone.ai",
        "https://.helicone.ai.",
    ],
)
def test_look_alikes_are_not(url: str) -> None:
    assert not allows(allow_list(), url)


@pytest.mark.parametrize(
    ("entry", "url", "expected"),
    [
        ("gateway.local", "http://gateway.local", True),
        ("gateway.local", "https://gateway.local", True),
        ("gateway.local", "http://gateway.local:8787", True),
        ("gateway.local", "http://sub.gateway.local", False),
        ("Gateway.Local:8787", "http://gateway.local:8787", True),
        ("gateway.local:443", "https://gateway.local", True),
        ("gateway.local:443", "http://gateway.local", False),
        ("*.local", "http://gateway.local", True),
        ("*.local", "http://local", False),
        ("*.local:81", "http://gateway.local:81", True),
        ("*.local:81", "http://gateway.local", False),
        ("api.helicone.ai", "https://api.helicone.ai", True),
        ("[::1]:8787", "http://[::1]:8787", True),
        ("[0:0:0:0:0:0:0:1]", "http://[::1]", True),
        ("127.0.0.1:8787", "http://127.0.0.1:8787", True),
        ("bücher.example", "https://bücher.example", True),
        ("*.bücher.example", "https://x.xn--bcher-kva.example", True),
        ("http://127.0.0.1:8787/v1", "http://127.0.0.1:8787", True),
        ("http://127.0.0.1:8787/v1", "http://127.0.0.1", False),
        ("HTTPS://Gateway.Local", "https://gateway.local", True),
        ("https://gateway.local", "http://gateway.local", False),
        ("http://user:word@gateway.local?key=x", "http://gateway.local", True),
        ("http://[::1]:8787/", "http://[::1]:8787", True),
        ("https://*.local/v1", "https://gateway.local", True),
    ],
)
def test_an_entry_means_one_host_or_its_subdomains(entry: str, url: str, *, expected: bool) -> None:
    assert allows(AllowList.of([entry]), url) is expected


@pytest.mark.parametrize(
    "entry",
    [
        "x.ai/v1",
        "*",
        "*.",
        "a*b.ai",
        "x.ai:",
        "x.ai:0",
        "x.ai:65536",
        "::1",
        "[x]",
        "ftp://x.ai",
        "https://",
        "https://x.ai:",
        "https://x.ai:0",
        "https://x.ai:y",
        "https://[x",
    ],
)
def test_a_bad_entry_is_logged_once_and_ignored(
    entry: str, caplog: pytest.LogCaptureFixture
) -> None:
    allowed = AllowList.of([entry, "good.ai", entry])
    assert allowed == AllowList.of(["good.ai"])
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


@pytest.mark.parametrize(
    "entry", ["ftp://user:s3cret@x.ai", "user:s3cret@x.ai", "x.ai?key=s3cret", "http://s3cret@"]
)
def test_the_report_of_a_bad_entry_names_the_setting_and_no_secret(
    entry: str, caplog: pytest.LogCaptureFixture
) -> None:
    AllowList.of([entry])
    (message,) = (record.getMessage() for record in caplog.records)
    assert "HELICONE_OTEL_HOSTS" in message
    assert "hosts=" in message
    assert "s3cret" not in message


def test_hosts_come_from_the_environment_and_the_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELICONE_OTEL_HOSTS", " one.ai , *.two.ai:81,")
    allowed = allow_list("three.ai,four.ai")
    for url in ("https://one.ai", "http://x.two.ai:81", "https://three.ai", "https://helicone.ai"):
        assert allows(allowed, url)
    assert allow_list(["three.ai", "four.ai"]) == allowed
