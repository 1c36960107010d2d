"""Make any text safe to carry: no control characters, no lone surrogates, never too long."""

import re

from ..truncations import count_truncation

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_MARK_DIGITS = 12


def clean_text(value: str, *, max_bytes: int) -> str:
    """Return *value* as a session value: trimmed, printable, at most *max_bytes* of UTF-8.

    Each run of control characters becomes one space. A longer text is cut and ends in `~` plus
    12 hex digits of the SHA-256 of what it was, so that two long texts stay two.
    Cleaning twice changes nothing.
    """
    if value.isascii() and value.isprintable():
        value = value.strip()
        return value if len(value) <= max_bytes else cut_text(value, max_bytes=max_bytes)
    safe = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", _CONTROL.sub(" ", value))
    return cut_text(safe.strip(), max_bytes=max_bytes)


def cut_text(value: str, *, max_bytes: int, kind: str = "session value") -> str:
    """Return *value* if it fits, else its beginning and a hash mark, counted as a *kind*."""
    encoded = value.encode()
    if len(encoded) <= max_bytes:
        return value
    count_truncation(kind)
    mark = hash_mark(value)
    return encoded[: max_bytes - len(mark)].decode(errors="ignore") + mark


def hash_mark(value: str) -> str:
    # Needed for values that are too long only, and its import costs as much as half this package.
    import hashlib  # noqa: PLC0415 - as above

    return "~" + hashlib.sha256(value.encode()).hexdigest()[:_MARK_DIGITS]
