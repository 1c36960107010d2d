"""Whatever comes in, decoding answers or raises `BadPayload`; nothing else gets out."""

import os
import subprocess
import sys

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans

from helicone_otel.errors import BadPayload
from helicone_otel.model import DecodedRequest, Encoding, WantedAttributes
from helicone_otel.otlp import decode, encode_request

EVERYTHING = WantedAttributes(keys=frozenset(), prefixes=("",))
ENVELOPE = ResourceSpans(scope_spans=[ScopeSpans()]).SerializeToString()
FIELDS = [
    *("resourceSpans", "scopeSpans", "spans", "resource", "scope", "attributes", "key", "value"),
    *("traceId", "spanId", "parentSpanId", "name", "kind", "events", "links", "status", "code"),
    *("startTimeUnixNano", "stringValue", "intValue", "doubleValue", "bytesValue", "boolValue"),
    *("arrayValue", "kvlistValue", "values"),
]

scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text()
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(FIELDS), inner),
    max_leaves=40,
)
ids = st.sampled_from(["ab" * 16, "cd" * 8])
json_spans = st.fixed_dictionaries(
    {"traceId": ids | documents, "spanId": ids | documents},
    optional={name: documents for name in FIELDS if name not in {"traceId", "spanId"}},
)


def decoded(body: bytes, encoding: Encoding) -> DecodedRequest | None:
    try:
        return decode(body, encoding, wanted=EVERYTHING, max_spans=1_000)
    except BadPayload:
        return None


@pytest.mark.parametrize("encoding", list(Encoding))
@given(body=st.binary())
def test_any_bytes_decode_or_are_a_bad_payload(body: bytes, encoding: Encoding) -> None:
    decoded(body, encoding)


@given(st.lists(st.binary(), max_size=5))
def test_any_bytes_for_spans_are_records_or_rejections(spans: list[bytes]) -> None:
    request = decoded(encode_request(ENVELOPE, spans, Encoding.PROTOBUF), Encoding.PROTOBUF)
    assert request is not None
    assert len(request.spans) + len(request.rejections) == len(spans)


@given(documents)
def test_any_json_decodes_or_is_a_bad_payload(document: object) -> None:
    decoded(orjson.dumps(document), Encoding.JSON)
    decoded(orjson.dumps({"resourceSpans": [{"resource": document}]}), Encoding.JSON)


@settings(max_examples=40)
@given(st.lists(json_spans | documents, max_size=3))
def test_any_json_for_spans_are_records_or_rejections(spans: list[object]) -> None:
    body = orjson.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})
    request = decoded(body, Encoding.JSON)
    assert request is not None
    assert len(request.spans) + len(request.rejections) == len(spans)


@given(st.text(alphabet=r'\ud83D"eaE00{}:', max_size=60))
def test_any_escapes_decode_or_are_a_bad_payload(text: str) -> None:
    decoded(b'{"a":"' + text.encode() + b'"}', Encoding.JSON)


def test_protobuf_nested_past_its_limit_refuses_its_span_alone() -> None:
    value = b""
    for _ in range(60):
        array = b"\x0a" + _length(value) + value
        value = b"\x2a" + _length(array) + array
    pair = b"\x12" + _length(value) + value
    bad_span = b"\x0a\x10" + b"t" * 16 + b"\x12\x08" + b"s" * 8 + b"\x4a" + _length(pair) + pair
    request = decoded(encode_request(ENVELOPE, [bad_span], Encoding.PROTOBUF), Encoding.PROTOBUF)
    assert request is not None
    assert request.rejections[0].reason.endswith("expected an OTLP KeyValue in protobuf")


def test_the_pure_python_protobuf_is_refused() -> None:
    script = "from helicone_otel.otlp import require_fast_protobuf; require_fast_protobuf()"
    result = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ConfigurationError: protobuf runs on its pure-Python implementation" in result.stderr


def _length(payload: bytes) -> bytes:
    size = len(payload)
    return bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])
