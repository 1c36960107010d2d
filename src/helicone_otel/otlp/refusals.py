"""Refusing the spans of one request must not cost more than taking them would."""

from collections.abc import Callable
from typing import TypeVar

from ..model import Origin
from .checks import Malformed

Item = TypeVar("Item")

MAX_REFUSED_PARTS = 40_000
"""Of all refused items of one request; to look at as many takes some 50 ms at most."""
ALWAYS_READ_BYTES = 2 * 1024
"""Smaller items are read in any case: there cannot be much in them."""


def sparing(read: Callable[[bytes, Origin], Item]) -> Callable[[bytes, Origin], Item]:
    """Return *read* for the items of one request, which it gives up reading if it is hostile.

    Once it has refused items with too many parts in all, it refuses large ones unread.
    """
    parts_left = MAX_REFUSED_PARTS

    def read_sparingly(raw: bytes, origin: Origin) -> Item:
        nonlocal parts_left
        if parts_left < 0 and len(raw) > ALWAYS_READ_BYTES:
            raise Malformed(
                f"it was not read: those refused before it have more than {MAX_REFUSED_PARTS}"
                " attributes, events and links"
            )
        try:
            return read(raw, origin)
        except Malformed as reason:
            parts_left -= reason.parts
            raise

    return read_sparingly
