"""The hosts that may see session headers; session names and user ids are private."""

import ipaddress
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from .reports import warn_once

HOSTS_VARIABLE = "HELICONE_OTEL_HOSTS"
HELICONE_HOSTS = ("helicone.ai", "*.helicone.ai", "hconeai.com", "*.hconeai.com")

HELICONE_API_HOSTS = frozenset({"api.helicone.ai", "eu.api.helicone.ai", "api.worker.helicone.ai"})
"""Not covered by `*.helicone.ai`: what goes there is no LLM call."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_PORT = 65535
_ENTRY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s\[\]:/@?#*]+)(?::(?P<port>[0-9]{1,5}))?")
_WILDCARD = "*."


@dataclass(frozen=True, slots=True)
class AllowList:
    """The hosts and ports that may see session headers; a port of `None` is any."""

    hosts: frozenset[tuple[str, int | None]]
    domains: frozenset[tuple[str, int | None]]
    """Those of which only subdomains are meant; each begins with a dot."""

    @classmethod
    def of(cls, entries: Iterable[str]) -> Self:
        """Read `host`, `host:port`, `[v6]:port`, `*.domain` and URLs, of which host and port count.

        A URL without a port means that of its scheme. Other entries are logged and left out.
        """
        parsed = list(_parsed(entries))
        return cls(
            hosts=frozenset(place for is_domain, place in parsed if not is_domain),
            domains=frozenset(
                ("." + host, port) for is_domain, (host, port) in parsed if is_domain
            ),
        )

    def allows(self, scheme: str, raw_host: bytes, port: int | None) -> bool:
        """Tell whether a URL's parts are listed; *raw_host* is lower case, without brackets."""
        host = raw_host.decode("ascii", errors="replace")
        ports = (None, _DEFAULT_PORTS.get(scheme) if port is None else port)
        if any((host, listed) in self.hosts for listed in ports):
            return True
        return host not in HELICONE_API_HOSTS and any(
            listed in ports and host.endswith(domain) for domain, listed in self.domains
        )


def allow_list(hosts: str | Iterable[str] = ()) -> AllowList:
    """Return Helicone's hosts, those of `HELICONE_OTEL_HOSTS` (comma-separated), and *hosts*."""
    given = hosts.split(",") if isinstance(hosts, str) else hosts
    named = os.environ.get(HOSTS_VARIABLE, "").split(",")
    return AllowList.of((*HELICONE_HOSTS, *named, *given))


def _parsed(entries: Iterable[str]) -> Iterator[tuple[bool, tuple[str, int | None]]]:
    """Yield whether only subdomains are meant, and the place."""
    for entry in entries:
        text = str(entry).strip().lower()
        if not text:
            continue
        try:
            place = _place_of_url(text) if "://" in text else text
            yield place.startswith(_WILDCARD), _parse(place.removeprefix(_WILDCARD))
        except ValueError:
            warn_once(
                f"{_printable(text)!r} in {HOSTS_VARIABLE} or hosts= gets no session headers:"
                " write host, host:port, [v6]:port, *.domain or an http(s) URL"
            )


def _place_of_url(text: str) -> str:
    url = urlsplit(text)
    place = url.netloc.rpartition("@")[2]
    if url.scheme not in _DEFAULT_PORTS or not place:
        raise ValueError(text)
    return place if url.port or place.endswith(":") else f"{place}:{_DEFAULT_PORTS[url.scheme]}"


def _printable(text: str) -> str:
    """Return a bad entry without what may be secret in it: user, password and query."""
    return re.split(r"[?#]", text.rpartition("@")[2], maxsplit=1)[0]


def _parse(text: str) -> tuple[str, int | None]:
    matched = _ENTRY.fullmatch(text)
    if matched is None:
        raise ValueError(text)
    port = int(matched["port"]) if matched["port"] else None
    if port is not None and not 0 < port <= _MAX_PORT:
        raise ValueError(text)
    return _canonical(matched["host"]), port


def _canonical(host: str) -> str:
    """Return *host* as HTTP clients spell it; international names become ASCII."""
    if host.startswith("["):
        return str(ipaddress.IPv6Address(host[1:-1]))
    return host if host.isascii() else host.encode("idna").decode()
