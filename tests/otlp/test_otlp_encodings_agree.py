"""The same spans in protobuf and JSON are the same records, and nothing of either is lost."""

import base64
import math
from collections.abc import Sequence

import orjson
from google.protobuf import json_format
from hypothesis import given, settings
from msgspec.structs import replace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from helicone_otel.model import Encoding, Origin, SpanRecord, WantedAttributes
from helicone_otel.otlp import decode, encode_request
from otlp_requests import requests

EVERYTHING = WantedAttributes(keys=frozenset(), prefixes=("",))
NOWHERE = Origin(encoding=Encoding.JSON, envelope=b"", resource={}, scope_name="")


def as_otlp_json(request: ExportTraceServiceRequest) -> bytes:
    """Return the request as protobuf's own JSON writer has it, but with OTLP's hex ids."""
    document = json_format.MessageToDict(request)
    for resource_spans in document.get("resourceSpans", ()):
        for scope_spans in resource_spans["scopeSpans"]:
            for span in scope_spans["spans"]:
                for message in (span, *span.get("links", ())):
                    for name in {"traceId", "spanId", "parentSpanId"} & message.keys():
                        message[name] = base64.b64decode(message[name]).hex()
    return orjson.dumps(document)


def decoded(body: bytes, encoding: Encoding) -> Sequence[SpanRecord]:
    request = decode(body, encoding, wanted=EVERYTHING, max_spans=100)
    assert request.rejections == []
    return request.spans


def meaning(record: SpanRecord) -> tuple[SpanRecord, object, str]:
    """Return the record with what depends on its encoding left out."""
    return (
        replace(record, raw=b"", origin=NOWHERE, events=tuple(record.events)),
        record.origin.resource,
        record.origin.scope_name,
    )


@settings(max_examples=40)
@given(requests)
def test_protobuf_and_json_give_the_same_records(request: ExportTraceServiceRequest) -> None:
    protobuf = decoded(request.SerializeToString(), Encoding.PROTOBUF)
    json = decoded(as_otlp_json(request), Encoding.JSON)
    assert list(map(meaning, protobuf)) == list(map(meaning, json))


@settings(max_examples=40)
@given(requests)
def test_a_raw_span_is_the_official_message_that_was_sent(
    request: ExportTraceServiceRequest,
) -> None:
    sent = [
        span
        for resource_spans in request.resource_spans
        for scope_spans in resource_spans.scope_spans
        for span in scope_spans.spans
    ]
    records = decoded(request.SerializeToString(), Encoding.PROTOBUF)
    assert [Span.FromString(record.raw) for record in records] == sent


@settings(max_examples=40)
@given(requests)
def test_envelope_and_raw_spans_are_the_request_again(request: ExportTraceServiceRequest) -> None:
    records = decoded(request.SerializeToString(), Encoding.PROTOBUF)
    parts = [
        encode_request(record.origin.envelope, [record.raw], Encoding.PROTOBUF)
        for record in records
    ]
    found = [ExportTraceServiceRequest.FromString(part).resource_spans[0] for part in parts]
    sent = [
        _only(resource_spans, scope_spans, span)
        for resource_spans in request.resource_spans
        for scope_spans in resource_spans.scope_spans
        for span in scope_spans.spans
    ]
    assert found == sent


@settings(max_examples=40)
@given(requests)
def test_json_envelope_and_raw_spans_decode_to_the_records_again(
    request: ExportTraceServiceRequest,
) -> None:
    for record in decoded(as_otlp_json(request), Encoding.JSON):
        body = encode_request(record.origin.envelope, [record.raw], Encoding.JSON)
        assert decoded(body, Encoding.JSON) == [record]


def test_unknown_fields_survive_in_envelope_and_raw_span() -> None:
    unknown = b"\xfa\x3e\x03new"
    span = Span(trace_id=b"T" * 16, span_id=b"S" * 8).SerializeToString() + unknown
    envelope = ResourceSpans(scope_spans=[ScopeSpans()]).SerializeToString() + unknown
    body = encode_request(envelope, [span], Encoding.PROTOBUF)
    (record,) = decoded(body, Encoding.PROTOBUF)
    assert record.raw == span
    assert unknown in record.origin.envelope


def test_nan_is_nan_in_both() -> None:
    pair = KeyValue(key="a", value=AnyValue(double_value=math.nan))
    span = Span(trace_id=b"T" * 16, span_id=b"S" * 8, attributes=[pair])
    batch = ResourceSpans(scope_spans=[ScopeSpans(spans=[span])])
    request = ExportTraceServiceRequest(resource_spans=[batch])
    (protobuf,) = decoded(request.SerializeToString(), Encoding.PROTOBUF)
    (json,) = decoded(as_otlp_json(request), Encoding.JSON)
    assert repr(protobuf.attributes) == repr(json.attributes) == "{'a': nan}"


def _only(resource_spans: ResourceSpans, scope_spans: ScopeSpans, span: Span) -> ResourceSpans:
    return ResourceSpans(
        resource=resource_spans.resource,
        schema_url=resource_spans.schema_url,
        scope_spans=[
            ScopeSpans(scope=scope_spans.scope, schema_url=scope_spans.schema_url, spans=[span])
        ],
    )
