"""Any export request there can be, for hypothesis; every field that OTLP has may hold anything."""

from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import (
    AnyValue,
    ArrayValue,
    InstrumentationScope,
    KeyValue,
    KeyValueList,
)
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

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
scope_infos = st.builds(InstrumentationScope, name=st.text(), attributes=_pairs(any_values))
scopes = st.builds(
    ScopeSpans,
    scope=scope_infos,
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
log_records = st.builds(
    LogRecord,
    time_unix_nano=times,
    observed_time_unix_nano=times,
    severity_number=st.integers(0, 24),
    severity_text=st.text(),
    body=any_values,
    attributes=_pairs(any_values),
    flags=st.integers(0, 2**32 - 1),
    trace_id=st.just(b"") | trace_ids,
    span_id=st.just(b"") | span_ids,
    event_name=st.text(),
)
log_scopes = st.builds(
    ScopeLogs, scope=scope_infos, log_records=st.lists(log_records, min_size=1, max_size=2)
)
log_batches = st.builds(
    ResourceLogs,
    resource=st.builds(Resource, attributes=_pairs(any_values)),
    scope_logs=st.lists(log_scopes, min_size=1, max_size=2),
)
log_requests = st.builds(ExportLogsServiceRequest, resource_logs=st.lists(log_batches, max_size=2))
