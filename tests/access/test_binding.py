"""Where the server may listen, and under what conditions."""

import pytest

from helicone_otel.access import check_binding
from helicone_otel.errors import ConfigurationError


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
@pytest.mark.parametrize("guarded", [True, False])
@pytest.mark.parametrize("as_root", [True, False])
def test_loopback_needs_nothing(host: str, *, guarded: bool, as_root: bool) -> None:
    check_binding(host, guarded=guarded, insecure=False, as_root=as_root)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "example.internal"])
def test_another_address_needs_tokens_or_the_word_insecure(host: str) -> None:
    with pytest.raises(ConfigurationError, match="token create"):
        check_binding(host, guarded=False, insecure=False, as_root=False)
    check_binding(host, guarded=True, insecure=False, as_root=False)
    check_binding(host, guarded=False, insecure=True, as_root=False)


@pytest.mark.parametrize("guarded", [True, False])
def test_root_never_lets_other_machines_in(*, guarded: bool) -> None:
    with pytest.raises(ConfigurationError, match="this is root"):
        check_binding("0.0.0.0", guarded=guarded, insecure=not guarded, as_root=True)


def test_insecure_with_tokens_is_a_contradiction() -> None:
    with pytest.raises(ConfigurationError, match="--insecure-no-auth"):
        check_binding("127.0.0.1", guarded=True, insecure=True, as_root=False)
