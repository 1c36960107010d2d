"""Requests from one encoding into the other, and in files."""

import gzip
from collections.abc import Sequence
from io import BytesIO

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

import otlp_json
from helicone_otel.errors import BadPayload
from helicone_otel.model import Encoding, Origin, Signal, SpanRecord, WantedAttributes
from helicone_otel.otlp import convert_request, decode, read_requests, signal_of, write_request
from otlp_requests import log_requests, requests

EVERYTHING = WantedAttributes(keys=frozenset(), prefixes=("",))
NOWHERE = Origin(encoding=Encoding.JSON, envelope=b"", resource={}, scope_name="")


def meaning(body: bytes, encoding: Encoding) -> Sequence[object]:
    """Return what a request says in whatever encoding."""
    request = decode(body, encoding, wanted=EVERYTHING, max_spans=100)
    assert request.rejections == []
    return [_without_encoding(record) for record in request.spans]


def _without_encoding(record: SpanRecord) -> object:
    bare = replace(record, raw=b"", origin=NOWHERE, events=tuple(record.events))
    return bare, record.origin.resource, record.origin.scope_name


@settings(max_examples=40)
@given(requests)
def test_a_request_says_the_same_in_json_and_again_in_protobuf(
    request: ExportTraceServiceRequest,
) -> None:
    sent = request.SerializeToString()
    json = convert_request(sent, Encoding.PROTOBUF, Encoding.JSON)
    assert meaning(json, Encoding.JSON) == meaning(sent, Encoding.PROTOBUF)
    again = convert_request(json, Encoding.JSON, Encoding.PROTOBUF)
    assert meaning(again, Encoding.PROTOBUF) == meaning(sent, Encoding.PROTOBUF)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf"), -0.0, 1e308])
def test_numbers_that_json_has_not_are_carried(number: float) -> None:
    request = ExportTraceServiceRequest()
    span = request.resource_spans.add().scope_spans.add().spans.add()
    span.trace_id, span.span_id = b"T" * 16, b"S" * 8
    span.attributes.append(KeyValue(key="a", value=AnyValue(double_value=number)))
    sent = request.SerializeToString()
    json = convert_request(sent, Encoding.PROTOBUF, Encoding.JSON)
    (found,) = decode(json, Encoding.JSON, wanted=EVERYTHING, max_spans=1).spans
    assert repr(found.attributes) == repr({"a": number})


def test_what_protobuf_cannot_hold_is_refused() -> None:
    span = otlp_json.span("a" * 32, "b" * 16)
    span["attributes"] = [{"key": "a", "value": {"stringValue": 5}}]
    body = orjson.dumps(otlp_json.request([span]))
    with pytest.raises(BadPayload, match="cannot be put in protobuf"):
        convert_request(body, Encoding.JSON, Encoding.PROTOBUF)


@given(st.lists(st.binary()))
def test_protobuf_requests_in_a_file_are_read_back(bodies: Sequence[bytes]) -> None:
    assert written_and_read(bodies, Encoding.PROTOBUF) == list(bodies)


@given(st.lists(st.dictionaries(st.text(), st.text()).map(orjson.dumps)))
def test_json_requests_in_a_file_are_read_back(bodies: Sequence[bytes]) -> None:
    assert written_and_read(bodies, Encoding.JSON) == list(bodies)


def written_and_read(bodies: Sequence[bytes], encoding: Encoding) -> list[bytes]:
    file = BytesIO()
    for body in bodies:
        write_request(file, body, encoding)
    file.seek(0)
    found = list(read_requests(file))
    assert {request.encoding for request in found} <= {encoding}
    assert [request.number for request in found] == list(range(1, len(bodies) + 1))
    return [request.body for request in found]


def test_blank_lines_and_a_missing_last_line_end_do_no_harm() -> None:
    file = BytesIO(b'\n{"a":1}\r\n\n{"b":2}')
    assert [(request.number, request.body) for request in read_requests(file)] == [
        (2, b'{"a":1}'),
        (4, b'{"b":2}'),
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"\0\0\0\0\0\0\0\x05abc", "ends within request 2", id="cut in a request"),
        pytest.param(b"\0\0\0\x01a\0\0", "ends within request 2", id="cut in a length"),
        pytest.param(b"\0\0\0\x05abc", "no whole OTLP request", id="cut in the first"),
        pytest.param(b"\xff\xff\xff\xffabc", "no whole OTLP request", id="an absurd length"),
        pytest.param(b"Dear reader, how are you", "a JSON object on each line", id="prose"),
        pytest.param(b"Hi", "a JSON object on each line", id="a word"),
        pytest.param(b"\n\nDear reader", "protobuf with a length", id="prose further down"),
        pytest.param(b'{}\n\n{\n  "a": 1\n}\n', "begins on line 3 goes on", id="indented JSON"),
        pytest.param(gzip.compress(b"{}"), "packed with gzip", id="gzip"),
    ],
)
def test_a_file_that_does_not_hold_requests_is_told(content: bytes, told: str) -> None:
    with pytest.raises(BadPayload, match=told):
        list(read_requests(BytesIO(content)))


@settings(max_examples=40)
@given(requests | log_requests, st.sampled_from(Encoding))
def test_what_a_request_is_of_can_be_told_by_its_bytes(
    request: ExportTraceServiceRequest | ExportLogsServiceRequest, encoding: Encoding
) -> None:
    is_of_logs = isinstance(request, ExportLogsServiceRequest)
    signal = Signal.LOGS if is_of_logs and request.resource_logs else Signal.TRACES
    body = convert_request(request.SerializeToString(), Encoding.PROTOBUF, encoding, signal)
    assert signal_of(body, encoding) is signal


@pytest.mark.parametrize(
    ("body", "signal"),
    [
        pytest.param(b' {\n "resourceLogs" : []}', Signal.LOGS, id="spaced"),
        pytest.param(b'{"note": "x", "resourceLogs": []}', Signal.LOGS, id="not first"),
        pytest.param(b'{"resourceMetrics": []}', Signal.METRICS, id="metrics"),
        pytest.param(b"{}", Signal.TRACES, id="empty"),
    ],
)
def test_what_a_line_is_of_is_told_by_its_members(body: bytes, signal: Signal) -> None:
    assert signal_of(body, Encoding.JSON) is signal


def test_an_object_that_is_no_request_is_told() -> None:
    with pytest.raises(BadPayload, match="`resourceSpans`, `resourceLogs` or `resourceMetrics`"):
        signal_of(b'{"spans": []}', Encoding.JSON)
