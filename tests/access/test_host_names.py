"""Which Host headers are ours."""

import pytest

from helicone_otel.access import HostNames, is_loopback


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("localhost", True),
        ("localhost:4318", True),
        ("LocalHost.:4318", True),
        ("127.0.0.1:4318", True),
        ("[::1]:4318", True),
        ("[::1]", True),
        ("collector.internal:80", True),
        ("10.0.0.7", False),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example:4318", False),
        ("evil.example/localhost", False),
        ("localhost@evil.example", False),
        ("localhost:4318:4318", False),
        ("localhost:", False),
        ("localhost, evil.example", False),
        ("", False),
    ],
)
def test_on_loopback_only_known_names_are_ours(host: str, *, is_ours: bool) -> None:
    assert HostNames("localhost", ["Collector.internal"]).include(host) is is_ours


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [("10.0.0.7:4318", True), ("[fd00::7]:4318", True), ("localhost", True), ("evil.test", False)],
)
def test_on_every_address_any_address_is_ours_and_no_name(host: str, *, is_ours: bool) -> None:
    assert HostNames("0.0.0.0").include(host) is is_ours


def test_the_address_that_is_listened_on_is_ours() -> None:
    assert HostNames("10.0.0.7").include("10.0.0.7:4318")
    assert not HostNames("10.0.0.7").include("10.0.0.8:4318")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.7", False),
        ("localhost.example", False),
    ],
)
def test_only_loopback_is_loopback(host: str, *, expected: bool) -> None:
    assert is_loopback(host) is expected
