"""The provider that a call was sent to, where only its host tells."""

from functools import lru_cache
from urllib.parse import urlsplit

from ..llm_providers import provider_of
from . import alias_table as table
from .fields import Fields

_MAX_ADDRESS = 2048


def provider_by_host(fields: Fields) -> str | None:
    """Return the provider by URL or address; `None` if neither is there, or is nobody's."""
    address = fields.get(table.HTTP_URL) or fields.get(table.SERVER_ADDRESS)
    if address is None or len(address) > _MAX_ADDRESS:
        return None
    return _provider_at(address)


@lru_cache(maxsize=1024)
def _provider_at(address: str) -> str | None:
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname
    except ValueError:
        return None
    return provider_of(host) if host else None
