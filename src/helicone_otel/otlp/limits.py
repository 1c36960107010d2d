"""How much of one span is accepted; past a limit a text is cut and a span is refused alone."""

from ..session_reference.text import cut_text
from ..truncations import count_truncation

MAX_PARTS = 50_000
"""Resources of one request; scopes of one resource."""
MAX_AROUND_BYTES = 1024 * 1024
"""Of a protobuf resource or scope without what is in it; of all of them in JSON."""
MAX_ENVELOPE_BYTES = 64 * 1024 * 1024
"""Of one request; a resource is counted once for each of its scopes."""
MAX_ATTRIBUTES = 2_048
"""Of one span; SDKs stop at 128, flattened LLM messages need more."""
MAX_EVENTS = 1_024
MAX_LINKS = 1_024
MAX_REQUEST_EVENTS = 100_000
"""Events and links of all spans of one request."""
MAX_KEY_CHARS = 1_024
"""A longer attribute key is never wanted."""
MAX_NAME_BYTES = 8 * 1024
"""Of span, event and scope names."""
MAX_VALUE_BYTES = 1024 * 1024
"""Of one text or bytes value."""
MAX_VALUE_DEPTH = 32
"""Levels of lists and maps in one attribute value."""
MAX_VALUE_NODES = 10_000
"""Values inside one attribute value."""
MAX_TIME_NS = 2**63 - 1
"""The last nanosecond a signed 64-bit column can hold (year 2262)."""

_UTF8_BYTES = 4
"""The most bytes one character takes."""


def shorten_bytes(value: bytes) -> bytes:
    if len(value) > MAX_VALUE_BYTES:
        count_truncation("bytes")
    return value[:MAX_VALUE_BYTES]


def shorten_name(name: str) -> str:
    if len(name) <= MAX_NAME_BYTES // _UTF8_BYTES:
        return name
    return cut_text(name, max_bytes=MAX_NAME_BYTES, kind="name")


def shorten_text(text: str) -> str:
    if len(text) <= MAX_VALUE_BYTES // _UTF8_BYTES:
        return text
    return cut_text(text, max_bytes=MAX_VALUE_BYTES, kind="text")
