"""The same spans in protobuf and JSON are the same records, and nothing of either is lost."""

import base64
import math
from collections.abc import Sequence
from dataclasses import replace

import orjson
from google.protobuf import json_format
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import (
    AnyValue,
    ArrayValue,
    InstrumentationScope,
    KeyValue,
    KeyValueList,
)
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from helicone_otel.model import Encoding, Origin, SpanRecord, WantedAttributes
from helicone_otel.otlp import decode, encode_request

EVERYTHING = WantedAttributes(keys=frozenset(), prefixes=("",))
NOWHERE = Origin(encoding=Encoding.JSON, envelope=b"", resource={}, scope_name="")

int64 = st.integers(-(2**63), 2**63 - 1)
times = st.integers(0, 2**63 - 1)
trace_ids = st.binary(min_size=16, max_size=16).filter(any)
span_ids = st.binary(min_size=8, max_size=8).filter(any)


def _pairs(values: st.SearchStrategy[AnyValue]) -> st.SearchStrategy[list[KeyValue]]:
    return st.lists(st.builds(KeyValue, key=st.text(), value=values), max_size=4)


def _nested(values: st.SearchStrategy[AnyValue]) -> st.SearchStrategy[AnyValue]:
    arrays = st.builds(ArrayValue, values=st.lists(values, max_size=3))
    maps = st.builds(KeyValueList, values=_pairs(values))
    return st.builds(AnyValue, array_value=arrays) | st.builds(AnyValue, kvlist_value=maps)


any_values = st.recursive(
    st.builds(AnyValue)
    | st.builds(AnyValue, string_value=st.text())
    | st.builds(AnyValue, bool_value=st.booleans())
    | st.builds(AnyValue, int_value=int64)
    | st.builds(AnyValue, double_value=st.floats(allow_nan=False))
    | st.builds(AnyValue, bytes_value=st.binary()),
    _nested,
    max_leaves=8,
)
official_spans = st.builds(
    Span,
    trace_id=trace_ids,
    span_id=span_ids,
    parent_span_id=st.just(b"") | span_ids,
    trace_state=st.text(),
    flags=st.integers(0, 2**32 - 1),
    name=st.text(),
    kind=st.sampled_from(Span.SpanKind.values()),
    start_time_unix_nano=times,
    end_time_unix_nano=times,
    attributes=_pairs(any_values),
    events=st.lists(
        st.builds(Span.Event, name=st.text(), time_unix_nano=times, attributes=_pairs(any_values)),
        max_size=2,
    ),
    links=st.lists(st.builds(Span.Link, trace_id=trace_ids, span_id=span_ids), max_size=2),
    status=st.builds(Status, code=st.sampled_from(Status.StatusCode.values()), message=st.text()),
)
scopes = st.builds(
    ScopeSpans,
    scope=st.builds(InstrumentationScope, name=st.text(), attributes=_pairs(any_values)),
    schema_url=st.text(),
    spans=st.lists(official_spans, min_size=1, max_size=2),
)
batches = st.builds(
    ResourceSpans,
    resource=st.builds(Resource, attributes=_pairs(any_values)),
    schema_url=st.text(),
    scope_spans=st.lists(scopes, min_size=1, max_size=2),
)
requests = st.builds(ExportTraceServiceRequest, resource_spans=st.lists(batches, max_size=2))


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
