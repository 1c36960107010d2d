"""The three spellings of a session reference: HTTP headers, span attributes, baggage entries.

Each pair of functions is lossless for references within the limits.
"""

import re
from collections.abc import Mapping
from itertools import accumulate, takewhile
from urllib.parse import quote, unquote, unquote_to_bytes

from .. import semconv
from .reference import SessionReference

MAX_HEADER_BYTES = 8 * 1024
MAX_BAGGAGE_BYTES = 2 * 1024

HEADER_LINE_BYTES = len(": \r\n")
_BAGGAGE_ENTRY_BYTES = len("=,")
_REQUEST_ID_LINE_BYTES = (
    len(semconv.HEADER_REQUEST_ID) + len("00000000-0000-4000-8000-000000000000") + HEADER_LINE_BYTES
)
"""Reserved: a request id goes out with every reference."""

_PLAIN = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) != "%")
_ENCODED_PERCENTS = re.compile(r"%((?:25)*)")

_HEADER_NAMES = (
    semconv.HEADER_SESSION_ID,
    semconv.HEADER_SESSION_PATH,
    semconv.HEADER_SESSION_NAME,
    semconv.HEADER_USER_ID,
)
_BAGGAGE_KEYS = (
    semconv.ATTR_SESSION_ID,
    semconv.ATTR_SESSION_PATH,
    semconv.ATTR_SESSION_NAME,
    semconv.ATTR_USER_ID,
)


def headers_of(reference: SessionReference, *, beside_bytes: int = 0) -> dict[str, str]:
    """Return the `Helicone-*` headers of *reference*, values encoded.

    As lines of HTTP/1.1, with one for a request id and *beside_bytes* of others, they have at most
    8 KiB in all. Whole entries in the order id, path, name, user, properties; those that do not fit
    are left off.
    """
    entries = _entries(reference, _HEADER_NAMES, semconv.HEADER_PROPERTY_PREFIX)
    headers = {name: encode_header_value(value) for name, value in entries}
    room = MAX_HEADER_BYTES - _REQUEST_ID_LINE_BYTES - beside_bytes
    return _within(headers, room, each=HEADER_LINE_BYTES)


def value_count(reference: SessionReference) -> int:
    """Return how many entries say all of *reference*: what a spelling has less was left off."""
    alone = (reference.id, reference.path, reference.name, reference.user_id)
    return len(reference.properties) + sum(map(bool, alone))


def reference_from_headers(headers: Mapping[str, str]) -> SessionReference:
    """Read a reference from headers of any case; other headers are ignored."""
    lowered = {name.lower(): value for name, value in headers.items()}
    decoded = {
        name: decode_header_value(value)
        for name, value in lowered.items()
        if name.startswith("helicone-")
    }
    return _read(decoded, tuple(n.lower() for n in _HEADER_NAMES), "helicone-property-")


def attributes_of(reference: SessionReference) -> dict[str, str]:
    """Return the span attributes of *reference*: ours, and OpenTelemetry's where it has a key."""
    attributes = dict(_entries(reference, _BAGGAGE_KEYS, semconv.ATTR_PROPERTY_PREFIX))
    if reference.id:
        attributes[semconv.OTEL_SESSION_ID] = reference.id
    if reference.user_id:
        attributes[semconv.OTEL_USER_ID] = reference.user_id
    return attributes


def reference_from_attributes(attributes: Mapping[str, object]) -> SessionReference:
    """Read a reference from span attributes; our own keys win over OpenTelemetry's."""
    texts = {key: value for key, value in attributes.items() if isinstance(value, str)}
    own = _read(texts, _BAGGAGE_KEYS, semconv.ATTR_PROPERTY_PREFIX)
    return own.over(
        SessionReference.of(
            id=texts.get(semconv.OTEL_SESSION_ID), user_id=texts.get(semconv.OTEL_USER_ID)
        )
    )


def baggage_of(reference: SessionReference) -> dict[str, str]:
    """Return the baggage entries of *reference*, in the order of headers.

    They have at most 2 KiB in all as the W3C propagator writes them, percent-encoded.
    """
    entries = _entries(reference, _BAGGAGE_KEYS, semconv.ATTR_PROPERTY_PREFIX)
    quoted = {key: quote(value) for key, value in entries}
    fitting = _within(quoted, MAX_BAGGAGE_BYTES, each=_BAGGAGE_ENTRY_BYTES)
    return {key: unquote(value) for key, value in fitting.items()}


def reference_from_baggage(baggage: Mapping[str, object]) -> SessionReference:
    """Read a reference from baggage entries; foreign entries are ignored."""
    texts = {key: value for key, value in baggage.items() if isinstance(value, str)}
    return _read(texts, _BAGGAGE_KEYS, semconv.ATTR_PROPERTY_PREFIX)


def encode_header_value(value: str) -> str:
    """Return *value* as header text: itself, or percent-encoded where it needs to be.

    It needs to be if it has characters outside U+0020..U+007E, or would be decoded to another.
    """
    if value.isascii() and value.isprintable() and "%" not in value:
        return value
    return _percent_encode(value) if _needs_encoding(value) else value


def decode_header_value(header: str) -> str:
    """Return the value that `encode_header_value` spelled as *header*."""
    decoded = _decoded_once(header)
    return header if decoded is None or not _needs_encoding(decoded) else decoded


def _needs_encoding(value: str) -> bool:
    # A plain value needs encoding exactly if what it would decode to does. Each decoding takes one
    # "25" from behind every "%"; all but the last are taken at once, or a long chain would cost
    # quadratic time.
    if "%" in value and _is_plain(value):
        taken = min(len(run) for run in _ENCODED_PERCENTS.findall(value))
        value = _ENCODED_PERCENTS.sub(lambda match: "%" + match[1][taken:], value)
        value = _decoded_once(value) or value
    return not _is_plain(value)


def _decoded_once(header: str) -> str | None:
    """Return the text whose full percent-encoding is *header*, if there is another one."""
    if "%" not in header or not _is_plain(header):
        return None
    try:
        decoded = unquote_to_bytes(header).decode()
    except UnicodeDecodeError:
        return None
    return decoded if decoded != header and _percent_encode(decoded) == header else None


def _percent_encode(value: str) -> str:
    return quote(value, safe=_PLAIN)


def _is_plain(value: str) -> bool:
    return value.isascii() and value.isprintable()


def _entries(
    reference: SessionReference, names: tuple[str, ...], property_prefix: str
) -> list[tuple[str, str]]:
    values = (reference.id, reference.path, reference.name, reference.user_id)
    entries = [(name, value) for name, value in zip(names, values, strict=True) if value]
    entries += [(property_prefix + name, value) for name, value in reference.properties.items()]
    return entries


def _within(entries: dict[str, str], max_bytes: int, *, each: int) -> dict[str, str]:
    """Return the first *entries*, all ASCII, that fit with *each* bytes of punctuation."""
    sizes = [len(name) + len(value) + each for name, value in entries.items()]
    if sum(sizes) <= max_bytes:
        return entries
    fitting = takewhile(lambda used: used <= max_bytes, accumulate(sizes))
    return {name: entries[name] for name, _ in zip(entries, fitting, strict=False)}


def _read(
    texts: Mapping[str, str], names: tuple[str, ...], property_prefix: str
) -> SessionReference:
    session_id, path, name, user_id = (texts.get(key) for key in names)
    skip = len(property_prefix)
    return SessionReference.of(
        id=session_id,
        path=path,
        name=name,
        user_id=user_id,
        properties={k[skip:]: v for k, v in texts.items() if k.startswith(property_prefix)},
    )
