"""Which attribute keys become values, remembered for the length of one request."""

from collections.abc import Collection

from ..model import WantedAttributes
from .limits import MAX_KEY_CHARS

_MAX_REMEMBERED = 4_096
"""Enough for every honest sender; a hostile one is answered key by key."""


class Selection:
    """Picks the wanted ones of attribute keys; the spans of one request repeat theirs."""

    def __init__(self, wanted: WantedAttributes) -> None:
        self._keys = wanted.keys
        self._prefixes = wanted.prefixes
        self._known: dict[str, bool] = {}

    def of(self, keys: Collection[str]) -> list[str]:
        known = self._known
        try:
            return [key for key in keys if known[key]]
        except KeyError:
            self._remember(keys)
        return [key for key in keys if self.is_wanted(key)]

    def _remember(self, keys: Collection[str]) -> None:
        if len(self._known) + len(keys) <= _MAX_REMEMBERED:
            self._known.update((key, self.is_wanted(key)) for key in keys)

    def is_wanted(self, key: str) -> bool:
        if len(key) > MAX_KEY_CHARS:
            return False
        return key in self._keys or key.startswith(self._prefixes)
