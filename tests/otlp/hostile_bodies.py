"""Bodies within every limit of size that would fill the memory if they were parsed as they are.

Run as a program it decodes each and prints, as JSON, how much memory that took.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from helicone_otel import mapping, otlp
from helicone_otel.errors import BadPayload
from helicone_otel.model import Encoding
from helicone_otel.otlp.wire_fields import write_bytes

LIMIT = 20 * 1024 * 1024
IDS = write_bytes(1, b"\1" * 16) + write_bytes(2, b"\1" * 8)


def full_of(piece: bytes, size: int = LIMIT - 1024) -> bytes:
    return piece * (size // len(piece))


def request(*spans: bytes) -> bytes:
    scope_spans = b"".join(write_bytes(2, span) for span in spans)
    return write_bytes(1, write_bytes(2, scope_spans))


def value_of(number: int, piece: bytes) -> bytes:
    """Return a span with one attribute whose value has the field *number* full of *piece*."""
    value = write_bytes(number, full_of(piece))
    return request(IDS + write_bytes(9, write_bytes(1, b"a") + write_bytes(2, value)))


def json_list(before: bytes, piece: bytes, after: bytes) -> bytes:
    return before + full_of(piece)[:-1] + after


def hostile_bodies() -> Iterator[tuple[str, Encoding, bytes]]:
    """Yield them one by one, for two hundred MiB of them are not needed at once."""
    protobuf, as_json = Encoding.PROTOBUF, Encoding.JSON
    yield "empty resources", protobuf, full_of(b"\x0a\x00")
    yield "empty scopes", protobuf, write_bytes(1, full_of(b"\x12\x00"))
    yield "empty spans", protobuf, write_bytes(1, write_bytes(2, full_of(b"\x12\x00")))
    yield "unknown fields", protobuf, full_of(b"\x7a\x00")
    resource = write_bytes(1, write_bytes(1, full_of(b"\x0a\x00")))
    yield "attributes of a resource", protobuf, resource
    scope = write_bytes(1, write_bytes(2, write_bytes(1, full_of(b"\x1a\x00"))))
    yield "attributes of a scope", protobuf, scope
    yield "attributes of a span", protobuf, request(IDS + full_of(b"\x4a\x00"))
    yield "events", protobuf, request(IDS + full_of(b"\x5a\x00"))
    yield "links", protobuf, request(IDS + full_of(b"\x6a\x00"))
    yield "attributes of an event", protobuf, request(IDS + write_bytes(11, full_of(b"\x1a\x00")))
    yield "messages of a status", protobuf, request(IDS + write_bytes(15, full_of(b"\x12\x01a")))
    yield "a list", protobuf, value_of(5, b"\x0a\x00")
    yield "a map", protobuf, value_of(6, b"\x0a\x00")
    keys_only = IDS + full_of(b"\x5a\x00", 1024 * 1024 - 100)
    yield "spans of a MiB", protobuf, request(*[keys_only] * 19)
    yield "JSON resources", as_json, json_list(b'{"resourceSpans":[', b"{},", b"]}")
    spans = b'{"resourceSpans":[{"scopeSpans":[{"spans":['
    yield "JSON spans", as_json, json_list(spans, b"{},", b"]}]}]}")
    attributes = spans + b'{"traceId":"' + b"01" * 16 + b'","attributes":['
    yield "JSON attributes", as_json, json_list(attributes, b"{},", b"]}]}]}]}")
    yield "JSON members", as_json, json_list(b'{"resourceSpans":[],', b'"a":0,', b"}")
    for name, piece in {"objects": b'{"a":0},', "numbers": b"1.5,", "texts": b'"ab",'}.items():
        yield f"JSON {name}", as_json, json_list(b'{"x":[', piece, b"]}")
    yield "JSON levels", as_json, b'{"resourceSpans":' + full_of(b"[")


def extra_bytes(body: bytes, encoding: Encoding) -> int:
    """Decode *body*; return what that took at its peak. Linux tells and forgets the peak."""
    status, reset = Path("/proc/self/status"), Path("/proc/self/clear_refs")

    def resident(name: str) -> int:
        line = next(line for line in status.read_text().splitlines() if line.startswith(name))
        return int(line.split()[1]) * 1024

    reset.write_text("5")
    before = resident("VmRSS")
    try:
        decoded = otlp.decode(body, encoding, wanted=mapping.WANTED_ATTRIBUTES, max_spans=50_000)
    except BadPayload:
        pass
    else:
        assert len(decoded.spans) + len(decoded.rejections) < 20
    return resident("VmHWM") - before


if __name__ == "__main__":
    json.dump(
        {name: extra_bytes(body, encoding) for name, encoding, body in hostile_bodies()},
        sys.stdout,
    )
