"""Requests from one encoding into the other, and in files."""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

import otlp_json
from helicone_otel.errors import BadPayload
from helicone_otel.model import Encoding, Origin, SpanRecord, WantedAttributes
from helicone_otel.otlp import convert_request, decode, read_requests, write_request
from otlp_requests import requests

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
        pytest.param(b"\0\0\0\x05abc", "ends within request 1", id="cut in a request"),
        pytest.param(b"\0\0\0\x01a\0\0", "ends within request 2", id="cut in a length"),
        pytest.param(b"\xff\xff\xff\xffabc", "no requests", id="an absurd length"),
        pytest.param(b"Dear reader, how are you", "no requests", id="prose"),
    ],
)
def test_a_file_that_does_not_hold_requests_is_told(content: bytes, told: str) -> None:
    with pytest.raises(BadPayload, match=told):
        list(read_requests(BytesIO(content)))
